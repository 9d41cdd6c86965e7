"""Two pictures against each other: side by side, one wiped over the other, or what differs."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from studio.core.pixels import Pictures, premultiply
from studio.store.gallery import Entry
from studio.store.resize import stretch_smooth
from studio.ui.backdrop import Backdrop, fitted, to_pixmap
from studio.ui.widgets import Banner, button, column, label, row

SIDE_BY_SIDE, WIPE, DIFFERENCE = "Side by side", "Wipe", "Difference"
_STEP = 0.02  # of the width, by key
_LOUDER = 4  # differences are shown that many times as large: eyes miss ten levels


def difference(a: Pictures, b: Pictures) -> tuple[Pictures, float]:
    """Where two pictures differ, on black, and the mean difference in levels of 255.

    uint8 [H, W, 4] each; the second is brought to the first one's size. The result is opaque.
    """
    if a.shape != b.shape:
        b = stretch_smooth(b, a.shape[1], a.shape[0])
    apart = np.abs(premultiply(a).astype(np.int16) - premultiply(b).astype(np.int16))
    seen = np.maximum(apart[..., :3], apart[..., 3:])  # where only transparency differs, too
    shown = np.minimum(255, seen * _LOUDER).astype(np.uint8)
    opaque = np.full((*shown.shape[:2], 1), 255, np.uint8)
    return np.concatenate([shown, opaque], axis=-1), float(apart.mean())


class _Canvas(QWidget):
    """Draws both; the edge of the wipe follows the mouse or the arrow keys."""

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Comparison")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self._backdrop = backdrop
        self.mode = SIDE_BY_SIDE
        self.edge = 0.5
        self.pixmaps: tuple[QPixmap | None, QPixmap | None] = (None, None)
        self.apart: QPixmap | None = None
        self.is_pixel_art = (False, False)
        backdrop.changed.connect(self.update)

    def set_mode(self, mode: str) -> None:
        self.mode = mode
        self.setCursor(Qt.CursorShape.SplitHCursor if mode == WIPE else Qt.CursorShape.ArrowCursor)
        self.update()

    def set_edge(self, edge: float) -> None:
        self.edge = min(1.0, max(0.0, edge))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.mode == SIDE_BY_SIDE:
            half = (whole.width() - 12) / 2
            for place in (0, 1):
                self._draw(painter, QRectF(place * (half + 12), 0, half, whole.height()), place)
        elif self.mode == WIPE:
            at = whole.width() * self.edge
            for place, part in (
                (0, QRectF(0, 0, at, whole.height())),
                (1, QRectF(at, 0, whole.width() - at, whole.height())),
            ):
                painter.save()
                painter.setClipRect(part)
                self._draw(painter, whole, place)
                painter.restore()
            painter.setPen(QPen(QColor(0, 0, 0, 120), 4))
            painter.drawLine(round(at), 0, round(at), round(whole.height()))
            painter.setPen(QPen(QColor("#ffffff"), 2))
            painter.drawLine(round(at), 0, round(at), round(whole.height()))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("#000000"))
            painter.drawRoundedRect(whole, 10, 10)
            self._put(painter, whole, self.apart, self.is_pixel_art[0])
        painter.end()

    def _draw(self, painter: QPainter, room: QRectF, place: int) -> None:
        self._backdrop.draw(painter, room, 10)
        self._put(painter, room, self.pixmaps[place], self.is_pixel_art[place])

    def _put(self, painter: QPainter, room: QRectF, pixmap: QPixmap | None, is_pixel_art: bool) -> None:
        if pixmap is None or pixmap.isNull():
            return
        inner = room.adjusted(12, 12, -12, -12)
        target = fitted(pixmap.size(), inner, is_pixel_art, self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_pixel_art)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.mode == WIPE:
            self.set_edge(event.position().x() / max(1, self.width()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.mode == WIPE and event.buttons() & Qt.MouseButton.LeftButton:
            self.set_edge(event.position().x() / max(1, self.width()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}.get(Qt.Key(event.key()))
        if step is not None and self.mode == WIPE:
            self.set_edge(self.edge + step)
        else:
            super().keyPressEvent(event)


class CompareView(QWidget):
    """Tab reaches the three ways to look; Escape goes back."""

    closed = Signal()

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.setAccessibleName("Compare two pictures")
        self.canvas = _Canvas(backdrop)
        self._words = label("", "muted")
        self._names = label("", "heading")
        self.modes = QButtonGroup(self)
        buttons = row(spacing=6)
        for mode in (SIDE_BY_SIDE, WIPE, DIFFERENCE):
            made = button(mode, partial(self.set_mode, mode))
            made.setCheckable(True)
            made.setProperty("kind", "toggle")
            self.modes.addButton(made)
            buttons.addWidget(made)
        self.modes.buttons()[0].setChecked(True)
        head = row(
            button("Back to the grid", self.closed.emit, "", "squares-four", "Esc"),
            8,
            self._names,
            self._words,
            None,
            buttons,
            spacing=10,
        )
        self.banner = Banner()
        whole = column(head, self.banner, self.canvas, spacing=12, margins=16)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def set_mode(self, mode: str) -> None:
        self.canvas.set_mode(mode)
        for made in self.modes.buttons():
            made.setChecked(made.accessibleName() == mode)

    def begin(self, a: Entry, b: Entry) -> None:
        """Before the pictures are there."""
        self._names.setText(f"{a.title}  ·  {b.title}")
        self._words.setText("")
        self.banner.hide()
        self.canvas.pixmaps, self.canvas.apart = (None, None), None
        self.canvas.is_pixel_art = (a.is_pixel_art, b.is_pixel_art)
        self.canvas.update()

    def show_pictures(self, a: Pictures, b: Pictures, apart: Pictures, mean: float) -> None:
        self.canvas.pixmaps = (to_pixmap(a), to_pixmap(b))
        self.canvas.apart = to_pixmap(apart)
        words = "no pixel differs" if mean == 0 else f"they differ by {mean:.1f} of 255 levels on average"
        self._words.setText(words)
        self.canvas.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
