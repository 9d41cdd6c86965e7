"""Five stars: drawn small on a tile, and as a control that is clicked or typed into."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.store.gallery.notes import MOST_STARS
from studio.ui.marks import HEIGHT, STAR_STEP, draw_stars, star_path, stars_width

_SIDE = 24  # px, of one star of the control


@cache
def _badge(stars: int, ratio: float) -> QPixmap:
    """Drawn once for all tiles."""
    size = QSize(round(stars_width(stars)), round(HEIGHT))
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    draw_stars(painter, QPointF(0, 0), stars)
    painter.end()
    return made


def draw_badge(painter: QPainter, tile: QRectF, stars: int, ratio: float) -> None:
    """In the lower left corner of a tile; without some of the stars where there is no room for them."""
    stars = min(stars, max(1, int((tile.width() - 10 - stars_width(0)) / (STAR_STEP * HEIGHT))))
    place = QPointF(tile.left() + 5, tile.bottom() - HEIGHT - 5)
    painter.drawPixmap(place, _badge(stars, ratio))


class StarRow(QWidget):
    """Shows 0 to 5 stars. A click on the last one shown takes all away; digits and arrows by keyboard."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._stars, self._hovered = name, 0, 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("Stars (keys 0 to 5)")
        self.show_stars(0)

    @property
    def stars(self) -> int:
        return self._stars

    def show_stars(self, stars: int) -> None:
        self._stars = stars
        self.setAccessibleName(f"{self._name}: {stars} of {MOST_STARS}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE * MOST_STARS + 4, _SIDE + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        shown = self._hovered or self._stars
        accent, empty = (
            palette.color(QPalette.ColorRole.Accent),
            palette.color(QPalette.ColorRole.PlaceholderText),
        )
        for i in range(MOST_STARS):
            is_full = i < shown
            painter.setPen(QPen(accent if is_full else empty, 1.3))
            painter.setBrush(accent if is_full else Qt.BrushStyle.NoBrush)
            painter.drawPath(star_path(QPointF(2 + _SIDE * (i + 0.5), 2 + _SIDE / 2 + 0.5), 8.5))
        if self.hasFocus():
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._at(event.position())
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hovered = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = self._at(event.position())
            self._hovered = 0
            self.chosen.emit(0 if at == self._stars else at)

    def _at(self, position: QPointF) -> int:
        return min(MOST_STARS, max(1, int((position.x() - 2) // _SIDE) + 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if 0 <= digit <= MOST_STARS:
            self.chosen.emit(digit)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.chosen.emit(min(MOST_STARS, self._stars + 1))
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.chosen.emit(max(0, self._stars - 1))
        else:
            super().keyPressEvent(event)
