"""What is shown behind transparent pictures: a checkerboard or a colour of the artist's choice."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap

from studio.core.pixels import Pictures
from studio.store.settings import CHECKERBOARD

from .state import Value
from .theme import Theme

_SQUARE = 8  # px
_HAIRLINE = QColor(128, 128, 128, 70)  # seen on light and dark, so that white on white has an edge


class Backdrop(QObject):
    """The brush for grounds; changes with the choice and with the theme."""

    changed = Signal()

    def __init__(self, theme: Theme, choice: Value[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self.choice = theme, choice
        self.brush = QBrush()
        theme.changed.connect(self._make)
        choice.changed.connect(self._make)
        self._make()

    def _make(self) -> None:
        if self.choice.value == CHECKERBOARD:
            self.brush = QBrush(_checkerboard(*self._theme.tokens.checker))
        else:
            self.brush = QBrush(QColor(self.choice.value))
        self.changed.emit()

    def draw(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        """A rounded ground with a hairline; the squares of the checkerboard start at its corner."""
        painter.setPen(QPen(_HAIRLINE, 1))
        painter.setBrush(self.brush)
        painter.setBrushOrigin(rect.topLeft())
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _checkerboard(light: str, dark: str) -> QPixmap:
    tile = QPixmap(2 * _SQUARE, 2 * _SQUARE)
    tile.fill(QColor(light))
    painter = QPainter(tile)
    for x, y in ((0, _SQUARE), (_SQUARE, 0)):
        painter.fillRect(x, y, _SQUARE, _SQUARE, QColor(dark))
    painter.end()
    return tile


def to_pixmap(rgba: Pictures) -> QPixmap:
    """One picture, uint8 [H, W, 4] straight alpha."""
    return QPixmap.fromImage(to_image(rgba))


def to_image(rgba: Pictures) -> QImage:
    """One picture, uint8 [H, W, 4] straight alpha, as an image with its own memory."""
    rgba = np.ascontiguousarray(rgba)
    height, width, _ = rgba.shape
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def fitted(picture: QSize, room: QRectF, is_pixel_art: bool, ratio: float) -> QRectF:
    """Where a picture is drawn in `room`: centred, as large as fits; pixel art by whole device pixels.

    ratio: device pixels per px of `room`.
    """
    scale = min(room.width() / picture.width(), room.height() / picture.height())
    if is_pixel_art and scale * ratio >= 1:
        scale = int(scale * ratio + 1e-6) / ratio
    width, height = picture.width() * scale, picture.height() * scale
    left = round((room.center().x() - width / 2) * ratio) / ratio
    top = round((room.center().y() - height / 2) * ratio) / ratio
    return QRectF(left, top, width, height)
