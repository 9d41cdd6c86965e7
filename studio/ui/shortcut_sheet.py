"""All shortcuts of the window on one sheet, by room (F1 or ?)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from .actions import EVERYWHERE, Listed
from .widgets import button, clear_layout, column, label, row, scrolling, search_field

_COLUMNS = 3
_SIZE = QSize(980, 600)  # px


class ShortcutSheet(QDialog):
    """Shows lines that have keys; a field narrows them down."""

    def __init__(self, lines: Sequence[Listed], rooms: Sequence[str], parent: QWidget) -> None:
        """rooms: their order; what works everywhere comes first."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._lines = [line for line in lines if line.keys]
        known = {line.room for line in self._lines}
        self._rooms = [EVERYWHERE, *(room for room in rooms if room in known)]
        self._rooms += sorted(known - set(self._rooms))
        self.field = search_field("Find a shortcut", "Find…", is_in_dialog=True)
        self.field.setFixedWidth(240)
        self.field.textChanged.connect(self._fill)
        self._columns = [column(spacing=18) for _ in range(_COLUMNS)]
        inner = QWidget()
        across = row(*self._columns, spacing=36)
        for i in range(_COLUMNS):
            across.setStretch(i, 1)
        across.setContentsMargins(0, 0, 12, 0)
        inner.setLayout(across)
        self._area = scrolling(inner)
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that arrow keys scroll it
        self._area.setAccessibleName("Shortcuts")
        head = row(label("Keyboard shortcuts", "title"), None, self.field)
        foot = row(None, button("Close", self.accept, "primary"))
        layout = column(head, self._area, foot, spacing=18, margins=24)
        self.setLayout(layout)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.9))
        self._fill("")

    def _fill(self, wanted: str) -> None:
        for each in self._columns:
            clear_layout(each)
        words = wanted.casefold().split()
        heights = [0] * _COLUMNS
        for room in self._rooms:
            lines = [line for line in self._lines if line.room == room and _fits(line, words)]
            if lines:
                shortest = heights.index(min(heights))
                self._columns[shortest].addWidget(_group(room, lines))
                heights[shortest] += len(lines) + 2
        for each in self._columns:
            each.addStretch(1)
        if not any(heights):
            self._columns[0].insertWidget(0, label("Nothing is called that.", "muted"))


def _fits(line: Listed, words: Sequence[str]) -> bool:
    text = f"{line.room} {line.text} {' '.join(line.keys)}".casefold()
    return all(word in text for word in words)


def _group(room: str, lines: Sequence[Listed]) -> QWidget:
    made = QWidget()
    inside: QVBoxLayout = column(label(room, "heading"), spacing=6)
    for line in lines:
        shown = label(line.text, wrap=True)
        keys = [label(key, "key") for key in line.keys[:2]]
        line_row = row(shown, *keys, spacing=6)
        line_row.setStretch(0, 1)
        inside.addLayout(line_row)
    made.setLayout(inside)
    return made
