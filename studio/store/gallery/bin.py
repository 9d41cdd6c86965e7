"""Throwing files away so that they can be had back: the desktop's bin on Linux, else a folder of our own.

The desktop's is the freedesktop.org Trash specification 1.0, which file managers show and empty.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from studio.core.errors import StudioError

_FILES, _INFO, _ENDING = "files", "info", ".trashinfo"


def throw_away(file: Path, own_bin: Path) -> Path:
    """Move a file to the desktop's bin, or into the folder `own_bin` where that cannot be. Where it is now.

    Raises StudioError when the disk refuses both.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            return _to_desktop_bin(file)
    try:
        own_bin.mkdir(parents=True, exist_ok=True)
        return _move_to_free_name(file, own_bin)
    except OSError as error:
        raise StudioError(
            f"“{file.name}” cannot be deleted ({error.strerror}).", f"Check the folder “{file.parent}”."
        ) from error


def take_back(thrown: Path, file: Path) -> None:
    """Move what `throw_away` moved back to where it was. Raises StudioError when it is gone by now."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            raise FileExistsError(17, "another file has its place", str(file))
        os.rename(thrown, file)
    except OSError as error:
        raise StudioError(
            f"“{file.name}” cannot be had back ({error.strerror}).", "Look for it in the bin."
        ) from error
    if thrown.parent.name == _FILES:
        with contextlib.suppress(OSError):
            (thrown.parent.with_name(_INFO) / (thrown.name + _ENDING)).unlink()


def _to_desktop_bin(file: Path) -> Path:
    """Raises OSError where there is none on the file's disk."""
    file = Path(os.path.abspath(file))
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.stat().st_dev == file.stat().st_dev:
        return _put(file, home / "Trash", str(file))
    top = _top_of_disk(file)
    return _put(file, _bin_of_disk(top), str(file.relative_to(top)))


def _top_of_disk(file: Path) -> Path:
    """Where the file's disk is mounted."""
    disk, top = file.stat().st_dev, file.parent
    while top.parent != top and top.parent.stat().st_dev == disk:
        top = top.parent
    return top


def _bin_of_disk(top: Path) -> Path:
    """The shared one if the administrator made it safely, else one of this user's own."""
    shared, user = top / ".Trash", str(os.getuid())  # type: ignore[attr-defined,unused-ignore]
    with contextlib.suppress(OSError):
        mode = shared.lstat().st_mode
        if stat.S_ISDIR(mode) and mode & stat.S_ISVTX:
            return shared / user
    return top / f".Trash-{user}"


def _put(file: Path, bin_: Path, original: str) -> Path:
    """The note of where it came from is made first, with a name nobody else has; then the file moves."""
    for folder in (bin_, bin_ / _FILES, bin_ / _INFO):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = f"[Trash Info]\nPath={quote(original)}\nDeletionDate={datetime.now():%Y-%m-%dT%H:%M:%S}\n"
    for name in _names(file):
        info, place = bin_ / _INFO / (name + _ENDING), bin_ / _FILES / name
        try:
            with open(info, "x", encoding="utf-8") as note:
                note.write(words)
        except FileExistsError:
            continue
        if place.exists():  # without a note: not ours to replace
            info.unlink()
            continue
        try:
            os.rename(file, place)
        except OSError:
            info.unlink()
            raise
        return place
    raise FileExistsError(17, "no name is free in the bin", str(bin_))


def _move_to_free_name(file: Path, folder: Path) -> Path:
    place = next(folder / name for name in _names(file) if not (folder / name).exists())
    os.replace(file, place)
    return place


def _names(file: Path) -> list[str]:
    return [file.name] + [f"{file.stem} {number}{file.suffix}" for number in range(2, 10_000)]
