"""The map in the window: opened, looked at, and what is found on it made on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.store.files import Library
from studio.ui.map import pictures as of_pictures
from studio.ui.map.hands import Map
from studio.ui.map.panel import MapPanel

Open = Callable[..., Studio]


@pytest.fixture
def studio(open_studio: Open, qtbot: QtBot) -> Studio:
    """In Create, with the map of the toy faces open."""
    studio = open_studio()
    qtbot.waitUntil(lambda: len(studio.canvas) > 0)
    studio.window.create_room.show_map()
    panel = studio.window.create_room.map
    qtbot.waitUntil(lambda: panel.view.chart is not None)
    qtbot.waitUntil(lambda: panel.view.isVisible() and panel.view.width() > 100)
    return studio


@pytest.fixture
def panel(studio: Studio) -> MapPanel:
    return studio.window.create_room.map


@pytest.fixture
def view(panel: MapPanel) -> Map:
    return panel.view


def at(view: Map, point: QPointF) -> QPoint:
    return view.to_view(point).toPoint()


def cell(view: Map, row: int) -> QPointF:
    assert view.chart is not None
    x, y = view.chart.cells[row]
    return QPointF(float(x), float(y))


def test_the_map_opens_and_closes_beside_the_canvas(studio: Studio, panel: MapPanel, qtbot: QtBot) -> None:
    room = studio.window.create_room
    assert panel.isVisible() and panel.view.hasFocus()
    assert "faces" in panel._title.text()
    qtbot.keyClick(panel.view, Qt.Key.Key_Escape)
    assert not panel.isVisible() and room.view.hasFocus()
    qtbot.keyClick(room.view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert panel.isVisible()


def test_nothing_is_laid_out_before_the_map_is_wanted(open_studio: Open, library: Library) -> None:
    studio = open_studio()
    assert studio.window.create_room.map.view.chart is None
    assert not library.maps.exists()


def test_hovering_shows_the_place_under_the_pointer(view: Map, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.live_painted):
        qtbot.mouseMove(view, at(view, cell(view, 3)))
        qtbot.mouseMove(view, at(view, cell(view, 3)) + QPoint(2, 1))
    assert view.live.look is not None and view.live.look.image.width() == 16
    assert view.chart is not None and view.live.latent is not None and view.live.point is not None
    point = np.array([[view.live.point.x(), view.live.point.y()]])
    assert np.array_equal(view.live.latent, view.chart.latents_at(point)[0])


def test_a_click_makes_what_lies_there_on_the_canvas(studio: Studio, view: Map, qtbot: QtBot) -> None:
    before = len(studio.canvas)
    where = at(view, cell(view, 5))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=where)
    assert len(studio.canvas) == before + 1
    (card,) = studio.canvas.selected
    assert card.how == "found" and card.picture.bundle_id == view.bundle.facts.id  # type: ignore[union-attr]
    made_at = view.to_map(QPointF(where))
    assert view.rings == [made_at]
    studio.canvas.undo.undo()
    assert len(studio.canvas) == before


def test_the_ring_follows_what_is_selected(studio: Studio, view: Map) -> None:
    first, second = studio.canvas.cards[:2]
    studio.canvas.select((first.id,))
    assert len(view.rings) == 1
    studio.canvas.select((first.id, second.id))
    assert len(view.rings) == 2
    studio.canvas.select(())
    assert view.rings == []


def test_a_lasso_gathers_and_adds_new_pictures(
    studio: Studio, panel: MapPanel, view: Map, qtbot: QtBot
) -> None:
    area = view.rect().adjusted(2, 2, -2, -2)
    corners = [area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft(), area.topLeft()]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(view, corner)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corners[-1])
    assert panel._gathered.text() == "20 pictures here"
    panel._count.setValue(5)
    before = len(studio.canvas)
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(studio.canvas) == before + 5)
    assert all(card.how == "found" for card in studio.canvas.selected)
    assert len({card.picture.latent.tobytes() for card in studio.canvas.selected}) == 5
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.outline == [] and not panel._gathering.isVisible() and panel.isVisible()


def test_everything_goes_by_keyboard(studio: Studio, panel: MapPanel, view: Map, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Right)  # the keyboard's place appears
    start = view.cursor_place
    assert start is not None and start == QPointF(round(start.x()), round(start.y()))
    with qtbot.waitSignal(view.live_painted):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.cursor_place == start + QPointF(1, 0)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert view.cursor_place == start + QPointF(1, 0.25)
    assert view.accessibleDescription() == "Between the pictures"
    before = len(studio.canvas)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert len(studio.canvas) == before + 1
    qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert len(view.outline) > 10 and panel._gathering.isVisible()
    narrow = view.outline[0].x() - view.cursor_place.x()
    qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.outline[0].x() - view.cursor_place.x() > narrow
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.cursor_place is None and panel.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_zoom_keeps_the_place_under_the_pointer_and_0_shows_everything(view: Map, qtbot: QtBot) -> None:
    where = QPointF(60, 80)
    before = view.to_map(where)
    view.zoom_at(where, 1.7)
    after = view.to_map(where)
    assert abs(after.x() - before.x()) + abs(after.y() - before.y()) < 1e-6
    view.pan(30, 0)
    assert view.to_map(where).x() > before.x()
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.chart is not None
    assert all(view.rect().contains(at(view, cell(view, row))) for row in range(len(view.chart.codes)))


def test_what_is_far_is_dots_and_what_is_near_is_pictures(view: Map, qtbot: QtBot) -> None:
    view.look_from(cell(view, 0), 4)
    colour = view.grab().toImage().pixelColor(view.rect().center())
    assert colour != view.palette().window().color()
    view.look_from(cell(view, 0), 120)
    qtbot.waitUntil(lambda: view._near.has_picture)
    assert view.pictures.near(0) is not None


def test_a_view_of_more_than_can_be_kept_comes_to_rest(
    view: Map, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert view.bundle is not None
    monkeypatch.setattr(of_pictures, "KEPT_BYTES", 3 * 4 * view.bundle.facts.size**2)
    qtbot.waitUntil(lambda: bool(view.pictures.is_known.all()))
    view.look_from(cell(view, 0), 60)
    assert len(view._seen_rows) > 3
    qtbot.waitUntil(lambda: view.pictures.near(int(view._seen_rows[2])) is not None)
    qtbot.waitUntil(lambda: view.pictures._asked is None and not view.pictures._soon.isActive())


def test_pictures_without_thumbnails_are_drawn_from_their_codes_and_kept(
    open_studio: Open, library: Library, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "own"
    made = make_bundle(folder, "bare", size=16, pictures=30, thumbnails=False)
    studio = open_studio(starters=folder)
    studio.window.create_room.show_map()
    pictures = studio.window.create_room.map.view.pictures
    qtbot.waitUntil(lambda: len(pictures.is_known) == 30 and bool(pictures.is_known.all()))
    qtbot.waitUntil(lambda: (library.maps / f"{made.facts.id}-small.npz").is_file())
    decoder = studio._decoders.get(made)
    assert decoder.decode(made.codes[:1]).shape == (1, 16, 16, 4)
    assert pictures.looks.colours[:, 3].max() == 255


def test_another_model_has_another_map(studio: Studio, panel: MapPanel, qtbot: QtBot) -> None:
    sprites = next(b for b in studio.shelf.bundles if b.facts.name == "sprites")
    studio.create_state.bundle.set(sprites)
    qtbot.waitUntil(lambda: panel.view.bundle is sprites)
    assert panel._title.text() == "Map of sprites"


def test_a_canvas_of_another_model_has_no_rings(studio: Studio, panel: MapPanel, qtbot: QtBot) -> None:
    studio.canvas.select((studio.canvas.cards[0].id,))
    sprites = next(b for b in studio.shelf.bundles if b.facts.name == "sprites")
    studio.create_state.bundle.set(sprites)
    qtbot.waitUntil(lambda: panel.view.bundle is sprites)
    assert panel.view.rings == []
