"""Programs that were not written here, and how they are asked to read packs. For engine_parsers.py."""
