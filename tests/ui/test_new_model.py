"""From a dropped folder to a model in Create, as a user walks it, with a scripted trainer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.recipe import Recipe
from studio.core.steps import Step
from studio.store.files import Library
from studio.ui.exchange import Carried
from studio.ui.training import Phase

Open = Callable[..., Studio]


def drop(studio: Studio, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    studio.window.dropEvent(QDropEvent(QPointF(600, 300), Qt.DropAction.CopyAction, data, button, key))


def press(button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def to_time(studio: Studio, qtbot: QtBot, pictures: Path) -> None:
    drop(studio, pictures)
    wizard = studio.window.new_model
    assert wizard.isVisible()
    qtbot.waitUntil(lambda: not wizard.pictures.is_busy and wizard.next.isEnabled(), timeout=60_000)
    press(wizard.next)
    assert wizard.wizard.value.step is Step.FIT
    press(wizard.next)
    assert wizard.wizard.value.step is Step.TIME


def to_training(studio: Studio, qtbot: QtBot, pictures: Path) -> None:
    to_time(studio, qtbot, pictures)
    press(studio.window.new_model.next)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.RUNNING, timeout=60_000)


def test_the_whole_road(open_studio: Open, qtbot: QtBot, pictures: Path, tmp_path: Path) -> None:
    studio = open_studio("finish")
    window, wizard = studio.window, studio.window.new_model
    drop(studio, pictures)
    qtbot.waitUntil(lambda: not wizard.pictures.is_busy, timeout=60_000)
    assert wizard.pictures._figure.text() == "13 pictures"
    assert wizard.pictures.left_out.lines == ["notes.txt: not a picture"]
    (group,) = wizard.pictures.doubles.lines
    assert "cat 0.png" in group
    assert "copy.png" in group
    assert wizard.pictures._sheet.count == 13
    assert not wizard.pictures.doubles.model.item(0).icon().isNull()
    press(wizard.next)

    assert wizard.fit.fits["crop"].sheet.count == 6
    press(wizard.fit.fits["crop"])
    press(wizard.next)

    assert wizard.time.name.text() == "Moon Cats"
    wizard.time.name.selectAll()
    QTest.keyClicks(wizard.time.name, "Faces")
    press(wizard.time.presets["quick"])
    press(wizard.next)

    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)
    size = wizard.wizard.value.answers.size
    assert studio.desk.recipe == Recipe(name="Faces", size=size, fit="crop", mirror=True, minutes=5.0)
    assert wizard.wizard.value.step is Step.DONE
    assert wizard.training.advice.text().startswith("Still improving")
    done = wizard.done
    qtbot.waitUntil(lambda: len(done.tiles) == 15, timeout=60_000)
    assert "nearly a copy" in done.newness.text()
    press(done.using)

    assert window.create_room.isVisible()
    bundle = studio.create_state.bundle.value
    assert bundle is not None
    assert bundle.folder.name == "Faces"
    room = window.create_room
    new = bundle.facts.id
    qtbot.waitUntil(lambda: any(card.picture.bundle_id == new for card in room.canvas.cards))
    room.open_card(next(card.id for card in room.canvas.cards if card.picture.bundle_id == new))
    room.acts.save_to_file(tmp_path / "first.png")
    qtbot.waitUntil((tmp_path / "first.png").exists)
    assert [b.folder.name for b in studio.shelf.own] == ["Faces"]


def test_what_was_left_out_can_be_copied(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio()
    drop(studio, pictures)
    page = studio.window.new_model.pictures
    qtbot.waitUntil(lambda: not page.is_busy, timeout=60_000)
    page.left_out.view.setFocus()
    QTest.keyClick(page.left_out.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "notes.txt: not a picture"
    assert "stay close to yours" in page._warnings.text


def test_too_few_pictures_cannot_go_on(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio()
    for i in range(3, 12):
        (pictures / f"cat {i}.png").unlink()
    drop(studio, pictures)
    wizard = studio.window.new_model
    qtbot.waitUntil(lambda: not wizard.pictures.is_busy, timeout=60_000)
    assert not wizard.next.isEnabled()
    assert "only 4 usable" in wizard._problem.text()


def test_a_folder_that_is_gone_is_a_sentence(open_studio: Open, qtbot: QtBot, tmp_path: Path) -> None:
    studio = open_studio()
    studio.window.take([tmp_path / "nowhere"])
    wizard = studio.window.new_model
    qtbot.waitUntil(lambda: wizard.pictures.banner.tone == "error")
    assert "nowhere" in wizard.pictures.banner.text


def test_back_keeps_the_answers(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio()
    to_time(studio, qtbot, pictures)
    wizard = studio.window.new_model
    wizard.time.name.selectAll()
    QTest.keyClicks(wizard.time.name, "Owls")
    press(wizard.back)
    press(wizard.back)
    press(wizard.next)
    press(wizard.next)
    assert wizard.time.name.text() == "Owls"


def test_stop_and_keep_makes_a_model(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("wait")
    to_training(studio, qtbot, pictures)
    page = studio.window.new_model.training
    press(page.pausing)
    assert studio.desk.phase.value is Phase.PAUSED
    press(page.pausing)
    press(page.keeping)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)
    assert [bundle.folder.name for bundle in studio.shelf.own] == ["Moon Cats"]


def scrub_to(studio: Studio, qtbot: QtBot, step: int) -> None:
    """To the look of that step, once there are some after it."""
    view = studio.window.new_model.training.view
    qtbot.waitUntil(lambda: len(view.bar.looks) > step // 5 + 2, timeout=60_000)
    view.bar.setValue([look.preview.step for look in view.bar.looks].index(step))


def test_going_back_on_the_timeline(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("wait")
    to_training(studio, qtbot, pictures)
    view = studio.window.new_model.training.view
    scrub_to(studio, qtbot, 6)
    assert not view.using.isEnabled()
    assert "ringed" in view._when.text()
    scrub_to(studio, qtbot, 11)
    assert view.using.isEnabled()
    seen = len(view.bar.looks)
    qtbot.waitUntil(lambda: len(view.bar.looks) > seen, timeout=60_000)
    assert view.bar.look is not None
    assert view.bar.look.preview.step == 11, "newer looks must not take the artist away from this one"
    qtbot.waitUntil(lambda: view.samples._side == 16)
    qtbot.waitUntil(lambda: view.samples._sheet.toImage().pixelColor(1, 1).red() == 110)
    press(view.showing_curves)
    assert view.curves.isVisible()
    press(view.follow)
    assert not view.follow.isEnabled()
    assert "Now" in view._when.text()


def test_a_moment_becomes_the_model_and_its_samples_open(
    open_studio: Open, qtbot: QtBot, pictures: Path
) -> None:
    studio = open_studio("wait")
    to_training(studio, qtbot, pictures)
    wizard = studio.window.new_model
    scrub_to(studio, qtbot, 11)
    press(wizard.training.view.using)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)
    assert studio.desk.latents is not None
    assert not wizard.done.banner.isVisible(), "there is nothing to explain"
    expected = {round(float(row[0]), 3) for row in studio.desk.latents}
    assert min(expected) == 0.11, "the latents of step 11"
    qtbot.waitUntil(lambda: len(wizard.done.tiles) == 15, timeout=60_000)
    opened: list[Carried] = []
    wizard.pictures_wanted.connect(lambda carried: opened.extend(carried))
    QTest.mouseClick(wizard.done.tiles[0], Qt.MouseButton.LeftButton)
    assert studio.window.create_room.isVisible()
    assert studio.create_state.bundle.value is not None
    assert studio.create_state.bundle.value.facts.name == "Moon Cats"
    (carried,) = opened
    assert carried.picture is not None
    assert round(float(carried.picture.latent[0]), 3) in expected


def test_the_model_can_be_renamed_where_it_is_done(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("finish")
    to_time(studio, qtbot, pictures)
    press(studio.window.new_model.next)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)
    done = studio.window.new_model.done
    qtbot.waitUntil(lambda: len(done.tiles) == 15, timeout=60_000)
    assert "lost fine detail" in done.banner.text, "why the newest moment was not kept"
    done.name.setText("a/b")
    done.name.editingFinished.emit()
    assert done.banner.tone == "error"
    assert done.name.text() == "Moon Cats"
    done.name.setText("Sun Cats")
    done.name.editingFinished.emit()
    assert [bundle.folder.name for bundle in studio.shelf.own] == ["Sun Cats"]
    press(done.using)
    assert studio.create_state.bundle.value is not None
    assert studio.create_state.bundle.value.facts.name == "Sun Cats"


def test_stop_for_now_and_resume(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("wait")
    to_training(studio, qtbot, pictures)
    page = studio.window.new_model.training
    press(page.stopping)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.STOPPED, timeout=60_000)
    assert [run.name for run in studio.shelf.runs] == ["Moon Cats"]
    studio.window.show_models()
    resume = next(
        b for b in studio.window.findChildren(QPushButton) if b.accessibleName() == "Resume Moon Cats"
    )
    press(resume)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.RUNNING, timeout=60_000)
    assert studio.desk.paths == (pictures,)


def test_training_goes_on_in_the_background(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("wait")
    window = studio.window
    to_training(studio, qtbot, pictures)
    assert not window.chip.isVisible()
    press(window.new_model.training.leaving)
    assert window.models.isVisible()
    assert window.chip.isVisible()
    window.show_create()
    assert window.chip.isVisible()
    press(window.chip.showing)
    assert window.new_model.training.isVisible()
    press(window.new_model.training.leaving)
    studio.desk.stop_and_keep()
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)
    press(window.chip.showing)
    assert window.new_model.done.isVisible(), "and not the first page of another model"


def test_an_error_while_training_is_said_in_place(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("fail")
    to_time(studio, qtbot, pictures)
    press(studio.window.new_model.next)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.FAILED, timeout=60_000)
    page = studio.window.new_model.training
    assert page.banner.text == "The disk is full. Free some space."
    assert page.resuming.isVisible()


def test_closing_while_training_asks_once_and_saves(
    open_studio: Open, qtbot: QtBot, pictures: Path, library: Library
) -> None:
    studio = open_studio("wait")
    to_training(studio, qtbot, pictures)
    asked: list[bool] = []

    def answer(may_stop: bool) -> Callable[[], bool]:
        return lambda: asked.append(True) or may_stop

    window = studio.window
    window._may_stop_training = answer(False)  # type: ignore[method-assign]
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert studio.desk.is_under_way
    window._may_stop_training = answer(True)  # type: ignore[method-assign]
    window.close()
    assert len(asked) == 2
    assert (library.runs / "Moon Cats" / "run.json").exists()
    again = open_studio("wait")
    assert "Moon Cats" in again.window.banner.text
    assert [run.name for run in again.shelf.runs] == ["Moon Cats"]


def test_looking_can_be_cancelled(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio()
    drop(studio, pictures)
    page = studio.window.new_model.pictures
    page.cancel()
    qtbot.waitUntil(lambda: not page.is_busy, timeout=60_000)
    assert studio.window.new_model.wizard.value.answers.paths == ()
    assert page._drop.isVisible()


def test_what_to_expect_is_measured_here(open_studio: Open, qtbot: QtBot, pictures: Path) -> None:
    studio = open_studio("finish")
    to_time(studio, qtbot, pictures)
    wizard = studio.window.new_model
    page = wizard.time
    assert page.measured.text().startswith("Measuring")
    qtbot.waitUntil(lambda: "100 pictures a second" in page.measured.text(), timeout=60_000)
    assert "1.0 GB of memory and 200 MB" in page.measured.text()
    assert page.presets["best"].outlook.text() == "A first look", "thirteen pictures stay thirteen"
    press(wizard.back)
    wizard.fit.size_box.activated.emit(wizard.fit.size_box.findText("256", Qt.MatchFlag.MatchStartsWith))
    press(wizard.next)
    qtbot.waitUntil(lambda: "not enough memory" in page.measured.text(), timeout=60_000)
    press(wizard.back)
    wizard.fit.size_box.activated.emit(wizard.fit.size_box.findText("32", Qt.MatchFlag.MatchStartsWith))
    press(wizard.next)
    press(wizard.next)
    qtbot.waitUntil(lambda: studio.desk.phase.value is Phase.DONE, timeout=60_000)


def test_names_of_unfinished_runs_are_taken(
    open_studio: Open, qtbot: QtBot, pictures: Path, library: Library
) -> None:
    run = library.runs / "Moon Cats"
    run.mkdir()
    values = {"format": 1, "id": "0" * 16, "recipe": Recipe(name="Moon Cats").to_json(), "paths": []}
    (run / "run.json").write_text(json.dumps(values))
    studio = open_studio()
    to_time(studio, qtbot, pictures)
    assert studio.window.new_model.time.name.text() == "Moon Cats 2"
