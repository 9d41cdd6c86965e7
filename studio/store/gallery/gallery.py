"""The gallery: keeping pictures, finding them, saying something of them, throwing them away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.bin import Binned, bring_back, move_to_bin
from studio.store.damage import Damaged
from studio.store.facts import Facts
from studio.store.files import atomic_write
from studio.store.importing.decoding import NotTaken, decode, read_file
from studio.store.importing.png import SIGNATURE
from studio.store.importing.sources import find as find_sources
from studio.store.metadata import packed_png_bytes, png_bytes

from . import index
from .collecting import Collections
from .database import Database, open_database
from .index import Details, Entry, FileStamp, Item, State
from .looks import Look, look_at
from .notes import MOST_STARS, Notes, new_key, notes_in, tidy_tags, tidy_texts, with_notes
from .query import Ids, Search, Sort, count, find
from .reading import file_for, read_item, recipe_of, stamp_of
from .similar import DoubleGroup, by_likeness, near_doubles
from .thumbnails import SIDE, Thumbnails

INDEX, THUMBNAILS, COLLECTIONS, BIN = "gallery.sqlite", "thumbnails.sqlite", "collections.json", "bin"


@dataclass(frozen=True)
class Added:
    """What became of a picture that was to be kept."""

    id: int
    is_new: bool  # else it was there already


@dataclass
class Imported:
    ids: list[int] = field(default_factory=list)  # new ones
    already: list[int] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class Discarded:
    """A picture thrown away: enough to have it back as it was."""

    id: int
    file: str
    binned: Binned | None  # None where there was no file any more
    places: tuple[tuple[int, int], ...]  # collection, place in it


class Gallery:
    """Thread-safe: writers take turns, readers wait for nobody. See the package for what is kept where."""

    def __init__(self, folder: Path, database: Database, own_bin: Path) -> None:
        self.folder, self.database, self._own_bin = folder, database, own_bin
        self.thumbnails = Thumbnails(folder / THUMBNAILS, folder)
        self.collections = Collections(database, folder / COLLECTIONS)
        self._clock_lock = threading.Lock()
        self._last_ms = 0
        self._writing_back = threading.Lock()

    def close(self) -> None:
        self.thumbnails.close()
        self.database.close()

    def path(self, entry: Entry) -> Path:
        return self.folder / entry.file

    # Keeping

    def keep(
        self,
        rgba: Pictures,
        picture: Picture | None = None,
        facts: Facts | None = None,
        novelty: float | None = None,
        parents: Sequence[str] = (),
    ) -> Added:
        """Write a picture of ours as a PNG that comes back by itself, and remember it.

        rgba: uint8 [H, W, 4], finished. picture: how it was made, where that is known. facts: of the model
        that made it, where it is in the library. parents: hashes of pictures or of recipes, of what it was
        made from. Raises StudioError when the disk refuses.
        """
        if picture is not None and facts is not None:
            png = png_bytes(rgba, picture, facts)
        else:
            png = packed_png_bytes(rgba, picture, is_generated=picture is not None)
        notes = self._new_notes(picture.name if picture else "", facts.name if facts else "")
        return self._add(rgba, png, picture, replace(notes, novelty=novelty, parents=tuple(parents)))

    def take_in(
        self,
        data: bytes,
        name: str,
        model_name: Callable[[str], str] = lambda id: "",
        parents: Sequence[str] = (),
    ) -> Added:
        """Any picture file's content. A PNG stays as it is, with all that it says; others become one.

        model_name: of a bundle's id, "" if it is not known. parents: as for `keep`; none: those that the file
        names. Raises NotTaken for what is no picture, StudioError when the disk refuses.
        """
        rgba = decode(data, name, is_to_learn=False)
        picture: Picture | None = None
        said: Notes | None = None
        if data[:8] == SIGNATURE:
            said = notes_in(data)
            picture = recipe_of(data)
            png = data
        else:
            png = packed_png_bytes(rgba, None, is_generated=False)
        title = picture.name if picture else Path(name).stem
        model = model_name(picture.bundle_id) if picture else ""
        notes = self._new_notes(title, model)
        if said is not None:
            own = replace(said, key=notes.key, created_ms=notes.created_ms, model=model or said.model)
            notes = own if own.name else replace(own, name=notes.name)
        if parents:
            notes = replace(notes, parents=tuple(parents))
        return self._add(rgba, png, picture, notes)

    def import_files(
        self,
        paths: Sequence[Path],
        progress: Progress,
        model_name: Callable[[str], str] = lambda id: "",
    ) -> Imported:
        """Every picture in files, folders and zips. A bad file costs that file.

        Raises StudioError when a path is gone or the disk refuses, Cancelled from `progress`: what was
        imported by then stays.
        """
        result = Imported()
        with find_sources(paths, progress) as found:
            result.left_out += found.left_out
            for done, source in enumerate(found.sources):
                progress.update("Adding pictures", done, len(found.sources))
                try:
                    added = self.take_in(source.read(), source.file, model_name)
                except NotTaken as error:
                    result.left_out.append(LeftOut(source.file, error.reason))
                    continue
                (result.ids if added.is_new else result.already).append(added.id)
        return result

    def _new_notes(self, name: str, model: str) -> Notes:
        with self._clock_lock:  # strictly rising, so that the order of one second's pictures stays
            self._last_ms = max(self._last_ms + 1, time.time_ns() // 1_000_000)
            return Notes(new_key(), self._last_ms, tidy_texts(name, "")[0], model)

    def _add(self, rgba: Pictures, png: bytes, picture: Picture | None, notes: Notes) -> Added:
        """The file first, then its row: killed in between, `sync` finds the file."""
        look = look_at(rgba)
        double = self._same(look, picture)
        if double is not None:
            return Added(double, is_new=False)
        file = file_for(notes, picture)
        path = self.folder / file
        try:
            atomic_write(path, with_notes(png, notes))
        except Damaged as error:
            raise NotTaken(f"the file is damaged: {error}") from error
        if max(look.width, look.height) > SIDE:
            self.thumbnails.make(look.hash, rgba)
        item = Item(file, stamp_of(path), look, notes, picture)
        with self.database.writing() as connection:
            found = index.id_of(connection, notes.key)  # a `sync` beside this may have been faster
            return Added(index.insert(connection, item) if found is None else found, is_new=True)

    def _same(self, look: Look, picture: Picture | None) -> int | None:
        """The picture that is there already: the same pixels, made in the same way."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT id FROM pictures WHERE hash = ? AND recipe_hash = ? AND state = 0 LIMIT 1",
                (look.hash, index.recipe_hash(picture)),
            ).fetchone()
        return int(row[0]) if row else None

    # Finding

    def search(self, search: Search) -> Ids:
        """Numbers of the pictures found, int64 [N], in the order wanted."""
        with self.database.reading() as connection:
            ids = find(connection, search)
            if search.order is Sort.ALIKE and search.alike is not None:
                return by_likeness(connection, ids, search.alike)
            return ids

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """In the order asked for, without those that are gone."""
        with self.database.reading() as connection:
            return index.entries(connection, [int(id) for id in ids])

    def details(self, id: int) -> Details | None:
        with self.database.reading() as connection:
            return index.details(connection, id)

    def details_referred(self) -> set[str]:
        """Which details of own pictures (store/details.py) the recipes of its pictures speak of."""
        with self.database.reading() as connection:
            return index.details_referred(connection)

    def pixels(self, entry: Entry) -> Pictures:
        """uint8 [H, W, 4], the whole picture. Raises StudioError when the file cannot be read."""
        try:
            return decode(read_file(self.path(entry)), entry.file, is_to_learn=False)
        except NotTaken as error:
            raise StudioError(f"“{entry.title}” cannot be shown: {error}.") from error

    def doubles(self, progress: Progress) -> list[DoubleGroup]:
        """Pictures that show the same. Raises Cancelled from `progress`."""
        with self.database.reading() as connection:
            return near_doubles(connection, self._pixels_of, progress)

    def _pixels_of(self, id: int) -> Pictures | None:
        try:
            return self.pixels(self.entries([id])[0])
        except (StudioError, IndexError):
            return None

    def tags(self) -> list[tuple[str, int]]:
        """All tags in use, by name, and how many pictures have each."""
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT name, count(*) FROM tagged JOIN tags ON tags.id = tag GROUP BY tag "
                "ORDER BY name COLLATE NOCASE"
            ).fetchall()

    def models(self) -> list[tuple[str, str, int]]:
        """Ids of the models that made pictures ("" for none), their names, and how many each."""
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT model, (SELECT model_name FROM pictures AS one WHERE one.model = pictures.model "
                "ORDER BY created_ms DESC LIMIT 1) AS name, count(*) FROM pictures GROUP BY model "
                "ORDER BY model = '', name COLLATE NOCASE"
            ).fetchall()

    def count(self, search: Search | None = None) -> int:
        """How many there are, or how many a search finds."""
        with self.database.reading() as connection:
            return count(connection, search or Search())

    # Saying something of pictures. At once in the index; `write_back` brings it to the files.

    def set_stars(self, stars: Mapping[int, int]) -> None:
        """Of each picture, 0..5."""
        with self.database.writing() as connection:
            rows = [(min(MOST_STARS, max(0, n)), id) for id, n in stars.items()]
            connection.executemany("UPDATE pictures SET stars = ? WHERE id = ?", rows)
            index.touch(connection, stars)

    def set_texts(self, texts: Mapping[int, tuple[str, str]]) -> None:
        """Of each picture, its name and its note."""
        with self.database.writing() as connection:
            texts = {id: said for id, said in texts.items() if index.has(connection, id)}
            rows = [(*tidy_texts(*said), id) for id, said in texts.items()]
            connection.executemany("UPDATE pictures SET name = ?, note = ? WHERE id = ?", rows)
            index.index_words(connection, texts)
            index.touch(connection, texts)

    def set_tags(self, tags: Mapping[int, Iterable[str]]) -> None:
        """Of each picture, all its tags."""
        with self.database.writing() as connection:
            tags = {id: words for id, words in tags.items() if index.has(connection, id)}
            for id, words in tags.items():
                index.put_tags(connection, id, tidy_tags(words))
            index.index_words(connection, tags)
            index.touch(connection, tags)

    def set_novelty(self, id: int, novelty: float) -> None:
        """How new a picture was judged to be, 0..1."""
        with self.database.writing() as connection:
            connection.execute("UPDATE pictures SET novelty = ? WHERE id = ?", (novelty, id))
            index.touch(connection, [id])

    def tags_of(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        with self.database.reading() as connection:
            return {id: index.tags_of(connection, id) for id in ids}

    def accept_changes(self, ids: Sequence[int]) -> None:
        """Pictures that another program changed are fine as they are."""
        with self.database.writing() as connection:
            rows = [(int(State.WELL), id, int(State.CHANGED)) for id in ids]
            connection.executemany("UPDATE pictures SET state = ? WHERE id = ? AND state = ?", rows)

    # To the files

    def write_back(self, progress: Progress | None = None, only: Sequence[int] | None = None) -> None:
        """Bring what was said of pictures into their files, and collections into theirs.

        only: these pictures alone. Raises StudioError when the disk refuses; the rest is still written,
        and what could not be is tried again next time.
        """
        errors: list[StudioError] = []
        with self._writing_back:
            waiting = self._unwritten() if only is None else list(only)
            for done, id in enumerate(waiting):
                if progress is not None:
                    progress.update("Saving", done, len(waiting))
                try:
                    self._write_notes(id)
                except StudioError as error:
                    errors.append(error)
            if only is None:
                self.collections.write_back()
        if errors:
            raise errors[0]

    def _unwritten(self) -> list[int]:
        with self.database.reading() as connection:
            rows = connection.execute("SELECT id FROM pictures WHERE revision <> written AND state <> 1")
            return [id for (id,) in rows]

    def _write_notes(self, id: int) -> None:
        """What another program changed meanwhile keeps its old stamp here, so that `sync` looks at it."""
        with self.database.reading() as connection:
            notes = index.notes_of(connection, id)
            row = connection.execute(
                "SELECT file, revision, written, file_bytes, file_mtime_ns FROM pictures WHERE id = ?", (id,)
            ).fetchone()
        if notes is None or row is None or row[1] == row[2]:
            return
        path, known = self.folder / row[0], FileStamp(*row[3:])
        try:
            is_as_known = stamp_of(path) == known
            png = with_notes(read_file(path), notes)
        except (StudioError, NotTaken, Damaged):
            return  # missing or damaged: `sync` says so
        atomic_write(path, png)
        stamp = stamp_of(path) if is_as_known else known
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE pictures SET written = ?, file_bytes = ?, file_mtime_ns = ? WHERE id = ?",
                (row[1], stamp.file_bytes, stamp.mtime_ns, id),
            )

    def export(self, entry: Entry, file: Path, embed: bool = True) -> None:
        """A copy for others: without what the artist noted. embed: whether it says how it was made.

        Raises StudioError when it cannot be read or written.
        """
        try:
            data = read_file(self.path(entry))
            if embed:
                data = with_notes(data, None)
            else:
                rgba = decode(data, entry.file, is_to_learn=False)
                data = packed_png_bytes(rgba, None, is_generated=bool(entry.model))
        except (NotTaken, Damaged) as error:
            raise StudioError(f"“{entry.title}” cannot be copied: {error}.") from error
        atomic_write(file, data)

    # Throwing away

    def discard(self, ids: Sequence[int]) -> list[Discarded]:
        """Move pictures to the bin. Raises StudioError when one cannot be moved; those before it are."""
        self.write_back(only=ids)
        gone: list[Discarded] = []
        for entry in self.entries(ids):
            path = self.folder / entry.file
            places = self.collections.places_of(entry.id)
            binned = move_to_bin(path, self._own_bin) if path.exists() else None
            with self.database.writing() as connection:
                index.remove(connection, [entry.id])
            if places:
                self.collections.touch()
            gone.append(Discarded(entry.id, entry.file, binned, places))
        return gone

    def restore(self, gone: Sequence[Discarded]) -> None:
        """Have thrown pictures back, with their stars, tags and places. Raises StudioError for the first
        that is gone from the bin; the others come back."""
        errors: list[StudioError] = []
        for one in gone:
            path = self.folder / one.file
            try:
                if one.binned is not None:
                    bring_back(one.binned)
                item = read_item(path, one.file)
            except NotTaken as error:
                errors.append(StudioError(f"“{path.name}” cannot be had back: {error.reason}."))
                continue
            except StudioError as error:
                errors.append(error)
                continue
            with self.database.writing() as connection:
                index.insert(connection, item, one.id)
            self.collections.put_back(one.id, one.places)
        if errors:
            raise errors[0]


def open_gallery(folder: Path, own_bin: Path | None = None) -> tuple[Gallery, str]:
    """The gallery of a folder, and what the user must be told ("" for nothing).

    own_bin: where deleted pictures go if the desktop has no bin; else a folder in the gallery's.
    A damaged index is set aside; `sync` then fills the new one from the files.
    Raises StudioError when the folder cannot be used.
    """
    database, told = open_database(folder / INDEX)
    return Gallery(folder, database, own_bin or folder / BIN), told
