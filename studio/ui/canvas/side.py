"""The panel beside the canvas: sections, one below the other, each about what is selected.

Whoever has something to offer for a selection adds a section, and need not know the others:

    room.side.add_section("Sliders", SlidersSection(canvas, ...), wants=lambda cards: len(cards) == 1)

A section is any widget. The panel shows it under its title while `wants` says so of the selected cards, and
remembers for the session whether the artist folded it up. What the section shows is its own affair: it
listens to `canvas.selection` and to the canvas's signals itself, and should do no work while it is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from studio.core.canvas import Card

from ..icons import icon
from ..widgets import column, frame, scrolling
from .state import CanvasState

WIDTH = 300  # px, of the sections with their margins
_SCROLL_BAR = 12  # px, beside them
_LEAST_PINNED = 150  # px

Wants = Callable[[tuple[Card, ...]], bool]


def any_selected(cards: tuple[Card, ...]) -> bool:
    return bool(cards)


def one_selected(cards: tuple[Card, ...]) -> bool:
    return len(cards) == 1


def several_selected(cards: tuple[Card, ...]) -> bool:
    return len(cards) > 1


@dataclass(frozen=True, eq=False)
class _Section:
    whole: QWidget
    wants: Wants


class SidePanel(QFrame):
    """Holds the sections in the order in which they were added; scrolls where they are too many."""

    def __init__(self, canvas: CanvasState) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(WIDTH + _SCROLL_BAR)
        self._canvas = canvas
        self._sections: list[_Section] = []
        self._stack = column(None, spacing=0)
        inner = QWidget()
        inner.setLayout(self._stack)
        inner.setMaximumWidth(WIDTH - 1)  # with or without a scroll bar
        self._pinned: QWidget | None = None
        self._line = column(spacing=0)
        self._line.setContentsMargins(16, 16, 16 + _SCROLL_BAR, 8)
        self._above = QWidget()  # holds what is pinned
        self._above.setLayout(self._line)
        self._above.hide()
        whole = column(self._above, scrolling(inner), spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        canvas.selection.changed.connect(self._sort_out)

    def pin(self, picture: QWidget) -> None:
        """What stays in view above the sections while anything is selected, however far they are scrolled."""
        self._pinned = picture
        self._line.addWidget(picture)
        self._sort_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._pinned is not None:
            # On a small screen the sections need the room more.
            self._pinned.setFixedHeight(min(WIDTH - 32, max(_LEAST_PINNED, round(self.height() * 0.3))))

    def add_section(
        self,
        title: str,
        section: QWidget,
        wants: Wants = any_selected,
        is_open: bool = True,
        place: int | None = None,
    ) -> None:
        """title: "" for one that has no head and cannot be folded up. place: among the others; None: last."""
        whole = _Folding(title, section, is_open) if title else _plain(section)
        at = len(self._sections) if place is None else place
        self._sections.insert(at, _Section(whole, wants))
        self._stack.insertWidget(at, whole)
        self._sort_out()

    def _sort_out(self) -> None:
        cards = self._canvas.selected
        self._above.setVisible(self._pinned is not None and bool(cards))
        for section in self._sections:
            section.whole.setVisible(section.wants(cards))


def _plain(section: QWidget) -> QWidget:
    whole = QFrame()
    whole.setLayout(column(section, spacing=0, margins=16))
    return whole


class _Folding(QFrame):
    """A section under a title that folds it up."""

    def __init__(self, title: str, section: QWidget, is_open: bool) -> None:
        super().__init__()
        self._section = section
        self.head = QToolButton()
        self.head.setText(f" {title}")
        self.head.setAccessibleName(title)
        self.head.setProperty("kind", "fold")
        self.head.setCheckable(True)
        self.head.setChecked(is_open)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setIconSize(QSize(12, 12))
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.head.setCursor(Qt.CursorShape.PointingHandCursor)
        self.head.toggled.connect(self._fold)
        line = frame("line")
        line.setFixedHeight(1)
        inside = column(self.head, section, spacing=8)
        inside.setContentsMargins(16, 10, 16, 14)
        self.setLayout(column(line, inside, spacing=0))
        self._fold(is_open)

    def _fold(self, is_open: bool) -> None:
        self._section.setVisible(is_open)
        self.head.setIcon(icon("caret-down" if is_open else "caret-right"))
