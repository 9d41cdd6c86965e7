"""The whole window by keyboard and screen reader, and at its smallest: nothing nameless, lost or cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from accessibility import cut_off, nameless, out_of_reach, too_small
from bundles import make_bundle
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from tour import Place, tour

from studio.app import Studio
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.store.runs import start_run
from studio.ui.actions import Command, clashes

Open = Callable[..., Studio]


def faults(place: Place, commands: set[str]) -> list[str]:
    root = place.widget
    found = nameless(root) + out_of_reach(root, commands) + too_small(root) + cut_off(root)
    return [f"{place.name}: {fault}" for fault in found]


def test_every_place_can_be_used_by_all(
    open_studio: Open, qtbot: QtBot, library: Library, pictures: Path
) -> None:
    make_bundle(library.bundles, "mine", seed=5)
    make_bundle(library.bundles, "A model with quite a long name for its card", seed=6)
    (library.bundles / "broken").mkdir()
    (library.bundles / "broken" / "bundle.json").write_text("{")
    start_run(library, Recipe("fox", size=32), ())
    studio = open_studio("wait")
    studio.window.resize(1100, 700)
    found: set[str] = set()
    for place in tour(studio, pictures, lambda claim: qtbot.waitUntil(claim, timeout=20_000)):
        qtbot.wait(30)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # of words that changed just now
        commands = {command.id for command in studio.window.findChildren(Command)}
        found |= set(faults(place, commands))
        assert clashes(studio.window) == []
    assert not found, "\n" + "\n".join(sorted(found))


def test_the_checks_see_what_they_look_for(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    button, text = QPushButton(root), QLabel("Too long for its place", root)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setGeometry(0, 0, 20, 40)
    text.setGeometry(0, 50, 30, 20)
    root.show()
    assert nameless(root) == ["no name: QPushButton “” of NoneType"]
    assert len(out_of_reach(root, set())) == len(too_small(root)) == 1
    assert "Too long for its place" in cut_off(root)[-1]
    button.setProperty("command", "models.open")
    assert out_of_reach(root, {"models.open"}) == []
