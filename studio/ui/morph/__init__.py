"""The Morph room: pictures that turn into each other, played live and exported."""
