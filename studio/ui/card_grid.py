"""Cards in rows, walked through by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from .flow import FlowLayout
from .model_cards import CARD_WIDTH, Card


class CardGrid(QWidget):
    """Holds the cards it is told to show, in order; a card that stays is the same widget."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._flow = FlowLayout(CARD_WIDTH)
        self.setLayout(self._flow)

    def show_cards(self, cards: Sequence[Card]) -> None:
        while self._flow.takeAt(0) is not None:
            pass
        for card in cards:
            self._flow.addWidget(card)
            card.show()
        self._flow.invalidate()
        self.setVisible(bool(cards))
        layout: QLayout | None = self.layout()
        if layout is not None:
            layout.activate()


def neighbour(cards: Sequence[Card], current: Card, key: int, window: QWidget) -> Card | None:
    """The card that an arrow key leads to, or None. Left and Right go on in the next line."""
    if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        return cards[0 if key == Qt.Key.Key_Home else -1]
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        place = cards.index(current) + (1 if key == Qt.Key.Key_Right else -1)
        return cards[place] if 0 <= place < len(cards) else None
    if key not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        return None
    down = 1 if key == Qt.Key.Key_Down else -1
    here = current.mapTo(window, current.rect().center())

    def apart(card: Card) -> tuple[int, int]:
        there = card.mapTo(window, card.rect().center())
        return (there.y() - here.y()) * down, abs(there.x() - here.x())

    ahead = [card for card in cards if apart(card)[0] > current.height() // 2]
    return min(ahead, key=apart, default=None)
