"""Morpho Studio: from a folder of an artist's own pictures to new ones."""

__version__ = "0.2.0"
