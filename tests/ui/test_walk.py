"""An artist's day with the real trainer: from a dropped folder to a pack, and there again the next day."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from canvas_hand import click, key
from pictures import drawing, save
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio, trainer_command
from studio.core.steps import OWN_TIME
from studio.store.files import Library
from studio.ui.pack.choices import PackMemory
from studio.ui.training import Phase

Open = Callable[..., Studio]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG = 150_000


def drop(studio: Studio, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    studio.window.dropEvent(QDropEvent(QPointF(600, 300), Qt.DropAction.CopyAction, data, left, none))


def press(button: QWidget) -> None:
    assert button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_day_in_the_studio(
    open_studio: Open, qapp: QApplication, qtbot: QtBot, library: Library, starters: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "Moons"
    for i in range(24):
        save(folder / f"moon {i}.png", drawing(i, side=32))
    studio = Studio(qapp, library, starters, trainer_command())
    try:
        studio.open(())
        studio.window.activateWindow()
        qtbot.waitUntil(studio.window.isActiveWindow)
        train(studio, qtbot, folder)
        made = play(studio, qtbot, save(tmp_path / "Ada.png", drawing(99, side=40)))
        ship(studio, qtbot, tmp_path / "game")
    finally:
        studio.window._may_stop_training = lambda: True  # type: ignore[method-assign]
        studio.window.close()
        studio.window.deleteLater()

    again = open_studio()
    assert {card.id: card.how for card in again.canvas.cards} == made
    assert [bundle.facts.name for bundle in again.shelf.own] == ["Moons"]
    gallery = again.window.gallery
    again.window.show_gallery()
    qtbot.waitUntil(lambda: len(gallery.model.ids) == 3)
    assert gallery.desk.gallery is not None
    assert [one.count for one in gallery.desk.gallery.collections.all()] == [3]
    assert len(again.window.morph._state.plan.stops) == 3


def train(studio: Studio, qtbot: QtBot, folder: Path) -> None:
    """Half a minute, and on to Create."""
    drop(studio, folder)
    wizard = studio.window.new_model
    qtbot.waitUntil(lambda: not wizard.pictures.is_busy and wizard.next.isEnabled(), timeout=LONG)
    press(wizard.next)
    press(wizard.next)
    press(wizard.time.presets[OWN_TIME])
    wizard.time.minutes.setValue(0.5)
    press(wizard.next)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=LONG)
    press(wizard.done.using)
    room = studio.window.create_room
    assert room.isVisible()


def play(studio: Studio, qtbot: QtBot, own: Path) -> dict[int, str]:
    """Generate, slide, vary, breed, three steps back, an own picture; what lies there then."""
    room, canvas, inspector = studio.window.create_room, studio.canvas, studio._inspector
    bundle = studio.create_state.bundle.value
    assert bundle is not None and bundle.facts.name == "Moons"
    before = len(canvas)
    press(room.bar.generate_button)
    qtbot.waitUntil(lambda: len(canvas) > before)
    first, second = canvas.cards[-2].id, canvas.cards[-1].id
    key(room, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: room.pictures.look(second) is not None)

    click(room, first)
    qtbot.waitUntil(lambda: bool(inspector.sliders.rows), timeout=LONG)
    latent = canvas.card(first).picture.latent
    handle = inspector.sliders.rows[0].handle
    handle.setSliderDown(True)
    handle.setValue(80 if handle.value() < 0 else -80)
    handle.setSliderDown(False)
    assert canvas.card(first).how == "slid" and (canvas.card(first).picture.latent != latent).any()

    laid = len(canvas)
    room.view.setFocus()
    key(room, Qt.Key.Key_V)
    assert len(canvas) == laid + studio.preferences.vary_count.value
    canvas.select((first, second))
    key(room, Qt.Key.Key_B)
    assert {card.how for card in canvas.selected} == {"bred"}
    for _ in range(3):  # the children, the variations, the slider
        key(room, Qt.Key.Key_Z, CTRL)
    assert len(canvas) == laid and canvas.card(first).how == "drawn"
    assert (canvas.card(first).picture.latent == latent).all()

    studio.window.take([own])
    qtbot.waitUntil(lambda: len(canvas) == laid + 1)
    (entered,) = canvas.selected
    assert entered.how == "entered"

    canvas.select((first, second, entered.id))
    key(room, Qt.Key.Key_S)
    assert all(card.is_starred for card in canvas.selected)
    return {card.id: card.how for card in canvas.cards}


def ship(studio: Studio, qtbot: QtBot, out: Path) -> None:
    """What was starred: into a collection, a morph and a pack."""
    gallery = studio.window.gallery
    studio.window.show_gallery()
    qtbot.waitUntil(lambda: len(gallery.model.ids) == 3, timeout=LONG)
    gallery.grid.setFocus()
    QTest.keyClick(gallery.grid, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(gallery.grid.chosen()) == 3)
    QTest.keyClick(gallery.grid, Qt.Key.Key_N, CTRL | SHIFT)
    assert gallery.desk.gallery is not None
    qtbot.waitUntil(lambda: [c.count for c in gallery.desk.gallery.collections.all()] == [3])
    qtbot.waitUntil(lambda: len(gallery.model.ids) == 3)

    QTest.keyClick(gallery.grid, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(gallery.grid.chosen()) == 3)
    QTest.keyClick(gallery.grid, Qt.Key.Key_M)
    morph = studio.window.morph
    qtbot.waitUntil(lambda: morph.isVisible() and len(morph._state.plan.stops) == 3, timeout=LONG)

    studio.window.show_gallery()
    studio.preferences.packs.set(PackMemory(folder=str(out)).text())
    gallery.grid.setFocus()
    QTest.keyClick(gallery.grid, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(gallery.grid.chosen()) == 3)
    QTest.keyClick(gallery.grid, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: studio.packs.dialog is not None, timeout=LONG)
    dialog = studio.packs.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._ahead is not None, timeout=LONG)
    with qtbot.waitSignal(dialog.exported, timeout=LONG) as heard:
        QTest.keyClick(dialog, Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: dialog._job is None)
    pack = heard.args[0].out
    manifest = json.loads((pack / "manifest.json").read_text())
    assert len(manifest["sprites"]) == 3
    for page in pack.glob("*.png"):
        with Image.open(page) as image:
            image.load()
    dialog.reject()
