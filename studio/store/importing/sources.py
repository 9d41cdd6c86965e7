"""Finding the files of an import: in folders, nested folders and zips. Looks at names and first bytes."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.progress import Progress

from .decoding import LARGEST_FILE, NotTaken, read_file, recognise

_LITTER = {"thumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin", "system volume information"}
_SNIFFED = 64  # bytes of a zip's entry read before the rest is unpacked
_MOST_ENTRIES = 1_000_000
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be a picture."""

    file: str  # relative to what was given, as shown
    stamp: str  # differs when the content may have changed
    read: Callable[[], bytes]  # safe on any thread; raises NotTaken


@dataclass
class Found:
    sources: list[Source] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave_out(self, file: str, reason: str) -> None:
        self.left_out.append(LeftOut(file, reason))


@contextmanager
def find(paths: Sequence[Path], progress: Progress) -> Iterator[Found]:
    """Everything under `paths`, in a fixed order; zips stay open while the block runs.

    Raises StudioError when one of `paths` is not there.
    """
    given = [Path(os.path.abspath(path)) for path in paths]
    single, base = len(given) == 1, _common_folder(given)
    found = Found()
    with ExitStack() as open_zips:
        for path in given:
            prefix = "" if single else _name(path, base) + "/"
            if path.is_dir():
                _Walk(found, progress).folder(path, prefix)
            elif not path.is_file():
                raise StudioError(f"There is no file or folder “{path}”.", "Check the name.")
            elif _is_zip(path):
                archive = open_zips.enter_context(_open_zip(path))
                _list_zip(found, archive, path, prefix, progress)
            else:
                _add_file(found, path, prefix.rstrip("/") or path.name)
        once = {
            source.stamp: source for source in found.sources
        }  # a folder and a file in it may both be given
        found.sources = sorted(once.values(), key=lambda source: source.file)
        yield found


def _common_folder(given: list[Path]) -> Path | None:
    """The folder that holds all of them; None where they lie on different drives."""
    try:
        return Path(os.path.commonpath([path.parent for path in given]))
    except ValueError:
        return None


def _name(path: Path, base: Path | None) -> str:
    return path.as_posix() if base is None else path.relative_to(base).as_posix()


def _shown(name: str) -> str:
    """A name that every terminal and file can hold: bytes that are no text become question marks."""
    return name.encode("utf-8", "replace").decode()


def _add_file(found: Found, path: Path, name: str) -> None:
    try:
        facts = path.stat()
    except OSError:
        is_link = path.is_symlink()
        found.leave_out(_shown(name), "a link to nothing" if is_link else "the file may not be read")
        return
    if not stat.S_ISREG(facts.st_mode):
        found.leave_out(_shown(name), "not an ordinary file")
        return
    stamp = f"{path}|{facts.st_size}|{facts.st_mtime_ns}"
    found.sources.append(Source(_shown(name), stamp, partial(read_file, path)))


class _Walk:
    """Through folders. Links to folders are not followed, so that no loop and no strange disk is entered."""

    def __init__(self, found: Found, progress: Progress) -> None:
        self._found = found
        self._progress = progress

    def folder(self, path: Path, prefix: str) -> None:
        waiting = [(path, prefix)]
        seen: set[tuple[int, int]] = set()
        while waiting:
            path, prefix = waiting.pop()
            self._progress.update("Looking for pictures", len(self._found.sources), 0)
            try:
                facts = path.stat()
                if (facts.st_dev, facts.st_ino) in seen:  # a junction, Windows' other kind of link
                    self._found.leave_out(_shown(prefix), "a link to a folder that is already read")
                    continue
                seen.add((facts.st_dev, facts.st_ino))
                with os.scandir(path) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                self._found.leave_out(_shown(prefix.rstrip("/") or path.name), "the folder may not be read")
                continue
            for entry in listed:
                inner = self._entry(entry, prefix + entry.name)
                if inner is not None:
                    waiting.append((inner, f"{prefix}{entry.name}/"))

    def _entry(self, entry: os.DirEntry[str], name: str) -> Path | None:
        """Note a file, or return a folder to enter."""
        if reason := _unwanted(entry.name):
            self._found.leave_out(_shown(name), reason)
        elif entry.is_symlink() and os.path.isdir(entry.path):
            self._found.leave_out(_shown(name), "a link to a folder; give that folder itself to read it")
        elif entry.is_dir(follow_symlinks=False):
            return Path(entry.path)
        else:
            _add_file(self._found, Path(entry.path), name)
        return None


def _unwanted(name: str) -> str:
    if name.lower() in _LITTER:
        return "the desktop's own file, not a picture"
    return "hidden" if name.startswith(".") else ""


def _is_zip(path: Path) -> bool:
    """By its first bytes: other files may have a zip behind their end."""
    try:
        with open(path, "rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _ZIP_ERRORS as error:
        raise StudioError(
            f"The archive “{path.name}” is damaged.", "Unpack it with another program and give the folder."
        ) from error


def _list_zip(found: Found, archive: zipfile.ZipFile, path: Path, prefix: str, progress: Progress) -> None:
    """Entries are read into memory one by one and never written, so their names cannot lead anywhere."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise StudioError(f"The archive “{path.name}” has more than a million files.", "Give a part of it.")
    zip_stamp = f"{path}|{path.stat().st_mtime_ns}"
    for index, entry in enumerate(entries):
        progress.update("Looking for pictures", len(found.sources), 0)
        if entry.is_dir():
            continue
        name = _shown(prefix + entry.filename)
        unwanted = next(filter(None, map(_unwanted, entry.filename.split("/"))), "")
        if unwanted:
            found.leave_out(name, unwanted)
        elif entry.flag_bits & 1:
            found.leave_out(name, "locked with a password")
        else:
            stamp = f"{zip_stamp}|{index}|{entry.CRC}|{entry.file_size}"
            found.sources.append(Source(name, stamp, partial(_read_entry, archive, entry)))


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpacks no more than a picture may need, and only what begins like a picture."""
    try:
        with archive.open(entry) as packed:
            start = packed.read(_SNIFFED)
            recognise(start, entry.filename)
            data = start + packed.read(LARGEST_FILE + 1 - len(start))
    except _ZIP_ERRORS as error:
        raise NotTaken("damaged inside the archive") from error
    if len(data) > LARGEST_FILE:
        raise NotTaken(f"the file is larger than {LARGEST_FILE // 2**20} MB")
    return data
