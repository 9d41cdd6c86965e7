"""The sections that work on a picture's latent, each on a canvas state of its own and a real toy decoder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundles import make_bundle
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.generate.decoder import Decoder
from studio.store.bundle import Bundle
from studio.store.files import Library
from studio.store.rename import rename_bundle
from studio.store.settings import CHECKERBOARD
from studio.store.sliders import load_sliders
from studio.ui.backdrop import Backdrop
from studio.ui.canvas.pictures import CardPictures
from studio.ui.canvas.state import CanvasState
from studio.ui.decoding import DecodeQueue, Decoders
from studio.ui.details import Details
from studio.ui.inspector.combine_section import CombineSection
from studio.ui.inspector.family_section import FamilySection, has_family
from studio.ui.inspector.lock_section import LockSection
from studio.ui.inspector.locks import LockDesk
from studio.ui.inspector.mask_panel import ERASER, RECTANGLE
from studio.ui.inspector.piles_section import PilesSection
from studio.ui.inspector.rack import SliderRack
from studio.ui.inspector.sliders_section import SlidersSection
from studio.ui.state import Shelf, Value
from studio.ui.theme import Theme


class Bench:
    """What a section stands on: a canvas with six pictures of a bundle, and what decodes them."""

    def __init__(self, app: QApplication, library: Library, starters: Path) -> None:
        self.library = library
        self.shelf = Shelf(library, starters)
        self.shelf.read()
        self.bundle: Bundle = self.shelf.starters[0]
        self.decoders = Decoders(Decoder)
        self.queue = DecodeQueue(self.decoders)
        self.canvas = CanvasState()
        self.backdrop = Backdrop(Theme(app, "dark"), Value(CHECKERBOARD))
        self.rack = SliderRack(library, self.decoders)
        self.desk = LockDesk(self.canvas, self.shelf, self.decoders)
        self.pictures = CardPictures(self.canvas, self.shelf, self.queue, Details(library.details))
        latents = self.bundle.density.draw_seeds(self.bundle.facts.id, list(range(6)))
        self.ids = self.canvas.add([Picture(self.bundle.facts.id, z) for z in latents], "drawn")
        self.canvas.undo.clear()
        self.canvas.select(())

    def latent(self, card_id: int) -> Latents:
        return self.canvas.card(card_id).picture.latent

    def stop(self) -> None:
        self.rack.stop()
        self.desk.stop()
        self.queue.stop()


@pytest.fixture
def bench(qapp: QApplication, library: Library, tmp_path: Path) -> Iterator[Bench]:
    make_bundle(tmp_path / "starters", "faces", pictures=60)
    made = Bench(qapp, library, tmp_path / "starters")
    yield made
    made.stop()


@pytest.fixture
def show(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[QWidget], None]]:
    shown: list[QWidget] = []

    def show_it(widget: QWidget) -> None:
        shown.append(widget)
        widget.resize(300, 800)
        widget.show()
        qtbot.waitExposed(widget)

    yield show_it
    for widget in shown:
        widget.close()
        widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class TestSliders:
    @pytest.fixture
    def section(self, bench: Bench, show: Callable[[QWidget], None], qtbot: QtBot) -> SlidersSection:
        made = SlidersSection(bench.canvas, bench.rack, bench.shelf, bench.queue, bench.backdrop)
        show(made)
        bench.canvas.select(bench.ids[:1])
        qtbot.waitUntil(lambda: len(made.rows) > 1)
        qtbot.waitUntil(lambda: not bench.rack.is_working)
        return made

    def test_they_find_themselves_once_and_are_kept(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        assert [row.name.text() for row in section.rows] == [s.name for s in bench.rack.sliders]
        qtbot.waitUntil(lambda: load_sliders(bench.bundle, bench.library) == bench.rack.sliders)
        assert not section.progress.isVisible() and not section.note.isVisible()

    def test_both_ends_are_shown(self, section: SlidersSection, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: all(end.pixmap is not None for row in section.rows for end in row.ends))

    def test_handles_stand_where_the_picture_lies(self, bench: Bench, section: SlidersSection) -> None:
        assert bench.rack.board is not None
        values = bench.rack.board.values(bench.latent(bench.ids[0]))
        assert [row.value for row in section.rows] == pytest.approx(values, abs=0.006)

    def test_the_handle_goes_where_one_presses(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        handle = section.rows[0].handle
        place = QPoint(handle.width() - 12, handle.height() // 2)
        qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=place)
        assert handle.isSliderDown() and handle.value() > 80
        qtbot.mouseMove(handle, QPoint(12, handle.height() // 2))
        assert handle.value() < -80 and bench.canvas.undo.count() == 0
        qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(12, handle.height() // 2))
        assert bench.canvas.undo.count() == 1

    def test_dragging_shows_and_letting_go_is_one_step(self, bench: Bench, section: SlidersSection) -> None:
        card, handle = bench.ids[0], section.rows[0].handle
        before = bench.latent(card)
        shown: list[int] = []
        bench.canvas.shown_meanwhile.connect(shown.append)
        handle.setSliderDown(True)
        for value in (10, 40, 70):
            handle.setValue(value)
        assert shown == [card] * 3
        np.testing.assert_array_equal(bench.latent(card), before)
        handle.setSliderDown(False)
        assert bench.rack.board is not None
        assert bench.rack.board.values(bench.latent(card))[0] == pytest.approx(0.7, abs=0.01)
        assert bench.canvas.card(card).how == "slid"
        assert bench.canvas.undo.count() == 1
        assert bench.canvas.undo.undoText() == f"Move “{bench.rack.sliders[0].name}”"
        bench.canvas.undo.undo()
        np.testing.assert_array_equal(bench.latent(card), before)
        assert section.rows[0].value == pytest.approx(bench.rack.board.values(before)[0], abs=0.006)

    def test_keys_move_it_and_a_pause_is_the_end_of_a_step(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        handle = section.rows[1].handle
        handle.setFocus()
        for _ in range(5):
            qtbot.keyClick(handle, Qt.Key.Key_Right)
        assert bench.canvas.undo.count() == 0
        qtbot.waitUntil(lambda: bench.canvas.undo.count() == 1)

    def test_a_double_click_puts_it_back(self, bench: Bench, section: SlidersSection, qtbot: QtBot) -> None:
        handle, before = section.rows[0].handle, bench.latent(bench.ids[0])
        handle.setSliderDown(True)
        handle.setValue(90)
        handle.setSliderDown(False)
        assert np.linalg.norm(bench.latent(bench.ids[0]) - before) > 0.1
        qtbot.mouseDClick(handle, Qt.MouseButton.LeftButton)
        np.testing.assert_allclose(bench.latent(bench.ids[0]), before, atol=1e-4)
        assert bench.canvas.undo.count() == 2

    def test_a_new_name_is_kept(self, bench: Bench, section: SlidersSection, qtbot: QtBot) -> None:
        field = section.rows[0].name
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "Warm")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert bench.rack.sliders[0].name == "Warm"
        qtbot.waitUntil(lambda: load_sliders(bench.bundle, bench.library) == bench.rack.sliders)

    def test_a_renamed_bundle_keeps_its_sliders_where_it_now_is(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        own = make_bundle(bench.library.bundles, "mine", pictures=60, seed=3)
        bench.rack.show(own)
        qtbot.waitUntil(lambda: not bench.rack.is_working)
        qtbot.waitUntil(lambda: load_sliders(own, bench.library) == bench.rack.sliders)
        renamed = rename_bundle(own, "yours")
        bench.rack.show(renamed)
        bench.rack.rename(0, "Warm")
        qtbot.waitUntil(lambda: load_sliders(renamed, bench.library) == bench.rack.sliders)

    def test_what_the_disk_refuses_is_said(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot, logged: Any
    ) -> None:
        qtbot.waitUntil(lambda: load_sliders(bench.bundle, bench.library) == bench.rack.sliders)
        shutil.rmtree(bench.library.sliders)
        bench.library.sliders.write_text("no folder")
        with qtbot.waitSignal(bench.rack.failed):
            bench.rack.rename(0, "Warm")
        assert "could not be saved" in section.banner.text or "may not be written" in section.banner.text
        assert bench.rack.sliders[0].name == "Warm"

    def test_a_slider_is_removed_and_had_back(self, bench: Bench, section: SlidersSection) -> None:
        before = bench.rack.sliders
        section.rows[1].remove_wanted.emit()
        assert bench.rack.sliders == before[:1] + before[2:]
        assert len(section.rows) == len(before) - 1
        section.banner.offer.click()
        assert bench.rack.sliders == before

    def test_everything_has_a_name_for_screen_readers(self, section: SlidersSection) -> None:
        row = section.rows[0]
        for widget in (row.handle, row.name, row.more, *row.ends, section.progress):
            assert widget.accessibleName()

    def test_several_selected_cards_are_left_alone(self, bench: Bench, section: SlidersSection) -> None:
        bench.canvas.select(bench.ids[:2])
        section.rows[0].handle.setValue(99)
        assert bench.canvas.undo.count() == 0

    def test_another_card_can_be_selected_before_a_key_is_done(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        """Also by a step of undo that is under way just then."""
        section.rows[0].handle.setFocus()
        qtbot.keyClick(section.rows[0].handle, Qt.Key.Key_Right)
        added = bench.canvas.add([Picture(bench.bundle.facts.id, bench.bundle.density.centre)], "drawn")
        qtbot.waitUntil(lambda: bench.canvas.undo.count() == 2)
        assert bench.canvas.card(bench.ids[0]).how == "slid"
        assert bench.canvas.selection.value == tuple(added)
        bench.canvas.undo.undo()
        assert bench.canvas.card(bench.ids[0]).how == "drawn"

    def test_a_slider_is_heard_and_decoded_within_two_frames(
        self, bench: Bench, section: SlidersSection, qtbot: QtBot
    ) -> None:
        """What is ours of the way: the latent is there before the next frame."""
        with qtbot.waitSignal(bench.canvas.shown_meanwhile, timeout=33):
            section.rows[0].handle.setSliderDown(True)
            section.rows[0].handle.setValue(-80)
        section.rows[0].handle.setSliderDown(False)


class TestPiles:
    def test_two_piles_make_the_first_slider(
        self, bench: Bench, show: Callable[[QWidget], None], qtbot: QtBot
    ) -> None:
        section = PilesSection(bench.canvas, bench.rack, bench.shelf, bench.queue, bench.backdrop)
        show(section)
        assert not section.make_button.isEnabled()
        spread = bench.bundle.codes[np.argsort(bench.bundle.codes[:, 0])]
        ids = bench.canvas.add([Picture(bench.bundle.facts.id, z) for z in spread], "drawn")
        bench.canvas.select(ids[-12:])
        section.boxes[0].take.click()
        bench.canvas.select(ids[:12])
        section.boxes[1].take.click()
        assert [box.count.text() for box in section.boxes] == ["12", "12"]
        bench.rack.show(bench.bundle)
        qtbot.waitUntil(lambda: not bench.rack.is_working)
        section.name.setText("Rounder")
        with qtbot.waitSignal(bench.rack.made):
            section.make_button.click()
        assert bench.rack.sliders[0].name == "Rounder" and bench.rack.sliders[0].origin == "piles"
        assert section.boxes[0].pictures == [] and "Rounder" in section.banner.text
        assert bench.rack.sliders[0].direction[0] > 0.5

    def test_a_picture_lies_on_one_pile_only(self, bench: Bench, show: Callable[[QWidget], None]) -> None:
        section = PilesSection(bench.canvas, bench.rack, bench.shelf, bench.queue, bench.backdrop)
        show(section)
        bench.canvas.select(bench.ids[:3])
        section.gather(0)
        section.gather(0)
        assert len(section.boxes[0].pictures) == 3
        bench.canvas.select(bench.ids[2:4])
        section.gather(1)
        assert [len(box.pictures) for box in section.boxes] == [2, 2]
        section.boxes[0].empty.click()
        assert len(section.boxes[0].pictures) == 0

    def test_piles_that_do_not_differ_are_refused_in_place(
        self, bench: Bench, show: Callable[[QWidget], None], qtbot: QtBot
    ) -> None:
        section = PilesSection(bench.canvas, bench.rack, bench.shelf, bench.queue, bench.backdrop)
        show(section)
        bench.rack.show(bench.bundle)
        qtbot.waitUntil(lambda: not bench.rack.is_working)
        a, b = bench.latent(bench.ids[0]), bench.latent(bench.ids[1])
        same = [Picture(bench.bundle.facts.id, z) for z in (a, b, a + 1e-6, b + 1e-6)]
        ids = bench.canvas.add(same, "drawn")
        bench.canvas.select(ids[:2])
        section.gather(0)
        bench.canvas.select(ids[2:])
        section.gather(1)
        with qtbot.waitSignal(bench.rack.failed):
            section.make_button.click()
        assert "no more than any" in section.banner.text


class TestCombine:
    @pytest.fixture
    def section(self, bench: Bench, show: Callable[[QWidget], None]) -> CombineSection:
        made = CombineSection(bench.canvas, bench.shelf, bench.queue, bench.backdrop, bench.desk)
        show(made)
        bench.canvas.select(bench.ids[:2])
        return made

    def test_half_way_lies_beside_its_parents(
        self, bench: Bench, section: CombineSection, qtbot: QtBot
    ) -> None:
        qtbot.waitUntil(lambda: section.preview.pixmap is not None)
        assert section.mix_button.accessibleName() == "Mix half-way"
        section.mix_button.click()
        (child,) = bench.canvas.selected
        assert (child.how, child.parents) == ("mixed", tuple(bench.ids[:2]))
        apart = [np.linalg.norm(child.picture.latent - bench.latent(card)) for card in bench.ids[:2]]
        whole = np.linalg.norm(bench.latent(bench.ids[0]) - bench.latent(bench.ids[1]))
        assert max(apart) < whole
        bench.canvas.undo.undo()
        assert bench.canvas.selection.value == tuple(bench.ids[:2])

    def test_weights_pull_the_mix(self, bench: Bench, section: CombineSection) -> None:
        section.weights[0].setValue(100)
        section.weights[1].setValue(0)
        assert section.mix_button.accessibleName() == "Mix"
        section.mix_button.click()
        (child,) = bench.canvas.selected
        np.testing.assert_allclose(child.picture.latent, bench.latent(bench.ids[0]), atol=1e-4)
        bench.canvas.select(bench.ids[:2])
        section.weights[0].setValue(0)
        section.weights[1].setValue(0)
        assert not section.mix_button.isEnabled()
        section.even_out()
        assert section.mix_button.isEnabled()

    def test_children_are_bred_from_all_parents(self, bench: Bench, section: CombineSection) -> None:
        bench.canvas.select(bench.ids[:3])
        section.count.setCurrentIndex(0)
        section.breed_button.click()
        children = bench.canvas.selected
        assert len(children) == 4
        assert {(child.how, child.parents) for child in children} == {("bred", tuple(bench.ids[:3]))}
        assert bench.canvas.undo.undoText() == "Breed 4 pictures"

    def test_pictures_of_two_models_are_not_combined(self, bench: Bench, section: CombineSection) -> None:
        (stranger,) = bench.canvas.add([Picture("0" * 16, np.zeros(8, np.float32))], "entered")
        bench.canvas.select((bench.ids[0], stranger))
        assert not section.mix_button.isEnabled() and not section.breed_button.isEnabled()
        assert "one model" in section.banner.text

    def test_controls_have_names(self, section: CombineSection) -> None:
        for widget in (section.preview, section.count, section.strength, *section.weights):
            assert widget.accessibleName()


class TestFamily:
    def test_a_click_on_a_parent_selects_it(
        self, bench: Bench, show: Callable[[QWidget], None], qtbot: QtBot
    ) -> None:
        section = FamilySection(bench.canvas, bench.shelf, bench.queue)
        show(section)
        child = bench.canvas.add(
            [Picture(bench.bundle.facts.id, bench.bundle.density.centre)], "mixed", bench.ids[:2]
        )
        assert has_family(bench.canvas, bench.canvas.selected)
        assert not has_family(bench.canvas, (bench.canvas.card(bench.ids[5]),))
        qtbot.waitUntil(lambda: all(not made.icon().isNull() for made in section.relatives))
        assert len(section.relatives) == 2
        section.relatives[1].click()
        assert bench.canvas.selection.value == (bench.ids[1],)
        assert section.parents_title.isHidden() and len(section.relatives) == 1
        section.relatives[0].click()
        assert bench.canvas.selection.value == tuple(child)

    def test_only_pictures_of_the_same_model_are_relatives(self, bench: Bench) -> None:
        other = Picture("0" * 16, np.zeros(3, np.float32))
        (child,) = bench.canvas.add([other], "mixed", bench.ids[:1])
        assert not has_family(bench.canvas, (bench.canvas.card(child),))
        assert not has_family(bench.canvas, (bench.canvas.card(bench.ids[0]),))


class TestLock:
    @pytest.fixture
    def section(self, bench: Bench, show: Callable[[QWidget], None]) -> LockSection:
        made = LockSection(bench.canvas, bench.desk, bench.pictures, bench.queue, bench.backdrop)
        show(made)
        bench.canvas.select(bench.ids[:1])
        return made

    def _stroke(self, section: LockSection, qtbot: QtBot, start: QPoint, end: QPoint) -> None:
        qtbot.mousePress(section.panel, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(section.panel, end)
        qtbot.mouseRelease(section.panel, Qt.MouseButton.LeftButton, pos=end)

    def test_a_stroke_locks_and_undo_unlocks(self, bench: Bench, section: LockSection, qtbot: QtBot) -> None:
        card = bench.ids[0]
        self._stroke(section, qtbot, QPoint(60, 60), QPoint(61, 60))
        marks = bench.desk.mask(card)
        assert marks is not None and 0 < marks.sum() < 30 and marks[:6, :6].any()
        qtbot.waitUntil(lambda: bench.desk.is_ready(card))
        moved = bench.latent(card) + 1
        assert not np.allclose(bench.desk.held(card, moved), moved)
        np.testing.assert_array_equal(bench.desk.held(bench.ids[1], moved), moved)
        bench.canvas.undo.undo()
        assert bench.desk.mask(card) is None and not section.panel.marks.any()
        np.testing.assert_array_equal(bench.desk.held(card, moved), moved)
        bench.canvas.undo.redo()
        assert bench.desk.mask(card) is marks

    def test_rectangle_and_eraser(self, bench: Bench, section: LockSection, qtbot: QtBot) -> None:
        section.panel.tool = RECTANGLE
        self._stroke(section, qtbot, QPoint(10, 10), QPoint(130, 250))
        marks = bench.desk.mask(bench.ids[0])
        assert marks is not None and marks[3, 3] and not marks[3, 12]
        section.panel.tool = ERASER
        self._stroke(section, qtbot, QPoint(30, 30), QPoint(31, 31))
        erased = bench.desk.mask(bench.ids[0])
        assert erased is not None and erased.sum() < marks.sum()
        section.clear.click()
        assert bench.desk.mask(bench.ids[0]) is None and not section.clear.isEnabled()
        qtbot.waitUntil(lambda: not bench.desk._soon.isActive() and bench.desk._job is None)

    def test_keys_mark_as_well(self, bench: Bench, section: LockSection, qtbot: QtBot) -> None:
        section.panel.setFocus()
        qtbot.keyClick(section.panel, Qt.Key.Key_Up)
        qtbot.keyClick(section.panel, Qt.Key.Key_Space)
        marks = bench.desk.mask(bench.ids[0])
        assert marks is not None and marks.any()
        qtbot.keyClick(section.panel, Qt.Key.Key_Backspace)
        assert bench.desk.mask(bench.ids[0]) is None
        qtbot.waitUntil(lambda: not bench.desk._soon.isActive() and bench.desk._job is None)

    def test_a_moved_card_is_measured_anew(self, bench: Bench, section: LockSection, qtbot: QtBot) -> None:
        card = bench.ids[0]
        self._stroke(section, qtbot, QPoint(60, 60), QPoint(90, 60))
        qtbot.waitUntil(lambda: bench.desk.is_ready(card))
        moved = Picture(bench.bundle.facts.id, bench.latent(card) + 0.5)
        bench.canvas.change(card, moved, "slid", "Move")
        np.testing.assert_array_equal(bench.desk.held(card, moved.latent), moved.latent)
        qtbot.waitUntil(lambda: bench.desk._locks[card].latent is moved.latent)

    def test_a_lock_of_last_time_is_measured_when_its_card_is_selected(
        self, bench: Bench, section: LockSection, qtbot: QtBot
    ) -> None:
        card = bench.ids[1]
        size = bench.bundle.facts.size
        marks = np.zeros((size, size), np.bool_)
        marks[:6, :6] = True
        cards = [replace(each, locked=marks) if each.id == card else each for each in bench.canvas.cards]
        bench.canvas.load(cards)
        assert bench.desk.mask(card) is marks and not bench.desk.is_ready(card)
        bench.canvas.select([card])
        assert section.panel.marks is marks
        qtbot.waitUntil(lambda: bench.desk.is_ready(card))

    def test_what_is_made_of_a_locked_picture_waits_until_it_is_held(
        self, bench: Bench, section: LockSection, qtbot: QtBot
    ) -> None:
        card = bench.ids[0]
        self._stroke(section, qtbot, QPoint(60, 60), QPoint(90, 60))
        told, acted = [], []
        bench.desk.held_up.connect(told.append)
        bench.desk.when_ready([card, bench.ids[1]], lambda: acted.append(bench.desk.is_ready(card)))
        assert told and not acted
        qtbot.waitUntil(lambda: acted == [True])
        bench.desk.when_ready([card], lambda: acted.append(True))
        assert acted == [True, True] and len(told) == 1

    def test_it_waits_no_longer_for_a_card_that_went(
        self, bench: Bench, section: LockSection, qtbot: QtBot
    ) -> None:
        self._stroke(section, qtbot, QPoint(60, 60), QPoint(90, 60))
        acted: list[int] = []
        bench.desk.when_ready(bench.ids[:1], lambda: acted.append(len(bench.canvas)))
        bench.canvas.remove(bench.ids[:1])
        qtbot.waitUntil(lambda: acted == [5])

    def test_it_follows_a_slider_by_what_the_canvas_decodes(
        self, bench: Bench, section: LockSection, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        qtbot.waitUntil(lambda: section.panel.pixmap is not None)
        asked: list[str] = []
        ask_live = bench.queue.ask_live

        def count(bundle: Bundle, latents: Latents, asker: str) -> int:
            asked.append(asker)
            return ask_live(bundle, latents, asker)

        monkeypatch.setattr(bench.queue, "ask_live", count)
        card, before = bench.ids[0], section.panel.pixmap.toImage()  # type: ignore[union-attr]
        moved = Picture(bench.bundle.facts.id, bench.latent(card) + np.float32(1))
        bench.canvas.show_meanwhile(card, moved)
        qtbot.waitUntil(lambda: section.panel.pixmap.toImage() != before)  # type: ignore[union-attr]
        bench.canvas.change(card, moved, "slid", "Move")
        assert asked == [f"card {card}"], "the same picture was decoded twice"

    def test_controls_have_names(self, section: LockSection) -> None:
        for widget in (section.panel, section.brush, *section.tools.buttons()):
            assert widget.accessibleName() and widget.toolTip()
