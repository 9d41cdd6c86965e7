"""Exports for games: sprites on pages, and a small writer a format. The ways in: `pack` and `pack_given`."""

from .given import Given, GivenFile, Spool
from .model import PLAYS
from .options import FAINT, TARGETS, TRIMS, PackOptions
from .packing import Foreseen, ModelsById, Packed, check_ahead, foresee, found_in, pack, pack_given
from .pixels import ALPHAS
from .writers.provenance import Drawn

__all__ = [
    "ALPHAS",
    "FAINT",
    "PLAYS",
    "TARGETS",
    "TRIMS",
    "Drawn",
    "Foreseen",
    "Given",
    "GivenFile",
    "ModelsById",
    "PackOptions",
    "Packed",
    "Spool",
    "check_ahead",
    "foresee",
    "found_in",
    "pack",
    "pack_given",
]
