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
from studio.ui.actions import Command
from studio.ui.command_palette import CommandPalette
from studio.ui.crash import CrashDialog
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
    yield from _dialogs(studio)
    yield from _wizard(studio, pictures, wait)


def _map(studio: Studio, wait: Wait) -> Iterator[Place]:
    room = studio.window.create_room
    studio.window.show_create()
    room.show_map()
    wait(lambda: room.map.view.chart is not None)
    yield Place("create with the map", studio.window)
    room.show_map()


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
