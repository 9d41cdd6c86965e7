"""The window as a whole: rooms, models, settings, accessibility, what it must never do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from accessibility import nameless
from bundles import make_bundle
from PySide6.QtCore import QByteArray, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio import app
from studio.app import Studio
from studio.core.canvas import Card
from studio.core.picture import Picture
from studio.store.canvas import Saved, save_canvas
from studio.store.files import Library
from studio.store.settings import Settings, load_settings, save_settings
from studio.ui.crash import CrashDialog, CrashHandler, report
from studio.ui.settings_dialog import SettingsDialog
from studio.ui.text_dialog import TextDialog

Open = Callable[..., Studio]


def test_it_opens_on_create_and_rooms_change_by_keyboard(open_studio: Open) -> None:
    window = open_studio().window
    assert window.create_room.isVisible()
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.models.isVisible()
    assert window.models_button.isChecked()
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.new_model.isVisible()
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.create_room.isVisible()


def test_without_any_model_the_rooms_say_what_to_do(open_studio: Open, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    window = open_studio(starters=tmp_path / "none").window
    assert window.models.isVisible()
    window.show_create()
    words = " ".join(text.text() for text in window.create_room.findChildren(QLabel) if text.isVisible())
    assert "no model to create with yet" in words


def test_settings_are_remembered(open_studio: Open, library: Library, qtbot: QtBot) -> None:
    studio = open_studio()
    studio.window.show_settings()
    dialog = studio.window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.theme.setCurrentIndex(2)
    dialog.theme.activated.emit(2)
    assert not studio.theme.tokens.is_dark
    dialog.embed.click()
    dialog.accept()
    studio.preferences.backdrop.set("#ff8800")
    studio.window.resize(1111, 700)
    studio.window.close()
    settings, told = load_settings(library.settings_file)
    assert told == ()
    assert (settings.theme, settings.embed_recipe, settings.backdrop) == ("light", False, "#ff8800")
    again = open_studio()
    assert again.window.height() == 700  # the width is cut to the small screen of the test
    again.preferences.theme.set("dark")
    assert again.theme.tokens.is_dark


def test_a_first_picture_does_not_wait_for_models_that_it_needs_not(
    open_studio: Open, library: Library, qtbot: QtBot
) -> None:
    last = make_bundle(library.bundles, "last", seed=3)
    other = make_bundle(library.bundles, "other", seed=4)
    on_canvas = make_bundle(library.bundles, "on canvas", seed=5)
    save_settings(library.settings_file, Settings(last_bundle=last.facts.id))
    picture = Picture(on_canvas.facts.id, np.zeros(on_canvas.facts.latent_width, np.float32))
    save_canvas(library.canvas_file, Saved((Card(1, picture, 0, 0, "drawn"),)))
    studio = open_studio()
    assert [bundle.folder.name for bundle in studio.shelf.own] == ["last", "on canvas"]
    assert studio.create_state.bundle.value is studio.shelf.by_folder(last.folder)
    qtbot.waitUntil(lambda: studio.shelf.is_whole)
    assert studio.shelf.by_id(other.facts.id) is not None


def test_an_empty_canvas_does_not_keep_models_away(
    open_studio: Open, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_REST_AT_LATEST_MS", 10)
    make_bundle(library.bundles, "mine", seed=3)
    save_canvas(library.canvas_file, Saved())
    studio = open_studio()
    assert studio.shelf.own == []
    qtbot.waitUntil(lambda: len(studio.shelf.own) == 1)


def test_damaged_settings_are_told(open_studio: Open, library: Library) -> None:
    library.settings_file.write_text('{"theme": 3}')
    window = open_studio().window
    assert window.banner.isVisible()
    assert "settings.damaged-1.json" in window.banner.text


def test_no_call_loses_references_to_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 drops one for each call that returns None, until it aborts."""
    text = QLabel()
    before = sys.getrefcount(None)
    for i in range(500):
        text.setText(str(i))
    assert sys.getrefcount(None) > before - 50


def test_a_crash_is_logged_and_shown_as_a_report(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, logged
) -> None:  # type: ignore[no-untyped-def]
    handler = CrashHandler(tmp_path / "studio.log")
    try:
        raise ZeroDivisionError("seven by nought")
    except ZeroDivisionError as error:
        handler.handle(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: handler._dialog is not None)
    logged.expect("Nobody caught this")
    dialog = handler._dialog
    assert isinstance(dialog, CrashDialog)
    assert nameless(dialog) == []
    dialog.copy()
    copied = QApplication.clipboard().text()
    assert "seven by nought" in copied
    assert report("x").startswith("Morpho Studio")
    dialog.accept()
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete


SNIPPET = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
import studio.app as app
from studio.store.files import Library
app.starters_folder = lambda: Path(sys.argv[1])
status = app.run(Library(Path(sys.argv[2])), [])
heavy = [name for name in ("torch", "onnx", "onnxscript", "studio.train") if name in sys.modules]
print(status, heavy)
"""


def test_the_window_opens_without_torch_and_closes_after_its_first_picture(
    starters: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "STUDIO_QUIT_AFTER_FIRST_PICTURE": "1", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", SNIPPET, str(starters), str(tmp_path / "library")],
        env=environment, cwd=Path(__file__).resolve().parents[2],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == "0 []"
    settings = json.loads((tmp_path / "library" / "settings.json").read_text())
    assert QByteArray.fromBase64(settings["window"].encode()).size() > 0


def test_the_settings_lead_to_the_log_and_the_licences(open_studio: Open, library: Library) -> None:
    library.log_file.write_text("".join(f"line {i} é\n" for i in range(20_000)), encoding="utf-8")
    studio = open_studio()
    studio.preferences.hints_seen.set(True)
    studio.window.show_settings()
    dialog = studio.window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.show_log()
    log = dialog.findChild(TextDialog)
    assert log is not None
    assert log.view.toPlainText().endswith("line 19999 é\n")
    assert len(log.view.toPlainText()) < 70_000
    log.copy()
    log.accept()
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    dialog.show_licences()
    licences = dialog.findChild(TextDialog)
    assert licences is not None
    text = licences.view.toPlainText()
    assert "Qt and PySide6 6" in text
    assert "SIL OPEN FONT LICENSE" in text
    assert nameless(dialog) == []
    licences.accept()
    dialog.backdrop.setCurrentIndex(1)
    dialog.backdrop.activated.emit(1)
    assert studio.preferences.backdrop.value == "#ffffff"
    studio.preferences.backdrop.set("#123456")
    assert dialog.backdrop.currentText() == "Own colour…"
    dialog.accept()


class Opened(QObject):
    """Remembers every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


def test_nothing_but_the_window_is_ever_shown_while_it_is_made(
    qapp: QApplication, open_studio: Open, qtbot: QtBot
) -> None:
    """A part that is shown before it has a parent flashes up on the screen, and takes the keys away."""
    opened = Opened()
    qapp.installEventFilter(opened)
    studio = open_studio()
    qtbot.waitUntil(lambda: all(map(studio.window.has, ("morph", "new_model", "gallery"))))
    assert studio.packs is not None
    qapp.removeEventFilter(opened)
    assert all(shown is studio.window for shown in opened.windows)
    assert studio.window.isActiveWindow()


def test_a_first_picture_loads_none_of_the_other_rooms() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import studio.app, sys; print([m for m in sys.modules if m in ("
         "'studio.rooms', 'studio.ui.morph.room', 'studio.ui.gallery.room', 'studio.ui.pack.dialog', "
         "'studio.ui.new_model')])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
