"""The family of the selected card: the pictures it was made from and those made from it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QToolButton, QWidget

from studio.core.canvas import Card

from ..canvas.state import CanvasState
from ..decoding import DecodeQueue
from ..flow import FlowLayout
from ..state import Shelf
from ..widgets import clear_layout, column, label
from .thumbs import ThumbAsker

_SIDE = 48  # px
_MOST = 16


def has_family(canvas: CanvasState, cards: tuple[Card, ...]) -> bool:
    """Whether there is anything to show of the selected card."""
    return len(cards) == 1 and bool(parents_of(canvas, cards[0]) or children_of(canvas, cards[0]))


def parents_of(canvas: CanvasState, card: Card) -> list[Card]:
    """Those that are still there. Like children, they are of the same model."""
    parents = [canvas.card(parent) for parent in card.parents if parent in canvas]
    return [parent for parent in parents if parent.picture.bundle_id == card.picture.bundle_id]


def children_of(canvas: CanvasState, card: Card) -> list[Card]:
    return [
        other
        for other in canvas.cards
        if card.id in other.parents and other.picture.bundle_id == card.picture.bundle_id
    ]


class FamilySection(QWidget):
    """A click on a relative selects it."""

    def __init__(self, canvas: CanvasState, shelf: Shelf, queue: DecodeQueue) -> None:
        super().__init__()
        self._canvas, self._shelf = canvas, shelf
        self._asker = ThumbAsker(queue, self)
        self._asker.arrived.connect(self._show_thumb)
        self.relatives: list[QToolButton] = []
        self.parents_title, self.children_title = label("Made from", "small"), label("Children", "small")
        self._parents, self._children = FlowLayout(_SIDE + 8, 4), FlowLayout(_SIDE + 8, 4)
        holders = [QWidget(), QWidget()]
        for holder, layout in zip(holders, (self._parents, self._children), strict=True):
            holder.setLayout(layout)
        self.setLayout(column(self.parents_title, holders[0], self.children_title, holders[1], spacing=6))
        canvas.selection.changed.connect(lambda _: self._show())
        canvas.added.connect(lambda _: self._show())
        canvas.removed.connect(lambda _: self._show())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        selected = self._canvas.selected
        if not self.isVisible() or len(selected) != 1:
            self._asker.forget()
            return
        parents = parents_of(self._canvas, selected[0])[:_MOST]
        children = children_of(self._canvas, selected[0])[:_MOST]
        self.relatives = []
        self._fill(self._parents, parents, "Parent")
        self._fill(self._children, children, "Child")
        self.parents_title.setVisible(bool(parents))
        self.children_title.setVisible(bool(children))
        bundle, family = self._shelf.by_id(selected[0].picture.bundle_id), [*parents, *children]
        if bundle is not None and family:
            self._asker.ask(bundle, np.stack([card.picture.latent for card in family]))

    def _fill(self, layout: FlowLayout, cards: list[Card], what: str) -> None:
        clear_layout(layout)
        for number, card in enumerate(cards, 1):
            made = QToolButton()
            made.setFixedSize(_SIDE + 8, _SIDE + 8)
            made.setIconSize(QSize(_SIDE, _SIDE))
            made.setAccessibleName(card.picture.name or f"{what} {number}")
            made.setToolTip("Select this picture")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setCursor(Qt.CursorShape.PointingHandCursor)
            made.clicked.connect(lambda _=False, card_id=card.id: self._canvas.select((card_id,)))
            self.relatives.append(made)
            layout.addWidget(made)

    def _show_thumb(self, index: int, image: QImage) -> None:
        if index < len(self.relatives):
            self.relatives[index].setIcon(QIcon(QPixmap.fromImage(image)))
