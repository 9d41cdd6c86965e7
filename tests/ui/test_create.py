"""The Create room as a user meets it: looking, choosing, saving, dragging out and bringing back."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw, named
from studio.store.metadata import read_recipe
from studio.ui.backdrop import to_image
from studio.ui.create import CreateRoom
from studio.ui.wall_model import FIRST_ROWS, PIXMAP_BYTES

Open = Callable[..., Studio]


@pytest.fixture
def room(open_studio: Open, qtbot: QtBot) -> CreateRoom:
    made = open_studio().window.create_room
    qtbot.waitUntil(lambda: made.model.pixmap(0) is not None)
    return made


def click(room: CreateRoom, row: int, where: str = "middle", **how: Qt.KeyboardModifier) -> None:
    rect = room.wall.visualRect(room.model.index(row))
    point = rect.center() if where == "middle" else rect.topRight() + QPoint(-20, 20)
    modifier = how.get("modifier", Qt.KeyboardModifier.NoModifier)
    QTest.mouseClick(room.wall.viewport(), Qt.MouseButton.LeftButton, modifier, point)


def shown_matches(room: CreateRoom, rgba: np.ndarray) -> bool:
    pixmap = room.large.pixmap
    return pixmap is not None and pixmap.toImage() == to_image(rgba).convertToFormat(
        pixmap.toImage().format()
    )


def test_the_wall_shows_the_series_of_its_seed(room: CreateRoom, qtbot: QtBot) -> None:
    bundle = room._state.bundle.value
    assert bundle is not None
    room._state.seed.set(77)
    series = room.model.series
    assert series is not None
    for row, picture in enumerate(draw(bundle, 77, 3)):
        assert series.picture(row).same_as(picture)
        assert series.picture(row).seed == picture.seed
    qtbot.waitUntil(lambda: room.model.pixmap(2) is not None)


def test_scrolling_makes_more_for_ever_in_bounded_memory(room: CreateRoom, qtbot: QtBot) -> None:
    bar = room.wall.verticalScrollBar()
    for _ in range(8):
        bar.setValue(bar.maximum())
        qtbot.wait(1)
    assert room.model.rowCount() > 4 * FIRST_ROWS
    last = room.model.rowCount() - 1
    room.wall.show_row(last)
    qtbot.waitUntil(lambda: room.model.pixmap(last) is not None)
    assert len(room.model._pixmaps) <= max(256, PIXMAP_BYTES // (4 * 16 * 16))


def test_diversity_redraws_in_place(room: CreateRoom, qtbot: QtBot) -> None:
    before = room.model.pixmap(0)
    assert before is not None
    room.bar.diversity.setValue(2)
    assert room.model.pixmap(0) is not None, "no flicker: the old one stays until the new one is there"
    qtbot.waitUntil(lambda: room.model.pixmap(0) is not None and room.model.pixmap(0) is not before)
    series = room.model.series
    assert series is not None
    assert series.diversity == pytest.approx(0.1)


def test_click_opens_large_arrows_go_on_escape_returns(room: CreateRoom, qtbot: QtBot) -> None:
    click(room, 1)
    assert room.large.isVisible()
    series = room.model.series
    assert series is not None
    QTest.keyClick(room.large, Qt.Key.Key_Right)
    QTest.keyClick(room.large, Qt.Key.Key_Right)
    QTest.keyClick(room.large, Qt.Key.Key_Left)
    assert room.large.picture is not None
    assert room.large.picture.same_as(series.picture(2))
    rgba = Decoder(series.bundle).decode(series.latents([2]))[0]
    qtbot.waitUntil(lambda: shown_matches(room, rgba))
    QTest.keyClick(room.large, Qt.Key.Key_Escape)
    assert room.wall.isVisible()
    assert room.wall.currentIndex().row() == 2


def test_keyboard_opens_and_selects(room: CreateRoom) -> None:
    room.wall.setFocus()
    QTest.keyClick(room.wall, Qt.Key.Key_Right)
    assert room.wall.selected_rows() == []
    QTest.keyClick(room.wall, Qt.Key.Key_Space)
    assert room.wall.selected_rows() == [1]
    QTest.keyClick(room.wall, Qt.Key.Key_Return)
    assert room.large.isVisible()


def test_ticks_and_modifiers_select(room: CreateRoom) -> None:
    click(room, 0, "tick")
    click(room, 2, modifier=Qt.KeyboardModifier.ControlModifier)
    assert room.wall.selected_rows() == [0, 2]
    assert room.foot.isVisible()
    assert not room.large.isVisible()
    QTest.keyClick(room.wall, Qt.Key.Key_Escape)
    assert room.wall.selected_rows() == []
    assert not room.foot.isVisible()


def test_one_picture_is_saved_with_its_recipe_and_comes_back(
    room: CreateRoom, open_studio: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    click(room, 3)
    picture = room.large.picture
    assert picture is not None
    file = tmp_path / "mine.png"
    room.save_to_file(file)
    qtbot.waitUntil(lambda: "Saved" in room.large.banner.text)
    back = read_recipe(file)
    assert back is not None
    assert back.same_as(picture)
    with Image.open(file) as image:
        assert (image.mode, image.size) == ("RGBA", (16, 16))
        rgba = np.array(image)
    again = open_studio(files=(file,)).window.create_room
    assert again.large.isVisible()
    qtbot.waitUntil(lambda: shown_matches(again, rgba))


def test_the_recipe_stays_out_when_the_switch_is_off(room: CreateRoom, qtbot: QtBot, tmp_path: Path) -> None:
    room._preferences.embed_recipe.set(False)
    click(room, 0)
    room.save_to_file(tmp_path / "plain.png")
    qtbot.waitUntil(lambda: "Saved" in room.large.banner.text)
    assert read_recipe(tmp_path / "plain.png") is None


def test_several_go_to_a_folder_under_free_names(room: CreateRoom, qtbot: QtBot, tmp_path: Path) -> None:
    for row in (0, 1, 4):
        click(room, row, "tick")
    for _ in range(2):
        room.save_to_folder(tmp_path)
        qtbot.waitUntil(lambda: "Saved 3 pictures" in room.banner.text)
        room.banner.say("")
    assert len(list(tmp_path.glob("faces *.png"))) == 6


def test_a_full_disk_is_a_sentence_in_place(
    room: CreateRoom, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    click(room, 0)
    monkeypatch.setattr(os, "replace", full)
    room.save_to_file(tmp_path / "a.png")
    qtbot.waitUntil(lambda: room.large.banner.tone == "error")
    monkeypatch.undo()
    assert "disk is full" in room.large.banner.text
    assert not (tmp_path / "a.png").exists()


def test_a_name_gives_its_picture(room: CreateRoom, qtbot: QtBot) -> None:
    bundle = room._state.bundle.value
    assert bundle is not None
    QTest.keyClicks(room.bar.name_field.field, "Ada")
    qtbot.waitUntil(lambda: room.bar.name_field._face.pixmap is not None)
    QTest.keyClick(room.bar.name_field.field, Qt.Key.Key_Return)
    assert room.large.picture is not None
    assert room.large.picture.same_as(named(bundle, "Ada"))
    assert room.large.picture.name == "Ada"


def test_copy_puts_image_and_file_on_the_clipboard(room: CreateRoom) -> None:
    click(room, 0)
    room.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    (url,) = data.urls()
    assert read_recipe(Path(url.toLocalFile())) is not None


def test_dragging_out_takes_the_selection(room: CreateRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[QMimeData] = []
    monkeypatch.setattr(room, "_drag", taken.append)
    click(room, 0, "tick")
    click(room, 1, "tick")
    room.wall.startDrag(Qt.DropAction.CopyAction)
    assert len(taken[0].urls()) == 2


def test_new_seed_and_typed_seed(room: CreateRoom) -> None:
    before = room._state.seed.value
    QTest.keyClick(room, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert room._state.seed.value != before
    room.bar.seed_field.setText("123")
    room.bar.seed_field.editingFinished.emit()
    assert room._state.seed.value == 123
    room.bar.seed_field.setText("9999999999")
    room.bar.seed_field.editingFinished.emit()
    assert room._state.seed.value == 123
    assert "too large" in room.banner.text


def test_a_bundle_that_will_not_load_is_a_sentence(open_studio: Open, qtbot: QtBot) -> None:
    studio = open_studio()
    room = studio.window.create_room
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == "sprites")
    content = sprites.decoder_file.read_bytes()
    try:
        sprites.decoder_file.unlink()
        studio.create_state.bundle.set(sprites)
        qtbot.waitUntil(lambda: room.banner.tone == "error")
        assert "sprites" in room.banner.text
    finally:
        sprites.decoder_file.write_bytes(content)


def test_a_dropped_picture_whose_model_is_gone_is_a_sentence(
    room: CreateRoom, open_studio: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    click(room, 0)
    room.save_to_file(tmp_path / "orphan.png")
    qtbot.waitUntil(lambda: "Saved" in room.large.banner.text)
    (tmp_path / "none").mkdir()
    window = open_studio(starters=tmp_path / "none").window
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "orphan.png"))])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, button, key))
    assert "not in your library" in window.banner.text
