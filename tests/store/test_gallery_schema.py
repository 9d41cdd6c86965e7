"""The steps that bring an older index to today's form: one test each."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from studio.store.gallery import schema
from studio.store.gallery.database import Database

ROOM = sys.modules[__name__]


def test_every_step_has_its_test() -> None:
    for version in range(len(schema.MIGRATIONS)):
        assert hasattr(ROOM, f"test_from_{version}_to_{version + 1}"), f"step {version} has no test"


def test_from_0_to_1(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    schema.migrate(connection)
    assert schema.version_of(connection) == len(schema.MIGRATIONS)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"pictures", "traits", "parents", "tags", "tagged", "collections", "members", "words"} <= tables
    schema.migrate(connection)  # nothing is left to do
    connection.close()


def test_a_step_that_fails_leaves_the_form_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (a)")
        raise RuntimeError("stopped")

    file = tmp_path / "index.sqlite"
    Database(file).close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fails))
    connection = sqlite3.connect(file, isolation_level=None)
    with pytest.raises(RuntimeError):
        schema.migrate(connection)
    assert schema.version_of(connection) == len(schema.MIGRATIONS) - 1
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall()
    connection.close()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "index.sqlite")

    def half() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO facts VALUES ('a', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("INSERT INTO facts VALUES ('a', 1)")
    database.close()
