"""Own pictures on the canvas: dropped or chosen, shown and saved as they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from canvas_hand import wait_for_wall
from pictures import drawing, save
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.canvas import Card
from studio.core.picture import Picture
from studio.core.pixels import Pictures, premultiply, rms_difference
from studio.store.files import Library
from studio.store.importing import fit_picture
from studio.store.metadata import read_recipe
from studio.ui.create import CreateRoom
from studio.ui.details import Details

Open = Callable[..., Studio]


@pytest.fixture
def studio(open_studio: Open, qtbot: QtBot) -> Studio:
    made = open_studio()
    wait_for_wall(made.window.create_room, qtbot)
    return made


@pytest.fixture
def room(studio: Studio) -> CreateRoom:
    return studio.window.create_room


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return save(tmp_path / "Ada.png", drawing(3))


def shown(room: CreateRoom, card_id: int) -> Pictures:
    """What the canvas draws, uint8 [H, W, 4], premultiplied."""
    look = room.pictures.look(card_id)
    assert look is not None
    image = look.image.convertToFormat(look.image.Format.Format_RGBA8888_Premultiplied)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def entered(studio: Studio, qtbot: QtBot, before: int) -> Card:
    qtbot.waitUntil(lambda: len(studio.canvas) == before + 1)
    (card,) = studio.canvas.selected
    qtbot.waitUntil(lambda: studio.window.create_room.pictures.look(card.id) is not None)
    return card


def test_a_file_dropped_on_the_canvas_lies_there_as_it_is(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot, library: Library
) -> None:
    before = len(studio.canvas)
    at = room.view.viewport().mapTo(studio.window, QPoint(200, 150))
    studio.window.take([file], at)
    card = entered(studio, qtbot, before)
    assert card.how == "entered" and card.picture.name == "Ada"
    assert (library.details / f"{card.picture.detail}.npz").is_file()
    original = premultiply(fit_picture(drawing(3), 16, "pad", False))
    assert np.abs(shown(room, card.id).astype(int) - original).max() <= 1
    under = room.place_under(at, studio.window)
    assert under is not None and abs(under.x - card.x) < 2 and abs(under.y - card.y) < 2
    studio.canvas.undo.undo()
    assert len(studio.canvas) == before


def test_an_edit_fades_the_detail_and_undo_brings_it_back(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    card = entered(studio, qtbot, before)
    own = shown(room, card.id)
    far = Picture(card.picture.bundle_id, card.picture.latent + np.float32(2))
    studio.canvas.show_meanwhile(card.id, far)
    decoder = studio._decoders.get(studio.shelf.by_id(card.picture.bundle_id))  # type: ignore[arg-type]
    plain = premultiply(decoder.decode(far.latent[None])[0])
    qtbot.waitUntil(lambda: np.abs(shown(room, card.id).astype(int) - plain).max() <= 1)
    studio.canvas.show_meanwhile(card.id, None)
    assert np.array_equal(shown(room, card.id), own)


def test_saved_and_large_it_is_as_shown(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    card = entered(studio, qtbot, before)
    room.acts.save_to_file(tmp_path / "saved.png")
    qtbot.waitUntil((tmp_path / "saved.png").is_file)
    with Image.open(tmp_path / "saved.png") as image:
        saved = np.array(image.convert("RGBA"))
    original = fit_picture(drawing(3), 16, "pad", False)
    assert rms_difference(saved, original) < 1
    room.open_card(card.id)
    qtbot.waitUntil(lambda: room.large.pixmap is not None)
    qtbot.waitUntil(lambda: not room.acts._job.is_running)  # type: ignore[union-attr]


def test_the_gallery_and_packs_get_it_as_shown(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    entered(studio, qtbot, before)
    with qtbot.waitSignal(studio.exchange.pack_wanted) as packed:
        room.acts.pack()
    ((carried,),) = packed.args
    assert carried.picture is None and carried.file is not None
    with Image.open(carried.file) as image:
        assert rms_difference(np.array(image.convert("RGBA")), fit_picture(drawing(3), 16, "pad", False)) < 1
    recipe = read_recipe(carried.file)
    assert recipe is not None and recipe.same_as(room.canvas.selected[0].picture)


def test_chosen_files_enter_and_a_broken_one_is_named(
    studio: Studio,
    room: CreateRoom,
    file: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    names = [str(file), str(broken)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))
    before = len(studio.canvas)
    room.ask_for_own()
    entered(studio, qtbot, before)
    assert "broken.png" in room.banner.text


def test_what_the_model_does_not_know_is_said(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    entered(studio, qtbot, before)
    assert "unlike anything “faces” learned from" in room.banner.text


def test_many_files_or_folders_are_a_set_to_learn_from(studio: Studio, pictures: Path, qtbot: QtBot) -> None:
    before = len(studio.canvas)
    studio.window.take([pictures])
    assert studio.window.rooms.currentWidget() is studio.window.new_model
    assert len(studio.canvas) == before


def test_a_lost_detail_costs_only_that_detail(library: Library) -> None:
    rgba = drawing(1, 16)
    assert np.array_equal(Details(library.details).apply("0" * 32, rgba), rgba)
    assert np.array_equal(Details(library.details).apply("", rgba), rgba)


def test_dragging_files_over_the_canvas_opens_the_encoder_beforehand(
    studio: Studio, room: CreateRoom, qtbot: QtBot
) -> None:
    bundle = studio.create_state.bundle.value
    assert bundle is not None
    room.get_ready_to_enter()
    qtbot.waitUntil(lambda: studio._entering._is_ready(bundle))
    qtbot.waitUntil(lambda: studio._entering._job is None)


def test_children_of_an_own_picture_keep_what_still_fits(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    card = entered(studio, qtbot, before)
    room.acts.vary(0.2)
    assert all(child.picture.detail == card.picture.detail for child in studio.canvas.selected)


def test_saved_and_dropped_back_it_comes_with_its_detail(
    studio: Studio, room: CreateRoom, file: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    before = len(studio.canvas)
    studio.window.take([file])
    own = shown(room, entered(studio, qtbot, before).id)
    room.acts.save_to_file(tmp_path / "saved.png")
    qtbot.waitUntil((tmp_path / "saved.png").is_file)
    qtbot.waitUntil(lambda: not room.acts._job.is_running)  # type: ignore[union-attr]
    room.acts.remove()
    studio.window.take([tmp_path / "saved.png"])
    back = entered(studio, qtbot, before)
    assert back.how == "entered"
    assert np.array_equal(shown(room, back.id), own)


def test_details_that_nothing_refers_to_are_swept_and_others_never(
    open_studio: Open, file: Path, tmp_path: Path, qtbot: QtBot, library: Library
) -> None:
    first = open_studio()
    wait_for_wall(first.window.create_room, qtbot)
    names: list[str] = []
    for seed in (3, 4, 5, 6):  # to stay, to be in the gallery alone, to be removed now, to be gone long since
        before = len(first.canvas)
        first.window.take([save(tmp_path / f"{seed}.png", drawing(seed))])
        names.append(entered(first, qtbot, before).picture.detail)
        if seed == 4:
            first.window.create_room.acts.star()
            qtbot.waitUntil(lambda: not first.window.gallery.desk.is_busy)
        if seed in (4, 6):
            first.window.create_room.acts.remove()
    first.window.close()
    assert len(set(names)) == 4
    for name in names:
        os.utime(library.details / f"{name}.npz", (0, 0))
    again = open_studio()
    wait_for_wall(again.window.create_room, qtbot)
    (third,) = (card for card in again.canvas.cards if card.picture.detail == names[2])
    again.canvas.remove([third.id])  # undo may want it back
    again.window.show_gallery()
    qtbot.waitUntil(lambda: again.window.has("morph") and not again.window.gallery.desk.is_busy)
    again.sweep_details()
    qtbot.waitUntil(lambda: again._sweeping is not None and not again._sweeping.is_running)
    assert {each.stem for each in library.details.iterdir()} == set(names[:3])
