"""Commands: found by walking the widgets, shown on the sheet and in the palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.actions import Command, Gesture, Listed, clashes, listed_commands, name_room, room_of
from studio.ui.command_palette import CommandPalette, found
from studio.ui.shortcut_sheet import ShortcutSheet

Open = Callable[..., Studio]


def test_the_tree_of_widgets_is_the_registry(qtbot: QtBot) -> None:
    window, room, inside = QWidget(), QWidget(), QWidget()
    qtbot.addWidget(window)
    room.setParent(window)
    inside.setParent(room)
    name_room(room, "Attic")
    done = []
    Command(window, "window.quit", "Quit", lambda: done.append("quit"), "Ctrl+Q", everywhere=True)
    Command(inside, "attic.sweep", "Sweep", lambda: done.append("sweep"), ("F5", "Ctrl+S"), "trash")
    Command(inside, "attic.look", "Look around", lambda: done.append("look"))
    Gesture(inside, "Zoom", "Ctrl+wheel")
    lines = [(line.room, line.text, line.keys) for line in listed_commands(window)]
    assert sorted(lines) == [
        ("Attic", "Look around", ()),
        ("Attic", "Sweep", ("F5", "Ctrl+S")),
        ("Attic", "Zoom", ("Ctrl+wheel",)),
        ("Everywhere", "Quit", ("Ctrl+Q",)),
    ]
    assert room_of(inside) == "Attic"
    assert clashes(window) == []
    Command(room, "attic.leave", "Leave", lambda: None, "Ctrl+Q")
    assert clashes(window) == ["Ctrl+Q in Attic: “Quit” and “Leave”"]
    sweep = next(line.action for line in listed_commands(window) if line.text == "Sweep")
    assert sweep is not None
    sweep.trigger()
    assert done == ["sweep"]


def test_redo_has_the_keys_of_every_system(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    redo = Command(owner, "attic.redo", "Redo", lambda: None, QKeySequence.StandardKey.Redo)
    keys = {each.toString() for each in redo.shortcuts()}
    assert {"Ctrl+Y", "Ctrl+Shift+Z"} <= keys and len(redo.told_keys) == 1


def test_the_sheet_shows_the_shortcuts_of_every_room(open_studio: Open, qtbot: QtBot) -> None:
    window = open_studio().window
    QTest.keyClick(window.create_room.view, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None

    def shown() -> list[str]:
        return [text.text() for text in sheet.findChildren(QLabel) if text.isVisibleTo(sheet)]

    assert {"Everywhere", "Create", "Keyboard shortcuts", "New seed", "Ctrl+R"} <= set(shown())
    QTest.keyClicks(sheet.field, "new se")
    qtbot.waitUntil(lambda: "New seed" in shown())
    assert "Copy pictures" not in shown()
    QTest.keyClicks(sheet.field, "xyzzy")
    qtbot.waitUntil(lambda: "Nothing is called that." in shown())
    sheet.accept()


def test_a_question_mark_is_a_letter_where_one_types(open_studio: Open) -> None:
    window = open_studio().window
    field = window.create_room.bar.name_field.field
    field.setFocus()
    QTest.keyClicks(field, "who?")
    assert field.text() == "who?"
    assert window.findChild(ShortcutSheet) is None
    QTest.keyClick(window.create_room.view, Qt.Key.Key_Question)
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    sheet.accept()


def test_the_palette_does_what_is_typed(open_studio: Open, qtbot: QtBot) -> None:
    studio = open_studio()
    window = studio.window
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.create_room.view, Qt.Key.Key_P, both)
    palette = window.findChild(CommandPalette)
    assert palette is not None
    first = palette.list.currentIndex().data()
    assert first == "Generate", "what the shown room can do comes first"
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == palette.list.model().rowCount() - 1
    before = studio.create_state.seed.value
    QTest.keyClicks(palette.field, "new s")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert studio.create_state.seed.value != before
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    assert window.findChild(CommandPalette) is None

    window.show_palette()
    palette = window.findChild(CommandPalette)
    assert palette is not None
    field: QLineEdit = palette.field
    assert field.hasFocus()
    QTest.keyClicks(field, "zzz")
    assert palette.list.model().rowCount() == 0
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.create_room.view.hasFocus(), "the focus is where it was"

    window.show_palette()
    window.create_room.bar.seed_field.setFocus()
    assert not any(each.isVisible() for each in window.findChildren(CommandPalette))


def test_words_come_before_letters() -> None:
    texts = ["Larger pictures", "Save pictures", "Smaller pictures", "Copy"]
    lines = [Listed("Create", text, ()) for text in texts]
    assert [line.text for line in found(lines, "pic sa")] == ["Save pictures"]
    assert [line.text for line in found(lines, "cp")] == ["Copy"]
    assert [line.text for line in found(lines, "")] == texts


def test_no_two_commands_of_a_room_share_a_shortcut(open_studio: Open) -> None:
    window = open_studio().window
    assert clashes(window) == []
    ids = [action.id for action in window.findChildren(Command)]
    assert len(ids) == len(set(ids))
