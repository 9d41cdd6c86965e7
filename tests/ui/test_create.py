"""The Create room as a user meets it: generating, varying, saving, handing on and bringing back."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from canvas_hand import CTRL, click, key, place, wait_for_wall
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw, named
from studio.store.metadata import read_recipe
from studio.ui.backdrop import to_image
from studio.ui.canvas.side import one_selected
from studio.ui.create import FIRST_WALL, CreateRoom
from studio.ui.exchange import Carried
from studio.ui.jobs import Job

Open = Callable[..., Studio]


@pytest.fixture
def studio(open_studio: Open, qtbot: QtBot) -> Studio:
    made = open_studio()
    wait_for_wall(made.window.create_room, qtbot)
    return made


@pytest.fixture
def room(studio: Studio) -> CreateRoom:
    return studio.window.create_room


def shown_matches(room: CreateRoom, rgba: np.ndarray) -> bool:
    pixmap = room.large.pixmap
    return pixmap is not None and pixmap.toImage() == to_image(rgba).convertToFormat(
        pixmap.toImage().format()
    )


def test_the_canvas_shows_the_series_of_its_seed_and_goes_on_in_it(room: CreateRoom, qtbot: QtBot) -> None:
    bundle = room._state.bundle.value
    assert bundle is not None
    room._state.seed.set(77)
    room.bar.count.setValue(3)
    for _ in range(2):
        QTest.mouseClick(room.bar.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(room.canvas) == FIRST_WALL + 6)
    for card, picture in zip(room.canvas.cards[FIRST_WALL:], draw(bundle, 77, 6), strict=True):
        assert card.picture.same_as(picture)
        assert card.picture.seed == picture.seed
    assert room.canvas.undo.undoText() == "Generate 3 pictures"


def test_diversity_is_that_of_new_pictures(room: CreateRoom, qtbot: QtBot) -> None:
    room.bar.diversity.setValue(2)
    room.generate()
    qtbot.waitUntil(lambda: len(room.canvas) > FIRST_WALL)
    assert room.canvas.cards[-1].picture.diversity == pytest.approx(0.1)
    assert room.canvas.cards[0].picture.diversity == 1


def test_a_model_chosen_in_models_makes_its_first_pictures(
    studio: Studio, room: CreateRoom, qtbot: QtBot
) -> None:
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == "sprites")
    for _ in range(2):
        studio.window.open_in_create(sprites)
        qtbot.waitUntil(lambda: len(room.canvas) > FIRST_WALL)
    assert len(room.canvas) == FIRST_WALL + 24, "once is enough"
    assert room.canvas.cards[-1].picture.bundle_id == sprites.facts.id


def test_generating_brings_what_is_new_into_view(room: CreateRoom, qtbot: QtBot) -> None:
    room.view.zoom_full()
    room.generate()
    qtbot.waitUntil(lambda: len(room.canvas) > FIRST_WALL)
    new = room.canvas.cards[FIRST_WALL]
    assert room.view.seen.contains(QPointF(new.x, new.y))


@pytest.mark.parametrize(("keys", "modifier"), [(Qt.Key.Key_V, None), (Qt.Key.Key_V, "shift")])
def test_varying_lays_children_beside_their_parent(
    room: CreateRoom, keys: Qt.Key, modifier: str | None
) -> None:
    click(room, 20)
    room._preferences.vary_count.set(8)
    key(room, keys, Qt.KeyboardModifier.ShiftModifier if modifier else Qt.KeyboardModifier.NoModifier)
    children = room.canvas.selected
    assert len(children) == 8
    parent = room.canvas.card(20)
    assert all(child.parents == (20,) and child.how == "varied" for child in children)
    apart = [np.linalg.norm(child.picture.latent - parent.picture.latent) for child in children]
    assert min(apart) > 0
    QTest.keyClick(room, Qt.Key.Key_Z, CTRL)
    assert len(room.canvas) == FIRST_WALL, "all children are one step"
    assert room.canvas.selection.value == (20,)


def test_vary_far_goes_farther(room: CreateRoom) -> None:
    def mean_distance(modifier: Qt.KeyboardModifier) -> float:
        click(room, 1)
        key(room, Qt.Key.Key_V, modifier)
        parent = room.canvas.card(1).picture.latent
        return float(np.mean([np.linalg.norm(c.picture.latent - parent) for c in room.canvas.selected]))

    shift = Qt.KeyboardModifier.ShiftModifier
    assert mean_distance(shift) > 1.5 * mean_distance(Qt.KeyboardModifier.NoModifier)


def test_starring_keeps_in_the_gallery(studio: Studio, room: CreateRoom) -> None:
    kept: list[tuple[Carried, ...]] = []
    studio.exchange.keep_wanted.connect(kept.append)
    click(room, 1)
    click(room, 2, CTRL)
    key(room, Qt.Key.Key_S)
    assert [carried.picture for carried in kept[0]] == [room.canvas.card(i).picture for i in (1, 2)]
    assert all(carried.bundle is studio.create_state.bundle.value for carried in kept[0])
    assert room.canvas.card(1).is_starred
    key(room, Qt.Key.Key_S)
    assert not room.canvas.card(1).is_starred
    assert len(kept) == 1


def test_the_selection_is_handed_to_other_rooms(studio: Studio, room: CreateRoom) -> None:
    morphed: list[tuple[Carried, ...]] = []
    packed: list[tuple[Carried, ...]] = []
    studio.exchange.morph_wanted.connect(morphed.append)
    studio.exchange.pack_wanted.connect(packed.append)
    click(room, 5)
    assert not room.commands.morph.isEnabled()
    click(room, 2, CTRL)
    key(room, Qt.Key.Key_M)
    studio.window.show_create()
    QTest.keyClick(room.view, Qt.Key.Key_E, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert [carried.picture for carried in morphed[0]] == [room.canvas.card(i).picture for i in (5, 2)]
    assert len(packed[0]) == 2


def test_other_rooms_put_pictures_onto_the_canvas(studio: Studio, room: CreateRoom) -> None:
    bundle = studio.shelf.bundles[0]
    studio.window.show_models()
    pictures = draw(bundle, 9, 2)
    studio.exchange.create_wanted.emit(tuple(Carried(picture, bundle) for picture in pictures))
    assert room.isVisible()
    assert [card.picture for card in room.canvas.selected] == pictures
    card = room.canvas.selected[0]
    assert room.view.seen.contains(QPointF(card.x, card.y))


def test_the_context_menu_offers_what_can_be_done(room: CreateRoom) -> None:
    click(room, 3)
    words = [action.text() for action in room.commands.menu(room._generate).actions() if action.text()]
    assert words[:3] == ["Show large", "Vary near", "Vary far"]
    assert "Remove" in words
    room.canvas.select(())
    assert room.commands.menu(room._generate).actions()[0].text() == "Generate"


def test_the_panel_shows_what_is_selected(room: CreateRoom, qtbot: QtBot) -> None:
    assert not room.section.isVisible()
    click(room, 3)
    assert room.section.isVisible()
    assert room.section.picture.pixmap is not None
    assert "Seed" in room.section.facts.text()
    click(room, 4, CTRL)
    assert room.section.title.text() == "2 pictures selected"


def test_others_add_sections_to_the_panel(room: CreateRoom) -> None:
    mine = QLabel("sliders")
    room.side.add_section("Sliders", mine, one_selected)
    assert not mine.isVisible()
    click(room, 1)
    assert mine.isVisible()
    click(room, 2, CTRL)
    assert not mine.isVisible()


def test_double_click_opens_large_arrows_go_on_escape_returns(room: CreateRoom, qtbot: QtBot) -> None:
    QTest.mouseDClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=place(room, 2))
    assert room.large.isVisible()
    for which in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(room.large, which)
    card = room.canvas.card(3)
    assert room.large.picture is card.picture
    bundle = room.pictures.bundle(3)
    assert bundle is not None
    rgba = Decoder(bundle).decode(card.picture.latent[None])[0]
    qtbot.waitUntil(lambda: shown_matches(room, rgba))
    QTest.keyClick(room.large, Qt.Key.Key_Escape)
    assert room.view.isVisible()
    assert room.canvas.selection.value == (3,)


def test_a_large_picture_is_starred_by_its_button_and_by_key(room: CreateRoom, qtbot: QtBot) -> None:
    room.open_card(2)
    room.large._star.click()
    assert room.canvas.card(2).is_starred and room.large._star.accessibleName() == "Take the star off"
    QTest.keyClick(room.large, Qt.Key.Key_S)
    assert not room.canvas.card(2).is_starred and room.large._star.accessibleName() == "Star"


def test_what_is_undone_is_not_looked_at_large_any_more(room: CreateRoom, qtbot: QtBot) -> None:
    click(room, 1)
    key(room, Qt.Key.Key_V)
    child, own = room.canvas.selection.value[0], room.canvas.card(2).picture
    room.canvas.change(2, room.canvas.card(3).picture, "slid", "Move")
    room.open_card(2)
    QTest.keyClick(room.large, Qt.Key.Key_Z, CTRL)
    assert room.large.isVisible() and room.large.picture is own
    room.open_card(child)
    QTest.keyClick(room.large, Qt.Key.Key_Z, CTRL)
    assert child not in room.canvas and room.view.isVisible()
    room.acts.copy()


def test_a_large_picture_is_dragged_out(
    room: CreateRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[QMimeData] = []
    monkeypatch.setattr(room.acts, "drag", lambda data, ids: taken.append(data))
    room.open_card(2)
    panel = room.large._panel
    for end, count in ((QPoint(22, 20), 0), (QPoint(60, 20), 1)):
        QTest.mousePress(panel, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        QTest.mouseMove(panel, end)
        QTest.mouseRelease(panel, Qt.MouseButton.LeftButton, pos=end)
        assert len(taken) == count
    (url,) = taken[0].urls()  # made while the mouse is on its way
    assert read_recipe(Path(url.toLocalFile())) is not None and taken[0].hasImage()
    qtbot.waitUntil(lambda: not any(job.is_running for job in room.acts.findChildren(Job)))


def test_one_picture_is_saved_with_its_recipe_and_comes_back(
    room: CreateRoom, open_studio: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    click(room, 3)
    picture = room.canvas.card(3).picture
    file = tmp_path / "mine.png"
    room.acts.save_to_file(file)
    qtbot.waitUntil(lambda: "Saved" in room.banner.text)
    back = read_recipe(file)
    assert back is not None
    assert back.same_as(picture)
    with Image.open(file) as image:
        assert (image.mode, image.size) == ("RGBA", (16, 16))
    again = open_studio(files=(file,)).window.create_room
    (card,) = again.canvas.selected
    assert card.picture.same_as(picture)
    qtbot.waitUntil(lambda: again.pictures.look(card.id) is not None)


def test_the_recipe_stays_out_when_the_switch_is_off(room: CreateRoom, qtbot: QtBot, tmp_path: Path) -> None:
    room._preferences.embed_recipe.set(False)
    click(room, 1)
    room.acts.save_to_file(tmp_path / "plain.png")
    qtbot.waitUntil(lambda: "Saved" in room.banner.text)
    assert read_recipe(tmp_path / "plain.png") is None


def test_several_of_two_models_go_to_a_folder_under_free_names(
    studio: Studio, room: CreateRoom, qtbot: QtBot, tmp_path: Path
) -> None:
    sprites = next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == "sprites")
    others = room.canvas.add(draw(sprites, 3, 1), "drawn")
    room.canvas.select([1, 2, *others])
    for _ in range(2):
        room.acts.save_to_folder(tmp_path)
        qtbot.waitUntil(lambda: "Saved 3 pictures" in room.banner.text)
        room.banner.say("")
    assert len(list(tmp_path.glob("faces *.png"))) == 4
    assert len(list(tmp_path.glob("sprites *.png"))) == 2


def test_a_full_disk_is_a_sentence_in_place(
    room: CreateRoom, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(source: object, target: object) -> None:
        if str(target).endswith(".png"):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)  # type: ignore[arg-type]

    click(room, 1)
    room.open_card(1)
    monkeypatch.setattr(os, "replace", full)
    room.acts.save_to_file(tmp_path / "a.png")
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
    (card,) = room.canvas.selected
    assert card.picture.same_as(named(bundle, "Ada"))
    assert room.section.title.text() == "Ada"


def test_copy_puts_image_and_file_on_the_clipboard(room: CreateRoom, qtbot: QtBot) -> None:
    click(room, 1)
    with qtbot.waitSignal(room.acts.said) as said:
        room.acts.copy()
    assert said.args == ["Copied the picture."]
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    (url,) = data.urls()
    assert read_recipe(Path(url.toLocalFile())) is not None


def test_new_seed_and_typed_seed(room: CreateRoom) -> None:
    before = room._state.seed.value
    QTest.keyClick(room, Qt.Key.Key_R, CTRL)
    assert room._state.seed.value != before
    room.bar.seed_field.setText("123")
    room.bar.seed_field.editingFinished.emit()
    assert room._state.seed.value == 123
    room.bar.seed_field.setText("9999999999")
    room.bar.seed_field.editingFinished.emit()
    assert room._state.seed.value == 123
    assert "too large" in room.banner.text


def drop(window: object, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, button, none))  # type: ignore[attr-defined]


def test_several_pictures_of_ours_are_dropped_together(
    studio: Studio, room: CreateRoom, qtbot: QtBot, tmp_path: Path
) -> None:
    room.canvas.select([1, 2])
    room.acts.save_to_folder(tmp_path)
    qtbot.waitUntil(lambda: "Saved" in room.banner.text)
    room.view.zoom_out()
    drop(studio.window, *sorted(tmp_path.glob("*.png")))
    assert len(room.canvas.selected) == 2
    assert len(room.canvas) == FIRST_WALL + 2
    where = room.place_under(QPoint(400, 300), studio.window)
    assert where is not None
    assert all(np.hypot(card.x - where.x, card.y - where.y) < 6 for card in room.canvas.selected)


def test_a_dropped_picture_whose_model_is_gone_is_a_sentence(
    room: CreateRoom, open_studio: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    click(room, 1)
    room.acts.save_to_file(tmp_path / "orphan.png")
    qtbot.waitUntil(lambda: "Saved" in room.banner.text)
    (tmp_path / "none").mkdir()
    window = open_studio(starters=tmp_path / "none").window
    drop(window, tmp_path / "orphan.png")
    assert "not in your library" in window.banner.text
