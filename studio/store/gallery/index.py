"""Rows of the index: putting pictures in, reading them out, and what is said of them. Plain SQL, no files."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from sqlite3 import Connection
from typing import Any

import numpy as np

from studio.core.picture import Picture
from studio.store.damage import Damaged
from studio.store.metadata import recipe_from_json, recipe_to_json

from .looks import SHADES, Look
from .notes import Notes

__all__ = ["SHADES", "Collection", "Details", "Entry", "Item", "State"]
AT_ONCE = 500  # rows asked for by number; SQLite allows some thousand


class State(IntEnum):
    """How a picture's file was when it was looked at last."""

    WELL = 0
    MISSING = 1
    CHANGED = 2  # other pixels than the gallery put there
    UNREADABLE = 3


@dataclass(frozen=True)
class FileStamp:
    """Differs when the content may have changed."""

    file_bytes: int
    mtime_ns: int


@dataclass(frozen=True, eq=False)
class Item:
    """Everything known of a picture that comes in."""

    file: str  # relative to the gallery's folder, with slashes
    stamp: FileStamp
    look: Look
    notes: Notes
    picture: Picture | None
    has_notes: bool = True  # whether the file says them


@dataclass(frozen=True)
class Entry:
    """One picture, as a grid and a list show it."""

    id: int
    key: str
    file: str
    state: State
    hash: str
    width: int
    height: int
    is_pixel_art: bool
    model: str  # id of the bundle; "" where none made it
    model_name: str
    seed: int | None
    diversity: float | None
    novelty: float | None
    colour: int
    shade: int
    created_ms: int
    name: str
    stars: int
    note: str

    @property
    def title(self) -> str:
        """Its name, else what it came from, else its file."""
        if self.name:
            return self.name
        if self.model_name:
            return self.model_name if self.seed is None else f"{self.model_name} {self.seed}"
        return self.file.rpartition("/")[2].removesuffix(".png")


@dataclass(frozen=True)
class Collection:
    id: int
    key: str
    name: str
    count: int = 0


@dataclass(frozen=True, eq=False)
class Details:
    """What is shown beside a large picture."""

    entry: Entry
    picture: Picture | None
    tags: tuple[str, ...] = ()
    collections: tuple[Collection, ...] = ()
    parents: tuple[tuple[str, Entry | None], ...] = ()  # hash, and the picture if it is in the gallery
    children: tuple[Entry, ...] = field(default=())


_ENTRY = (
    "id, key, file, state, hash, width, height, is_pixel_art, model, model_name, seed, diversity, novelty, "
    "colour, shade, created_ms, name, stars, note"
)


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(row[0], row[1], row[2], State(row[3]), row[4], row[5], row[6], bool(row[7]), *row[8:])


def recipe_hash(picture: Picture | None) -> str:
    """By which a family knows its members: of the model and the place, whatever the finish or the name."""
    if picture is None:
        return ""
    latent = np.ascontiguousarray(picture.latent, "<f4").tobytes()
    return hashlib.blake2b(picture.bundle_id.encode() + latent, digest_size=16).hexdigest()


# Putting in


def insert(connection: Connection, item: Item, id: int | None = None) -> int:
    """The number of the new row. id: the one it had before, where a picture comes back."""
    look, notes, picture = item.look, item.notes, item.picture
    values = {
        "id": id,
        "key": notes.key,
        "file": item.file,
        "name": notes.name,
        "stars": notes.stars,
        "note": notes.note,
        "novelty": notes.novelty,
        "created_ms": notes.created_ms,
        **_of_content(item),
    }
    columns = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    row = connection.execute(f"INSERT INTO pictures ({columns}) VALUES ({marks})", values)
    new = int(row.lastrowid or 0)
    _put_traits(connection, new, look, picture)
    put_parents(connection, new, notes.parents)
    put_tags(connection, new, notes.tags)
    index_words(connection, [new])
    if not item.has_notes:
        touch(connection, [new])
    return new


