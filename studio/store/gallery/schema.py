"""The tables of the index, and the steps that bring an older one to today's form."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def _first_tables(connection: sqlite3.Connection) -> None:
    """1: pictures, what is large of them, families, tags, collections, words."""
    for statement in _FIRST_TABLES.split(";"):
        connection.execute(statement)


_FIRST_TABLES = """
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL UNIQUE,
    file_bytes INTEGER NOT NULL,
    file_mtime_ns INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    hash TEXT NOT NULL,
    recipe_hash TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    is_pixel_art INTEGER NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    model_name TEXT NOT NULL DEFAULT '',
    seed INTEGER,
    diversity REAL,
    novelty REAL,
    colour INTEGER NOT NULL,
    shade INTEGER NOT NULL,
    colour_order INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    stars INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 0,
    written INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX pictures_by_date ON pictures (created_ms, id);
CREATE INDEX pictures_by_stars ON pictures (stars, created_ms, id);
CREATE INDEX pictures_by_colour ON pictures (colour_order, created_ms, id);
CREATE INDEX pictures_by_name ON pictures (name COLLATE NOCASE, created_ms, id);
CREATE INDEX pictures_by_model ON pictures (model, created_ms, id);
CREATE INDEX pictures_by_hash ON pictures (hash);
CREATE INDEX pictures_by_recipe ON pictures (recipe_hash) WHERE recipe_hash <> '';
CREATE INDEX pictures_unwritten ON pictures (id) WHERE revision <> written;
CREATE INDEX pictures_not_well ON pictures (state, id) WHERE state <> 0;
CREATE TABLE traits (
    picture INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    latent BLOB,
    recipe TEXT,
    dhash BLOB NOT NULL,
    feature BLOB NOT NULL
);
CREATE TABLE parents (
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (picture, place)
) WITHOUT ROWID;
CREATE INDEX parents_by_hash ON parents (hash);
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
);
CREATE TABLE tagged (
    tag INTEGER NOT NULL REFERENCES tags (id),
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    PRIMARY KEY (tag, picture)
) WITHOUT ROWID;
CREATE INDEX tagged_by_picture ON tagged (picture, place);
CREATE TABLE collections (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    place INTEGER NOT NULL
);
CREATE TABLE members (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    place INTEGER NOT NULL, -- last: SQLite 3.40's check takes it for NULL where a key's column follows
    PRIMARY KEY (collection, picture)
) WITHOUT ROWID;
CREATE INDEX members_in_order ON members (collection, place, picture);
CREATE INDEX members_by_picture ON members (picture);
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    name, note, tags, model, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
)
"""

MIGRATIONS: tuple[Migration, ...] = (_first_tables,)
"""Step i turns version i of the tables into version i + 1; each needs its test. 0 is an empty file."""


def version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """To today's form, step by step; each step is done whole or not at all."""
    for version in range(version_of(connection), len(MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) == version:  # and no other process was faster
                MIGRATIONS[version](connection)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
