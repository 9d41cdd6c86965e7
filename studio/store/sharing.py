"""A bundle as one .morpho file (a zip) to give to others, and back; and as a copy beside itself.

What others give is not trusted.
"""

from __future__ import annotations

import io
import itertools
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from studio.core.errors import StudioError

from .bundle import FACTS, LARGEST, PICTURES, PRIOR, Bundle, load_bundle, write_pictures
from .damage import BROKEN_ZIP, Damaged
from .facts import Facts, read_facts
from .files import atomic_folder, atomic_write, write_json

SUFFIX = ".morpho"
_MOST_ENTRIES = 1000
_COPY_BYTES = 2**20
_LONGEST_WITH_NUMBER = 110  # bytes of UTF-8


def export_bundle(bundle: Bundle, file: Path, thumbnails: bool = False) -> None:
    """Write `bundle` as one file, whole or not at all; the same bundle gives the same bytes.

    thumbnails: whether the small training pictures and the names of their files go along.
    Raises StudioError when the disk refuses.
    """
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(target, "w") as archive:
            for name in LARGEST:
                entry = zipfile.ZipInfo(name)
                # Weights and codes do not get smaller, so time is not spent on them.
                entry.compress_type = zipfile.ZIP_DEFLATED if name in (FACTS, PRIOR) else zipfile.ZIP_STORED
                archive.writestr(entry, _content(bundle, name, thumbnails))
    except OSError as error:
        raise StudioError(
            f"The model “{bundle.facts.name}” cannot be read.", "See whether its folder still exists."
        ) from error
    atomic_write(file, target.getvalue())


def _content(bundle: Bundle, name: str, thumbnails: bool) -> bytes:
    if name != PICTURES or thumbnails:
        return (bundle.folder / name).read_bytes()
    target = io.BytesIO()
    write_pictures(target, bundle.codes, None, ())
    return target.getvalue()


def shared_size(bundle: Bundle, thumbnails: bool) -> int:
    """What `export_bundle` will take on the disk: bytes, a little too many rather than too few."""
    size = sum((bundle.folder / name).stat().st_size for name in LARGEST)
    if not thumbnails:
        size += bundle.codes.nbytes - (bundle.folder / PICTURES).stat().st_size
    return size


def size_on_disk(bundle: Bundle) -> int:
    """Bytes; 0 where it cannot be read."""
    try:
        return shared_size(bundle, thumbnails=True)
    except OSError:
        return 0


def is_shared_bundle(path: Path) -> bool:
    """Whether `import_bundle` is meant for it: a .morpho file, or the folder of a bundle."""
    return (path.suffix.lower() == SUFFIX and path.is_file()) or (path / FACTS).is_file()


def copy_bundle(bundle: Bundle, folder: Path, name: str = "") -> Bundle:
    """The same bundle once more, in a folder of bundles, as `name` or a name like it that is free.

    Its id is the same: the two make the same pictures, and either brings back what the other made.
    Raises StudioError when it cannot be read or the disk refuses.
    """
    name = _free_name(folder, name or bundle.facts.name)
    with atomic_folder(folder / name) as temporary:
        for each in LARGEST:
            shutil.copyfile(bundle.folder / each, temporary / each)
        copied = load_bundle(temporary, called=bundle.facts.name)
        write_json(temporary / FACTS, replace(copied.facts, name=name).to_json())
    return load_bundle(folder / name)


def import_bundle(file: Path, folder: Path) -> Bundle:
    """Unpack a .morpho file (or copy a bundle's folder) into a folder of bundles, under a name free there.

    Entries are looked up by the names a bundle has; names in the archive are never used as paths.
    Raises StudioError if it is no whole bundle or the disk refuses; then nothing is left behind.
    """
    if file.is_dir():
        return copy_bundle(load_bundle(file), folder)
    try:
        with _entries(file) as (archive, entries):
            facts = _facts(archive, entries[FACTS], file)
            name = _free_name(folder, facts.name)
            with atomic_folder(folder / name) as temporary:
                for each, entry in entries.items():
                    _unpack(archive, entry, temporary / each)
                if name != facts.name:
                    write_json(temporary / FACTS, replace(facts, name=name).to_json())
                load_bundle(temporary, called=file.name)
    except Damaged as error:
        raise StudioError(
            f"“{file.name}” is not a whole model: {error}.", "Ask for the file again."
        ) from error
    return load_bundle(folder / name)


@contextmanager
def _entries(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """The archive and its entry for each file of a bundle. What else is in there is not looked at."""
    try:
        archive = zipfile.ZipFile(file)
    except OSError as error:
        raise StudioError(f"“{file}” cannot be read.", "See whether it exists and may be opened.") from error
    except BROKEN_ZIP as error:
        raise Damaged("it is not a zip file") from error
    with archive:
        listed = archive.infolist()
        if len(listed) > _MOST_ENTRIES:
            raise Damaged("it holds too many files")
        # Zipped by hand, a bundle is inside its folder.
        inside = next((e.filename[: -len(FACTS)] for e in listed if e.filename.endswith(f"/{FACTS}")), "")
        found = {entry.filename.removeprefix(inside): entry for entry in listed}
        for name in LARGEST:
            if name not in found:
                raise Damaged(f"“{name}” is missing")
            if found[name].file_size > LARGEST[name]:
                raise Damaged(f"“{name}” is far too large")
        yield archive, {name: found[name] for name in LARGEST}


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Writes at most the size the entry admits to, which `_entries` has limited."""
    left = entry.file_size
    with open(path, "xb") as target:
        try:
            with archive.open(entry) as source:
                while part := source.read(_COPY_BYTES):
                    left -= len(part)
                    if left < 0:
                        raise Damaged(f"“{path.name}” is larger than it says")
                    target.write(part)
        except BROKEN_ZIP as error:
            raise Damaged(f"“{path.name}” cannot be unpacked") from error


def _facts(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Path) -> Facts:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / FACTS
        _unpack(archive, entry, path)
        try:
            return read_facts(path)
        except StudioError as error:
            raise StudioError(error.message.replace(str(path), str(file / FACTS)), error.hint) from error


def _free_name(folder: Path, name: str) -> str:
    """`name`, or `name 2`, `name 3`, … where that is taken."""
    taken = {entry.name.casefold() for entry in folder.iterdir()} if folder.is_dir() else set()
    for number in itertools.count(1):
        candidate = name if number == 1 else f"{_clipped(name)} {number}"
        if candidate.casefold() not in taken:
            return candidate
    raise AssertionError("numbers do not end")


def _clipped(name: str) -> str:
    """Short enough for a number to be put behind it."""
    while len(name.encode()) > _LONGEST_WITH_NUMBER:
        name = name[:-1]
    return name.rstrip(". ")
