"""What sprites and files are called: templates, safe names, clashes, and animations by their numbers."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from studio.core.errors import StudioError

from .model import Animation

TOKENS = ("set", "name", "index", "seed", "anim", "frame", "scale", "hash")
_LONGEST = 120
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Windows opens a device for these, whatever their ending."""
_NUMBERED = re.compile(r"(?P<anim>.*?)[ _-]?(?P<frame>\d+)")
_COUNTING = "Let names count, as in {set}_{index:04d}."


def safe_name(text: str, keeps_spaces: bool = False) -> str:
    """Lower-case letters, digits, "_" and "-" (and spaces); never empty. Raises StudioError for a device."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    allowed = "a-z0-9_ -" if keeps_spaces else "a-z0-9_-"
    name = re.sub(f"[^{allowed}]+", "_", plain)[:_LONGEST].strip("_ ") or "picture"
    if name in _DEVICES:
        raise StudioError(f"A file called “{name}” cannot exist on Windows.", "Choose another name.")
    return name


def own_name(file: str, keeps_spaces: bool = False) -> str:
    """By the file's name; the folders it lies in become part of that."""
    path = PurePosixPath(file)
    return safe_name("_".join((*path.parts[:-1], path.stem)), keeps_spaces)


def renpy_name(file: str, set_name: str) -> str:
    """A tag, a space, attributes: "eileen_happy.png" and "eileen happy.png" are both "eileen happy"."""
    name = own_name(file, keeps_spaces=True)
    if " " in name:
        return name
    tag, _, attributes = name.partition("_")
    return f"{tag} {attributes}" if attributes else f"{set_name} {name}"


def without_number(name: str) -> tuple[str, int | None]:
    """What stands before the number at the end, and the number: "hero_0012" -> ("hero", 12)."""
    found = _NUMBERED.fullmatch(name)
    return (found["anim"], int(found["frame"])) if found else (name, None)


def animations(names: Sequence[str], set_name: str, fps: float, play: str = "loop") -> tuple[Animation, ...]:
    """Two names or more that differ only in the number at their end, in the order of these numbers."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        start, number = without_number(name)
        if number is not None:
            groups.setdefault(start or set_name, []).append((number, name))
    return tuple(
        Animation(start, tuple(name for _, name in sorted(frames)), fps, play)
        for start, frames in groups.items()
        if len(frames) > 1
    )


class Digest(str):
    """A hash in hexadecimal; the format `8` means its first 8 digits."""

    def __format__(self, spec: str) -> str:
        return str(self)[: int(spec)] if spec.isdigit() else super().__format__(spec)


class Template:
    """A name with tokens in braces. Raises StudioError if it has unknown ones or asks for more than that."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise StudioError(f"The braces in “{text}” do not match.", _COUNTING) from error
        self.tokens = {token for _, token, _, _ in parts if token is not None}
        for _, token, spec, conversion in parts:
            # Anything but a bare token would reach into objects; so would one inside a format.
            if token is not None and (token not in TOKENS or conversion or "{" in (spec or "")):
                known = ", ".join(f"{{{known}}}" for known in TOKENS)
                raise StudioError(f"“{{{token}}}” in the names means nothing here.", f"There are {known}.")
            if re.search(r"\d{4}", spec or ""):
                raise StudioError(f"“{text}” asks for very long names.", _COUNTING)

    def filled(self, values: Mapping[str, Any]) -> str:
        """Raises StudioError where a token is not known of this picture or its format does not suit it."""
        for token in self.tokens:
            if values[token] is None:
                raise StudioError(
                    f"“{values['file']}” has no {token}, which the names ask for.", f"Leave out {{{token}}}."
                )
        try:
            return self._text.format(**{token: values[token] for token in self.tokens})
        except ValueError as error:
            raise StudioError(f"“{self._text}” cannot be used for names ({error}).", _COUNTING) from error


def check_sprites(names: Sequence[str], files: Sequence[str]) -> None:
    """Raises StudioError if two of the names are one, and says of which pictures."""
    first: dict[str, str] = {}
    for name, file in zip(names, files, strict=True):
        other = first.setdefault(name.casefold(), file)
        if other is not file:
            raise StudioError(f"“{other}” and “{file}” would both be called “{name}”.", _COUNTING)


def check_files(names: Iterable[str]) -> None:
    """Raises StudioError if two files would be one where capitals do not count."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise StudioError(f"Two files of the pack would both be called “{name}”.", _COUNTING)
        seen.add(name.casefold())


def stem_of(name: str, scale: int, is_premultiplied: bool, page: int | None = None) -> str:
    """As engines read it: "sprites_pma-1@2x"."""
    flag = "_pma" if is_premultiplied else ""
    number = "" if page is None else f"-{page}"
    return f"{name}{flag}{number}{f'@{scale}x' if scale > 1 else ''}"
