"""The picture on which the artist marks the part that stays: by brush, by rectangle, by keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from studio.core.lock import Mask

from ..backdrop import Backdrop, to_image
from ..panning import WAYS
from ..widgets import PicturePanel

BRUSH, RECTANGLE, ERASER = "brush", "rectangle", "eraser"
_VEIL = 110  # of 255, over what is marked


class MaskPanel(PicturePanel):
    """Shows the marks it was given and says which ones the artist would rather have."""

    marked = Signal(object)  # Mask, at the end of a stroke

    def __init__(self, backdrop: Backdrop, side: int) -> None:
        super().__init__("Mark what stays as it is", backdrop, side=side, radius=10)
        self.tool = BRUSH
        self.brush = 0.06  # radius, as a share of the picture's side
        self._size = 0
        self._mask: Mask = np.zeros((0, 0), np.bool_)
        self._from: QPointF | None = None  # where a stroke began, in pixels of the picture
        self._last = QPointF()
        self._before: Mask = self._mask
        self._cursor = QPointF(0.5, 0.5)  # for keys, as a share of the side
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip("Drag to mark. With the keys: arrows move, Space marks, Backspace unmarks.")
        self.setAccessibleDescription(self.toolTip())

    @property
    def marks(self) -> Mask:
        return self._mask

    def show_mask(self, mask: Mask | None, size: int) -> None:
        """size: side of the pictures that the model makes, px."""
        self._size = size
        self._mask = np.zeros((size, size), np.bool_) if mask is None else mask
        self._from = None
        self.update()

    # Marking

    def _to_picture(self, point: QPointF) -> QPointF:
        target = self.target
        return (point - target.topLeft()) * (self._size / max(1.0, target.width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._size:
            self._before = self._mask
            self._from = self._last = self._to_picture(event.position())
            self._draw_to(self._from)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._draw_to(self._to_picture(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._from = None
            self.marked.emit(self._mask)

    def _draw_to(self, point: QPointF) -> None:
        assert self._from is not None
        if self.tool == RECTANGLE:
            self._mask = self._before | self._inside(QRectF(self._from, point).normalized())
        else:
            self._mask = self._stroked(self._last, point, self.tool == BRUSH)
        self._last = point
        self.update()

    def _inside(self, box: QRectF) -> Mask:
        places = np.arange(self._size) + 0.5
        across = (places >= box.left()) & (places <= box.right())
        down = (places >= box.top()) & (places <= box.bottom())
        inside: Mask = down[:, None] & across[None, :]
        return inside

    def _stroked(self, start: QPointF, end: QPointF, on: bool) -> Mask:
        """With everything nearer to the line than the brush's radius marked, or unmarked."""
        y, x = np.mgrid[: self._size, : self._size] + 0.5
        way = np.array([end.x() - start.x(), end.y() - start.y()])
        length = max(float(way @ way), 1e-9)
        along = np.clip(((x - start.x()) * way[0] + (y - start.y()) * way[1]) / length, 0, 1)
        far = np.hypot(x - start.x() - along * way[0], y - start.y() - along * way[1])
        under: Mask = far <= max(0.5, self.brush * self._size)
        return self._mask | under if on else self._mask & ~under

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in WAYS:
            across, down = WAYS[key]
            step = max(self.brush, 1 / max(1, self._size))
            self._cursor += QPointF(across, down) * step
            self._cursor = QPointF(min(1, max(0, self._cursor.x())), min(1, max(0, self._cursor.y())))
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._size:
            at = self._cursor * self._size
            self._mask = self._stroked(at, at, key == Qt.Key.Key_Space)
            self.update()
            self.marked.emit(self._mask)
        else:
            super().keyPressEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        target, accent = self.target, self.palette().color(self.palette().ColorRole.Accent)
        if self._mask.any():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.is_pixel_art)
            painter.drawImage(target, _veil(self._mask, accent))
        if self.hasFocus():
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
            if self._from is None:
                radius = max(3.0, self.brush * target.width())
                place = target.topLeft() + self._cursor * target.width()
                painter.setPen(QPen(accent, 1.5, Qt.PenStyle.DashLine))
                painter.drawEllipse(place, radius, radius)
        painter.end()


def _veil(mask: Mask, colour: QColor) -> QImage:
    pixels = np.zeros((*mask.shape, 4), np.uint8)
    pixels[mask] = (colour.red(), colour.green(), colour.blue(), _VEIL)
    return to_image(pixels)
