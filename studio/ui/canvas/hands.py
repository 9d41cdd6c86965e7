"""What mouse, wheel and keyboard do on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from studio.core.canvas import Place, next_in_direction

from ..panning import WAYS, Panning, pinch, turn_wheel
from .pictures import CardPictures
from .state import CanvasState
from .tiles import TileMaker
from .view import CanvasView

_NUDGE = 0.25  # units
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier


@dataclass
class _Marking:
    """A marquee that is being drawn."""

    start: QPointF  # in units
    kept: tuple[int, ...] = ()  # what was selected before


@dataclass
class _Pressing:
    """The button is down on a card: a click, or the beginning of carrying."""

    card_id: int
    start: QPointF  # px
    selects_alone_on_release: bool = False
    takes_out: bool = False  # Alt: straight into another program
    is_carrying: bool = False
    ids: tuple[int, ...] = field(default=())


class Canvas(CanvasView):
    """The view with hands: pan, zoom, select, carry, drag out; and all of it by keyboard."""

    opened = Signal(int)  # card id
    menu_wanted = Signal(QPoint)  # a global place; the selection is what it is about
    drag_out_wanted = Signal(object)  # tuple of ids

    def __init__(self, state: CanvasState, pictures: CardPictures, tiles: TileMaker) -> None:
        super().__init__(state, pictures, tiles)
        self._doing: Panning | _Marking | _Pressing | None = None
        self._space_is_down = self._space_panned = False
        state.laid.connect(self._on_laid)
        state.changed.connect(self._on_marked)
        state.removed.connect(self._on_gone)

    def _on_laid(self, ids: tuple[int, ...]) -> None:
        """The keyboard and the view go on from what is new, unless it came quietly."""
        if self.state.selection.value == ids:
            self.overlay.focused = ids[0]
            self.ensure_seen(ids)

    def _on_gone(self, ids: tuple[int, ...]) -> None:
        """By a key, while the mouse carries them."""
        if isinstance(self._doing, _Pressing) and not set(ids).isdisjoint(self._doing.ids):
            self._let_go(self._doing)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.overlay.shows_keyboard = False
        button, where = event.button(), event.position()
        is_left = button == Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (is_left and self._space_is_down):
            self._doing, self._space_panned = Panning(where), True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif is_left:
            self._press(where, event.modifiers())
        event.accept()

    def _press(self, where: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        point = self.to_canvas(where)
        card_id = self.places.at(point)
        selection = self.state.selection.value
        adds = bool(modifiers & (_CTRL | _SHIFT))
        if card_id is None:
            if not adds:
                self.state.select(())
            self._doing = _Marking(point, self.state.selection.value)
            return
        self.overlay.focused = card_id
        pressing = _Pressing(card_id, where, takes_out=bool(modifiers & _ALT))
        if adds:
            is_in = card_id in selection
            others = tuple(other for other in selection if other != card_id)
            self.state.select(others if is_in and modifiers & _CTRL else (*others, card_id))
        elif card_id in selection:
            pressing.selects_alone_on_release = len(selection) > 1
        else:
            self.state.select((card_id,))
        pressing.ids = self.state.selection.value
        self._doing = pressing
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where, doing = event.position(), self._doing
        if isinstance(doing, Panning):
            doing.to(self, where)
        elif isinstance(doing, _Marking):
            self._mark(doing, where)
        elif isinstance(doing, _Pressing):
            self._drag(doing, where)
        else:
            self._hover(self.places.at(self.to_canvas(where)))
        event.accept()

    def _mark(self, marking: _Marking, where: QPointF) -> None:
        area = QRectF(marking.start, self.to_canvas(where)).normalized()
        self.overlay.marquee = area
        found = self.places.within(area).tolist()
        self.state.select((*marking.kept, *found))
        self.viewport().update()

    def _drag(self, pressing: _Pressing, where: QPointF) -> None:
        moved = where - pressing.start
        if not pressing.is_carrying:
            if moved.manhattanLength() < QApplication.startDragDistance():
                return
            if pressing.card_id not in pressing.ids:  # Ctrl took it out of the selection
                self._doing = None
                return
            pressing.is_carrying = True
            self._hover(None)
        if pressing.takes_out or not self.viewport().rect().contains(where.toPoint()):
            self._let_go(pressing)
            self.drag_out_wanted.emit(pressing.ids)
            return
        zoom = self.zoom.value
        self.carry(pressing.ids, moved.x() / zoom, moved.y() / zoom)

    def _let_go(self, pressing: _Pressing) -> None:
        self._doing = None
        self.put_down(pressing.ids)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        doing, self._doing = self._doing, None
        if isinstance(doing, Panning):
            self._show_hand()
        elif isinstance(doing, _Marking):
            self.overlay.marquee = None
        elif isinstance(doing, _Pressing):
            if doing.is_carrying:
                dx, dy = self.overlay.carried
                self.put_down(doing.ids)
                self.state.move(doing.ids, dx, dy)
            elif doing.selects_alone_on_release:
                self.state.select((doing.card_id,))
        self.viewport().update()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        card_id = self.places.at(self.to_canvas(event.position()))
        if event.button() == Qt.MouseButton.LeftButton and card_id is not None and not self._space_is_down:
            self._doing = None
            self.opened.emit(card_id)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            card_id = self.places.at(self.to_canvas(event.pos()))
            if card_id is None:
                self.state.select(())
            elif card_id not in self.state.selection.value:
                self.state.select((card_id,))
                self.overlay.focused = card_id
            self.menu_wanted.emit(event.globalPos())
        else:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self._place_of_menu()))
        event.accept()

    def _place_of_menu(self) -> QPoint:
        focused = self.overlay.focused
        if focused is None or focused not in self.state:
            return self.viewport().rect().center()
        card = self.state.card(focused)
        inside = self.viewport().rect().adjusted(8, 8, -8, -8)
        point = self.to_view(card.x, card.y).toPoint()
        return QPoint(
            min(max(point.x(), inside.left()), inside.right()),
            min(max(point.y(), inside.top()), inside.bottom()),
        )

    def _hover(self, card_id: int | None) -> None:
        if card_id != self.overlay.hovered:
            self.overlay.hovered = card_id
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    # Wheel and touchpad

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_wheel(self, event)

    def viewportEvent(self, event: QEvent) -> bool:
        return pinch(self, event) or super().viewportEvent(event)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in WAYS:
            self._go(*WAYS[key], modifiers)
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_down, self._space_panned = True, False
                self._show_hand()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._focused() is not None:
                self.opened.emit(self._focused())
        elif key == Qt.Key.Key_Escape:
            self._escape(event)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and len(self.state):
            self._focus_on(self.state.cards[0 if key == Qt.Key.Key_Home else -1].id)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        is_tap = self._space_is_down and not self._space_panned
        self._space_is_down = False
        self._show_hand()
        focused = self._focused()
        if is_tap and focused is not None:
            self._show_keyboard()
            selection = self.state.selection.value
            others = tuple(card_id for card_id in selection if card_id != focused)
            self.state.select(others if focused in selection else (*others, focused))

    def _go(self, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> None:
        """Arrows: to the next card; with Shift selecting it too; with Ctrl they move what is selected."""
        if modifiers & _CTRL:
            self.state.move(self.state.selection.value, dx * _NUDGE, dy * _NUDGE)
            return
        before = self._focused()
        if before is None:
            self._focus_on(self._nearest_to(self.centre))
            return
        found = next_in_direction(self.state.cards, self.state.card(before).place, dx, dy)
        if found is not None:
            self._focus_on(found.id)
            if modifiers & _SHIFT:
                self.state.select((*self.state.selection.value, before, found.id))
        else:
            self._show_keyboard()

    def _focused(self) -> int | None:
        """The card the keyboard is at: the one it was led to, else what is selected."""
        focused = self.overlay.focused
        if focused is not None and focused in self.state:
            return focused
        return self.state.selection.value[-1] if self.state.selection.value else None

    def _nearest_to(self, place: Place) -> int | None:
        cards = self.state.cards
        if not cards:
            return None
        return min(cards, key=lambda card: (card.x - place.x) ** 2 + (card.y - place.y) ** 2).id

    def _focus_on(self, card_id: int | None) -> None:
        if card_id is None:
            return
        self.overlay.focused = card_id
        self._show_keyboard()
        self.ensure_seen([card_id])
        self._describe(card_id)

    def _describe(self, card_id: int) -> None:
        """The card the keyboard is at, for those who hear it."""
        card, ids = self.state.card(card_id), [card.id for card in self.state.cards]
        marks = [", starred"] * card.is_starred + [", a part is locked"] * (card.locked is not None)
        self.setAccessibleDescription(f"Picture {ids.index(card_id) + 1} of {len(ids)}{''.join(marks)}")

    def _on_marked(self, ids: tuple[int, ...]) -> None:
        if self.overlay.focused in ids and self.overlay.focused is not None:
            self._describe(self.overlay.focused)

    def _show_keyboard(self) -> None:
        self.overlay.shows_keyboard = True
        self.viewport().update()

    def _escape(self, event: QKeyEvent) -> None:
        if isinstance(self._doing, _Pressing):
            self._let_go(self._doing)
        elif self.state.selection.value:
            self.state.select(())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._show_keyboard()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_is_down = False
        self.overlay.shows_keyboard = False
        self._show_hand()
        super().focusOutEvent(event)

    def _show_hand(self) -> None:
        if self._space_is_down:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()