def refresh(connection: Connection, id: int, item: Item, state: State, with_notes: bool) -> None:
    """The file was changed or moved. with_notes: whether what it says goes before what the index has."""
    if (
        item.picture is None
        and connection.execute(
            "SELECT 1 FROM pictures WHERE id = ? AND hash = ?", (id, item.look.hash)
        ).fetchone()
    ):
        item = replace(item, picture=picture_of(connection, id))  # another program left the recipe out
    values: dict[str, Any] = {"id": id, "file": item.file, "state": int(state), **_of_content(item)}
    if with_notes:
        notes = item.notes
        values |= {"name": notes.name, "stars": notes.stars, "note": notes.note, "novelty": notes.novelty}
        put_parents(connection, id, notes.parents)
        put_tags(connection, id, notes.tags)
    if not item.notes.model:
        del values["model_name"]
    changes = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    connection.execute(f"UPDATE pictures SET {changes} WHERE id = :id", values)
    connection.execute("DELETE FROM traits WHERE picture = ?", (id,))
    _put_traits(connection, id, item.look, item.picture)
    index_words(connection, [id])
    if not item.has_notes:
        touch(connection, [id])


def _of_content(item: Item) -> dict[str, Any]:
    look, picture = item.look, item.picture
    return {
        "file_bytes": item.stamp.file_bytes,
        "file_mtime_ns": item.stamp.mtime_ns,
        "hash": look.hash,
        "recipe_hash": recipe_hash(picture),
        "width": look.width,
        "height": look.height,
        "is_pixel_art": look.is_pixel_art,
        "model": picture.bundle_id if picture else "",
        "model_name": item.notes.model,
        "seed": picture.seed if picture else None,
        "diversity": picture.diversity if picture else None,
        "colour": look.colour,
        "shade": look.shade,
        "colour_order": look.colour_order,
    }


def _put_traits(connection: Connection, id: int, look: Look, picture: Picture | None) -> None:
    latent, recipe = None, None
    if picture is not None:
        values = recipe_to_json(picture)
        latent = base64.b64decode(values.pop("latent"))  # as numbers it is a quarter smaller, and searched
        recipe = json.dumps(values)
    connection.execute(
        "INSERT INTO traits (picture, model, latent, recipe, dhash, feature) VALUES (?, ?, ?, ?, ?, ?)",
        (id, picture.bundle_id if picture else "", latent, recipe, look.dhash, look.feature),
    )


def put_parents(connection: Connection, id: int, parents: Sequence[str]) -> None:
    connection.execute("DELETE FROM parents WHERE picture = ?", (id,))
    rows = [(id, place, parent) for place, parent in enumerate(parents)]
    connection.executemany("INSERT INTO parents VALUES (?, ?, ?)", rows)


def put_tags(connection: Connection, id: int, tags: Sequence[str]) -> None:
    connection.execute("DELETE FROM tagged WHERE picture = ?", (id,))
    for place, tag in enumerate(tags):
        connection.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (tag,))
        connection.execute(
            "INSERT OR IGNORE INTO tagged (tag, picture, place) SELECT id, ?, ? FROM tags WHERE name = ?",
            (id, place, tag),
        )


def index_words(connection: Connection, ids: Iterable[int]) -> None:
    """What a text search finds; after every change of a name, a note, a model or tags."""
    for id in ids:
        connection.execute("DELETE FROM words WHERE rowid = ?", (id,))
        connection.execute(
            """
            INSERT INTO words (rowid, name, note, tags, model)
            SELECT id, name, note,
                (SELECT group_concat(tags.name, ' ') FROM tagged JOIN tags ON tags.id = tag
                    WHERE picture = ?1),
                model_name || ' ' || coalesce(seed, '')
            FROM pictures WHERE id = ?1
            """,
            (id,),
        )


def has(connection: Connection, id: int) -> bool:
    return connection.execute("SELECT 1 FROM pictures WHERE id = ?", (id,)).fetchone() is not None


