"""The Models room: what there is, what can be done to it, and undoing that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bundles import make_bundle
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.errors import StudioError
from studio.core.recipe import Recipe
from studio.store.bundle import FACTS, Bundle, load_bundle
from studio.store.files import Library, write_json
from studio.store.runs import start_run
from studio.ui import model_preview
from studio.ui.decoding import Decoders
from studio.ui.model_cards import BundleCard, Card, DamagedCard
from studio.ui.model_words import (
    facts_in_words,
    file_facts,
    main_facts,
    recipe_in_words,
    sharpness_in_words,
    size_in_words,
)
from studio.ui.models import ModelsRoom
from studio.ui.share_dialog import ShareDialog

Open = Callable[..., Studio]


@pytest.fixture(autouse=True)
def _own_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def names(studio: Studio) -> list[str]:
    return [card.name for card in studio.window.models._order]


def card_of(studio: Studio, name: str) -> Card:
    return next(card for card in studio.window.models._order if card.name == name)


def bundle_card(studio: Studio, name: str) -> BundleCard:
    card = card_of(studio, name)
    assert isinstance(card, BundleCard)
    return card


def opened_on_models(open_studio: Open) -> tuple[Studio, ModelsRoom]:
    studio = open_studio()
    studio.window.show_models()
    QApplication.processEvents()  # the cards find their places
    return studio, studio.window.models


def test_models_are_listed_with_their_facts(open_studio: Open, library: Library) -> None:
    bundle = make_bundle(library.bundles, "mine", size=16, kind="pixel", scale=2, pictures=20)
    studio, room = opened_on_models(open_studio)
    assert names(studio) == ["mine", "faces", "sprites"]
    words = " / ".join(facts_in_words(bundle))
    assert words.startswith("32 × 32 px pixel art / Learnt from 20 pictures / Trained")
    assert "23 Nov 2026" in words
    bundle_card(studio, "mine").open()
    assert studio.create_state.bundle.value is bundle_card(studio, "mine").bundle
    assert not room._tools.isVisibleTo(room), "three models need no search"


def test_cards_are_made_when_they_are_first_seen(open_studio: Open, library: Library) -> None:
    studio = open_studio()
    room = studio.window.models
    make_bundle(library.bundles, "mine")
    studio.shelf.read()
    assert not room.findChildren(Card)
    studio.window.show_models()
    assert len(room.findChildren(Card)) == 3


def test_the_facts_are_sentences(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "mine", kind="pixel", scale=2)
    told = dict(main_facts(bundle) + file_facts(bundle, 12_345_678))
    assert told["Makes"] == "32 × 32 px pixel art in 5 colours"
    assert told["Learnt from"] == "20 pictures; 2 of them kept aside to measure by"
    assert told["Trained"] == "23 Nov 2026, 10 s, CPU"
    assert told["On the disk"] == "12.3 MB"
    assert told["Quality"] == "Unseen pictures come back closely."
    assert size_in_words(999) == "999 bytes"
    asked = replace(Recipe("x", size=64, fit="crop"), minutes=60.0).to_json()
    assert recipe_in_words(asked, True) == (
        "64 px, 60 minutes (best), the middle cut out, mirrored pictures are as good, seed 0"
    )
    assert recipe_in_words({"fit": ["odd"], "size": "?"}, None) == ""
    assert sharpness_in_words({"sharpness": 0.82}) == "New pictures have 82 % of the fine detail of yours"


def test_a_damaged_bundle_is_told_in_its_place(open_studio: Open, library: Library) -> None:
    for name in ("a", "mine", "z"):
        make_bundle(library.bundles, name)
    (library.bundles / "mine" / "decoder.onnx").write_bytes(b"nonsense")
    studio, room = opened_on_models(open_studio)
    assert names(studio) == ["a", "mine", "z", "faces", "sprites"]
    card = card_of(studio, "mine")
    assert isinstance(card, DamagedCard)
    words = " ".join(text.text() for text in card.findChildren(QLabel))
    assert "decoder.onnx" in words
    assert "Copy it again" in words
    card.removed.emit()
    assert names(studio) == ["a", "z", "faces", "sprites"]
    room.deeds.undo()
    assert names(studio) == ["a", "mine", "z", "faces", "sprites"]


def test_renaming_in_place_keeps_the_id_and_the_focus(open_studio: Open, library: Library) -> None:
    before = make_bundle(library.bundles, "mine")
    studio, room = opened_on_models(open_studio)
    card = bundle_card(studio, "mine")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_F2)
    assert card.field.hasFocus()
    QTest.keyClicks(card.field, "Owls of the north")
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    (after,) = studio.shelf.own
    assert (after.facts.name, after.folder.name) == ("Owls of the north",) * 2
    assert after.facts.id == before.facts.id
    assert not before.folder.exists()
    assert bundle_card(studio, "Owls of the north").hasFocus()
    QTest.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [bundle.facts.name for bundle in studio.shelf.own] == ["mine"]


def test_a_name_that_cannot_be_is_refused_where_it_is_typed(open_studio: Open, library: Library) -> None:
    for i, name in enumerate(("mine", "yours")):
        make_bundle(library.bundles, name, seed=i + 5)
    studio, _ = opened_on_models(open_studio)
    card = bundle_card(studio, "mine")
    card.begin_rename()
    card.field.setText("Yours")
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    assert "already" in card._problem.text()
    assert card.field.hasFocus()
    QTest.keyClick(card.field, Qt.Key.Key_Escape)
    assert card._problem.isHidden()
    assert sorted(bundle.folder.name for bundle in studio.shelf.own) == ["mine", "yours"]
    card.begin_rename()
    card.field.setText("theirs")
    bundle_card(studio, "faces").setFocus()
    assert sorted(bundle.folder.name for bundle in studio.shelf.own) == ["theirs", "yours"], (
        "elsewhere takes it"
    )


def test_starters_are_not_renamed_or_removed(open_studio: Open) -> None:
    studio, room = opened_on_models(open_studio)
    card = bundle_card(studio, "faces")
    card.setFocus()
    assert not room._rename.isEnabled()
    assert not room._bin.isEnabled()
    QTest.keyClick(card, Qt.Key.Key_Delete)
    QTest.keyClick(card, Qt.Key.Key_F2)
    assert not card.field.isVisible()
    assert names(studio) == ["faces", "sprites"]


def test_the_bin_and_back(open_studio: Open, library: Library) -> None:
    for i, name in enumerate(("first", "mine")):
        make_bundle(library.bundles, name, seed=9 + i)
    studio, room = opened_on_models(open_studio)
    mine = studio.shelf.own[1]
    studio.window.open_in_create(mine)
    studio.window.show_models()
    card = bundle_card(studio, "mine")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Delete)
    assert names(studio) == ["first", "faces", "sprites"]
    assert bundle_card(studio, "faces").hasFocus(), "the next one"
    current: Bundle | None = studio.create_state.bundle.value
    assert current is not None
    assert current.facts.name == "first", "Create shows another model instead"
    assert "in the bin" in room.banner.text
    QTest.mouseClick(room.banner.offer, Qt.MouseButton.LeftButton)
    assert names(studio) == ["first", "mine", "faces", "sprites"]
    assert not room.banner.isVisible()


def test_a_copy_is_made_beside_it(open_studio: Open, library: Library, qtbot: QtBot) -> None:
    studio, room = opened_on_models(open_studio)
    bundle_card(studio, "faces").setFocus()
    QTest.keyClick(room, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(studio.shelf.own) == 1)
    assert names(studio) == ["faces", "faces", "sprites"]
    current = room.current
    assert current is not None
    assert current.path == library.bundles / "faces"
    studio.window.open_in_create(studio.shelf.own[0])
    assert studio.create_state.bundle.value is studio.shelf.own[0]
    room.deeds.rename(studio.shelf.own[0], "copy")
    assert studio.create_state.bundle.value is studio.shelf.own[0], "equal ids are not mistaken"
    qtbot.waitUntil(lambda: not room.deeds.is_busy)


def test_sharing_says_what_goes_along(
    open_studio: Open, qtbot: QtBot, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bundle(library.bundles, "mine", seed=4, pictures=300)
    make_bundle(library.bundles, "bare", seed=5, thumbnails=False)
    studio, room = opened_on_models(open_studio)
    target = tmp_path / "mine"
    monkeypatch.setattr("studio.ui.share_dialog.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    bundle_card(studio, "mine").setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(room, Qt.Key.Key_S, both)
    dialog = room.findChild(ShareDialog)
    assert dialog is not None
    assert "not in the file" in dialog.meaning.text()
    small = dialog.how_large.text()
    dialog.thumbnails.click()
    assert "300 pictures" in dialog.meaning.text()
    assert dialog.how_large.text() != small
    dialog._choose()
    qtbot.waitUntil((tmp_path / "mine.morpho").exists)
    qtbot.waitUntil(lambda: not room.deeds.is_busy)
    assert "Your pictures are in it" in room.banner.text

    bare = room.ask_how_to_share(next(b for b in studio.shelf.own if b.facts.name == "bare"))
    assert not bare.thumbnails.isEnabled()
    assert "no pictures of its set" in bare.meaning.text()
    bare.reject()


def test_what_others_share_is_added_by_dropping_it(
    open_studio: Open, qtbot: QtBot, tmp_path: Path, library: Library
) -> None:
    studio, room = opened_on_models(open_studio)
    room.deeds.share(studio.shelf.starters[0], tmp_path / "faces.morpho", False)
    qtbot.waitUntil(lambda: not room.deeds.is_busy)
    folder = make_bundle(tmp_path / "stick", "theirs", seed=8).folder
    studio.window.take([tmp_path / "faces.morpho", folder])
    qtbot.waitUntil(lambda: len(studio.shelf.own) == 2)
    qtbot.waitUntil(lambda: not room.deeds.is_busy)
    assert studio.shelf.by_folder(library.bundles / "faces") is not None
    room.deeds.undo()
    assert len(studio.shelf.own) == 1
    (tmp_path / "bad.morpho").write_bytes(b"no zip")
    studio.window.take([tmp_path / "bad.morpho"])
    qtbot.waitUntil(lambda: "not a whole model" in room.banner.text)
    qtbot.waitUntil(lambda: not room.deeds.is_busy)


def test_facts_and_the_licence_note(open_studio: Open, library: Library) -> None:
    bundle = make_bundle(library.bundles, "mine", seed=9)
    studio, room = opened_on_models(open_studio)
    card = bundle_card(studio, "mine")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert room.facts.isVisible()
    words = " ".join(text.text() for text in room.facts.findChildren(QLabel))
    assert "kept aside to measure by" in words
    assert not room.facts.save.isVisible()
    room.facts.licence.setPlainText("For games of mine only.")
    make_bundle(library.bundles, "another", seed=11)
    studio.shelf.read()
    assert room.facts.licence.toPlainText() == "For games of mine only.", "typing is not lost"
    room.facts.save.click()
    assert load_bundle(bundle.folder).facts.licence == "For games of mine only."
    assert not room.facts.save.isVisible()
    room.deeds.undo()
    assert load_bundle(bundle.folder).facts.licence == bundle.facts.licence
    bundle_card(studio, "faces").setFocus()
    assert room.facts.licence.isHidden(), "a starter's note is not changed"
    QTest.keyClick(room, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert not room.facts.isVisible()


def test_many_models_are_searched_and_sorted(open_studio: Open, library: Library) -> None:
    for i, name in enumerate(("Birds", "cats", "Dogs", "eels", "foxes")):
        bundle = make_bundle(library.bundles, name, seed=i, size=16 if i % 2 else 32)
        trained = {**bundle.facts.trained, "date": f"2026-0{i + 1}-10"}
        write_json(bundle.folder / FACTS, replace(bundle.facts, trained=trained).to_json())
    studio, room = opened_on_models(open_studio)
    own = [name for name in names(studio) if name not in ("faces", "sprites")]
    assert own == ["Birds", "cats", "Dogs", "eels", "foxes"]
    room.order.setCurrentText("Newest first")
    assert names(studio)[:5] == own[::-1]
    room.order.setCurrentText("Largest pictures first")
    assert names(studio)[:5] == ["Birds", "Dogs", "foxes", "cats", "eels"]
    QTest.keyClick(room, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(room.search, "jul")
    assert names(studio) == []
    room.search.setText("mar 2026")
    assert names(studio) == ["Dogs"]
    room.search.setText("pixel")
    assert names(studio) == ["sprites"]


def test_arrow_keys_walk_over_the_cards(open_studio: Open, library: Library) -> None:
    for i in range(5):
        make_bundle(library.bundles, f"m{i}", seed=i)
    studio, room = opened_on_models(open_studio)
    first = card_of(studio, "m0")
    first.setFocus()

    def press(key: Qt.Key) -> str:
        QTest.keyClick(QApplication.focusWidget(), key)
        current = room.current
        assert current is not None
        assert current.hasFocus()
        return current.name

    assert press(Qt.Key.Key_Right) == "m1"
    assert press(Qt.Key.Key_Left) == "m0"
    assert press(Qt.Key.Key_Left) == "m0"
    columns = sum(card.y() == first.y() for card in studio.window.models._order[:5])
    assert press(Qt.Key.Key_Down) == f"m{columns}"
    assert press(Qt.Key.Key_Up) == "m0"
    assert press(Qt.Key.Key_End) == "sprites"
    assert press(Qt.Key.Key_Up).startswith("m"), "from section to section"
    assert press(Qt.Key.Key_Home) == "m0"
    tab_stops = [c for c in studio.window.models._order if c.focusPolicy() is Qt.FocusPolicy.StrongFocus]
    assert tab_stops == [card_of(studio, "m0")]
    QTest.keyClick(first, Qt.Key.Key_Return)
    current = studio.create_state.bundle.value
    assert current is not None
    assert current.facts.name == "m0"


def enter(card: Card) -> None:
    middle = QPointF(card.rect().center())
    QApplication.sendEvent(card, QEnterEvent(middle, middle, card.mapToGlobal(middle)))


def test_a_card_that_is_looked_at_shows_fresh_pictures(
    open_studio: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_preview, "_FIRST_AFTER_MS", 1)
    monkeypatch.setattr(model_preview, "_NEXT_AFTER_MS", 5)
    studio, _ = opened_on_models(open_studio)
    card = bundle_card(studio, "faces")
    qtbot.waitUntil(lambda: bool(card.preview._pictures))

    def keys() -> list[int]:
        return [picture.cacheKey() for picture in card.preview.pictures]

    before = keys()
    enter(card)
    qtbot.waitUntil(lambda: sum(a != b for a, b in zip(before, keys())) >= 2)
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    assert studio.window.models._fresh._panel is None
    assert not studio.window.models._fresh._next.isActive()
    card.setFocus()
    assert studio.window.models._fresh._panel is card.preview, "the keyboard does the same"
    studio.window.show_create()
    assert studio.window.models._fresh._panel is None


def test_a_model_that_will_not_open_is_a_sentence(
    open_studio: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, room = opened_on_models(open_studio)
    monkeypatch.setattr(model_preview, "_FIRST_AFTER_MS", 1)

    def refuse(self: Decoders, bundle: Bundle) -> None:
        raise StudioError("The model will not open.", "Copy it again.")

    monkeypatch.setattr(Decoders, "get", refuse)
    enter(bundle_card(studio, "faces"))
    qtbot.waitUntil(lambda: room.banner.text == "The model will not open. Copy it again.")


def test_a_model_deleted_by_another_program_is_told(
    open_studio: Open, library: Library, qtbot: QtBot
) -> None:
    bundle = make_bundle(library.bundles, "mine", seed=12)
    studio, room = opened_on_models(open_studio)
    shutil.rmtree(bundle.folder)
    room.deeds.duplicate(studio.shelf.own[0])
    qtbot.waitUntil(lambda: not room.deeds.is_busy)
    assert room.banner.tone == "error"
    assert not (library.bundles / "mine").exists()
    studio.shelf.read()
    assert names(studio) == ["faces", "sprites"]

    make_bundle(library.bundles, "mine", seed=12)
    studio.shelf.read()
    studio.window.open_in_create(studio.shelf.own[0])
    shutil.rmtree(library.bundles / "mine")
    QApplication.sendEvent(studio.window, QEvent(QEvent.Type.ActivationChange))
    assert "“mine” is not there any more" in studio.window.banner.text
    current = studio.create_state.bundle.value
    assert current is not None
    assert current.facts.name == "faces"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_library_that_may_not_be_written(open_studio: Open, library: Library) -> None:
    make_bundle(library.bundles, "mine", seed=12)
    studio, room = opened_on_models(open_studio)
    library.bundles.chmod(0o555)
    try:
        room.deeds.move_to_bin(library.bundles / "mine")
    finally:
        library.bundles.chmod(0o755)
    assert "could not be moved to the bin" in room.banner.text
    assert "mine" in names(studio)


def test_unfinished_runs_go_on_or_go_away(open_studio: Open, library: Library) -> None:
    run = start_run(library, Recipe("fox", size=32), ())
    studio, room = opened_on_models(open_studio)
    words = " ".join(text.text() for text in room.findChildren(QLabel))
    assert "Nothing is saved of it yet" in words
    run.checkpoint_file.write_bytes(b"x")
    room._fill_runs()
    words = " ".join(text.text() for text in room.findChildren(QLabel))
    assert "it goes on from there" in words
    room.deeds.discard(run)
    assert studio.shelf.runs == ()
    assert room._runs_title.isHidden()
    room.deeds.undo()
    assert [run.name for run in studio.shelf.runs] == ["fox"]
    assert run.checkpoint_file.exists()
