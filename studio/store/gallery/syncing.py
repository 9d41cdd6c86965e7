"""Bringing the index to what the files say: at a start, after damage, after other programs were there."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from studio.core.errors import StudioError
from studio.core.progress import Progress
from studio.store.files import Withheld, sweep_temporary
from studio.store.importing.decoding import NotTaken

from . import index
from .database import IndexDamaged, made_anew, set_aside
from .gallery import BIN, Gallery
from .index import FileStamp, Item, State
from .reading import read_item

_IN_ONE_WRITE = 50  # rows
_BREATH, _BREATH_S = 200, 0.002
"""After so many files, a pause: a window that is being scrolled needs Python's lock. A hundred thousand take
two seconds more for it."""


@dataclass
class Synced:
    """What was found, in numbers of pictures."""

    added: int = 0
    moved: int = 0
    changed: int = 0  # other pixels than before
    said: int = 0  # other notes than before
    missing: int = 0
    back: int = 0  # were missing
    unreadable: int = 0
    told: str = ""  # what the user must be told beside the numbers

    @property
    def is_anything(self) -> bool:
        return any(
            (self.added, self.moved, self.changed, self.said, self.missing, self.back, self.unreadable)
        )

    @property
    def sentence(self) -> str:
        """For the user; "" where there is nothing to say."""
        words = [
            _count(self.added, "was found", "were found"),
            _count(self.missing, "is missing", "are missing"),
            _count(self.changed, "was changed by another program", "were changed by another program"),
            _count(self.unreadable, "cannot be read", "cannot be read"),
        ]
        found = "; ".join(word for word in words if word)
        return " ".join(part for part in (self.told, f"{found}." if found else "") if part)


def _count(count: int, one: str, many: str) -> str:
    return "" if not count else f"1 picture {one}" if count == 1 else f"{count} pictures {many}"


@dataclass(frozen=True)
class _Known:
    """What the index has of one picture."""

    id: int
    file: str
    key: str
    stamp: FileStamp
    state: State
    hash: str
    is_unwritten: bool


def sync(gallery: Gallery, progress: Progress) -> Synced:
    """Look at every file of the gallery; read those that are new or changed. Never changes a picture's file
    but to add what the artist said of it.

    A damaged index is set aside and made anew. Raises StudioError when the disk refuses, Cancelled from
    `progress`.
    """
    synced = Synced()
    try:
        gallery.database.check()
    except IndexDamaged as error:
        synced.told = made_anew(error, gallery.database.begin_anew())
    progress.update("Looking at the gallery", 0, 0)
    known = {one.file: one for one in _known(gallery)}  # first: what comes in meanwhile is found, not missed
    files = _files(gallery)
    homeless = {one.key: one for file, one in known.items() if file not in files}
    work = sorted(file for file, stamp in files.items() if _is_news(known.get(file), stamp))
    batch: list[tuple[Item, _Known | None]] = []
    taken = {one.key for file, one in known.items() if file in files}
    for done, file in enumerate(work):
        progress.update("Reading pictures of the gallery", done, len(work))
        before = known.get(file)
        try:
            item = read_item(gallery.folder / file, file)
        except NotTaken:
            synced.unreadable += _not_well(gallery, before, files[file], State.UNREADABLE)
            continue
        if before is None:
            if item.notes.key in taken:  # a copy made by hand: a picture of its own
                item = replace(item, notes=item.notes.with_new_key(), has_notes=False)
            before = homeless.pop(item.notes.key, None)
            taken.add(item.notes.key)
        batch.append((item, before))
        if len(batch) >= _IN_ONE_WRITE:
            _put(gallery, batch, synced)
    _put(gallery, batch, synced)
    for gone in homeless.values():
        synced.missing += _not_well(gallery, gone, None, State.MISSING)
    synced.told = " ".join(part for part in (synced.told, _collections_back(gallery)) if part)
    gallery.write_back(progress)
    return synced


def _files(gallery: Gallery) -> dict[str, FileStamp]:
    """Every PNG below the gallery's folder, but for its bin and work in progress; those are swept."""
    found: dict[str, FileStamp] = {}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _scan(gallery, folder):
            name = f"{folder}{entry.name}"
            if entry.name.startswith(".") or name == BIN:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name + "/")
                sweep_temporary(gallery.folder / name)
            elif entry.name.lower().endswith(".png") and entry.is_file():
                facts = entry.stat()
                if len(found) % _BREATH == 0:
                    time.sleep(_BREATH_S)
                found[name] = FileStamp(facts.st_size, facts.st_mtime_ns)
    sweep_temporary(gallery.folder)
    return found


def _scan(gallery: Gallery, folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(gallery.folder / folder) as entries:
            yield from entries
    except OSError:
        return  # what cannot be listed is missing


def _known(gallery: Gallery) -> list[_Known]:
    with gallery.database.reading() as connection:
        rows = connection.execute(
            "SELECT id, file, key, file_bytes, file_mtime_ns, state, hash, revision <> written FROM pictures"
        )
        known = []
        while some := rows.fetchmany(_BREATH):
            known += [
                _Known(id, file, key, FileStamp(size, mtime), State(state), hash, bool(is_unwritten))
                for id, file, key, size, mtime, state, hash, is_unwritten in some
            ]
            time.sleep(_BREATH_S)
        return known


def _is_news(known: _Known | None, stamp: FileStamp) -> bool:
    return known is None or known.stamp != stamp or known.state is State.MISSING


def _put(gallery: Gallery, batch: list[tuple[Item, _Known | None]], synced: Synced) -> None:
    """Rows for files that were read; empties the batch."""
    with gallery.database.writing() as connection:
        for item, before in batch:
            if before is None:
                if index.id_of(connection, item.notes.key) is None:  # else it came in meanwhile
                    index.insert(connection, item)
                    synced.added += 1
                continue
            if not index.has(connection, before.id):
                continue  # thrown away meanwhile
            is_changed = item.look.hash != before.hash
            state = State.CHANGED if is_changed or before.state is State.CHANGED else State.WELL
            says_more = item.has_notes and not before.is_unwritten
            index.refresh(connection, before.id, item, state, with_notes=says_more)
            synced.changed += is_changed
            synced.back += before.state is State.MISSING and item.file == before.file
            synced.moved += item.file != before.file
            synced.said += not is_changed and before.state is State.WELL and item.file == before.file
    batch.clear()


def _not_well(gallery: Gallery, known: _Known | None, stamp: FileStamp | None, state: State) -> bool:
    """Remember how the file is; whether that is news. A file that was never read gets no row."""
    if known is None:
        return True
    stamp = stamp or known.stamp
    with gallery.database.writing() as connection:
        connection.execute(
            "UPDATE pictures SET state = ?, file_bytes = ?, file_mtime_ns = ? WHERE id = ?",
            (int(state), stamp.file_bytes, stamp.mtime_ns, known.id),
        )
    return known.state is not state


def _collections_back(gallery: Gallery) -> str:
    """Where the index is new: from their file. What the user must be told."""
    try:
        gallery.collections.read_back()
    except Withheld as error:
        return f"The collections are not there yet: {error.message} They are looked for at the next start."
    except StudioError as error:
        aside = set_aside(gallery.collections.file)
        gallery.collections.read_back()
        return f"The collections are lost: {error.message} The old file is kept as “{aside.name}”."
    return ""
