"""The grounds that are offered for transparent pictures, and the artist's own colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QComboBox, QWidget

from studio.store.settings import CHECKERBOARD

from .state import Value, show

BACKDROPS = (
    ("Checkerboard", CHECKERBOARD),
    ("White", "#ffffff"),
    ("Light grey", "#c8c8c8"),
    ("Grey", "#808080"),
    ("Dark grey", "#303030"),
    ("Black", "#000000"),
)
_OWN = "Own colour…"
_SIDE = 16  # px


class BackdropBox(QComboBox):
    """Two ways with a choice of backdrop."""

    def __init__(self, choice: Value[str]) -> None:
        super().__init__()
        self.setAccessibleName("Backdrop")
        self._choice = choice
        for words, value in BACKDROPS:
            self.addItem(swatch(value), words, value)
        self.addItem(QIcon(), _OWN, "")
        self.activated.connect(self._on_activated)
        show(choice, self._show_choice)

    def _show_choice(self, choice: str) -> None:
        place = self.findData(choice)
        own = self.count() - 1
        is_own = place < 0
        self.setItemIcon(own, swatch(choice) if is_own else QIcon())
        self.setCurrentIndex(own if is_own else place)

    def _on_activated(self, place: int) -> None:
        value = self.itemData(place) or ask_colour(self._choice.value, self)
        if value:
            self._choice.set(value)
        self._show_choice(self._choice.value)


def ask_colour(before: str, parent: QWidget) -> str:
    """A colour of the artist's choice as #rrggbb; "" when they keep the old one."""
    start = QColor(before) if before != CHECKERBOARD else QColor("#808080")
    colour = QColorDialog.getColor(start, parent, "Backdrop")
    return colour.name() if colour.isValid() else ""


def swatch(choice: str) -> QIcon:
    """A small picture of a backdrop."""
    made = QPixmap(_SIDE * 2, _SIDE * 2)
    made.setDevicePixelRatio(2)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#808080"))
    square = QRectF(0.5, 0.5, _SIDE - 1, _SIDE - 1)
    if choice == CHECKERBOARD:
        painter.setBrush(QColor("#ffffff"))
        painter.drawRect(square)
        for corner in (square.topLeft(), square.center()):
            painter.fillRect(
                QRectF(corner, corner + QPointF(_SIDE / 2 - 1, _SIDE / 2 - 1)), QColor("#b0b0b0")
            )
    else:
        painter.setBrush(QColor(choice))
        painter.drawRect(square)
    painter.end()
    return QIcon(made)
