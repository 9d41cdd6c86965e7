"""Setting up and packaging: what runs before the program's own packages are there. Standard library only."""
