"""What is drawn over the cards: rings, where the keyboard is, where a picture came from, the marquee."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from studio.core.canvas import STEP, Card

from .state import CanvasState
from .tiles import radius

_MOST_ROUND_RINGS = 160
"""More are drawn square, in one go: round ones take 15 µs each."""
_MOST_LINES = 60
_LOOSE = 1.6  # times the room that siblings need: what is looser does not lie together
_OUT = 2.5  # px from a card to its ring

ToView = Callable[[float, float], QPointF]


class Overlay:
    """Draws in px of the view; to_view turns units of the canvas into them."""

    def __init__(self, state: CanvasState, to_view: ToView) -> None:
        self._state, self._to_view = state, to_view
        self.hovered: int | None = None
        self.focused: int | None = None
        self.shows_keyboard = False
        self.marquee: QRectF | None = None  # in units
        self.carried: tuple[float, float] = (0.0, 0.0)  # what the selection is being moved by, units
        self.outline: QRectF | None = None  # of what is carried where single cards are too small to see
        self._selected: set[int] = set()

    def draw(self, painter: QPainter, palette: QPalette, side: float, ids: Sequence[int]) -> None:
        """side: px of a card. ids: the cards that are in view and large enough for rings."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        selected = self._selected = set(self._state.selection.value)
        shown = [card_id for card_id in ids if card_id in selected]
        self._draw_lineage(painter, palette, side)
        self._draw_rings(painter, palette, side, shown)
        if self.hovered is not None and self.hovered in self._state and self.hovered not in selected:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.PlaceholderText), 1.5))
            self._ring(painter, self._state.card(self.hovered), side, _OUT)
        if self.shows_keyboard and self.focused is not None and self.focused in self._state:
            dots = Qt.PenStyle.DotLine if self.focused in selected else Qt.PenStyle.SolidLine
            painter.setPen(QPen(palette.color(QPalette.ColorRole.WindowText), 2, dots))
            self._ring(painter, self._state.card(self.focused), side, _OUT + 3)
        for area in (self.marquee, self.outline):
            if area is not None:
                self._draw_area(painter, palette, area)

    def _draw_rings(self, painter: QPainter, palette: QPalette, side: float, shown: Sequence[int]) -> None:
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 2.5))
        if len(shown) <= _MOST_ROUND_RINGS:
            for card_id in shown:
                self._ring(painter, self._state.card(card_id), side, _OUT)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawRects([self._rect(self._state.card(card_id), side, _OUT) for card_id in shown])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _rect(self, card: Card, side: float, out: float) -> QRectF:
        dx, dy = self.carried if card.id in self._selected else (0.0, 0.0)
        middle = self._to_view(card.x + dx, card.y + dy)
        half = side / 2 + out
        return QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)

    def _ring(self, painter: QPainter, card: Card, side: float, out: float) -> None:
        round_by = radius(side) + out
        painter.drawRoundedRect(self._rect(card, side, out), round_by, round_by)

    def _draw_lineage(self, painter: QPainter, palette: QPalette, side: float) -> None:
        """Soft lines from the parents of what is selected."""
        colour = QColor(palette.color(QPalette.ColorRole.Accent))
        colour.setAlpha(110)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour)
        for parent, end in self._ways(side):
            start = self._rect(parent, side, _OUT)
            way = QLineF(start.center(), _nearest_in(end, start.center()))
            share = _share_inside(way, start)
            if start.intersects(end) or share >= 1:
                continue
            first = way.pointAt(share)
            painter.drawLine(first, way.p2())
            painter.drawEllipse(first, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _ways(self, side: float) -> list[tuple[Card, QRectF]]:
        """From which parents to where; to siblings that lie together one way does, which crosses none."""
        families: dict[tuple[int, ...], list[QRectF]] = {}
        for child in self._state.selected[:_MOST_LINES]:
            families.setdefault(child.parents, []).append(self._rect(child, side, _OUT))
        ways = []
        for parents, places in families.items():
            whole = QRectF()
            for place in places:
                whole = whole.united(place)
            lie_together = whole.width() * whole.height() < _LOOSE * len(places) * (side * STEP) ** 2
            ends = [whole] if lie_together else places
            ways += [(self._state.card(id), end) for end in ends for id in parents if id in self._state]
        return ways[:_MOST_LINES]

    def _draw_area(self, painter: QPainter, palette: QPalette, area: QRectF) -> None:
        corners = [self._to_view(p.x(), p.y()) for p in (area.topLeft(), area.bottomRight())]
        fill = QColor(palette.color(QPalette.ColorRole.Accent))
        painter.setPen(QPen(fill, 1))
        fill.setAlpha(36)
        painter.setBrush(fill)
        painter.drawRect(QRectF(*corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _nearest_in(area: QRectF, point: QPointF) -> QPointF:
    return QPointF(
        min(max(point.x(), area.left()), area.right()), min(max(point.y(), area.top()), area.bottom())
    )


def _share_inside(way: QLineF, square: QRectF) -> float:
    """How much of a line that begins in the middle of a square lies in it; 1 and more: all of it."""
    longest = max(abs(way.dx()), abs(way.dy()))
    return square.width() / 2 / longest if longest else 1.0
