"""Into the bin and back: the system's on Linux, as its specification says, and our own elsewhere."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from studio.core.errors import StudioError
from studio.store import bin
from studio.store.bin import KEPT_DAYS, bring_back, move_to_bin, sweep_bin

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the bin of Linux")


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "Trash"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "things" / "Ünter dem Meer"
    made.mkdir(parents=True)
    (made / "bundle.json").write_text("{}")
    return made


@on_linux
def test_the_systems_bin_gets_a_note_that_file_managers_read(
    trash: Path, folder: Path, tmp_path: Path
) -> None:
    binned = move_to_bin(folder, tmp_path / "own")
    assert not folder.exists()
    assert (trash / "files" / folder.name / "bundle.json").read_text() == "{}"
    head, path, date = (trash / "info" / f"{folder.name}.trashinfo").read_text().splitlines()
    assert head == "[Trash Info]"
    assert unquote(path.removeprefix("Path=")) == str(folder)
    assert path.isascii()
    then = time.mktime(time.strptime(date.removeprefix("DeletionDate="), "%Y-%m-%dT%H:%M:%S"))
    assert abs(time.time() - then) < 60
    assert (trash / "info").stat().st_mode & 0o077 == 0

    assert bring_back(binned) == folder
    assert (folder / "bundle.json").exists()
    assert list((trash / "files").iterdir()) == list((trash / "info").iterdir()) == []
    assert not (tmp_path / "own").exists()


@on_linux
def test_equal_names_do_not_meet(trash: Path, tmp_path: Path) -> None:
    places = []
    for i in range(3):
        file = tmp_path / "owl.png"
        file.write_text(str(i))
        places.append(move_to_bin(file, tmp_path / "own"))
    assert [place.place.name for place in places] == ["owl.png", "owl.2.png", "owl.3.png"]
    bring_back(places[1])
    assert (tmp_path / "owl.png").read_text() == "1"


@on_linux
def test_another_disk_has_its_own_bin(trash: Path, folder: Path, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(bin, "_device_of", lambda path: None)  # the home folder is elsewhere
    monkeypatch.setattr(bin, "_top_of", lambda path, device: tmp_path / "things")
    binned = move_to_bin(folder, tmp_path / "own")
    assert binned.place == tmp_path / "things" / f".Trash-{os.getuid()}" / "files" / folder.name
    assert binned.note is not None
    assert f"Path={'%C3%9Cnter%20dem%20Meer'}" in binned.note.read_text()  # relative to the disk
    bring_back(binned)

    common = tmp_path / "things" / ".Trash"
    common.mkdir(mode=0o777)
    assert move_to_bin(folder, tmp_path / "own").place.parents[1].name == f".Trash-{os.getuid()}"
    folder.mkdir()
    common.chmod(0o1777)  # only with the sticky bit can others not take what is in there
    assert move_to_bin(folder, tmp_path / "own").place.parents[1] == common / str(os.getuid())


def test_where_the_system_has_none_the_library_keeps_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    own = tmp_path / "own"
    binned = move_to_bin(folder, own)
    assert binned.place.parents[1] == own
    sweep_bin(own)
    assert binned.place.exists()
    assert bring_back(binned) == folder
    assert list(own.iterdir()) == []

    move_to_bin(folder, own)
    (own / "not ours").mkdir()
    sweep_bin(own, time.time() + (KEPT_DAYS + 1) * 24 * 3600)
    assert [path.name for path in own.iterdir()] == ["not ours"]
    sweep_bin(tmp_path / "never made")


@on_linux
def test_a_bin_that_cannot_be_written_is_passed_over(
    trash: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash.parent.mkdir()
    trash.write_text("not a folder")
    monkeypatch.setattr(bin, "_top_of", lambda path, device: trash.parent / "Trash")
    binned = move_to_bin(folder, tmp_path / "own")
    assert binned.place.parents[1] == tmp_path / "own"
    bring_back(binned)


def test_what_cannot_be_moved_stays_and_is_said(
    trash: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refuse)
        patch.setattr(bin, "_top_of", lambda path, device: tmp_path)
        with pytest.raises(StudioError, match="could not be moved to the bin"):
            move_to_bin(folder, tmp_path / "own")
    assert (folder / "bundle.json").exists()
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder]
    assert left == [], "no note without its thing"
    with pytest.raises(StudioError, match="not there any more"):
        move_to_bin(tmp_path / "nothing", tmp_path / "own")


def test_bringing_back_never_overwrites(trash: Path, folder: Path, tmp_path: Path) -> None:
    binned = move_to_bin(folder, tmp_path / "own")
    folder.mkdir()
    with pytest.raises(StudioError, match="another"):
        bring_back(binned)
    folder.rmdir()
    bring_back(binned)
    with pytest.raises(StudioError, match="not in the bin"):
        bring_back(binned)
