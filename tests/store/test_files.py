"""Writes are whole or absent, also on a disk that fails."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.store import files
from studio.store.files import Library, atomic_folder, atomic_write, read_json, sweep_temporary, write_json


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "a.txt"
    atomic_write(target, b"one")
    atomic_write(target, b"two")
    assert target.read_bytes() == b"two"
    assert names(target.parent) == ["a.txt"]


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    target = tmp_path / "a.txt"
    atomic_write(target, b"old")
    monkeypatch.setattr(os, where, full_disk)
    with pytest.raises(StudioError, match="disk is full"):
        atomic_write(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_arrives_whole(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    with atomic_folder(target) as inside:
        (inside / "a").write_text("1")
        (inside / "deep").mkdir()
        (inside / "deep" / "b").write_text("2")
        assert not target.exists()
        assert inside.parent == tmp_path
    assert names(target) == ["a", "deep"]
    assert names(tmp_path) == ["bundle"]


def test_a_folder_replaces_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    for content in ("old", "new"):
        with atomic_folder(target) as inside:
            (inside / content).write_text("")
    assert names(target) == ["new"]
    assert names(tmp_path) == ["bundle"]


def test_an_interrupted_folder_never_was(tmp_path: Path) -> None:
    def interrupted() -> None:
        with atomic_folder(tmp_path / "bundle") as inside:
            (inside / "a").write_text("1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []


def test_a_failing_disk_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "bundle"
    with atomic_folder(target) as inside:
        (inside / "old").write_text("")
    rename = os.rename

    def only_the_old_one_moves(source: Path, destination: Path) -> None:
        if destination == target and files._ASIDE not in Path(source).name:
            full_disk()
        rename(source, destination)

    monkeypatch.setattr(os, "rename", only_the_old_one_moves)
    with pytest.raises(StudioError, match="disk is full"), atomic_folder(target) as inside:
        (inside / "new").write_text("")
    assert names(target) == ["old"]
    assert names(tmp_path) == ["bundle"]


def test_a_disk_error_in_the_block_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="disk is full"), atomic_folder(tmp_path / "bundle"):
        full_disk()
    assert names(tmp_path) == []


def test_a_sweep_takes_what_dead_processes_left(tmp_path: Path) -> None:
    dead = 2**22 + 1  # above every process number Linux gives
    (tmp_path / f".tmp-{dead}-0-a.txt").write_text("half")
    (tmp_path / f".tmp-{dead}-0-bundle").mkdir()
    (tmp_path / ".tmp-odd").write_text("")
    (tmp_path / "kept").write_text("")
    mine = tmp_path / f".tmp-{os.getpid()}-0-work"
    mine.write_text("")
    sweep_temporary(tmp_path)
    sweep_temporary(tmp_path / "missing")
    if sys.platform != "win32":
        assert names(tmp_path) == [mine.name, "kept"]
    os.utime(mine, (0, 0))
    sweep_temporary(tmp_path)
    assert mine.name not in names(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="process numbers are not asked there")
def test_a_sweep_puts_a_folder_back_that_had_stepped_aside(tmp_path: Path) -> None:
    aside = tmp_path / f".tmp-{2**22 + 1}-0-aside-bundle"
    aside.mkdir()
    (aside / "a").write_text("")
    sweep_temporary(tmp_path)
    assert names(tmp_path / "bundle") == ["a"]


def test_json_goes_through_its_upgrades(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"format": 1, "was": "Ünï"})
    assert read_json(path) == {"format": 1, "was": "Ünï"}
    steps = (lambda v: {"now": v["was"]}, lambda v: {"then": v["now"]})
    assert read_json(path, steps) == {"format": 3, "then": "Ünï"}
    write_json(path, {"format": 2, "now": 5})
    assert read_json(path, steps) == {"format": 3, "then": 5}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"[]", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[" * 200_000, "damaged"),
        (b'{"format": "x"}', "damaged"),
        (b'{"format": 2}', "newer"),
        (None, "missing"),
    ],
)
def test_json_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudioError, match=message):
        read_json(path)


def test_the_library_makes_its_folders(tmp_path: Path) -> None:
    library = Library(tmp_path / "a" / "b")
    library.ensure()
    library.ensure()
    assert names(library.root) == ["models", "prepared", "runs"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError):
        Library(tmp_path / "file").ensure()


def test_the_starters_are_beside_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert files.starters_folder() == Path(files.__file__).parents[2] / "models"
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert files.starters_folder() == tmp_path / "models"


def test_a_file_where_the_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StudioError):
        atomic_write(tmp_path / "file" / "inside.json", b"{}")
