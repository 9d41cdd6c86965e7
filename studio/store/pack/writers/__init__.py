"""One small writer a format: each turns a sheet into the texts that lie beside its pages. None draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Sheet
from .godot import sprite_frames
from .libgdx import atlas
from .texture_packer import json_array, json_hash, multiatlas
from .unity import how_to_slice

Texts = dict[str, str]
"""File name -> content."""


def _none(sheet: Sheet) -> Texts:
    return {}


WRITERS: Mapping[str, Callable[[Sheet], Texts]] = {
    "png": _none,
    "json": json_hash,
    "json-array": json_array,
    "phaser": multiatlas,
    "godot": sprite_frames,
    "libgdx": atlas,
    "grid": _none,
    "gamemaker": _none,
    "rpgmaker": _none,
    "rpgmaker-characters": _none,
    "renpy": _none,
    "unity": how_to_slice,
}
"""By target. Where there are only pictures, the manifest says all."""
