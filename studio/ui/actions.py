"""What the user can do, each as one Command. A room makes its commands with one line each:

    Command(self, "models.rename", "Rename", self.rename_current, "F2", "pencil-simple")

The tree of widgets is the registry: what shows all commands (the shortcut sheet, the command palette, the
tests) finds them there, so no room has to be told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from .icons import icon

EVERYWHERE = "Everywhere"
"""The room of what works in all of them."""
_ROOM = "room"
_REDO = ("Ctrl+Y", "Ctrl+Shift+Z")

Key = str | QKeySequence.StandardKey
Act = Callable[[], object]


def name_room(widget: QWidget, title: str) -> None:
    """Commands of this widget and of what is in it belong to the room called `title`."""
    widget.setProperty(_ROOM, title)


def room_of(thing: QObject | None) -> str:
    """The room that a widget or action is in."""
    while thing is not None:
        title = thing.property(_ROOM)
        if title:
            return str(title)
        thing = thing.parent()
    return EVERYWHERE


class Command(QAction):
    """Works while the focus is in `owner` or in what it holds; everywhere=True: in the whole window."""

    def __init__(
        self,
        owner: QWidget,
        id: str,
        text: str,
        act: Act,
        keys: Key | Sequence[Key] = (),
        icon_name: str = "",
        help: str = "",
        everywhere: bool = False,
    ) -> None:
        """id: "room.verb", unique in the window. help: one sentence more than the text says."""
        super().__init__(text, owner)
        self.setObjectName(id)
        self.help = help
        if icon_name:
            self.setIcon(icon(icon_name))
        if help:
            self.setStatusTip(help)
        given = [_sequences(key) for key in ([keys] if isinstance(keys, Key) else keys)]
        self.setShortcuts([sequence for sequences in given for sequence in sequences])
        self.told_keys = tuple(in_words(sequences[0]) for sequences in given if sequences)
        """Without what the platform has beside the usual (Ctrl+Ins for Ctrl+C)."""
        context = Qt.ShortcutContext
        self.setShortcutContext(context.WindowShortcut if everywhere else context.WidgetWithChildrenShortcut)
        self.setShortcutVisibleInContextMenu(True)
        self.triggered.connect(lambda: act())
        owner.addAction(self)

    @property
    def id(self) -> str:
        return self.objectName()


def _sequences(key: Key) -> list[QKeySequence]:
    if isinstance(key, QKeySequence.StandardKey):
        found = QKeySequence.keyBindings(key)
        if key is QKeySequence.StandardKey.Redo:  # hands know one or the other, from another system
            found += [each for each in map(QKeySequence, _REDO) if each not in found]
        return found
    return [QKeySequence(key)]


def repeats(widget: QWidget, id: str) -> None:
    """For the mouse only: the keyboard has the command `id` for it, so Tab need not stop here too."""
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    widget.setProperty("command", id)


class Gesture(QObject):
    """What a widget does by itself, told for the sheet: Gesture(wall, "Zoom", "Ctrl+wheel")."""

    def __init__(self, owner: QWidget, text: str, keys: str) -> None:
        super().__init__(owner)
        self.text, self.keys = text, keys


@dataclass(frozen=True)
class Listed:
    """A line for the sheet or the palette."""

    room: str
    text: str
    keys: tuple[str, ...]  # as the platform writes them; none if there is no shortcut
    action: QAction | None = None  # None: it is done by hand only


def listed_commands(window: QWidget) -> list[Listed]:
    """Everything one can do in the window, in the order in which it was made."""
    lines = []
    for action in window.findChildren(QAction):
        if isinstance(action, Command) or (action.shortcuts() and isinstance(action.parent(), QWidget)):
            every = tuple(in_words(each) for each in action.shortcuts())
            keys = action.told_keys if isinstance(action, Command) else every
            lines.append(Listed(room_of(action), action.text(), keys, action))
    for gesture in window.findChildren(Gesture):
        lines.append(Listed(room_of(gesture), gesture.text, (gesture.keys,)))
    return lines


def in_words(sequence: QKeySequence) -> str:
    return sequence.toString(QKeySequence.SequenceFormat.NativeText)


def clashes(window: QWidget) -> list[str]:
    """Shortcuts that two commands of one room, or one and the whole window, have: neither would work."""
    taken: dict[tuple[str, str], QAction] = {}
    found = []
    lines = [line for line in listed_commands(window) if line.action is not None]
    for line in sorted(lines, key=lambda line: line.room != EVERYWHERE):
        assert line.action is not None
        for keys in map(in_words, line.action.shortcuts()):
            for room in (line.room, EVERYWHERE):
                other = taken.get((room, keys))
                if other is not None and other is not line.action:
                    found.append(f"{keys} in {line.room}: “{other.text()}” and “{line.text}”")
                    break
            taken[line.room, keys] = line.action
    return found
