"""How a run went, as two small curves for those who look."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.events import Look
from studio.core.steps import time_in_words

from .widgets import row

_TOP, _BOTTOM, _SIDE = 24, 20, 10  # px around the curve


class Curve(QWidget):
    """One number over the time of training. The lowest and the highest value are written at its left."""

    def __init__(self, name: str, of: Callable[[Look], float], form: str) -> None:
        """form: how a value is written, for str.format."""
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name, self._of, self._form = name, of, form
        self._looks: tuple[Look, ...] = ()
        self._at: Look | None = None

    def sizeHint(self) -> QSize:
        return QSize(260, 118)

    def show_looks(self, looks: tuple[Look, ...], at: Look | None) -> None:
        self._looks, self._at = looks, at
        if looks:
            first, last = self._form.format(self._of(looks[0])), self._form.format(self._of(looks[-1]))
            self.setAccessibleDescription(f"From {first} to {last}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        muted = colours.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(muted)
        align = Qt.AlignmentFlag
        shown = "" if self._at is None else self._form.format(self._of(self._at))
        painter.drawText(QRectF(0, 0, self.width(), 18), int(align.AlignLeft), self._name)
        painter.setPen(colours.color(QPalette.ColorRole.WindowText))
        painter.drawText(QRectF(0, 0, self.width(), 18), int(align.AlignRight), shown)
        room = QRectF(_SIDE, _TOP, self.width() - 2 * _SIDE, self.height() - _TOP - _BOTTOM)
        painter.setPen(QPen(colours.color(QPalette.ColorRole.Mid), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        if len(self._looks) > 1:
            self._draw_curve(painter, room)
        painter.end()

    def _draw_curve(self, painter: QPainter, room: QRectF) -> None:
        values = [self._of(look) for look in self._looks]
        low, high = min(values), max(values)
        whole = max(self._looks[-1].seconds, 1e-6)

        def point(look: Look) -> QPointF:
            height = (self._of(look) - low) / (high - low) if high > low else 0.5
            x = room.left() + room.width() * look.seconds / whole
            return QPointF(x, room.bottom() - 4 - (room.height() - 8) * height)

        accent = self.palette().color(QPalette.ColorRole.Accent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(
            QPen(accent, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolyline(QPolygonF([point(look) for look in self._looks]))
        if self._at is not None:
            here = point(self._at)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
            painter.drawLine(QPointF(here.x(), room.top()), QPointF(here.x(), room.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(here, 4, 4)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        below = QRectF(room.left(), room.bottom() + 3, room.width(), _BOTTOM - 3)
        align = Qt.AlignmentFlag
        painter.drawText(
            below, int(align.AlignLeft), f"{self._form.format(low)} to {self._form.format(high)}"
        )
        painter.drawText(below, int(align.AlignRight), time_in_words(self._looks[-1].seconds))


class Curves(QWidget):
    """How far rebuilt pictures are off, and how sharp new ones are."""

    def __init__(self) -> None:
        super().__init__()
        self._curves = (
            Curve("Rebuilt pictures differ by (of 255)", lambda look: look.error, "{:.1f}"),
            Curve("Sharpness of new pictures (yours: 100 %)", lambda look: look.sharpness, "{:.0%}"),
        )
        self.setLayout(row(*self._curves, spacing=28))

    def show_looks(self, looks: tuple[Look, ...], at: Look | None) -> None:
        for curve in self._curves:
            curve.show_looks(looks, at)
