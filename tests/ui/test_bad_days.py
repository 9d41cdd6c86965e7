"""What can go wrong around the window, in every room: each ends in one sentence, in place."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from bundles import make_bundle
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from tour import rooms

from studio.app import Studio
from studio.core.errors import StudioError
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.store.runs import start_run
from studio.ui.trainer_process import TrainerProcess
from studio.ui.training import Phase
from studio.ui.widgets import Banner

Open = Callable[..., Studio]


@pytest.fixture(autouse=True)
def _own_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def said(studio: Studio) -> list[str]:
    """What stands in the window's messages."""
    return [banner.text for banner in studio.window.findChildren(Banner) if banner.isVisible()]


def forget(studio: Studio) -> None:
    for banner in studio.window.findChildren(Banner):
        banner.hide()


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_model_that_is_deleted_while_a_room_shows_it(
    open_studio: Open, library: Library, qtbot: QtBot
) -> None:
    studio = open_studio()
    for room in rooms(studio):
        make_bundle(library.bundles, "mine", seed=12)
        studio.shelf.read()
        bundle = studio.shelf.own[0]
        studio.window.open_in_create(bundle)
        room.trigger()
        qtbot.wait(50)
        forget(studio)
        shutil.rmtree(bundle.folder)
        QApplication.sendEvent(
            studio.window, QEvent(QEvent.Type.ActivationChange)
        )  # back from another program
        assert any("“mine” is not there any more" in text for text in said(studio)), room.text()
        current = studio.create_state.bundle.value
        assert current is not None
        assert current.facts.name == "faces"


def test_a_full_disk_is_said_by_every_deed(
    open_studio: Open, library: Library, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged
) -> None:  # type: ignore[no-untyped-def]
    bundle = make_bundle(library.bundles, "mine", seed=12)
    studio = open_studio()
    studio.window.show_models()
    deeds = studio.window.models.deeds
    for deed in (
        lambda: deeds.duplicate(studio.shelf.own[0]),
        lambda: deeds.note_licence(studio.shelf.own[0], "mine"),
        lambda: deeds.share(studio.shelf.own[0], tmp_path / "mine.morpho", False),
    ):
        forget(studio)
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", no_room)
            deed()
            qtbot.waitUntil(lambda: not deeds.is_busy)
        qtbot.waitUntil(lambda: any(text.startswith("The disk is full") for text in said(studio)))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        with pytest.raises(StudioError, match="The disk is full"):  # shown where the name is typed
            deeds.rename(studio.shelf.own[0], "other")
    assert [path.name for path in library.bundles.iterdir()] == ["mine"]
    assert not (tmp_path / "mine.morpho").exists()
    assert studio.shelf.own[0].facts == bundle.facts
    forget(studio)
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        studio.preferences.hints_seen.set(True)
        qtbot.waitUntil(lambda: any("“settings.json”" in text for text in said(studio)))
    logged.expect("The settings are not saved")
    logged.records = [record for record in logged.records if "The canvas is not" not in record.getMessage()]


def unreadable(folder: Path) -> dict[str, Path]:
    """Things that people drop, and that nothing can be made of."""
    made = {
        name: folder / name for name in ("gone.png", "empty", "cut.png", "text.txt", "half.morpho", "pipe")
    }
    made["empty"].mkdir()
    made["cut.png"].write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    made["text.txt"].write_text("not a picture")
    made["half.morpho"].write_bytes(b"PK\x03\x04")
    if hasattr(os, "mkfifo"):
        os.mkfifo(made["pipe"])  # reading it would wait for ever
        assert stat.S_ISFIFO(made["pipe"].stat().st_mode)
    return made


def test_what_cannot_be_read_is_said_where_it_was_dropped(
    open_studio: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    wizard = studio.window.new_model
    for name, path in unreadable(tmp_path).items():
        forget(studio)
        studio.window.take([path])
        qtbot.waitUntil(lambda: not wizard.pictures.is_busy and not studio.window.models.deeds.is_busy)
        labels = [text.text() for text in wizard.findChildren(QLabel) if text.isVisible()]
        told = [*said(studio), *(text for text in labels if "No pictures" in text or "usable" in text)]
        assert told, name
        assert not wizard.next.isEnabled()
        wizard.start_anew()


def test_a_damaged_library_costs_what_is_damaged(open_studio: Open, library: Library, logged) -> None:  # type: ignore[no-untyped-def]
    """A model, a run and the settings, all of them cut off in the middle."""
    make_bundle(library.bundles, "whole", seed=3)
    cut = make_bundle(library.bundles, "cut", seed=4)
    for file in cut.folder.iterdir():
        file.write_bytes(file.read_bytes()[:40])
    run = start_run(library, Recipe("fox", size=32), ())
    (run.folder / "run.json").write_text('{"recipe": {"name"')
    library.settings_file.write_text('{"theme"')
    studio = open_studio()
    assert "settings" in " ".join(said(studio))
    for room in rooms(studio):
        room.trigger()
    assert [bundle.facts.name for bundle in studio.shelf.own] == ["whole"]
    assert [found.path.name for found in studio.shelf.damaged] == ["cut"]
    assert studio.shelf.runs == ()


def test_a_log_that_may_not_be_written_keeps_no_run_from_starting(
    tmp_path: Path, trainer: Callable[..., list[str]]
) -> None:
    process = TrainerProcess(trainer("wait"), tmp_path, os.environ)  # a folder is no file
    assert process.is_alive()
    process.end(5)
    assert process.process.stdout is not None
    process.process.stdout.close()


def test_the_trainer_that_cannot_be_started_is_a_sentence(
    open_studio: Open, qtbot: QtBot, pictures: Path, logged
) -> None:  # type: ignore[no-untyped-def]
    studio = open_studio()
    studio._starter.command = [str(pictures / "no such program")]
    wizard = studio.window.new_model
    studio.window.show_new_model()
    wizard.give([pictures])
    qtbot.waitUntil(lambda: not wizard.pictures.is_busy and wizard.next.isEnabled(), timeout=20_000)
    for _ in range(3):
        wizard.go_on()
    qtbot.waitUntil(lambda: any("could not be started" in text for text in said(studio)))
    assert studio.desk.phase.value in (Phase.IDLE, Phase.FAILED)
