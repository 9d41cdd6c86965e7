"""Small controls of the Morph room: numbers edited in place, curves of easing, the bar to scrub on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QIcon,
    QIconEngine,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSizePolicy, QSlider, QStyle

from studio.core.tempo import EASES, eased

_EDGE = 9  # px, room for half of the scrub bar's handle on both sides
EASE_WORDS = {"linear": "Linear", "in": "Ease in", "out": "Ease out", "smooth": "Smooth"}
EASE_HELP = {
    "linear": "even all the way to the next stop",
    "in": "leaves this stop slowly",
    "out": "comes to the next stop slowly",
    "smooth": "leaves slowly and arrives slowly",
}


class Amount(QDoubleSpinBox):
    """A number with its unit. Tells of a value when it is done, and leaves undo to the room."""

    def __init__(
        self,
        name: str,
        least: float,
        most: float,
        step: float,
        digits: int = 0,
        unit: str = "",
        width: int = 76,
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setDecimals(digits)
        self.setSuffix(unit)
        self.setKeyboardTracking(False)
        self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().installEventFilter(self)
        self.lineEdit().setTextMargins(5, 0, 0, 0)

    def show_value(self, value: float) -> None:
        """Without saying that it changed."""
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            standard = QKeySequence.StandardKey
            if event.matches(standard.Undo) or event.matches(standard.Redo):
                event.ignore()  # the field's own undo knows of this number only
                return True
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only where the user is at work; elsewhere the wheel scrolls on."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class EaseBox(QComboBox):
    """Which way of easing, with a picture of its curve."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "small")
        self.setIconSize(QSize(16, 16))
        for ease in EASES:
            self.addItem(QIcon(_CurveEngine(ease)), EASE_WORDS[ease], ease)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_ease(self, ease: str) -> None:
        self.setCurrentIndex(EASES.index(ease))
        self.setToolTip(f"{EASE_WORDS[ease]}: {EASE_HELP[ease]}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _CurveEngine(QIconEngine):
    """How much is done over time, in the palette's colour."""

    def __init__(self, ease: str) -> None:
        super().__init__()
        self._ease = ease

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        inner = QRectF(rect).adjusted(2, 3, -2, -3)
        shares = np.linspace(0, 1, 17)
        points = [
            QPointF(inner.left() + share * inner.width(), inner.bottom() - done * inner.height())
            for share, done in zip(shares.tolist(), eased(shares, self._ease).tolist(), strict=True)
        ]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QGuiApplication.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(QPen(colour, 1.6, c=Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(points)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _CurveEngine(self._ease)


class ScrubBar(QSlider):
    """Where the playing is: stops are marked, and what is not prepared yet is paler."""

    scrubbed = Signal(int)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName("Frame")
        self.setMinimumWidth(160)
        self.setFixedHeight(28)
        self.setRange(0, 0)
        self._stops: list[int] = []
        self._ready: list[tuple[int, int]] = []  # runs of frames, the end excluded
        self.sliderMoved.connect(self.scrubbed)
        self.actionTriggered.connect(lambda _: self.scrubbed.emit(self.sliderPosition()))

    def show_frames(self, count: int, stops: list[int], is_ready: Callable[[int], bool]) -> None:
        """stops: positions of stops. is_ready: whether the frame at a position can be shown at once."""
        self._stops, self._ready = stops, _runs(count, is_ready)
        self.blockSignals(True)
        self.setRange(0, max(0, count - 1))
        self.setEnabled(count > 1)
        self.blockSignals(False)
        self.update()

    def show_position(self, position: int) -> None:
        self.blockSignals(True)
        self.setValue(position)
        self.blockSignals(False)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isEnabled():
            self.setSliderDown(True)
            self._scrub(event)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._scrub(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def _scrub(self, event: QMouseEvent) -> None:
        place = QStyle.sliderValueFromPosition(
            0, self.maximum(), round(event.position().x() - _EDGE), max(1, self.width() - 2 * _EDGE)
        )
        self.show_position(place)
        self.scrubbed.emit(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        palette, role = self.palette(), QPalette.ColorRole
        line = QRectF(_EDGE, self.height() / 2 - 2, self.width() - 2 * _EDGE, 4)
        painter.setBrush(palette.color(role.Mid))
        painter.drawRoundedRect(line, 2, 2)
        self._draw_ready(painter, line)
        if self.isEnabled():
            self._draw_marks(painter, line)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.color(role.Accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _draw_ready(self, painter: QPainter, line: QRectF) -> None:
        painter.setBrush(self.palette().color(QPalette.ColorRole.PlaceholderText))
        count = self.maximum() + 1
        for start, end in self._ready:
            left = line.left() + line.width() * start / count
            width = line.width() * (end - start) / count
            painter.drawRoundedRect(QRectF(left, line.top(), width, line.height()), 2, 2)

    def _draw_marks(self, painter: QPainter, line: QRectF) -> None:
        role = QPalette.ColorRole
        most = max(1, self.maximum())
        painter.setBrush(self.palette().color(role.WindowText))
        for stop in self._stops:
            at = line.left() + line.width() * stop / most
            painter.drawRoundedRect(QRectF(at - 1, line.center().y() - 6, 2, 12), 1, 1)
        at = line.left() + line.width() * self.sliderPosition() / most
        painter.setBrush(self.palette().color(role.Accent))
        painter.drawEllipse(QPointF(at, line.center().y()), 7, 7)


def _runs(count: int, is_in: Callable[[int], bool]) -> list[tuple[int, int]]:
    """Where something is so without a gap: start and end of each run."""
    runs: list[tuple[int, int]] = []
    for place in filter(is_in, range(count)):
        if runs and runs[-1][1] == place:
            runs[-1] = runs[-1][0], place + 1
        else:
            runs.append((place, place + 1))
    return runs
