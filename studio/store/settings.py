"""The settings: each is declared once, with its default, its type and its help."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError

from .files import Upgrade, keep_aside, read_json, write_json

THEMES = ("system", "dark", "light")
CHECKERBOARD = "checkerboard"
UPGRADES: tuple[Upgrade, ...] = ()
"""Step i turns the file's version i + 1 into i + 2; each needs its test."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def _setting(default: Any, help: str, allows: Callable[[Any], bool] = lambda value: True) -> Any:
    return field(default=default, metadata={"help": help, "allows": allows})


@dataclass(frozen=True)
class Settings:
    """What the artist chose, and what the window remembers for them."""

    theme: str = _setting("system", "Dark, light, or as the system has it.", lambda v: v in THEMES)
    backdrop: str = _setting(
        CHECKERBOARD,
        "What is shown behind transparent pictures: a checkerboard or a colour.",
        lambda v: v == CHECKERBOARD or _COLOUR.fullmatch(v) is not None,
    )
    embed_recipe: bool = _setting(
        True, "Keep in every saved picture how it was made, so that dropping it on the window brings it back."
    )
    count: int = _setting(24, "How many pictures Generate makes.", lambda v: 1 <= v <= 1000)
    vary_count: int = _setting(
        4, "How many children a picture gets when it is varied.", lambda v: v in (4, 8)
    )
    gallery_tile: int = _setting(128, "Size of the pictures in the gallery, px.", lambda v: 48 <= v <= 320)
    last_bundle: str = _setting("", "The model that was open in Create.")
    save_folder: str = _setting("", "Where pictures were saved last.")
    packs: str = _setting("", "What was chosen for packs, by target, as JSON.")
    window: str = _setting("", "Place and size of the window, as Qt writes it, in base64.")
    hints_seen: bool = _setting(False, "Whether the first hints were closed.")

    def check(self, key: str) -> bool:
        """Whether the value of one setting has the right type and is one of those allowed."""
        declared = next(f for f in fields(self) if f.name == key)
        value = getattr(self, key)
        return type(value) is type(declared.default) and bool(declared.metadata["allows"](value))


def help_for(key: str) -> str:
    """The sentence that explains a setting."""
    return str(next(f for f in fields(Settings) if f.name == key).metadata["help"])


def load_settings(file: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and what the user must be told about them (a sentence each).

    Never fails: a file that cannot be read gives the defaults, one with a bad value keeps the good ones.
    Either is copied aside first.
    """
    if not file.exists():
        return Settings(), ()
    try:
        values = read_json(file, UPGRADES)
    except StudioError as error:
        return Settings(), (
            f"{error.message} {keep_aside(file)} The settings are back at their start values.",
        )
    settings, bad = Settings(), []
    for key in asdict(settings):
        if key not in values:
            continue
        changed = replace(settings, **{key: values[key]})
        if changed.check(key):
            settings = changed
        else:
            bad.append(key.replace("_", " "))
    if not bad:
        return settings, ()
    return settings, (
        f"Some settings could not be read and are back at their start values: {', '.join(bad)}. "
        f"{keep_aside(file)}",
    )


def save_settings(file: Path, settings: Settings) -> None:
    """Atomic. Raises StudioError when the disk refuses."""
    write_json(file, {"format": len(UPGRADES) + 1, **asdict(settings)})
