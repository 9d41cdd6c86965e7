"""The Morph room as a user meets it: stops, playing, undo, exports, and what is left for the next time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.plan import PING_PONG
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw
from studio.store.bundle import Bundle
from studio.store.exporting import Export
from studio.ui.exchange import Carried
from studio.ui.morph.frames import FrameMaker
from studio.ui.morph.player import Player
from studio.ui.morph.room import MorphRoom

Open = Callable[..., Studio]
SOON = 30_000  # ms; some hundred pictures on a busy machine


@pytest.fixture
def studio(open_studio: Open) -> Studio:
    made = open_studio()
    made.window.show_morph()
    return made


@pytest.fixture
def room(studio: Studio) -> MorphRoom:
    return studio.window.morph


@pytest.fixture
def full(room: MorphRoom, qtbot: QtBot) -> MorphRoom:
    """With three random stops, all prepared, standing still."""
    room.bringer.add_random(3)
    qtbot.waitUntil(lambda: room.maker.count > 0 and room.maker.prepared == room.maker.count, timeout=SOON)
    room.player.pause()
    return room


def bundle_named(studio: Studio, name: str) -> Bundle:
    return next(bundle for bundle in studio.shelf.bundles if bundle.facts.name == name)


def carried(bundle: Bundle, count: int, seed: int = 1) -> tuple[Carried, ...]:
    return tuple(Carried(picture, bundle) for picture in draw(bundle, seed, count))


def titles(room: MorphRoom) -> list[str]:
    return [stop.title for stop in room._state.plan.stops]


def test_random_stops_begin_to_play_by_themselves(room: MorphRoom, qtbot: QtBot) -> None:
    room.bringer.add_random(3)
    qtbot.waitUntil(lambda: room.player.is_playing, timeout=SOON)
    qtbot.waitUntil(lambda: room.stage.pixmap is not None)
    assert len(room.timeline.cards) == 3
    first = room.player.position
    qtbot.waitUntil(lambda: room.player.position != first)
    assert room.maker.count == 108  # 4.5 s at 24 a second: a loop of three legs
    QTest.keyClick(room, Qt.Key.Key_Space)
    assert not room.player.is_playing


def test_the_stage_shows_the_frame_that_an_export_would_have(full: MorphRoom) -> None:
    full.player.go_to(40)
    picture = full.maker.picture(full.player.frame)
    bundle = full._bundle
    assert picture is not None and bundle is not None
    rgba = full.maker.frame(full.player.frame)
    assert rgba is not None
    np.testing.assert_array_equal(rgba, Decoder(bundle).decode(picture.latent[None])[0])


def test_keys_step_and_scrub(full: MorphRoom) -> None:
    full.setFocus()
    full.player.go_to(0)
    QTest.keyClick(full, Qt.Key.Key_Period)
    QTest.keyClick(full, Qt.Key.Key_Right)
    assert full.player.position == 2
    QTest.keyClick(full, Qt.Key.Key_Comma)
    assert full.player.position == 1
    QTest.keyClick(full, Qt.Key.Key_End)
    assert full.player.position == 107
    QTest.keyClick(full, Qt.Key.Key_Period)
    assert full.player.position == 0
    assert full.transport.at.text() == "0.00 of 4.50 s  ·  1 of 108"
    scrub = full.transport.scrub
    QTest.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=scrub.rect().center())
    assert abs(full.player.position - 54) <= 1


def test_length_rate_and_frames_hang_together(full: MorphRoom) -> None:
    transport, state = full.transport, full._state
    transport.seconds.setValue(2.0)
    assert (state.plan.frames, transport.frames.value()) == (48, 48)
    transport.fps.setValue(30)
    assert transport.frames.value() == 60
    transport.frames.setValue(97)
    assert state.plan.frames == full.maker.count == 97
    transport.playing.setCurrentIndex(2)
    transport.playing.activated.emit(2)
    assert state.plan.playing == PING_PONG
    assert transport.whole.text() == "there and back 192 frames, 6.40 s"


def test_too_short_is_said_in_place_and_mended_by_undo(full: MorphRoom, qtbot: QtBot) -> None:
    full.transport.frames.setValue(2)
    assert "too short for 3 stops" in full.banner.text
    assert full.maker.count == 0
    full._state.undo.undo()
    assert not full.banner.isVisible()
    assert full.maker.count == 108


class TestStops:
    def test_each_change_can_be_undone(self, full: MorphRoom) -> None:
        a, b, c = titles(full)
        timeline, undo = full.timeline, full._state.undo
        timeline.move_stop(0, 2)
        assert titles(full) == [b, c, a]
        timeline.duplicate(1)
        assert titles(full) == [b, c, c, a]
        timeline.remove(0)
        assert titles(full) == [c, c, a]
        timeline.cards[1].hold.setValue(0.5)
        timeline.cards[1].ease.activated.emit(3)
        assert full._state.plan.stops[1].hold == 0.5
        assert full._state.plan.stops[1].ease == "smooth"
        assert undo.count() == 6
        for _ in range(5):
            undo.undo()
        assert titles(full) == [a, b, c]
        undo.setIndex(6)
        assert titles(full) == [c, c, a]
        assert full._state.plan.stops[1].ease == "smooth"

    def test_turning_a_wheel_is_one_change(self, full: MorphRoom) -> None:
        before = full._state.undo.count()
        for tenths in range(1, 8):
            full.timeline.cards[0].hold.setValue(tenths / 10)
        assert full._state.undo.count() == before + 1
        full._state.undo.undo()
        assert full._state.plan.stops[0].hold == 0

    def test_cards_by_keyboard(self, full: MorphRoom) -> None:
        a, b, c = titles(full)
        cards = full.timeline.cards
        cards[0].setFocus()
        QTest.keyClick(cards[0], Qt.Key.Key_Right)
        assert full._state.selected.value == 1
        QTest.keyClick(cards[1], Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert titles(full) == [b, a, c]
        QTest.keyClick(full.timeline.cards[0], Qt.Key.Key_Delete)
        assert titles(full) == [a, c]

    def test_choosing_a_stop_shows_it(self, full: MorphRoom) -> None:
        full._state.selected.set(2)
        assert full.maker.places[full.player.frame] == 2

    def test_dropping_a_card_elsewhere(self, full: MorphRoom) -> None:
        a, b, c = titles(full)
        data = QMimeData()
        data.setData("application/x-morpho-stop", b"0")
        right = full.timeline.cards[2].geometry().right()
        button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        drop = QDropEvent(QPointF(right, 60), Qt.DropAction.MoveAction, data, button, key)
        full.timeline.dropEvent(drop)
        assert titles(full) == [b, c, a]

    def test_own_files_become_stops_where_they_are_dropped(
        self, full: MorphRoom, pictures: Path, qtbot: QtBot
    ) -> None:
        data = QMimeData()
        files = [pictures / "cat 1.png", pictures / "notes.txt", pictures / "cat 2.png"]
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        drop = QDropEvent(QPointF(2, 60), Qt.DropAction.CopyAction, data, button, key)
        full.timeline.dropEvent(drop)
        qtbot.waitUntil(lambda: len(titles(full)) == 5)
        assert titles(full)[:2] == ["cat 1", "cat 2"]
        qtbot.waitUntil(lambda: "notes.txt" in full.banner.text)


class TestModels:
    def test_pictures_of_a_model_come_by_the_exchange(
        self, studio: Studio, room: MorphRoom, qtbot: QtBot
    ) -> None:
        sprites = bundle_named(studio, "sprites")
        studio.window.show_create()
        studio.exchange.morph_wanted.emit(carried(sprites, 2))
        assert studio.window.rooms.currentWidget() is room
        qtbot.waitUntil(lambda: room.maker.count > 0, timeout=SOON)
        assert room._bundle is sprites

    def test_a_mixture_offers_the_most_common(self, studio: Studio, room: MorphRoom, qtbot: QtBot) -> None:
        sprites, faces = (bundle_named(studio, name) for name in ("sprites", "faces"))
        studio.exchange.morph_wanted.emit(carried(faces, 1) + carried(sprites, 2))
        qtbot.waitUntil(lambda: "2 models" in room.banner.text)
        assert not titles(room)
        assert "the 2 of “sprites”" in room.banner.offer.text()
        room.banner.offer.click()
        assert len(titles(room)) == 2
        assert room._bundle is sprites

    def test_another_model_offers_a_new_morph(self, studio: Studio, full: MorphRoom, qtbot: QtBot) -> None:
        before = titles(full)
        other = next(b for b in studio.shelf.bundles if b is not full._bundle)
        studio.exchange.morph_wanted.emit(carried(other, 2))
        qtbot.waitUntil(lambda: full.banner.offer.isVisible())
        assert f"of “{other.facts.name}”" in full.banner.text
        full.banner.offer.click()
        assert full._bundle is other
        full._state.undo.undo()
        assert titles(full) == before

    def test_a_model_that_is_gone_is_said(self, studio: Studio, full: MorphRoom) -> None:
        shelf = studio.shelf
        own, starters = shelf.own, shelf.starters
        shelf.own, shelf.starters = [], []
        full._show_plan(full._state.plan)
        assert "not in your library" in full.banner.text
        assert full.maker.count == 0
        shelf.own, shelf.starters = own, starters
        full._show_plan(full._state.plan)
        assert full.maker.count == 108


def test_frames_are_kept_and_opened_through_the_exchange(
    studio: Studio, full: MorphRoom, qtbot: QtBot
) -> None:
    full.player.go_to(10)
    with qtbot.waitSignal(studio.exchange.keep_wanted) as kept:
        full.bar.keep.click()
    (one,) = kept.args[0]
    assert one.bundle is full._bundle
    assert one.picture.same_as(full.maker.picture(full.maker.order[10]))
    first, second, *_ = full._state.plan.stops
    assert one.parents == (first.picture, second.picture)
    full.player.go_to(0)  # a stop, and nobody's child
    assert full.frame_carried()[0].parents == ()
    with qtbot.waitSignal(studio.exchange.create_wanted):
        full.open_frame()


def test_the_plan_is_there_again_next_time(full: MorphRoom, studio: Studio, open_studio: Open) -> None:
    full.timeline.cards[1].hold.setValue(0.75)
    before = titles(full)
    studio.window.close()
    again = open_studio().window.morph
    assert titles(again) == before
    assert again._state.plan.stops[1].hold == 0.75
    assert json.loads((studio.shelf.library.root / "morph.json").read_text())["format"] == 1


def test_nothing_is_made_before_the_room_is_shown(
    full: MorphRoom, studio: Studio, open_studio: Open, qtbot: QtBot
) -> None:
    studio.window.close()
    window = open_studio().window
    again = window.morph
    again._shelf.changed.emit()  # a model was added, or renamed
    assert not again.maker.is_measuring and again.maker.count == 0
    assert again.timeline._number == 0 and not again._rating.isActive()
    assert again.timeline.pixmap(again._state.plan.stops[0]) is None
    window.show_morph()
    qtbot.waitUntil(lambda: 0 < again.maker.count == again.maker.prepared, timeout=SOON)
    qtbot.waitUntil(lambda: again.timeline.pixmap(again._state.plan.stops[0]) is not None)
    assert again.stage.pixmap is not None
    assert not again.player.is_playing, "what is there again from last time stands still"


def test_a_damaged_plan_is_set_aside_and_said(studio: Studio, open_studio: Open) -> None:
    studio.window.close()
    file = studio.shelf.library.morph_file
    file.write_text("{")
    again = open_studio().window.morph
    assert "damaged" in again.banner.text
    assert file.with_name("morph.damaged-1.json").exists()


class TestExport:
    def test_the_dialog_says_what_comes_out(self, full: MorphRoom, qtbot: QtBot, tmp_path: Path) -> None:
        full._preferences.save_folder.set(str(tmp_path))
        full.show_export()
        dialog = full._dialog
        assert dialog is not None
        assert dialog.export.kind == "gif"
        assert dialog.fps.currentText() == "25"  # 24 is not what a GIF can have
        assert dialog.sums.text() == "112 frames  ·  4.48 s, for ever"
        qtbot.waitUntil(lambda: dialog.estimated.text().startswith("About"), timeout=SOON)
        assert dialog._form.isRowVisible(3), "the matte stands behind the edges of a GIF"
        dialog.kinds.setCurrentRow(1)
        assert dialog.export.kind == "webp"
        assert dialog.path.text().endswith(".webp")
        assert dialog.fps.currentText() == "24, as planned"
        assert not dialog._form.isRowVisible(3)
        dialog.clear.click()
        assert dialog._form.isRowVisible(3)
        dialog.reject()

    def test_export_and_export_again(self, full: MorphRoom, qtbot: QtBot, tmp_path: Path) -> None:
        path = tmp_path / "a.webp"
        with qtbot.waitSignal(full.exporter.finished, timeout=SOON):
            full.start_export(Export("webp", 32, 0.0, path=str(path)))
        assert "108 frames, 4.50 s" in full.banner.text
        with Image.open(path) as image:
            assert (image.size, image.info["loop"]) == ((32, 32), 0)
        path.unlink()
        with qtbot.waitSignal(full.exporter.finished, timeout=SOON):
            QTest.keyClick(full, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        assert path.exists()

    def test_cancelling_leaves_no_half_file(self, full: MorphRoom, qtbot: QtBot, tmp_path: Path) -> None:
        folder = tmp_path / "out"
        with qtbot.waitSignal(full.exporter.cancelled, timeout=SOON):
            full.start_export(Export("gif", 512, 25.0, path=str(folder / "a.gif")))
            assert full.export_bar.isVisible()
            full.export_bar.cancel.click()
        assert "stopped" in full.banner.text
        assert not folder.exists() or list(folder.iterdir()) == []
        qtbot.waitUntil(lambda: not full.export_bar.isVisible())

    def test_closing_stops_an_export(self, full: MorphRoom, studio: Studio, tmp_path: Path) -> None:
        full.start_export(Export("gif", 512, 25.0, path=str(tmp_path / "out" / "a.gif")))
        studio.window.close()
        assert not list((tmp_path / "out").glob("*")) or (tmp_path / "out" / "a.gif").exists()


class TestPlaying:
    def test_frames_stay_within_their_bytes(self, studio: Studio, full: MorphRoom, qtbot: QtBot) -> None:
        plan, bundle = full._state.plan, full._bundle
        maker = FrameMaker(studio.queue, kept_bytes=40 * 4 * 16 * 16, parent=full)
        maker.show_plan(plan, bundle)
        qtbot.waitUntil(lambda: maker.prepared >= maker.wanted == 40, timeout=SOON)
        maker.follow(60)
        qtbot.waitUntil(lambda: all(maker.has(frame) for frame in maker.order[60:90]))
        assert maker.prepared <= 40 + 8

    def test_it_waits_for_what_is_not_prepared(self, full: MorphRoom) -> None:
        now = [0.0]
        player = Player(full.maker, lambda: now[0], full)
        player.fps, player.position = 10.0, 0
        player.play()
        player._timer.stop()
        del full.maker._frames[full.maker.order[2]], full.maker._frames[full.maker.order[3]]
        full.maker._is_resting = True
        now[0] = 0.1
        player.tick()
        assert player.position == 1
        for now[0] in np.arange(0.11, 2, 0.008):
            player.tick()
        assert player.position == 1, "it is not there yet"
        full.maker._frames[full.maker.order[2]] = full.maker._frames[full.maker.order[1]]
        player.tick()
        assert player.position == 2, "the time of waiting is not jumped over"

    def test_late_frames_are_left_out_to_keep_the_time(self, full: MorphRoom) -> None:
        now = [0.0]
        player = Player(full.maker, lambda: now[0], full)
        player.fps = 10.0
        player.play()
        player._timer.stop()
        now[0] = 0.56
        player.tick()
        assert player.position == 5
        assert player._due == pytest.approx(0.6)
