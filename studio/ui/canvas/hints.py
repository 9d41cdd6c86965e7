"""Words over and above the canvas: the first hints, and what to do where nothing lies yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from ..state import Preferences
from ..widgets import column, frame, icon_button, label, row
from .state import CanvasState

_HINTS = (
    ("Look around", "Wheel moves, Ctrl+wheel zooms, 0 shows everything."),
    ("Play", "Click a picture, then vary it or star it at the right."),
    ("Take along", "Drag a picture out to use it; drop it here to have it back."),
)


def hint_line(preferences: Preferences) -> QWidget:
    """Three small hints, until they are closed."""
    made = frame("panel")
    parts = []
    for title, words in _HINTS:
        text = label(words, "small", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        part = column(label(title, "strong"), text, spacing=2)
        part.setStretch(1, 1)
        parts.append(part)
    close = icon_button("Close the hints", "x", lambda: preferences.hints_seen.set(True))
    layout = row(*parts, spacing=24)
    for i in range(len(parts)):
        layout.setStretch(i, 1)
    layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
    layout.setContentsMargins(14, 8, 6, 8)
    made.setLayout(layout)
    outer = QWidget()
    outer_layout = row(made)
    outer_layout.setContentsMargins(16, 10, 16, 10)
    outer.setLayout(outer_layout)
    if preferences.hints_seen.value:
        outer.hide()
    preferences.hints_seen.changed.connect(lambda seen: outer.setVisible(not seen))
    return outer


def nothing_selected() -> QWidget:
    """What the side panel says then."""
    made = QWidget()
    made.setLayout(
        column(
            label("Nothing selected", "heading"),
            label("Click a picture to work on it. Drag over several, or Ctrl+click, to select them together.",
                  "muted", wrap=True),
            spacing=6,
        )
    )  # fmt: skip
    return made


class EmptyCanvas(QWidget):
    """In the middle of a canvas on which nothing lies."""

    def __init__(self, canvas: CanvasState, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        heading = label("The canvas is empty", "heading")
        words = label("Generate new pictures, type a name, or drop a picture you made here.", "muted")
        layout = column(heading, words, spacing=6)
        layout.setAlignment(heading, Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(layout)
        self._canvas, self._over = canvas, over
        over.installEventFilter(self)
        for signal in (canvas.added, canvas.removed, canvas.reset):
            signal.connect(self.sort_out)
        self.hide()

    def sort_out(self) -> None:
        """Shown only where it is true."""
        self.setVisible(not len(self._canvas))
        self.adjustSize()
        self._settle()

    def _settle(self) -> None:
        self.move(self._over.rect().center() - self.rect().center())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False
