"""The canvas as a user meets it: looking around, choosing, moving, and what is drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from canvas_hand import (
    ALT,
    CTRL,
    LEFT,
    SHIFT,
    click,
    drag,
    key,
    move,
    place,
    seen_colours,
    wait_for_wall,
    wheel,
)
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw
from studio.store.files import Library
from studio.ui.backdrop import to_image
from studio.ui.canvas.camera import NEAR_SIDE
from studio.ui.canvas.far import FarLayer
from studio.ui.canvas.thumbs import SIDES, Thumbs
from studio.ui.create import FIRST_WALL, CreateRoom

Open = Callable[..., Studio]


@pytest.fixture
def room(open_studio: Open, qtbot: QtBot) -> CreateRoom:
    made = open_studio().window.create_room
    wait_for_wall(made, qtbot)
    return made


# Looking around


def test_a_fresh_canvas_has_a_first_wall_all_in_view(room: CreateRoom) -> None:
    assert len(room.canvas) == FIRST_WALL
    bounds = room.view.places.bounds()
    assert bounds is not None
    assert room.view.seen.contains(bounds)
    assert not room.canvas.selection.value


def test_the_wheel_pans_and_with_ctrl_zooms_to_the_pointer(room: CreateRoom) -> None:
    before = room.view.centre
    wheel(room, QPoint(100, 100), -1)
    assert room.view.centre.y > before.y
    wheel(room, QPoint(100, 100), 1, SHIFT)
    assert room.view.centre.x < before.x
    where = place(room, 12)
    zoom = room.view.zoom.value
    wheel(room, where, 3, CTRL)
    assert room.view.zoom.value > 1.5 * zoom
    assert (place(room, 12) - where).manhattanLength() <= 2, "what is under the pointer stays there"


def test_zoom_by_keyboard(room: CreateRoom) -> None:
    key(room, Qt.Key.Key_1)
    assert room.view.zoom.value == 136
    key(room, Qt.Key.Key_Plus)
    assert room.view.zoom.value > 136
    key(room, Qt.Key.Key_Minus)
    key(room, Qt.Key.Key_Minus)
    assert room.view.zoom.value < 136
    key(room, Qt.Key.Key_0)
    bounds = room.view.places.bounds()
    assert bounds is not None
    assert room.view.seen.contains(bounds)


def test_space_and_the_middle_button_drag_the_canvas(room: CreateRoom) -> None:
    before, selection = place(room, 1), room.canvas.selection.value
    QTest.keyPress(room.view, Qt.Key.Key_Space)
    drag(room, place(room, 9), place(room, 9) + QPoint(40, 30))
    QTest.keyRelease(room.view, Qt.Key.Key_Space)
    assert place(room, 1) - before == QPoint(40, 30)
    drag(room, QPoint(300, 200), QPoint(290, 180), button=Qt.MouseButton.MiddleButton)
    assert place(room, 1) - before == QPoint(30, 10)
    assert room.canvas.selection.value == selection


# Choosing


def test_clicks_select_one_more_and_none(room: CreateRoom) -> None:
    click(room, 3)
    assert room.canvas.selection.value == (3,)
    click(room, 5, CTRL)
    click(room, 6, SHIFT)
    assert room.canvas.selection.value == (3, 5, 6)
    click(room, 5, CTRL)
    assert room.canvas.selection.value == (3, 6)
    click(room, 6)
    assert room.canvas.selection.value == (6,)
    QTest.mouseClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert room.canvas.selection.value == ()


def test_a_marquee_selects_what_it_touches(room: CreateRoom) -> None:
    half = QPoint(round(room.view.zoom.value * 0.56), round(room.view.zoom.value * 0.56))
    drag(room, place(room, 1) - half, place(room, 10))
    assert set(room.canvas.selection.value) == {1, 2, 9, 10}
    drag(room, place(room, 4) - half, place(room, 4), SHIFT)
    assert set(room.canvas.selection.value) == {1, 2, 4, 9, 10}


def test_all_and_none_by_keyboard(room: CreateRoom) -> None:
    key(room, Qt.Key.Key_A, CTRL)
    assert len(room.canvas.selection.value) == FIRST_WALL
    key(room, Qt.Key.Key_Escape)
    assert room.canvas.selection.value == ()


def test_arrows_go_to_the_nearest_space_selects_enter_opens(room: CreateRoom) -> None:
    room.view.setFocus()
    click(room, 1)
    key(room, Qt.Key.Key_Escape)
    key(room, Qt.Key.Key_Right)
    key(room, Qt.Key.Key_Down)
    assert room.view.overlay.focused == 10
    assert room.canvas.selection.value == ()
    key(room, Qt.Key.Key_Space)
    assert room.canvas.selection.value == (10,)
    key(room, Qt.Key.Key_Right, SHIFT)
    assert room.canvas.selection.value == (10, 11)
    key(room, Qt.Key.Key_Return)
    assert room.large.isVisible()
    QTest.keyClick(room.large, Qt.Key.Key_Escape)
    assert room.view.isVisible()
    assert "of 40" in room.view.accessibleDescription()


# Moving and removing


def test_dragging_moves_the_selection_in_one_step(room: CreateRoom) -> None:
    click(room, 1)
    click(room, 2, CTRL)
    before = [room.canvas.card(i).place for i in (1, 2, 3)]
    zoom = room.view.zoom.value
    drag(room, place(room, 2), place(room, 2) + QPoint(60, -30))
    after = [room.canvas.card(i).place for i in (1, 2, 3)]
    assert after[0].x - before[0].x == pytest.approx(60 / zoom)
    assert after[1].y - before[1].y == pytest.approx(-30 / zoom)
    assert after[2] == before[2]
    QTest.keyClick(room, Qt.Key.Key_Z, CTRL)
    assert [room.canvas.card(i).place for i in (1, 2, 3)] == before


def test_what_is_carried_can_be_removed_by_key(room: CreateRoom) -> None:
    start, port = place(room, 2), room.view.viewport()
    QTest.mousePress(port, LEFT, pos=start)
    move(room, start + QPoint(30, 10))
    key(room, Qt.Key.Key_Delete)
    move(room, start + QPoint(60, 10))
    move(room, QPoint(-40, 100))
    QTest.mouseRelease(port, LEFT, pos=QPoint(-40, 100))
    assert 2 not in room.canvas
    QTest.keyClick(room, Qt.Key.Key_Z, CTRL)
    assert 2 in room.canvas and room.view.overlay.carried == (0.0, 0.0)


def test_a_click_with_a_trembling_hand_moves_nothing(room: CreateRoom) -> None:
    steps = room.canvas.undo.count()
    drag(room, place(room, 2), place(room, 2) + QPoint(2, 1))
    assert room.canvas.undo.count() == steps
    assert room.canvas.selection.value == (2,)


def test_keyboard_moves_and_removes(room: CreateRoom) -> None:
    click(room, 4)
    before = room.canvas.card(4).place
    key(room, Qt.Key.Key_Right, CTRL)
    assert room.canvas.card(4).x > before.x
    key(room, Qt.Key.Key_Delete)
    assert 4 not in room.canvas
    QTest.keyClick(room, Qt.Key.Key_Z, CTRL)
    assert 4 in room.canvas


def test_what_is_dragged_out_of_the_window_goes_along_as_files(
    room: CreateRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[QMimeData] = []
    monkeypatch.setattr(room.acts, "drag", lambda data, ids: taken.append(data))
    click(room, 1)
    click(room, 2, CTRL)
    before = room.canvas.card(2).place
    drag(room, place(room, 2), QPoint(-40, 100))
    assert len(taken[0].urls()) == 2
    assert room.canvas.card(2).place == before, "the cards stay where they lie"
    drag(room, place(room, 3), place(room, 3) + QPoint(20, 20), ALT)
    assert len(taken[1].urls()) == 1


# What is drawn


def test_cards_are_drawn_from_near_and_from_afar(room: CreateRoom, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: seen_colours(room, 1) > 20)
    room.view.look_from(room.canvas.card(1).place, 20)
    assert room.view.zoom.value < NEAR_SIDE
    qtbot.waitUntil(lambda: seen_colours(room, 1) > 20)
    room.view.look_from(room.canvas.card(1).place, 200)
    qtbot.waitUntil(lambda: seen_colours(room, 1) > 20)


def test_pixel_art_is_never_blurred(open_studio: Open, qtbot: QtBot) -> None:
    studio = open_studio()
    room = studio.window.create_room
    wait_for_wall(room, qtbot)
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.kind == "pixel")
    studio.preferences.backdrop.set("#ffffff")
    (card_id,) = room.canvas.add(draw(sprites, 5, 1), "drawn")
    colours = {
        tuple(c)
        for c in Decoder(sprites).decode(room.canvas.card(card_id).picture.latent[None])[0].reshape(-1, 4)
    }
    qtbot.waitUntil(lambda: room.pictures.look(card_id) is not None)
    room.canvas.select(())
    for side in (57, 136, 211):
        room.view.look_from(room.canvas.card(card_id).place, side)
        qtbot.waitUntil(lambda side=side: room.view._near.is_ready() and room.view._near.side == side)
        middle = place(room, card_id)
        room.view.overlay.hovered = None
        image = room.view.viewport().grab().toImage()
        inner = round(side * 0.3)
        found = {
            image.pixelColor(middle.x() + dx, middle.y() + dy).getRgb()[:3]
            for dx in range(-inner, inner)
            for dy in range(-inner, inner)
        }
        assert len(found) <= len(colours) + 1, f"colours that are in no palette at {side}"


def test_diversity_of_models_on_one_canvas(open_studio: Open, qtbot: QtBot) -> None:
    studio = open_studio()
    room = studio.window.create_room
    wait_for_wall(room, qtbot)
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == "sprites")
    studio.create_state.bundle.set(sprites)
    room.generate()
    qtbot.waitUntil(lambda: len(room.canvas) == FIRST_WALL + 24)
    last = room.canvas.cards[-1]
    assert last.picture.bundle_id == sprites.facts.id
    qtbot.waitUntil(lambda: room.pictures.look(last.id) is not None)


def test_a_card_whose_model_is_gone_is_a_quiet_tile(
    open_studio: Open, starters: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "starters"
    shutil.copytree(starters, folder)
    studio = open_studio(starters=folder)
    room = studio.window.create_room
    wait_for_wall(room, qtbot)
    bundle = studio.create_state.bundle.value
    assert bundle is not None
    shutil.move(bundle.folder, tmp_path / "away")
    studio.shelf.read()
    assert room.pictures.bundle(1) is None
    click(room, 1)
    assert "not in your library" in room.section.facts.text()
    key(room, Qt.Key.Key_V)
    assert len(room.canvas) == FIRST_WALL
    assert "not in your library" in room.banner.text
    shutil.move(tmp_path / "away", bundle.folder)
    studio.shelf.read()
    assert room.pictures.bundle(1) is not None
    qtbot.waitUntil(lambda: room.pictures.look(1) is not None)


def test_a_model_that_will_not_decode_is_a_sentence(open_studio: Open, qtbot: QtBot) -> None:
    studio = open_studio()
    room = studio.window.create_room
    wait_for_wall(room, qtbot)
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == "sprites")
    content = sprites.decoder_file.read_bytes()
    try:
        sprites.decoder_file.unlink()
        room.canvas.add(draw(sprites, 1, 2), "drawn")
        qtbot.waitUntil(lambda: room.banner.tone == "error")
        assert "sprites" in room.banner.text
    finally:
        sprites.decoder_file.write_bytes(content)


def test_a_model_that_fails_once_is_asked_again(
    room: CreateRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = room.pictures.bundle(1)
    assert bundle is not None
    decoder = room.pictures._queue._decoders.get(bundle)
    decode, failures = (
        decoder.decode,
        [StudioError("No memory just now."), StudioError("No memory just now.")],
    )

    def fail_twice(latents: Latents) -> Pictures:
        if failures:
            raise failures.pop()
        return decode(latents)

    monkeypatch.setattr(decoder, "decode", fail_twice)
    ids = room.canvas.add(draw(bundle, 123, 3), "drawn")
    qtbot.waitUntil(lambda: all(room.pictures.look(card_id) is not None for card_id in ids))
    assert not failures
    assert room.banner.isHidden()


# Live looks


def test_a_live_look_is_shown_and_kept(room: CreateRoom, qtbot: QtBot) -> None:
    card = room.canvas.card(2)
    other = Picture(card.picture.bundle_id, card.picture.latent + np.float32(1))
    room.canvas.show_meanwhile(2, other)

    def shows(picture: Picture) -> bool:
        look = room.pictures.look(2)
        expected = to_image(
            Decoder(room.pictures.bundle(2)).decode(picture.latent[None])[0]  # type: ignore[arg-type]
        ).convertToFormat(look.image.format()) if look else None  # fmt: skip
        return look is not None and look.image == expected

    qtbot.waitUntil(lambda: shows(other))
    room.canvas.show_meanwhile(2, None)
    assert shows(card.picture)
    room.canvas.show_meanwhile(2, other)
    qtbot.waitUntil(lambda: shows(other))
    room.canvas.change(2, other, "slid", "Slide")
    assert shows(other), "what a slider showed last needs no decoding again"
    room.canvas.undo.undo()
    qtbot.waitUntil(lambda: shows(card.picture))


def test_a_slider_that_is_faster_than_the_decoder_still_shows_something(
    room: CreateRoom, qtbot: QtBot
) -> None:
    latent = room.canvas.card(2).picture.latent
    arrived: list[object] = []
    room.pictures.arrived.connect(lambda ids: 2 in ids and arrived.append(ids))
    for step in range(60):
        room.canvas.show_meanwhile(
            2, Picture(room.canvas.card(2).picture.bundle_id, latent + np.float32(step))
        )
        qtbot.wait(1)
    assert len(arrived) >= 2
    last = room.canvas.shown(2)
    qtbot.waitUntil(lambda: (live := room.pictures._live.get(2)) is not None and live[0] is last)


# Many


def test_a_thousand_more_keep_within_bounds(room: CreateRoom, qtbot: QtBot) -> None:
    room._preferences.count.set(1000)
    room.generate()
    qtbot.waitUntil(lambda: len(room.canvas) == FIRST_WALL + 1000)
    assert room.canvas.undo.undoText() == "Generate 1000 pictures"
    room.view.fit()
    qtbot.waitUntil(lambda: not room.view._far.work(float("inf")))
    room.canvas.undo.undo()
    assert len(room.canvas) == FIRST_WALL


def test_thumbs_take_each_others_places(qtbot: QtBot) -> None:
    thumbs = Thumbs()
    images = [to_image(np.full((64, 64, 4), value, np.uint8)) for value in (50, 100, 200)]
    for number, image in enumerate(images):
        thumbs.put(number, image, False)
    thumbs.drop(1)
    thumbs.put(7, images[2], False)
    assert 1 not in thumbs
    seven, nought = thumbs.image(7), thumbs.image(0)
    assert seven is not None and nought is not None
    assert seven.pixelColor(3, 3).alpha() == 200
    assert nought.pixelColor(3, 3).alpha() == 50
    assert seven.width() == SIDES[0]


def test_squares_are_forgotten_in_bounded_memory(room: CreateRoom) -> None:
    layer: FarLayer = room.view._far
    for step in range(40):
        room.view.look_from(room.canvas.card(1).place._replace(x=step * 40.0), 30)
        layer.work(float("inf"))
    kept = sum((square.side * 16) ** 2 * 4 for square in layer._made)
    assert kept <= 64 * 2**20 + 6 * 2**20


# From last time


def test_it_survives_a_restart(open_studio: Open, library: Library, qtbot: QtBot) -> None:
    first = open_studio()
    room = first.window.create_room
    wait_for_wall(room, qtbot)
    room.canvas.move([3], 2.0, 5.0)
    room.canvas.star([4], True)
    locked = np.eye(16, dtype=np.bool_)
    room.canvas.lock(4, locked, "Lock a part")
    room.canvas.select([3, 4])
    room.view.look_from(room.canvas.card(3).place, 100)
    cards, centre = room.canvas.cards, room.view.centre
    first.window.close()
    again = open_studio().window.create_room
    assert [card.id for card in again.canvas.cards] == [card.id for card in cards]
    assert [card.place for card in again.canvas.cards] == [card.place for card in cards]
    assert all(a.picture.same_as(b.picture) for a, b in zip(again.canvas.cards, cards, strict=True))
    assert again.canvas.card(4).is_starred
    assert np.array_equal(again.canvas.card(4).locked, locked)  # type: ignore[arg-type]
    assert again.canvas.selection.value == (3, 4)
    assert again.view.zoom.value == 100
    assert abs(again.view.centre.x - centre.x) < 0.02 and abs(again.view.centre.y - centre.y) < 0.02
    qtbot.waitUntil(lambda: again.pictures.look(3) is not None)


def test_it_is_saved_a_moment_after_a_change(open_studio: Open, library: Library, qtbot: QtBot) -> None:
    room = open_studio().window.create_room
    wait_for_wall(room, qtbot)
    qtbot.waitUntil(library.canvas_file.exists, timeout=10_000)
    before = library.canvas_file.read_bytes()
    room.canvas.remove([1])
    qtbot.waitUntil(lambda: library.canvas_file.read_bytes() != before, timeout=10_000)


def test_a_damaged_canvas_is_told_and_a_fresh_one_opened(
    open_studio: Open, library: Library, qtbot: QtBot
) -> None:
    library.canvas_file.write_bytes(b"nonsense")
    window = open_studio().window
    assert "canvas.damaged-1.npz" in window.banner.text
    wait_for_wall(window.create_room, qtbot)


def test_an_empty_canvas_says_what_to_do(room: CreateRoom) -> None:
    room.canvas.remove([card.id for card in room.canvas.cards])
    assert room._empty.isVisible()
    room.canvas.undo.undo()
    assert not room._empty.isVisible()


def test_the_chip_tells_frames_and_device(room: CreateRoom, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: room.view.chip.text() == "CPU")
    for _ in range(60):
        room.view.pan(3, 1)
        qtbot.wait(5)
        if "frames a second" in room.view.chip.text():
            break
    assert "frames a second" in room.view.chip.text()
    qtbot.waitUntil(lambda: room.view.chip.text() == "CPU")
    assert room.view.chip.geometry().right() < room.view.viewport().width()


def test_hovering_rings_a_card(room: CreateRoom) -> None:
    QTest.mouseMove(room.view.viewport(), place(room, 3))
    room.view._hover(room.view.places.at(room.view.to_canvas(QPointF(place(room, 3)))))
    assert room.view.overlay.hovered == 3


def test_stars_and_locks_are_marked_on_the_card_and_told(room: CreateRoom, qtbot: QtBot) -> None:
    def tile() -> QImage:
        return room.view._near._items[2].pixmap().toImage()

    qtbot.waitUntil(lambda: room.view._near._keys[2] is not None and room.view._near.is_ready())
    plain = tile()
    room.view._focus_on(2)
    assert room.view.accessibleDescription() == f"Picture 2 of {len(room.canvas)}"
    room.canvas.lock(2, np.ones((16, 16), np.bool_), "Lock a part")
    qtbot.waitUntil(lambda: tile() != plain)
    locked = tile()
    assert room.view.accessibleDescription().endswith("a part is locked")
    room.canvas.star([2], True)
    qtbot.waitUntil(lambda: tile() != locked)
    assert room.view.accessibleDescription().endswith("starred, a part is locked")
    for _ in range(2):
        room.canvas.undo.undo()
    qtbot.waitUntil(lambda: tile() == plain)
    side = plain.width()
    half = side // 2  # the marks are all in the lower left quarter
    assert locked.copy(0, 0, side, half) == plain.copy(0, 0, side, half)
    assert locked.copy(half, 0, side - half, side) == plain.copy(half, 0, side - half, side)


def test_one_way_leads_to_siblings_that_lie_together(room: CreateRoom) -> None:
    pictures = [room.canvas.card(1).picture] * 8
    children = room.canvas.add(pictures, "bred", [1, 2, 3])
    overlay, side = room.view.overlay, room.view.zoom.value
    assert [parent.id for parent, _ in overlay._ways(side)] == [1, 2, 3]
    assert all(end == overlay._ways(side)[0][1] for _, end in overlay._ways(side))
    room.canvas.move(children[:1], 9, 9)
    assert len(overlay._ways(side)) == 24
    room.view.grab()


def test_the_first_wall_is_no_step_to_take_back(room: CreateRoom) -> None:
    assert len(room.canvas) == FIRST_WALL and not room.canvas.undo.canUndo()
