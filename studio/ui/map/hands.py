"""What mouse, wheel and keyboard do on the map."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from ..backdrop import Backdrop
from ..canvas.tiles import TileMaker
from ..panning import WAYS, Panning, pinch, turn_wheel
from .live import LivePlace
from .pictures import MapPictures
from .view import MapView

_FINE, _PLAIN, _FAR = 0.25, 1.0, 5.0  # units that an arrow key goes
_LEAST_STEP = 4.0  # px between two corners of a lasso
_AROUND, _MORE_AROUND = 1.6, 1.5  # units: the ring that the keyboard draws, and how it grows
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass
class _Pressing:
    """The button is down: a click, or the beginning of a lasso."""

    start: QPointF  # px
    is_lasso: bool = False


class Map(MapView):
    """The view with hands: hover shows what lies there, a click makes it, a drag gathers."""

    chosen = Signal(QPointF)  # a place whose picture is wanted, in units
    outlined = Signal()  # `outline` is whole, or was let go
    left = Signal()  # Escape, with nothing to let go of

    def __init__(self, pictures: MapPictures, live: LivePlace, tiles: TileMaker, backdrop: Backdrop) -> None:
        super().__init__(pictures, live, tiles, backdrop)
        self._doing: Panning | _Pressing | None = None
        self._space_is_down = False
        self._around = 0.0  # units, of the ring drawn by keyboard
        self._show_hand()

    def clear(self) -> None:
        super().clear()
        self._doing = None
        self._around = 0.0

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button, where = event.button(), event.position()
        self.shows_keyboard = False
        is_left = button == Qt.MouseButton.LeftButton
        if button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton) or (
            is_left and self._space_is_down
        ):
            self._doing = Panning(where)
            self.live.leave()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif is_left:
            self._doing = _Pressing(where)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where, doing = event.position(), self._doing
        if isinstance(doing, Panning):
            doing.to(self, where)
        elif isinstance(doing, _Pressing):
            self._draw_lasso(doing, where)
        elif self.chart is not None:
            self._leave_cursor()
            self.live.go(self.to_map(where))
        event.accept()

    def _draw_lasso(self, pressing: _Pressing, where: QPointF) -> None:
        if not pressing.is_lasso:
            if (where - pressing.start).manhattanLength() < QApplication.startDragDistance():
                return
            pressing.is_lasso = True
            self._around = 0.0
            self.live.leave()
            self.outline = [self.to_map(pressing.start)]
        moved = where - self.to_view(self.outline[-1])
        if math.hypot(moved.x(), moved.y()) >= _LEAST_STEP:
            self.outline.append(self.to_map(where))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        doing, self._doing = self._doing, None
        if isinstance(doing, Panning):
            self._show_hand()
        elif isinstance(doing, _Pressing) and self.chart is not None:
            if doing.is_lasso:
                self.outlined.emit()
                self.live.go(self.to_map(event.position()))
            else:
                self.live.go(self.to_map(doing.start))
                self.chosen.emit(self.to_map(doing.start))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        if self.cursor_place is None:
            self.live.leave()
        super().leaveEvent(event)

    # Wheel and touchpad, as on the canvas

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_wheel(self, event)
        if self.cursor_place is None:
            self.live.go(self.to_map(event.position()))

    def event(self, event: QEvent) -> bool:
        return pinch(self, event) or super().event(event)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in WAYS and self.chart is not None:
            step = _FINE if modifiers & _CTRL else _FAR if modifiers & _SHIFT else _PLAIN
            self._go(WAYS[key][0] * step, WAYS[key][1] * step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_place is not None:
            if modifiers & _SHIFT:
                self._gather_around()
            else:
                self.chosen.emit(self.cursor_place)
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_down = True
                self._show_hand()
        elif key == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_is_down = False
            self._show_hand()
        else:
            super().keyReleaseEvent(event)

    def _go(self, dx: float, dy: float) -> None:
        """The keyboard's place begins where the pointer is, else in the middle, on a whole cell."""
        assert self.chart is not None
        before = self.cursor_place
        if before is None:
            start = self.live.point if self.live.point is not None else self.centre
            before = QPointF(round(start.x()), round(start.y()))
            dx = dy = 0.0
        columns, rows = self.chart.size
        self.cursor_place = QPointF(
            min(columns, max(-1.0, before.x() + dx)), min(rows, max(-1.0, before.y() + dy))
        )
        self.ensure_seen(self.cursor_place)
        self.live.go(self.cursor_place)
        self._say_where(self.cursor_place)

    def _say_where(self, place: QPointF) -> None:
        row = None
        if place == QPointF(round(place.x()), round(place.y())):
            row = self.ground.row_at(round(place.x()), round(place.y()))
        assert self.chart is not None
        count = len(self.chart.codes)
        self.setAccessibleDescription(
            f"Picture {row + 1} of {count}" if row is not None else "Between the pictures"
        )

    def _gather_around(self) -> None:
        """A ring around the keyboard's place; asked for again, a larger one."""
        assert self.cursor_place is not None
        self._around = self._around + _MORE_AROUND if self._around and self.outline else _AROUND
        self.outline = [
            self.cursor_place + QPointF(math.cos(angle), math.sin(angle)) * self._around
            for angle in (2 * math.pi * i / 48 for i in range(48))
        ]
        self.outlined.emit()
        self.update()

    def let_go(self) -> None:
        """Of what is gathered."""
        self.outline, self._around, self._doing = [], 0.0, None
        self.outlined.emit()
        self.update()

    def _escape(self) -> None:
        if self.outline:
            self.let_go()
        elif self.cursor_place is not None:
            self._leave_cursor()
            self.live.leave()
        else:
            self.left.emit()
            return
        self.update()

    def _leave_cursor(self) -> None:
        if self.cursor_place is not None:
            self.cursor_place = None
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.shows_keyboard = event.reason() in tab
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_is_down = self.shows_keyboard = False
        self._show_hand()
        super().focusOutEvent(event)

    def _show_hand(self) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._space_is_down else Qt.CursorShape.CrossCursor
        self.setCursor(shape)
