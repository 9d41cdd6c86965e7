"""What the artist looks for, as a value, and the SQL that finds it: numbers of pictures, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
_FEW = 4000
"""Up to so many pictures, each is looked up to put them in order."""


class Sort(StrEnum):
    """Orders of the grid; the value is what the menu says."""

    NEW = "Newest first"
    OLD = "Oldest first"
    STARS = "Most stars first"
    COLOUR = "By colour"
    NAME = "By name"
    PLACE = "In the collection's order"
    ALIKE = "Most alike first"


@dataclass(frozen=True)
class Search:
    """Every answer narrows what is found; the defaults find everything."""

    text: str = ""  # words that begin so, in name, note, tags, model
    model: str | None = None  # id of a bundle; "" for pictures that no model made
    shade: int | None = None  # index into looks.SHADES
    least_stars: int = 0
    is_unrated: bool = False
    since_ms: int | None = None
    until_ms: int | None = None
    collection: int | None = None
    tag: str = ""
    is_loose: bool = False  # in no collection
    is_untagged: bool = False
    is_not_well: bool = False  # missing, changed or unreadable
    sort: Sort = Sort.NEW
    alike: int | None = None  # the picture that the order begins with

    @property
    def order(self) -> Sort:
        """The one that can be had: a collection's order needs a collection, likeness a picture."""
        impossible = (self.sort is Sort.PLACE and self.collection is None) or (
            self.sort is Sort.ALIKE and self.alike is None
        )
        return Sort.NEW if impossible else self.sort


_ORDERS = {
    Sort.NEW: "created_ms DESC, id DESC",
    Sort.OLD: "created_ms, id",
    Sort.STARS: "stars DESC, created_ms DESC, id DESC",
    Sort.COLOUR: "colour_order, created_ms, id",
    Sort.NAME: "name COLLATE NOCASE, created_ms, id",
    Sort.ALIKE: "id",
}
"""Each has an index that holds all it needs: a hundred thousand pictures are put in order in 10 ms."""


def find(connection: Connection, search: Search) -> Ids:
    """Numbers of the pictures, int64 [N], in the order wanted (Sort.ALIKE: by number, to be sorted).

    Every answer is asked for by itself, from an index of its own, and what they have in common is put in
    order: the same in one statement took ten times as long where the wrong index came first (measured).
    """
    wanted = _wanted(connection, search)
    if wanted is not None and len(wanted) <= _FEW:
        return _in_order(connection, search, wanted)
    ids = _in_order(connection, search)
    return ids if wanted is None else ids[np.isin(ids, wanted, assume_unique=True)]


def count(connection: Connection, search: Search) -> int:
    """How many `find` would find."""
    wanted = _wanted(connection, search)
    if wanted is not None:
        return len(wanted)
    (found,) = connection.execute("SELECT count(*) FROM pictures").fetchone()
    return int(found)


def _wanted(connection: Connection, search: Search) -> Ids | None:
    """The pictures that every answer lets through, in no order; None where nothing is asked."""
    wanted: Ids | None = None
    for statement, values in _asked(search):
        found = _ids(connection, statement, values)
        wanted = found if wanted is None else wanted[np.isin(wanted, found, assume_unique=True)]
        if not len(wanted):
            break
    return wanted


def _in_order(connection: Connection, search: Search, only: Ids | None = None) -> Ids:
    """All pictures, or these alone: at most _FEW."""
    among = "" if only is None else f"{{}} IN ({','.join(map(str, only.tolist()))})"
    if search.order is Sort.PLACE:
        more = f" AND {among.format('picture')}" if among else ""
        members = "SELECT picture AS id FROM members WHERE collection = ?"
        return _ids(connection, f"{members}{more} ORDER BY place, picture", (search.collection,))
    where = f" WHERE {among.format('id')}" if among else ""
    ids = _ids(connection, f"SELECT id FROM pictures{where} ORDER BY {_ORDERS[search.order]}")
    if search.order is not Sort.NAME:
        return ids
    # What has no name comes last; asked to sort so, SQLite would not use the index.
    empty = f"{where} AND" if where else " WHERE"
    (unnamed,) = connection.execute(f"SELECT count(*) FROM pictures{empty} name = ''").fetchone()
    return np.concatenate([ids[unnamed:], ids[:unnamed]])


def _ids(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Ids:
    # One long word instead of a hundred thousand rows: 10 ms instead of 28 (measured).
    (found,) = connection.execute(f"SELECT group_concat(id) FROM ({statement})", values).fetchone()
    return np.fromstring(found or "", np.int64, sep=",")


def _asked(search: Search) -> Iterator[tuple[str, Sequence[Any]]]:
    """A statement for each answer, and its values."""
    pictures = "SELECT id FROM pictures WHERE"
    if search.text.strip():
        words = words_of(search.text)
        yield "SELECT rowid AS id FROM words WHERE words MATCH ?", (words or '""',)
    if search.collection is not None:
        yield "SELECT picture AS id FROM members WHERE collection = ?", (search.collection,)
    if search.tag:
        yield (
            "SELECT picture AS id FROM tagged WHERE tag = (SELECT id FROM tags WHERE name = ?)",
            (search.tag,),
        )
    if search.model is not None:
        yield f"{pictures} model = ?", (search.model,)
    if search.shade is not None:
        yield f"{pictures} colour_order >= ? AND colour_order < ?", (search.shade << 8, search.shade + 1 << 8)
    if search.least_stars:
        yield f"{pictures} stars >= ?", (search.least_stars,)
    if search.is_unrated:
        yield f"{pictures} stars = 0", ()
    if search.since_ms is not None:
        yield f"{pictures} created_ms >= ?", (search.since_ms,)
    if search.until_ms is not None:
        yield f"{pictures} created_ms < ?", (search.until_ms,)
    if search.is_loose:
        yield f"{pictures} id NOT IN (SELECT picture FROM members)", ()
    if search.is_untagged:
        yield f"{pictures} id NOT IN (SELECT picture FROM tagged)", ()
    if search.is_not_well:
        yield f"{pictures} state <> 0", ()


def words_of(text: str) -> str:
    """What FTS5 is asked: every word must begin a word of the picture. No other syntax gets through."""
    words = [word for word in text.replace("\0", " ").split() if any(map(str.isalnum, word))]
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words[:20])
