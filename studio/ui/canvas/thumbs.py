"""A very small picture of every card, for looking from afar: pages of many, in three sizes."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

SIDES = (32, 16, 8)  # px
MOST = 32_768  # kept; 5.4 KB each
_ACROSS = 32  # thumbs of a page, each way


class Thumbs:
    """Looking up and drawing costs the same for ten and for ten thousand."""

    def __init__(self) -> None:
        self._slots: OrderedDict[int, int] = OrderedDict()
        self._free: list[int] = []
        self._pages: list[dict[int, QImage]] = []

    def __contains__(self, card_id: int) -> bool:
        return card_id in self._slots

    def put(self, card_id: int, image: QImage, is_pixel_art: bool) -> None:
        """image: premultiplied."""
        slot = self._slots.get(card_id)
        if slot is None:
            slot = self._new_slot()
            self._slots[card_id] = slot
        page = self._pages[slot // _ACROSS**2]
        mode, whole = Qt.TransformationMode, Qt.AspectRatioMode.IgnoreAspectRatio
        for side in SIDES:  # each from the one before: halving averages four pixels
            if image.width() != side:
                is_hard = is_pixel_art and image.width() < side
                how = mode.FastTransformation if is_hard else mode.SmoothTransformation
                image = image.scaled(side, side, whole, how)
            painter = QPainter(page[side])
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(self._place(slot, side).topLeft(), image)
            painter.end()

    def drop(self, card_id: int) -> None:
        slot = self._slots.pop(card_id, None)
        if slot is not None:
            self._free.append(slot)

    def clear(self) -> None:
        self._slots.clear()
        self._free.clear()
        self._pages.clear()

    def draw(self, painter: QPainter, target: QRectF, card_id: int, side: int) -> None:
        """side: which of SIDES to draw from."""
        slot = self._slots[card_id]
        page = self._pages[slot // _ACROSS**2][side]
        painter.drawImage(target, page, QRectF(self._place(slot, side)))

    def image(self, card_id: int) -> QImage | None:
        """The largest there is of it, on its own."""
        slot = self._slots.get(card_id)
        if slot is None:
            return None
        return self._pages[slot // _ACROSS**2][SIDES[0]].copy(self._place(slot, SIDES[0]))

    @staticmethod
    def _place(slot: int, side: int) -> QRect:
        row, column = divmod(slot % _ACROSS**2, _ACROSS)
        return QRect(column * side, row * side, side, side)

    def _new_slot(self) -> int:
        if self._free:
            return self._free.pop()
        if len(self._slots) >= MOST:
            return self._slots.popitem(last=False)[1]
        slot = len(self._slots)
        if slot // _ACROSS**2 >= len(self._pages):
            self._pages.append(
                {side: QImage(side * _ACROSS, side * _ACROSS, QImage.Format.Format_ARGB32_Premultiplied)
                 for side in SIDES}
            )  # fmt: skip
        return slot
