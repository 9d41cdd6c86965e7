"""Removing so that it can be had back: into the system's bin where that can be undone, else into our own.

Things are moved by renaming, never copied: it takes no room on a full disk and happens whole or not at all.
On Windows and macOS what is in the system's bin cannot be taken out again by a program without more, so the
library keeps a bin of its own there. Knows nothing of bundles or pictures.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from studio.core.errors import StudioError

from .files import disk_error

KEPT_DAYS = 30
"""How long our own bin keeps things. The system's bin is the user's."""
_NAMES_TRIED = 1000


@dataclass(frozen=True)
class Binned:
    """A file or folder in the bin: where it was, where it lies now, and the note beside it."""

    original: Path
    place: Path
    note: Path | None = None  # the .trashinfo by which file managers know it


def move_to_bin(path: Path, own: Path) -> Binned:
    """Remove a file or folder so that `bring_back` undoes it.

    own: the library's bin, used where the system has none for that disk.
    Raises StudioError when it cannot be moved; then it is still where it was.
    """
    path = path.absolute()
    try:
        device = os.lstat(path).st_dev
    except OSError as error:
        raise StudioError(f"“{path.name}” is not there any more.") from error
    refused: OSError | None = None
    for trash in _trashes(path, device) if sys.platform.startswith("linux") else ():
        try:
            return _into_trash(path, trash)
        except OSError as error:  # read-only, of another disk after all, someone else's: the next one
            refused = error
    try:
        return _into_own(path, own)
    except OSError as error:
        raise StudioError(
            f"“{path.name}” could not be moved to the bin.", disk_error(refused or error, path.parent).hint
        ) from error


def bring_back(binned: Binned) -> Path:
    """Undo `move_to_bin`; the place it has again.

    Raises StudioError when it is gone from the bin, its place is taken, or the disk refuses.
    """
    name = binned.original.name
    if not os.path.lexists(binned.place):
        raise StudioError(f"“{name}” is not in the bin any more.")
    if os.path.lexists(binned.original):
        raise StudioError(
            f"There is another “{name}” now.", f"Rename that one, then look for this one at {binned.place}."
        )
    try:
        binned.original.parent.mkdir(parents=True, exist_ok=True)
        os.rename(binned.place, binned.original)
    except OSError as error:
        raise disk_error(error, binned.original) from error
    with contextlib.suppress(OSError):
        if binned.note is not None:
            binned.note.unlink()
        else:
            binned.place.parent.rmdir()
    return binned.original


def sweep_bin(own: Path, now: float | None = None) -> None:
    """Delete for good what has been in our own bin for KEPT_DAYS. now: seconds since 1970."""
    oldest = (time.time() if now is None else now) - KEPT_DAYS * 24 * 3600
    with contextlib.suppress(OSError):
        for folder in own.iterdir():
            moved_at = folder.name.partition("-")[0]
            if moved_at.isdigit() and int(moved_at) < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _into_own(path: Path, own: Path) -> Binned:
    """Each thing in a folder that says when it was removed, so that equal names do not meet."""
    folder = own / f"{int(time.time())}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        os.rename(path, folder / path.name)
    except OSError:
        folder.rmdir()
        raise
    return Binned(path, folder / path.name)


# The bin of the freedesktop.org Trash specification, version 1.0, which every Linux file manager shows


@dataclass(frozen=True)
class _Trash:
    folder: Path
    root: Path | None  # paths in the notes are relative to it; None: they are absolute


def _trashes(path: Path, device: int) -> Iterator[_Trash]:
    """Bins on the disk of `path`, best first: the home folder's, then those at its top."""
    data = os.environ.get("XDG_DATA_HOME", "")
    home = (Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share") / "Trash"
    if _device_of(home) == device:
        yield _Trash(home, None)
    if sys.platform == "win32":  # no user numbers there; nobody asks
        return
    top, user = _top_of(path, device), os.getuid()
    common = top / ".Trash"
    with contextlib.suppress(OSError):
        status = os.lstat(common)
        if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
            yield _Trash(common / str(user), top)
    own = top / f".Trash-{user}"
    if not own.is_symlink():
        yield _Trash(own, top)


def _device_of(path: Path) -> int | None:
    """Of the folder, or of the nearest one above that exists."""
    for folder in (path, *path.parents):
        with contextlib.suppress(OSError):
            return os.stat(folder).st_dev
    return None


def _top_of(path: Path, device: int) -> Path:
    """Where the disk is mounted."""
    top = path
    for folder in path.parents:
        if os.lstat(folder).st_dev != device:
            break
        top = folder
    return top


def _into_trash(path: Path, trash: _Trash) -> Binned:
    """The note first, as the specification wants it: its name, made by nobody else, is the claim."""
    for part in ("files", "info"):
        (trash.folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    shown = path if trash.root is None else path.relative_to(trash.root)
    lines = [
        "[Trash Info]",
        f"Path={quote(str(shown))}",
        f"DeletionDate={time.strftime('%Y-%m-%dT%H:%M:%S')}",
    ]
    note = _claim(trash.folder / "info", path, lines)
    place = trash.folder / "files" / note.name.removesuffix(".trashinfo")
    try:
        os.rename(path, place)
    except OSError:
        with contextlib.suppress(OSError):
            note.unlink()
        raise
    return Binned(path, place, note)


def _claim(folder: Path, path: Path, lines: Sequence[str]) -> Path:
    """A note under a name that is free: `name`, `name.2`, `name.3`, … before the suffix."""
    for number in range(1, _NAMES_TRIED):
        name = path.name if number == 1 else f"{path.stem}.{number}{path.suffix}"
        if os.path.lexists(folder.parent / "files" / name):
            continue
        note = folder / f"{name}.trashinfo"
        try:
            with open(note, "x", encoding="utf-8") as target:
                target.write("\n".join(lines) + "\n")
        except FileExistsError:
            continue
        return note
    raise OSError(f"{_NAMES_TRIED} things named {path.name} are in the bin")
