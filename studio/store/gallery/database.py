"""SQLite as the gallery uses it: one connection that writes, any number that read, damage set aside."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.core.errors import StudioError
from studio.store.files import free_aside

from .schema import MIGRATIONS, migrate, version_of

_BUSY_S = 10.0  # another process may be writing
_KEPT_READERS = 4
_CACHE_KB = 8_000  # of each connection
BESIDE = ("-wal", "-shm")
"""What a database with a write-ahead log has beside it: its name, and these."""
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class IndexDamaged(StudioError):
    """The file is no database any more; `set_aside` and look at the pictures again."""


class Database:
    """Thread-safe by design: writers take turns at one connection, each reader has one to itself.

    With a write-ahead log, readers see the last finished write and wait for nobody.
    """

    def __init__(self, file: Path) -> None:
        """Makes or upgrades the tables. Raises IndexDamaged, or StudioError when the disk refuses."""
        self.file = file
        self._turn = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._is_closed = False
        self._age = 0  # of the file: readers of one that was set aside are not used again
        self._writer = self._open()

    def _open(self) -> sqlite3.Connection:
        with spoken(self.file):
            writer = self._connect()
            try:
                _prepare(writer)
            except BaseException:
                writer.close()
                raise
            return writer

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        # A kill loses nothing; a power cut may lose the last moments, which the files still have.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of the block or nothing. Keep it short: other writers wait."""
        with self._turn, spoken(self.file):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own, which sees one state of things for the whole block."""
        with spoken(self.file):
            connection, age = self._borrow()
            try:
                connection.execute("BEGIN")
                try:
                    yield connection
                finally:
                    connection.execute("COMMIT")
            finally:
                self._give_back(connection, age)

    def _borrow(self) -> tuple[sqlite3.Connection, int]:
        with self._readers_lock:
            age = self._age
            if self._readers:
                return self._readers.pop(), age
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection, age

    def _give_back(self, connection: sqlite3.Connection, age: int) -> None:
        with self._readers_lock:
            is_wanted = age == self._age and not self._is_closed and len(self._readers) < _KEPT_READERS
            if is_wanted:
                self._readers.append(connection)
        if not is_wanted:
            connection.close()

    def check(self) -> None:
        """Look at every page; takes a moment. Raises IndexDamaged."""
        with self.reading() as connection:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise IndexDamaged("The gallery's index is damaged.")

    def begin_anew(self) -> Path:
        """Set a damaged file aside and begin an empty one; where the old one is now."""
        with self._turn:
            self._drop_readers()
            self._writer.close()
            aside = set_aside(self.file)
            self._writer = self._open()
        return aside

    def close(self) -> None:
        self._is_closed = True
        self._drop_readers()
        with self._turn:
            self._writer.close()

    def _drop_readers(self) -> None:
        with self._readers_lock:
            self._age += 1
            readers, self._readers = self._readers, []
        for connection in readers:
            connection.close()


def _prepare(writer: sqlite3.Connection) -> None:
    if version_of(writer) > len(MIGRATIONS):
        raise IndexDamaged("The gallery's index was written by a newer Morpho Studio.")
    writer.execute("PRAGMA journal_mode = WAL")
    migrate(writer)
    for table in ("pictures", "traits", "collections", "words"):
        writer.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()


@contextmanager
def spoken(file: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code
        if code in _DAMAGE or "no such table" in str(error) or "no such column" in str(error):
            raise IndexDamaged("The gallery's index is damaged.") from error
        if code == sqlite3.SQLITE_FULL:
            raise StudioError(
                "The disk is full: the gallery cannot be changed.", "Free some space and retry."
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StudioError(
                "Another Morpho Studio is writing to the gallery.", "Wait a moment and retry."
            ) from error
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError | sqlite3.InterfaceError):
            raise  # ours
        raise StudioError(
            f"The gallery's index cannot be used ({error}).", f"Check the folder “{file.parent}”."
        ) from error


def open_database(file: Path) -> tuple[Database, str]:
    """The database, and what the user must be told about it ("" for nothing).

    A damaged one is set aside and a new one begun, to be filled from the files.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(
            f"The gallery's folder cannot be made ({error.strerror}).", f"Check “{file.parent}”."
        ) from error
    try:
        return Database(file), ""
    except IndexDamaged as error:
        aside = set_aside(file)
        return Database(file), made_anew(error, aside)


def made_anew(error: StudioError, aside: Path) -> str:
    """What the user is told of a database that was set aside: one sentence."""
    what = error.message.removesuffix(".")
    return f"{what}: it is kept as “{aside.name}”, and a new one is made from your pictures."


def set_aside(file: Path) -> Path:
    """Keep a damaged file under another name, a database with its log; where it is now."""
    aside = free_aside(file)
    try:
        os.replace(file, aside)
        for ending in BESIDE:
            beside = file.with_name(file.name + ending)
            if beside.exists():
                os.replace(beside, aside.with_name(aside.name + ending))
    except OSError as error:
        raise StudioError(
            f"“{file.name}” is damaged and cannot be set aside ({error.strerror}).",
            f"Close other programs that use “{file}”, or remove it.",
        ) from error
    return aside