def id_of(connection: Connection, key: str) -> int | None:
    row = connection.execute("SELECT id FROM pictures WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else None


def remove(connection: Connection, ids: Iterable[int]) -> None:
    rows = [(id,) for id in ids]
    connection.executemany("DELETE FROM words WHERE rowid = ?", rows)
    connection.executemany("DELETE FROM pictures WHERE id = ?", rows)


def touch(connection: Connection, ids: Iterable[int]) -> None:
    """The files do not say yet what the index says."""
    connection.executemany("UPDATE pictures SET revision = revision + 1 WHERE id = ?", [(i,) for i in ids])


def set_fact(connection: Connection, name: str, value: int) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def fact(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


# Reading out


def entries(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """In the order asked for, without those that are gone."""
    found: dict[int, Entry] = {}
    for some in batched_ids(ids):
        marks = ",".join("?" * len(some))
        for row in connection.execute(f"SELECT {_ENTRY} FROM pictures WHERE id IN ({marks})", some):
            found[row[0]] = _entry(row)
    return [found[id] for id in ids if id in found]


def entries_where(connection: Connection, condition: str, values: Sequence[Any]) -> list[Entry]:
    rows = connection.execute(f"SELECT {_ENTRY} FROM pictures WHERE {condition}", values)
    return [_entry(row) for row in rows]


def batched_ids(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def picture_of(connection: Connection, id: int) -> Picture | None:
    row = connection.execute("SELECT recipe, latent FROM traits WHERE picture = ?", (id,)).fetchone()
    if row is None or row[0] is None:
        return None
    try:
        return recipe_from_json({**json.loads(row[0]), "latent": base64.b64encode(row[1]).decode()})
    except (Damaged, ValueError):
        return None


def details_referred(connection: Connection) -> set[str]:
    """The names of the details that recipes speak of."""
    rows = connection.execute("SELECT recipe FROM traits WHERE recipe LIKE '%\"detail\"%'")
    found: set[str] = set()
    for (recipe,) in rows:
        with contextlib.suppress(ValueError, AttributeError):  # of a picture that has no recipe any more
            found.add(str(json.loads(recipe).get("detail", "")))
    return found


def tags_of(connection: Connection, id: int) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT name FROM tagged JOIN tags ON tags.id = tag WHERE picture = ? ORDER BY tagged.place", (id,)
    )
    return tuple(name for (name,) in rows)


def notes_of(connection: Connection, id: int) -> Notes | None:
    row = connection.execute(
        "SELECT key, created_ms, name, model_name, stars, note, novelty FROM pictures WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        return None
    key, created, name, model, stars, note, novelty = row
    parents = connection.execute("SELECT hash FROM parents WHERE picture = ? ORDER BY place", (id,))
    return Notes(
        key, created, name, model, stars, note, tags_of(connection, id), novelty, tuple(p for (p,) in parents)
    )


def details(connection: Connection, id: int) -> Details | None:
    found = entries(connection, [id])
    if not found:
        return None
    entry = found[0]
    (own_recipe,) = connection.execute("SELECT recipe_hash FROM pictures WHERE id = ?", (id,)).fetchone()
    parents = []
    for (parent,) in connection.execute(
        "SELECT hash FROM parents WHERE picture = ? ORDER BY place", (id,)
    ).fetchall():
        kin = entries_where(connection, "hash = ?1 OR recipe_hash = ?1 ORDER BY id LIMIT 1", (parent,))
        parents.append((parent, kin[0] if kin else None))
    children = entries_where(
        connection,
        "id IN (SELECT picture FROM parents WHERE hash IN (?, ?)) AND id <> ? ORDER BY created_ms LIMIT 100",
        (entry.hash, own_recipe or entry.hash, id),
    )
    rows = connection.execute(
        "SELECT c.id, c.key, c.name FROM members JOIN collections c ON c.id = collection WHERE picture = ? "
        "ORDER BY c.place",
        (id,),
    )
    collections = tuple(Collection(*row) for row in rows)
    picture = picture_of(connection, id)
    return Details(entry, picture, tags_of(connection, id), collections, tuple(parents), tuple(children))
