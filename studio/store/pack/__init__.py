"""Exports for games: sprites on pages, and a small writer a format. The way in: `pack`."""

from .options import TARGETS, TRIMS, PackOptions
from .packing import Packed, pack
from .pixels import ALPHAS

__all__ = ["ALPHAS", "TARGETS", "TRIMS", "PackOptions", "Packed", "pack"]
