"""Where a pack goes: what may be replaced, what must not be touched, and the zip beside it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import StudioError
from studio.store.files import TEMPORARY, read_json

from .writers.manifest import MANIFEST, MARK

_NAMED = 5  # files in a sentence
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold: the same pack gives the same bytes."""


def zip_beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.zip")


@dataclass(frozen=True)
class There:
    """What lies already where a pack goes, relative to what its folder lies in."""

    files: tuple[str, ...]  # that writing the pack will remove or overwrite
    strangers: tuple[str, ...]  # those of them that are of no older pack of ours


def look_at_outlet(folder: Path, sources: Sequence[Path], with_zip: bool) -> There:
    """Raises StudioError where nothing may be replaced whatever the user says: the pictures themselves, a
    folder that the user stands in, something of another kind.
    """
    for place in (each.resolve() for each in (Path.cwd(), Path.home(), *sources)):
        if folder in (place, *place.parents) or (with_zip and place == zip_beside(folder)):
            raise StudioError(
                f"“{folder}” holds the pictures or more than a pack may replace.", "Choose a new folder."
            )
    if folder.exists() and not folder.is_dir():
        raise StudioError(f"“{folder}” is a file.", "Choose a folder.")
    there = [f"{folder.name}/{name}" for name in _files_in(folder)]
    zip_file = zip_beside(folder)
    if with_zip and zip_file.is_dir():
        raise StudioError(f"“{zip_file}” is a folder.", "Choose another name.")
    if with_zip and zip_file.exists():
        there.append(zip_file.name)
    own = _own_files(folder)
    return There(tuple(there), tuple(name for name in there if name not in own))


def check_outlet(folder: Path, sources: Sequence[Path], may_replace: bool, with_zip: bool) -> list[str]:
    """The files that writing the pack will remove or overwrite.

    Raises StudioError also where something would be lost that is not an older pack of ours.
    """
    there = look_at_outlet(folder, sources, with_zip)
    if there.strangers and not may_replace:
        raise StudioError(
            f"“{folder.parent}” has files that are not of a pack made here: {_some(there.strangers)}.",
            "Choose another folder, or ask for them to be replaced.",
        )
    return list(there.files)


def _files_in(folder: Path) -> list[str]:
    """Relative, sorted; what a killed run left does not count."""
    found = []
    for parent, folders, files in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        found += [(inside / name).as_posix() for name in files if not name.startswith(TEMPORARY)]
        found += [f"{(inside / name).as_posix()}/" for name in folders if (Path(parent) / name).is_symlink()]
    return sorted(found)


def _own_files(folder: Path) -> set[str]:
    """What the manifest of an older pack lists, named as in `check_outlet`; empty if there is none."""
    try:
        values = read_json(folder / MANIFEST)
    except StudioError:
        return set()
    files = values.get("files")
    if values.get("what") != MARK or not isinstance(files, list):
        return set()
    own = {f"{folder.name}/{name}" for name in files if isinstance(name, str)}
    return own | ({zip_beside(folder).name} if values.get("zip") is True else set())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def write_zip(folder: Path, target: Path, inside: str) -> None:
    """All files of `folder` under the name `inside`; the same files give the same bytes.

    Raises OSError when the disk refuses.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{inside}/{file.name}", _EPOCH)
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = 0o644 << 16
            entry.file_size = file.stat().st_size
            is_png = file.suffix == ".png"  # deflated already
            entry.compress_type = zipfile.ZIP_STORED if is_png else zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as packed, open(file, "rb") as source:
                while part := source.read(2**20):
                    packed.write(part)
