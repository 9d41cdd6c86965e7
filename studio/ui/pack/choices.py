"""What the artist chose about packs: remembered for each target, and how all of it is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from studio.core.errors import StudioError
from studio.store.pack import TARGETS, PackOptions

FIRST_TARGET = "json"
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "json": (
            "PixiJS, Phaser, LittleJS, Unreal",
            "Sheets with TexturePacker's JSON, a file for each page",
        ),
        "json-array": ("TexturePacker JSON array", "The same with frames as a list"),
        "phaser": ("Phaser multiatlas", "Sheets with one JSON for all pages: load.multiatlas"),
        "godot": ("Godot 4", "Sheets with a SpriteFrames resource, no plug-in needed"),
        "libgdx": ("libGDX, Spine", "Sheets with an .atlas text"),
        "unity": ("Unity", "Grids, and the numbers for Unity's own slicer"),
        "gamemaker": ("GameMaker", "A strip for each animation, named _stripN"),
        "rpgmaker": ("RPG Maker faces", "4 × 2 faces of 144 px a sheet, for MV and MZ"),
        "rpgmaker-characters": ("RPG Maker characters", "3 × 4 walking frames a file, named $…"),
        "renpy": ("Ren’Py", "A file each, named by tag and attributes"),
        "grid": ("Plain grid", "Equal cells: Construct, Tiled, and whatever cuts by cell"),
        "png": ("PNG files", "A file each, with a list of all"),
    }
)
"""By target: its name, and what it gives."""
_NOT_REMEMBERED = ("target", "name", "replace", "animations", "faint")
"""Replacing is allowed anew each time; the others go by the pictures."""


@dataclass(frozen=True)
class PackMemory:
    """As the settings keep it: what was chosen last, by target."""

    target: str = FIRST_TARGET
    folder: str = ""
    by_target: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def parsed(cls, text: str) -> PackMemory:
        """Anything damaged in it is forgotten."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(values, dict):
            return cls()
        target, folder, chosen = values.get("target"), values.get("folder"), values.get("by_target")
        return cls(
            target if isinstance(target, str) and target in WORDS else FIRST_TARGET,
            folder if isinstance(folder, str) else "",
            {key: kept for key, kept in chosen.items() if key in WORDS and isinstance(kept, dict)}
            if isinstance(chosen, dict)
            else {},
        )

    def text(self) -> str:
        chosen = {target: dict(kept) for target, kept in self.by_target.items()}
        return json.dumps({"target": self.target, "folder": self.folder, "by_target": chosen})

    def options(self, target: str) -> PackOptions:
        """What was chosen last for this target; what suits it where nothing was."""
        options = PackOptions(target)
        for key, value in self.by_target.get(target, {}).items():
            if key not in _FIELDS or key in _NOT_REMEMBERED:
                continue
            values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value}
            changed = replace(options, **values)
            if _is_sound(changed, key):
                options = changed
        return options

    def remembering(self, options: PackOptions, folder: Path) -> PackMemory:
        """With what differs from the target's own."""
        plain = asdict(PackOptions(options.target))
        chosen = {
            key: value
            for key, value in asdict(options).items()
            if key not in _NOT_REMEMBERED and value != plain[key]
        }
        return PackMemory(options.target, str(folder), {**self.by_target, options.target: chosen})


_FIELDS = {field.name for field in fields(PackOptions)}


def _is_sound(options: PackOptions, key: str) -> bool:
    """Whether one remembered choice is of the kind it must be and goes with the others."""
    value, plain = getattr(options, key), getattr(PackOptions(options.target), key)
    kinds = {"padding": int, "extrude": int, "trim": str, "pixel_art": bool}
    try:
        if type(value) is not kinds.get(key, type(plain)):
            return False
        options.check()
    except (StudioError, TypeError):
        return False
    return True


assert set(WORDS) == set(TARGETS)
