"""The cards from afar: squares of the canvas with all their cards on one pixmap, as maps are drawn."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem, QGraphicsScene

from studio.core.canvas import Card

from .pictures import CardPictures
from .places import Places
from .state import CanvasState
from .thumbs import SIDES
from .tiles import TileMaker

ACROSS = 16  # units; a square holds some 200 cards and takes about 1 ms
_KEPT_BYTES = 64 * 2**20
_MANY = 500  # cards; looking up the squares of more takes longer than making all anew
_MOST_WANTED = 4000  # squares; cards are below a pixel where there are more
_RING = 0.07  # units, around what is selected


class Square(NamedTuple):
    """Which part of the canvas, and how finely: `side` px a unit."""

    side: int
    column: int
    row: int

    @property
    def rect(self) -> QRectF:
        return QRectF(self.column * ACROSS, self.row * ACROSS, ACROSS, ACROSS)


class FarLayer:
    """Keeps the squares in view up to date, a few milliseconds at a time."""

    def __init__(
        self,
        scene: QGraphicsScene,
        state: CanvasState,
        places: Places,
        pictures: CardPictures,
        tiles: TileMaker,
    ) -> None:
        self._scene, self._state, self._places = scene, state, places
        self._pictures, self._tiles = pictures, tiles
        self._made: OrderedDict[Square, QPixmap] = OrderedDict()
        self._stale: set[Square] = set()
        self._items: dict[Square, QGraphicsPixmapItem] = {}
        self._wanted: list[Square] = []
        self._is_smooth = True
        self.has_picture = False  # whether any square shows a decoded picture

    def show(self, view: QRectF, side: float) -> None:
        """view: what is in sight, in units. side: device px of a card there."""
        finest = next((s for s in reversed(SIDES) if s >= side), SIDES[0])
        columns = range(math.floor(view.left() / ACROSS), math.floor(view.right() / ACROSS) + 1)
        rows = range(math.floor(view.top() / ACROSS), math.floor(view.bottom() / ACROSS) + 1)
        wanted = (Square(finest, column, row) for row in rows for column in columns)
        self._wanted = list(islice(wanted, _MOST_WANTED))
        for square in self._wanted:
            if square in self._made and square not in self._items:
                self._place(square)
        self._tidy()

    def hide(self) -> None:
        self._wanted = []
        for square in list(self._items):
            self._take(square)

    def set_smooth(self, is_smooth: bool) -> None:
        """Whether squares are scaled finely: in a large view there is no time for that while it moves."""
        if is_smooth != self._is_smooth:
            self._is_smooth = is_smooth
            for item in self._items.values():
                item.setTransformationMode(self._mode)

    @property
    def _mode(self) -> Qt.TransformationMode:
        mode = Qt.TransformationMode
        return mode.SmoothTransformation if self._is_smooth else mode.FastTransformation

    def stale(self, cards: Sequence[Card]) -> None:
        """These look different, or lie there now."""
        if len(cards) > _MANY:
            self.stale_all()
            return
        for card in cards:
            for x in {math.floor((card.x - 0.6) / ACROSS), math.floor((card.x + 0.6) / ACROSS)}:
                for y in {math.floor((card.y - 0.6) / ACROSS), math.floor((card.y + 0.6) / ACROSS)}:
                    squares = (Square(side, x, y) for side in SIDES)
                    self._stale.update(square for square in squares if square in self._made)

    def stale_all(self) -> None:
        self._stale.update(self._made)

    def forget(self) -> None:
        """Another canvas."""
        self.hide()
        self._made.clear()
        self._stale.clear()

    def work(self, until: float) -> bool:
        """Make what is missing or stale in view until then (perf_counter); whether some is left."""
        for square in self._wanted:
            if square not in self._made or square in self._stale:
                if time.perf_counter() > until:
                    return True
                self._make(square)
        self._tidy()
        return False

    def _make(self, square: Square) -> None:
        self._stale.discard(square)
        side = square.side
        made = QPixmap(side * ACROSS, side * ACROSS)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        origin = square.rect.topLeft()
        painter.scale(side, side)
        painter.translate(-origin)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette = QGuiApplication.palette()
        accent, absent = palette.color(QPalette.ColorRole.Accent), palette.color(QPalette.ColorRole.Mid)
        selected = set(self._state.selection.value)
        ground = self._tiles.ground(side)
        ids: list[int] = self._places.within(square.rect.adjusted(-_RING, -_RING, _RING, _RING)).tolist()
        for card_id in ids:
            self._draw(painter, self._state.card(card_id), side, ground, absent, card_id in selected, accent)
        painter.end()
        self._made[square] = made
        self._made.move_to_end(square)
        self._place(square)

    def _draw(
        self,
        painter: QPainter,
        card: Card,
        side: int,
        ground: QPixmap,
        absent: QColor,
        is_selected: bool,
        accent: QColor,
    ) -> None:
        where = QRectF(card.x - 0.5, card.y - 0.5, 1, 1)
        if is_selected:
            painter.fillRect(where.adjusted(-_RING, -_RING, _RING, _RING), accent)
        has_thumb = card.id in self._pictures.thumbs
        if not has_thumb and self._pictures.bundle(card.id) is None:
            painter.fillRect(where, absent)
            return
        painter.drawPixmap(where, ground, QRectF(ground.rect()))
        if has_thumb:
            self._pictures.thumbs.draw(painter, where, card.id, side)
            self.has_picture = True

    def _place(self, square: Square) -> None:
        item = self._items.get(square)
        if item is None:
            item = QGraphicsPixmapItem()
            item.setTransformationMode(self._mode)
            item.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
            item.setPos(square.rect.topLeft())
            item.setScale(1 / square.side)
            item.setZValue(-2)
            self._scene.addItem(item)
            self._items[square] = item
        item.setPixmap(self._made[square])

    def _take(self, square: Square) -> None:
        self._scene.removeItem(self._items.pop(square))

    def _tidy(self) -> None:
        """Squares of another fineness stay until those wanted are there, then go."""
        wanted = set(self._wanted)
        if all(square in self._items for square in wanted):
            for square in [square for square in self._items if square not in wanted]:
                self._take(square)
        kept = sum((square.side * ACROSS) ** 2 * 4 for square in self._made)
        for square in list(self._made):
            if kept <= _KEPT_BYTES:
                break
            if square not in self._items:
                kept -= (square.side * ACROSS) ** 2 * 4
                del self._made[square]
