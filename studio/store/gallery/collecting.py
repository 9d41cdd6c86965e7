"""Collections: pictures gathered by hand, in an order. In the index, and as one file beside the pictures."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from studio.store.files import Withheld, read_json, write_json

from . import index
from .database import Database
from .index import Collection
from .notes import one_line

LONGEST_NAME = 80
_REVISION, _WRITTEN = "collections revision", "collections written"
_READ = "collections read"
"""Facts of the index. A new one does not know the file yet, and must not write over it."""


class Collections:
    """A picture may be in several. At once in the index; `write_back` brings them to the file."""

    def __init__(self, database: Database, file: Path) -> None:
        self._database, self.file = database, file

    def all(self) -> list[Collection]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, key, name, (SELECT count(*) FROM members WHERE collection = collections.id) "
                "FROM collections ORDER BY place, id"
            )
            return [Collection(*row) for row in rows]

    def make(self, name: str, id: int | None = None) -> int:
        """A new one at the end. id: the one it had before, where one comes back."""
        with self._database.writing() as connection:
            made = _make(connection, name, secrets.token_hex(8), id)
            _change(connection)
            return made

    def rename(self, id: int, name: str) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (tidy_name(name), id))
            _change(connection)

    def remove(self, id: int) -> None:
        """The pictures stay."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (id,))
            _change(connection)

    def order(self, ids: Sequence[int]) -> None:
        """All collections, as they are to be listed."""
        with self._database.writing() as connection:
            connection.executemany("UPDATE collections SET place = ? WHERE id = ?", list(enumerate(ids)))
            _change(connection)

    def members(self, id: int) -> list[int]:
        """Numbers of the pictures, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT picture FROM members WHERE collection = ? ORDER BY place, picture", (id,)
            )
            return [picture for (picture,) in rows]

    def set_members(self, id: int, pictures: Sequence[int]) -> None:
        """All of them, in order; what is twice counts once, what is gone is left out."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM members WHERE collection = ?", (id,))
            connection.executemany(
                "INSERT OR IGNORE INTO members (collection, place, picture) "
                "SELECT ?, ?, id FROM pictures WHERE id = ?",
                [(id, place, picture) for place, picture in enumerate(pictures)],
            )
            _change(connection)

    def places_of(self, picture: int) -> tuple[tuple[int, int], ...]:
        """Collection and place in it, of each that holds the picture."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT collection, place FROM members WHERE picture = ?", (picture,))
            return tuple((collection, place) for collection, place in rows)

    def put_back(self, picture: int, places: Sequence[tuple[int, int]]) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO members (collection, place, picture) "
                "SELECT id, ?2, ?3 FROM collections WHERE id = ?1",
                [(collection, place, picture) for collection, place in places],
            )
            _change(connection)

    def touch(self) -> None:
        """The file does not say yet what the index says."""
        with self._database.writing() as connection:
            _change(connection)

    def write_back(self) -> None:
        """Never over a file that was not read yet. Raises StudioError when the disk refuses."""
        with self._database.reading() as connection:
            revision = index.fact(connection, _REVISION)
            is_known = _is_read(connection) or not self._is_there()
            if revision == index.fact(connection, _WRITTEN) or not is_known:
                return
            listed = [
                {"key": key, "name": name, "pictures": _keys(connection, id)}
                for id, key, name in connection.execute(
                    "SELECT id, key, name FROM collections ORDER BY place, id"
                ).fetchall()
            ]
        write_json(self.file, {"format": 1, "collections": listed})
        with self._database.writing() as connection:
            index.set_fact(connection, _WRITTEN, revision)

    def read_back(self) -> None:
        """Into an index that is new: collections from the file, with the pictures that are there. Those made
        meanwhile stay.

        Raises StudioError for a file that is damaged, Withheld for one that cannot be read now.
        """
        with self._database.reading() as connection:
            if _is_read(connection):
                return
        listed = read_json(self.file).get("collections") if self._is_there() else None
        with self._database.writing() as connection:
            ids = dict(connection.execute("SELECT key, id FROM pictures"))
            for values in listed if isinstance(listed, list) else []:
                _read_one(connection, values, ids)
            index.set_fact(connection, _READ, 1)

    def _is_there(self) -> bool:
        try:
            return self.file.exists()
        except OSError as error:
            raise Withheld(f"“{self.file}” cannot be read ({error.strerror}).") from error


def _is_read(connection: Connection) -> bool:
    """An index that wrote the file knows it."""
    return bool(index.fact(connection, _READ) or index.fact(connection, _WRITTEN))


def _change(connection: Connection) -> None:
    index.set_fact(connection, _REVISION, index.fact(connection, _REVISION) + 1)


def tidy_name(name: str) -> str:
    return one_line(name, LONGEST_NAME) or "Untitled"


def _make(connection: Connection, name: str, key: str, id: int | None = None) -> int:
    row = connection.execute(
        "INSERT INTO collections (id, key, name, place) "
        "VALUES (?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM collections))",
        (id, key, tidy_name(name)),
    )
    return int(row.lastrowid or 0)


def _keys(connection: Connection, id: int) -> list[str]:
    rows = connection.execute(
        "SELECT key FROM members JOIN pictures ON id = picture WHERE collection = ? ORDER BY place, picture",
        (id,),
    )
    return [key for (key,) in rows]


def _read_one(connection: Connection, values: Any, ids: dict[str, int]) -> None:
    """Hostile until checked: what cannot be is left out."""
    if not isinstance(values, dict):
        return
    key, name, pictures = values.get("key"), values.get("name"), values.get("pictures")
    if not (isinstance(key, str) and re.fullmatch("[0-9a-f]{16}", key) and isinstance(name, str)):
        return
    if connection.execute("SELECT 1 FROM collections WHERE key = ?", (key,)).fetchone():
        return
    made = _make(connection, name, key)
    there = [ids[k] for k in pictures if k in ids] if isinstance(pictures, list) else []
    connection.executemany(
        "INSERT OR IGNORE INTO members (collection, place, picture) VALUES (?, ?, ?)",
        [(made, place, picture) for place, picture in enumerate(there)],
    )
