"""Through every place of the window: for the test of accessibility and for pictures of the screens.

Rooms are found by the commands that lead to them, so that a new one is on the tour by being there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from studio.app import Studio
from studio.core.steps import STEPS, Step
from studio.generate.drawing import draw
from studio.ui.actions import Command
from studio.ui.command_palette import CommandPalette
from studio.ui.crash import CrashDialog
from studio.ui.exchange import Carried
from studio.ui.model_cards import BundleCard

Wait = Callable[[Callable[[], bool]], None]
"""Runs the event loop until a claim holds."""
Shown = TypeVar("Shown", bound=QWidget)


@dataclass(frozen=True)
class Place:
    """Something the artist can come to. Its widget is the window or a dialog."""

    name: str
    widget: QWidget


def rooms(studio: Studio) -> list[Command]:
    return [command for command in studio.window.findChildren(Command) if command.id.startswith("go.")]


def tour(studio: Studio, pictures: Path, wait: Wait) -> Iterator[Place]:
    """Each place while it is shown. pictures: a folder to learn from; a run is begun and stays under way."""
    for room in rooms(studio):
        room.trigger()
        yield Place(f"room {room.text()}", studio.window)
    yield from _map(studio, wait)
    yield from _models(studio)
    yield from _create(studio, wait)
    yield from _gallery(studio, wait)
    yield from _morph(studio, wait)
    yield from _dialogs(studio)
    yield from _wizard(studio, pictures, wait)


def _map(studio: Studio, wait: Wait) -> Iterator[Place]:
    room = studio.window.create_room
    studio.window.show_create()
    do(studio, "create.map")
    wait(lambda: room.map.view.chart is not None)
    yield Place("create with the map", studio.window)
    do(studio, "create.map")


def _models(studio: Studio) -> Iterator[Place]:
    window = studio.window
    window.show_models()
    window.models.show_facts(True)
    yield Place("models with facts", window)
    window.models.show_facts(False)
    card = next(card for card in window.models.findChildren(BundleCard) if not card.is_starter)
    card.setFocus()
    card.begin_rename()
    yield Place("models renaming", window)
    card.setFocus()
    yield from _dialog("share a model", window.models.ask_how_to_share(card.bundle))


def do(studio: Studio, id: str) -> None:
    """A command, as a shortcut would."""
    next(each for each in studio.window.findChildren(Command) if each.id == id).trigger()


def _create(studio: Studio, wait: Wait) -> Iterator[Place]:
    room = studio.window.create_room
    studio.window.show_create()
    wait(lambda: len(room.canvas) > 3)
    cards = [card.id for card in room.canvas.cards]
    for count in (1, 2, len(cards)):
        room.canvas.select(cards[:count])
        yield Place(f"create {count} selected", studio.window)
    room.canvas.select(cards[:1])
    do(studio, "create.open")
    yield Place("create large", studio.window)
    room.close_large()


def _gallery(studio: Studio, wait: Wait) -> Iterator[Place]:
    room, exchange = studio.window.gallery, studio.exchange
    for bundle in studio.shelf.starters:
        exchange.keep_wanted.emit(tuple(Carried(picture, bundle) for picture in draw(bundle, 7, 4)))
    wait(lambda: not room.desk.is_busy)
    studio.window.show_gallery()
    wait(lambda: room.model.rowCount() > 4)
    yield Place("gallery", studio.window)
    room.grid.setFocus()
    room.grid.selectAll()
    yield Place("gallery all selected", studio.window)
    room.grid.clearSelection()
    room.open_row(0)
    yield Place("gallery large", studio.window)
    room.show_grid()


def _morph(studio: Studio, wait: Wait) -> Iterator[Place]:
    bundle = studio.shelf.starters[0]
    studio.exchange.morph_wanted.emit(tuple(Carried(each, bundle) for each in draw(bundle, 3, 3)))
    wait(lambda: bool(studio.window.morph.maker.order))
    yield Place("morph", studio.window)
    do(studio, "morph.export")
    yield from _dialog("morph export", opened(studio.window, QDialog))


def _dialogs(studio: Studio) -> Iterator[Place]:
    window = studio.window
    window.show_create()
    window.show_settings()
    settings = opened(window, QDialog)
    yield Place("settings", settings)
    for name in ("log", "licences"):
        getattr(settings, f"show_{name}")()
        yield from _dialog(name, opened(settings, QDialog))
    yield from _dialog("", settings)
    window.show_shortcuts()
    yield from _dialog("shortcuts", opened(window, QDialog))
    window.show_palette()
    palette = opened(window, CommandPalette)
    yield Place("commands", window)
    palette.leave()
    studio.packs.open(())
    assert studio.packs.dialog is not None
    yield from _dialog("pack", studio.packs.dialog)
    crash = CrashDialog("ZeroDivisionError: seven by nought", studio.shelf.library.log_file)
    crash.show()
    yield from _dialog("crash", crash)
    crash.deleteLater()


def _wizard(studio: Studio, pictures: Path, wait: Wait) -> Iterator[Place]:
    wizard = studio.window.new_model
    studio.window.show_new_model()
    yield Place("new model", studio.window)
    wizard.give([pictures])
    for step in STEPS[: STEPS.index(Step.TRAINING)]:
        wait(lambda: wizard.next.isEnabled() and not wizard.pictures.is_busy)
        yield Place(f"new model {step.value}", studio.window)
        wizard.go_on()
    wait(lambda: studio.desk.progress.value is not None and studio.desk.preview.value is not None)
    yield Place("new model Training", studio.window)
    studio.window.show_create()
    yield Place("create while training", studio.window)


def opened(parent: QWidget, kind: type[Shown]) -> Shown:
    """The dialog or the like that is shown."""
    return next(each for each in parent.findChildren(kind) if each.isVisible())


def _dialog(name: str, dialog: QDialog) -> Iterator[Place]:
    if name:
        yield Place(name, dialog)
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
