"""Combining several selected pictures: a mix by weights, and children bred from all of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from studio.core.canvas import Card
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.core.variation import breed, mix
from studio.store.bundle import Bundle

from ..backdrop import Backdrop, to_pixmap
from ..canvas.state import CanvasState
from ..decoding import Answer, DecodeQueue
from ..seeds import fresh_seeds
from ..state import Shelf
from ..widgets import Banner, PicturePanel, button, clear_layout, column, frame, label, reword, row
from .locks import LockDesk
from .slider_row import StillSlider
from .thumbs import ThumbAsker

MOST_PARENTS = 16
_THUMB = 36  # px
_PREVIEW = 120  # px
_COUNTS = (4, 8, 16)
_MOST_STRENGTH = 60  # per cent
_ASKER = "mix"


class CombineSection(QWidget):
    """About two or more selected cards of one model. Works while it is seen."""

    def __init__(
        self,
        canvas: CanvasState,
        shelf: Shelf,
        queue: DecodeQueue,
        backdrop: Backdrop,
        locks: LockDesk | None = None,
    ) -> None:
        super().__init__()
        self._canvas, self._shelf, self._queue = canvas, shelf, queue
        self._backdrop, self._locks = backdrop, locks
        self._cards: tuple[Card, ...] = ()
        self._number = 0
        self._asker = ThumbAsker(queue, self)
        self._asker.arrived.connect(self._show_thumb)
        self.weights: list[StillSlider] = []
        self._thumbs: list[PicturePanel] = []
        self._build()
        canvas.selection.changed.connect(lambda _: self._show())
        canvas.changed.connect(self._on_changed)
        queue.answered.connect(self._on_answered)

    def _build(self) -> None:
        self.banner = Banner()
        self.preview = PicturePanel("How the mix looks", self._backdrop, side=_PREVIEW, inset=4)
        self._list = column(spacing=6)
        self.mix_button = button("Mix half-way", self.mix, "primary")
        self.even_button = button("Even out", self.even_out)
        self.count = QComboBox()
        self.count.setAccessibleName("How many children")
        for count in _COUNTS:
            self.count.addItem(f"× {count}", count)
        self.count.setCurrentIndex(1)
        self.strength = StillSlider("Traits of their own", 0, _MOST_STRENGTH, 15)
        self.strength.setToolTip("How far children go their own way, beyond what their parents have")
        self.breed_button = button("Breed", self.breed)
        line = frame("line")
        line.setFixedHeight(1)
        own = row(label("Own traits", "small"), self.strength, spacing=8)
        own.setStretch(1, 1)
        self.setLayout(
            column(
                self.banner,
                row(self.preview, column(self.mix_button, self.even_button, None, spacing=6), spacing=10),
                self._list,
                line,
                own,
                row(self.count, self.breed_button, None, spacing=6),
                spacing=10,
            )
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    # What is shown

    @property
    def _bundle(self) -> Bundle | None:
        """The one that made all of them; None where they are of several, or it is not there."""
        ids = {card.picture.bundle_id for card in self._cards}
        return self._shelf.by_id(ids.pop()) if len(ids) == 1 else None

    def _show(self) -> None:
        selected = self._canvas.selected
        self._cards = selected[:MOST_PARENTS] if len(selected) > 1 else ()
        if not self.isVisible() or not self._cards:
            self.weights = []
            self._asker.forget()
            return
        bundle = self._bundle
        for widget in (self.mix_button, self.even_button, self.breed_button, self.strength, self.count):
            widget.setEnabled(bundle is not None)
        self.banner.hide()
        self._show_rows()
        if bundle is None:
            self.banner.say(
                "Only pictures of one model that is in your library can be combined. "
                "Select pictures of the same model.",
                "info",
            )
            return
        self._asker.ask(bundle, self._latents)
        self._show_mix()

    def _show_rows(self) -> None:
        clear_layout(self._list)
        self.weights, self._thumbs = [], []
        for card in self._cards:
            name = card.picture.name or f"picture {card.id}"
            thumb = PicturePanel(name, self._backdrop, side=_THUMB, inset=2, radius=5)
            weight = StillSlider(f"Weight of {name}", 0, 100, 50)
            weight.setToolTip("How much the mix has of this picture")
            weight.valueChanged.connect(lambda _: self._show_mix())
            self.weights.append(weight)
            self._thumbs.append(thumb)
            line = QWidget()
            layout = row(thumb, weight, spacing=8)
            layout.setStretch(1, 1)
            line.setLayout(layout)
            self._list.addWidget(line)

    def _show_thumb(self, index: int, image: QImage) -> None:
        bundle = self._bundle
        if bundle is not None and index < len(self._thumbs):
            self._thumbs[index].show_pixmap(QPixmap.fromImage(image), bundle.facts.kind == "pixel")

    def _show_mix(self) -> None:
        values = {weight.value() for weight in self.weights}
        words = "Mix half-way" if len(self.weights) == 2 else "Mix evenly"
        reword(self.mix_button, words if len(values) == 1 else "Mix")
        self.mix_button.setEnabled(self._bundle is not None and values != {0})
        bundle = self._bundle
        if bundle is not None and values != {0}:
            self._number = self._queue.ask_live(bundle, self._mixed(bundle)[None], _ASKER)

    def _on_answered(self, answer: Answer) -> None:
        bundle = self._bundle
        if answer.number == self._number and bundle is not None:
            self.preview.show_pixmap(to_pixmap(answer.pictures[0]), bundle.facts.kind == "pixel")

    def _on_changed(self, ids: tuple[int, ...]) -> None:
        if {card.id for card in self._cards} & set(ids):
            self._show()

    # What the artist does

    @property
    def _latents(self) -> Latents:
        return np.stack([card.picture.latent for card in self._cards])

    def _mixed(self, bundle: Bundle) -> Latents:
        weights = [float(weight.value()) for weight in self.weights] or [1.0] * len(self._cards)
        return mix(list(self._latents), weights, bundle.density.centre)

    def even_out(self) -> None:
        for weight in self.weights:
            weight.setValue(50)

    def mix(self) -> None:
        """A new card beside its parents."""
        bundle = self._bundle
        if bundle is None:
            return
        self.banner.hide()
        try:
            self._add(self._cards, [self._mixed(bundle)], "mixed", f"Mix {len(self._cards)} pictures")
        except StudioError as error:
            self.banner.show_error(error)

    def breed(self) -> None:
        """New cards beside their parents; what is locked on the first of them stays."""
        cards, bundle = self._cards, self._bundle
        if bundle is None:
            return
        if self._locks is None:
            self._breed(cards, bundle)
        else:
            self._locks.when_ready([cards[0].id], lambda: self._breed(cards, bundle))

    def _breed(self, parents: tuple[Card, ...], bundle: Bundle) -> None:
        seeds = fresh_seeds(int(self.count.currentData()))
        strength = self.strength.value() / 100
        latents = [card.picture.latent for card in parents]
        children = breed(latents, bundle.density, strength, bundle.facts.id, seeds).children
        if self._locks is not None:
            children = self._locks.held(parents[0].id, children)
        self._add(parents, list(children), "bred", f"Breed {len(seeds)} pictures")

    def _add(self, parents: tuple[Card, ...], latents: list[Latents], how: str, words: str) -> None:
        first = parents[0].picture
        pictures = [
            Picture(first.bundle_id, latent, None, first.diversity, first.finish) for latent in latents
        ]
        self._canvas.add(pictures, how, tuple(card.id for card in parents), words)
