"""Wheel, touchpad and hand on something endless: the same on the canvas and on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent

_NOTCH = 120  # of a wheel, in eighths of a degree
_PX_A_NOTCH = 90
_ZOOM_A_NOTCH = 1.2
WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Where the arrow keys go: right and down."""


class Endless(Protocol):
    """What can be moved and zoomed."""

    def pan(self, dx: float, dy: float) -> None: ...

    def zoom_at(self, point: QPointF, factor: float) -> None: ...

    def fit(self) -> None: ...


@dataclass
class Panning:
    """A hand that holds the ground."""

    last: QPointF  # px of the view

    def to(self, view: Endless, where: QPointF) -> None:
        """The ground goes along."""
        moved, self.last = where - self.last, where
        view.pan(-moved.x(), -moved.y())


def turn_wheel(view: Endless, event: QWheelEvent) -> None:
    """Move; with Shift sideways, with Ctrl zoom to the pointer."""
    fine, coarse, modifiers = event.pixelDelta(), event.angleDelta(), event.modifiers()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        view.zoom_at(event.position(), _ZOOM_A_NOTCH ** (coarse.y() / _NOTCH))
    else:
        a_step = _PX_A_NOTCH / _NOTCH
        dx, dy = (coarse.x() * a_step, coarse.y() * a_step) if fine.isNull() else (fine.x(), fine.y())
        if modifiers & Qt.KeyboardModifier.ShiftModifier and dx == 0:
            dx, dy = dy, 0
        view.pan(-dx, -dy)
    event.accept()


def pinch(view: Endless, event: QEvent) -> bool:
    """Whether it was a touchpad's pinch or double tap with two fingers, which is then done."""
    if not isinstance(event, QNativeGestureEvent):
        return False
    if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
        view.zoom_at(event.position(), 1 + event.value())
        return True
    if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
        view.fit()
        return True
    return False
