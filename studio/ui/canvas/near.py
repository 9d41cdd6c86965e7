"""The cards from near: one pixmap item for each card in view, used again when others come into view."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem, QGraphicsScene

from studio.core.canvas import Card

from .pictures import CardPictures
from .state import CanvasState
from .tiles import TileMaker

SHARP_SIDE = 48
"""Device px of a card from which on the small picture is not enough."""
_KEPT_BYTES = 48 * 2**20
_MOST_SPARE = 300
_BROUGHT_AT_ONCE = 100
"""Items; a view from farther away needs some hundred, and the squares lie under them until they are there."""


class _Key(NamedTuple):
    """What a tile was made of."""

    number: int  # of the Look
    is_whole: bool  # made from the whole picture, not from the small one
    side: int
    is_starred: bool
    is_locked: bool


class NearLayer:
    """Items move with the view in C++; Python is asked only when a card comes into view or looks new."""

    def __init__(
        self, scene: QGraphicsScene, state: CanvasState, pictures: CardPictures, tiles: TileMaker
    ) -> None:
        self._scene, self._state = scene, state
        self._pictures, self._tiles = pictures, tiles
        self._items: dict[int, QGraphicsPixmapItem] = {}
        self._spare: list[QGraphicsPixmapItem] = []
        self._keys: dict[int, _Key | None] = {}  # what each item shows; None: nothing of its picture yet
        self._stale: OrderedDict[int, None] = OrderedDict()
        self._made: OrderedDict[_Key, QPixmap] = OrderedDict()
        self._kept_bytes = 0
        self._to_bring: list[int] = []
        self._side = 0
        self.is_smooth = True  # while tiles are shown at another size than they were made for
        self.has_picture = False  # whether a decoded picture is shown

    @property
    def side(self) -> int:
        return self._side

    @property
    def ids(self) -> list[int]:
        return list(self._items)

    def is_ready(self) -> bool:
        """Whether every card in view shows what there is of it."""
        return not self._stale and not self._to_bring

    def show(self, ids: Sequence[int], side: int) -> None:
        """Just these cards. side: device px at which tiles are made from now on."""
        if side != self._side:
            self._side = side
            self._stale.update((card_id, None) for card_id in self._items)
        wanted = set(ids)
        for card_id in [card_id for card_id in self._items if card_id not in wanted]:
            self._put_away(card_id)
        self._to_bring = [card_id for card_id in ids if card_id not in self._items]
        self._bring_some(_BROUGHT_AT_ONCE)

    def _bring_some(self, count: int) -> None:
        some, self._to_bring = self._to_bring[:count], self._to_bring[count:]
        for card_id in some:
            self._bring(card_id)

    def hide(self) -> None:
        self._to_bring = []
        for card_id in list(self._items):
            self._put_away(card_id)

    def forget(self) -> None:
        self.hide()
        self._made.clear()
        self._kept_bytes = 0

    def stale(self, ids: Iterable[int]) -> None:
        self._stale.update((card_id, None) for card_id in ids if card_id in self._items)

    def stale_all(self) -> None:
        """What was made looks out of date."""
        self._made.clear()
        self._kept_bytes = 0
        self._keys = dict.fromkeys(self._keys)
        self._stale.update((card_id, None) for card_id in self._items)

    def lay(self, card: Card, dx: float = 0.0, dy: float = 0.0) -> None:
        """Where the card lies; dx, dy: carried so far, in units."""
        item = self._items.get(card.id)
        if item is not None:
            item.setPos(card.x - 0.5 + dx, card.y - 0.5 + dy)

    def work(self, until: float) -> bool:
        """Bring items and make stale tiles anew until then (perf_counter); whether some are left."""
        while self._to_bring or self._stale:
            if time.perf_counter() > until:
                return True
            if self._to_bring:
                self._bring_some(8)
            else:
                self._renew(self._stale.popitem(last=False)[0])
        return False

    def renew(self, card_id: int) -> None:
        """At once: a slider is moving."""
        if card_id in self._items:
            self._stale.pop(card_id, None)
            self._renew(card_id)

    def _bring(self, card_id: int) -> None:
        item = self._spare.pop() if self._spare else self._new_item()
        mode = Qt.TransformationMode
        item.setTransformationMode(mode.SmoothTransformation if self.is_smooth else mode.FastTransformation)
        self._items[card_id] = item
        self._keys[card_id] = None
        self.lay(self._state.card(card_id))
        key = self._wanted_key(card_id)
        made = self._made.get(key) if key else None
        if made is not None:
            self._set(card_id, key, made)
        else:
            self._set(card_id, None, self._tiles.ground(self._side))
            self._stale[card_id] = None
        item.setVisible(True)

    def _new_item(self) -> QGraphicsPixmapItem:
        item = QGraphicsPixmapItem()
        item.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        self._scene.addItem(item)
        return item

    def _put_away(self, card_id: int) -> None:
        item = self._items.pop(card_id)
        self._keys.pop(card_id)
        self._stale.pop(card_id, None)
        item.setVisible(False)
        if len(self._spare) < _MOST_SPARE:
            item.setPixmap(QPixmap())
            self._spare.append(item)
        else:
            self._scene.removeItem(item)

    def _set(self, card_id: int, key: _Key | None, pixmap: QPixmap) -> None:
        item = self._items[card_id]
        item.setPixmap(pixmap)
        item.setScale(1 / pixmap.width())
        self._keys[card_id] = key

    def _wanted_key(self, card_id: int) -> _Key | None:
        """Of the best tile that can be made now; None: there is nothing to make it of."""
        if self._pictures.bundle(card_id) is None:
            return None
        whole = self._pictures.look(card_id)
        number = whole.number if whole is not None else self._pictures.small_number(card_id)
        if not number:
            return None
        card = self._state.card(card_id)
        return _Key(number, whole is not None, self._side, card.is_starred, card.locked is not None)

    def _renew(self, card_id: int) -> None:
        before, key = self._keys[card_id], self._wanted_key(card_id)
        if key is None:
            is_missing = self._pictures.bundle(card_id) is None
            if is_missing or before is None:  # else what it shows is older, but better than nothing
                self._set(
                    card_id, None, (self._tiles.missing if is_missing else self._tiles.ground)(self._side)
                )
            return
        is_sharper = before is not None and before.is_whole and not key.is_whole
        if key == before or (is_sharper and before is not None and before.number == key.number):
            return
        made = self._made.get(key)
        if made is None:
            look = self._pictures.look(card_id) if key.is_whole else self._pictures.small_look(card_id)
            if look is None:
                return
            made = self._tiles.picture(look, self._side, key.is_starred, key.is_locked)
            if self._state.shown(card_id) is self._state.card(card_id).picture:  # else never shown again
                self._keep(key, made)
        self.has_picture = True
        self._set(card_id, key, made)

    def _keep(self, key: _Key, made: QPixmap) -> None:
        self._made[key] = made
        self._kept_bytes += made.width() * made.height() * 4
        while self._kept_bytes > _KEPT_BYTES and len(self._made) > 1:
            gone = self._made.popitem(last=False)[1]
            self._kept_bytes -= gone.width() * gone.height() * 4
