"""Writing so that nothing is ever half there, and where things live. Knows no file format but JSON."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from studio.core.errors import StudioError

TEMPORARY = ".tmp-"
"""Names that start so are work in progress or what a killed run left: never read, swept later."""
_ASIDE = "aside-"
_STALE_AFTER_S = 24 * 3600.0
_LARGEST_JSON = 64 * 2**20  # bytes; a run's or bundle's facts take some KB

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class Withheld(StudioError):
    """A file that cannot be read for a reason that may pass: its content is not known to be damaged."""


def disk_error(error: OSError, path: Path) -> StudioError:
    """What went wrong when writing `path`, for the user."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StudioError(
            f"The disk is full: “{path.name}” could not be saved.", "Free some space and retry."
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return StudioError(f"“{path}” may not be written.", "Choose another folder or allow writing there.")
    reason = error.strerror or str(error) or type(error).__name__
    return StudioError(f"“{path.name}” could not be saved ({reason}).", f"Check the folder “{path.parent}”.")


def _temporary_sibling(path: Path, purpose: str = "") -> Path:
    """A fresh name beside `path` that says whose it is (the process), so that a sweep can tell."""
    return path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{purpose}{path.name[:100]}")


def atomic_write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing: a reader sees the old content or the new. Makes the folder.

    Raises StudioError when the disk refuses.
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, moved to `path` as a whole when the block ends well, removed when it does not.

    An older folder of that name is replaced. Raises StudioError when the disk refuses, also for an
    OSError that the block lets through.
    """
    temporary = _temporary_sibling(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        yield temporary
        for found in sorted(temporary.rglob("*"), reverse=True):
            _sync(found)
        _sync(temporary)
        _move_into_place(temporary, path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync(path.parent)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A place to write a large file piece by piece; moved to `path` when the block ends well, else removed.

    Raises StudioError when the disk refuses, also for an OSError that the block lets through.
    """
    temporary = _temporary_sibling(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    _sync(path.parent)


def _move_into_place(temporary: Path, path: Path) -> None:
    """A folder cannot be renamed over another, so the old one steps aside first.

    Killed between the two renames, `sweep_temporary` puts the old one back.
    """
    aside = _temporary_sibling(path, _ASIDE)
    had_old = path.exists()
    if had_old:
        os.rename(path, aside)
    try:
        os.rename(temporary, path)
    except OSError:
        if had_old:
            os.rename(aside, path)
        raise
    if had_old:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    """Bring a file or (where the system can) a folder's list of names to the disk itself."""
    if path.is_symlink() or (path.is_dir() and os.name == "nt"):
        return
    flags = os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network folders cannot sync a directory; that must not undo a good write.
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def sweep_temporary(folder: Path, of: str = "") -> None:
    """Remove what killed runs left in `folder`. What a live process may still be writing stays.

    of: where the folder is not ours alone, the only name whose leavings are touched.
    """
    if not folder.is_dir():
        return
    ours = re.compile(rf"{re.escape(TEMPORARY)}\d+-[0-9a-f]{{8}}-({_ASIDE})?{re.escape(of[:100])}")
    for left in folder.glob(f"{TEMPORARY}*"):
        if _is_in_use(left) or (of and not ours.fullmatch(left.name)):
            continue
        original = folder / left.name.partition(_ASIDE)[2]
        if _ASIDE in left.name and not original.exists():
            with contextlib.suppress(OSError):
                left.rename(original)
        elif left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                left.unlink()


def _is_in_use(left: Path) -> bool:
    """Whether the process in the name may be at work on it: alive, and the file younger than a day."""
    process = left.name.removeprefix(TEMPORARY).partition("-")[0]
    try:
        if not process.isdigit() or time.time() - left.stat().st_mtime > _STALE_AFTER_S:
            return False
        if os.name == "nt":  # os.kill(pid, 0) would end the process there
            return True
        os.kill(int(process), 0)
    except (ProcessLookupError, FileNotFoundError, OverflowError):
        return False
    except OSError:
        return True
    return True


def free_aside(file: Path) -> Path:
    """Another name for a damaged file, which no file has yet."""
    for number in itertools.count(1):
        aside = file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")
        if not aside.exists():
            return aside
    raise AssertionError("numbers do not end")


def keep_aside(file: Path) -> str:
    """Copy a damaged file under another name; how that went, as a sentence."""
    aside = free_aside(file)
    try:
        shutil.copy2(file, aside)
    except OSError as error:
        return disk_error(error, aside).message
    return f"The old file is kept as “{aside.name}”."


def safe_stem(text: str, longest: int = 80) -> str:
    """A file's name, without its suffix, that every system takes."""
    kept = "".join(c if c.isalnum() or c in " -_." else "_" for c in text)
    return kept.strip(". ")[:longest] or "picture"


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Atomic, readable, UTF-8. NaN and infinity are no JSON: ValueError."""
    text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)
    atomic_write(path, text.encode("utf-8", "surrogatepass") + b"\n")


def read_json(path: Path, upgrades: Sequence[Upgrade] = ()) -> dict[str, Any]:
    """An object with its version under "format" (1 if absent), brought to version len(upgrades) + 1.

    upgrades: step i turns version i + 1 into version i + 2.
    Raises StudioError for a file that is missing, damaged, or from a newer program; Withheld for one that the
    system does not hand out.
    """
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise StudioError(f"“{path.name}” is too large to be one of ours.", "Remove it.")
        values = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise StudioError(f"“{path}” is missing.") from error
    except OSError as error:
        raise Withheld(f"“{path}” cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise StudioError(f"“{path}” is damaged.", "Restore it from a copy or remove it.") from error
    if not isinstance(values, dict):
        raise StudioError(f"“{path}” is damaged.", "Restore it from a copy or remove it.")
    version, newest = values.get("format", 1), len(upgrades) + 1
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise StudioError(f"“{path}” is damaged.", "Restore it from a copy or remove it.")
    if version > newest:
        raise StudioError(f"“{path}” was written by a newer Morpho Studio.", "Update this one.")
    for upgrade in upgrades[version - 1 :]:
        values = upgrade(values)
    return {**values, "format": newest}


@dataclass(frozen=True)
class Library:
    """Where a user's own things live."""

    root: Path

    @property
    def bundles(self) -> Path:
        return self.root / "models"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def prepared(self) -> Path:
        """Pictures made ready for training; can be removed at any time, costs only time."""
        return self.root / "prepared"

    @property
    def maps(self) -> Path:
        """Where the pictures of sets lie on their maps; can be removed at any time, costs only time."""
        return self.root / "maps"

    @property
    def gallery(self) -> Path:
        """The pictures that were kept, and their index."""
        return self.root / "gallery"

    @property
    def details(self) -> Path:
        """What models lost of own pictures on the canvas; without it they are shown as rebuilt."""
        return self.root / "details"

    @property
    def locks(self) -> Path:
        """One empty file for each run that was ever held; see `runs.held`."""
        return self.root / "locks"

    @property
    def bin(self) -> Path:
        """What was removed, where the system has no bin for it; see `bin.move_to_bin`."""
        return self.root / "bin"

    @property
    def sliders(self) -> Path:
        """One file of sliders for each bundle that is not the user's own, named by its id."""
        return self.root / "sliders"

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.json"

    @property
    def canvas_file(self) -> Path:
        return self.root / "canvas.npz"

    @property
    def morph_file(self) -> Path:
        return self.root / "morph.json"

    @property
    def log_file(self) -> Path:
        return self.root / "studio.log"

    def ensure(self) -> None:
        """Make the folders. Raises StudioError when the disk refuses."""
        try:
            for folder in (self.bundles, self.runs, self.prepared):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(error, self.root) from error


def default_library() -> Library:
    """The platform's place for a program's user data."""
    return Library(Path(platformdirs.user_data_dir("Morpho Studio", appauthor=False)))


def starters_folder() -> Path:
    """The bundles that ship: `models/` of the project, or what PyInstaller unpacked."""
    frozen = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else Path(__file__).resolve().parents[2]) / "models"
