"""The only room with torch: the network, its training, its export."""
