"""Sliders beside the canvas: the picture moves as they are dragged; letting go is one step of undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from studio.core.canvas import Card
from studio.core.events import Working
from studio.core.picture import Picture
from studio.core.slider import Slider
from studio.store.bundle import Bundle

from ..backdrop import Backdrop
from ..canvas.state import CanvasState
from ..decoding import DecodeQueue
from ..jobs import after, timer
from ..state import Shelf
from ..widgets import Banner, clear_layout, column, label
from .locks import Hold
from .rack import SliderRack
from .slider_row import SliderRow
from .thumbs import ThumbAsker

_ENDS_AFTER_MS = 150  # the pictures on the canvas come first


class SlidersSection(QWidget):
    """About the one selected card. Works while it is seen, and not before."""

    def __init__(
        self,
        canvas: CanvasState,
        rack: SliderRack,
        shelf: Shelf,
        queue: DecodeQueue,
        backdrop: Backdrop,
        hold: Hold = lambda card_id, latents: latents,
    ) -> None:
        """hold: where a latent goes when what is locked on a card stays as it is."""
        super().__init__()
        self._canvas, self._rack, self._shelf, self._backdrop = canvas, rack, shelf, backdrop
        self._hold = hold
        self._card: Card | None = None
        self._start: tuple[float, ...] = ()  # values of the card when it was selected
        self._moving: tuple[int, str] | None = None  # id of a card not let go yet, name of its slider
        self.rows: list[SliderRow] = []
        self._asker = ThumbAsker(queue, self)
        self._build()
        self._ends_soon = timer(_ENDS_AFTER_MS, self, self._ask_ends)
        self._connect()

    def _build(self) -> None:
        self.banner = Banner()
        self.note = label("", "muted", wrap=True)
        self.note.setAccessibleName("Sliders")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Looking for sliders")
        self._list = column(spacing=10)
        self.setLayout(column(self.banner, self.note, self.progress, self._list, spacing=8))
        self.note.hide()
        self.progress.hide()

    def _connect(self) -> None:
        self._canvas.selection.changed.connect(lambda _: self._on_selection())
        self._canvas.changed.connect(self._on_changed)
        self._rack.changed.connect(self._on_rack_changed)
        self._rack.working.connect(self._show_working)
        self._rack.failed.connect(self.banner.show_error)
        self._asker.arrived.connect(self._show_end)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_selection()

    def hideEvent(self, event: QHideEvent) -> None:
        self._ends_soon.stop()
        self._asker.forget()
        if self._moving is not None:
            after(0, self, self._finish_moving)
        super().hideEvent(event)

    # What is shown

    @property
    def _bundle(self) -> Bundle | None:
        """What draws the card, if its sliders are those on the rack."""
        bundle = self._rack.bundle
        if bundle is None or self._card is None or bundle.facts.id != self._card.picture.bundle_id:
            return None
        return bundle

    def _on_selection(self) -> None:
        selected = self._canvas.selected
        if self._moving is not None and self._moving[0] not in self._canvas.selection.value:
            # Selecting may be part of a step of undo, in which no other can begin.
            after(0, self, self._finish_moving)
        if not self.isVisible() or len(selected) != 1:
            self._card = None
            self._asker.forget()
            return
        is_another = self._card is None or self._card.id != selected[0].id
        self._card = selected[0]
        bundle = self._shelf.by_id(self._card.picture.bundle_id)
        if bundle is None:
            self._show_rows(())
            self.note.setText("The model of this picture is not in your library; add it in Models.")
            self.note.show()
            return
        self._rack.show(bundle)
        if is_another or not self.rows:
            self._on_rack_changed()

    def _on_rack_changed(self) -> None:
        if self._bundle is None or self._card is None:
            return
        names = [slider.name for slider in self._rack.sliders]
        if names != [row.name.text() for row in self.rows]:
            self._show_rows(self._rack.sliders)
        assert self._rack.board is not None
        self._start = self._rack.board.values(self._card.picture.latent)
        self._show_note()
        self._show_values()

    def _show_note(self) -> None:
        is_empty = not self._rack.sliders and not self._rack.is_working
        self.note.setText("No slider was found that visibly changes this model's pictures.")
        self.note.setVisible(is_empty)

    def _show_rows(self, sliders: tuple[Slider, ...]) -> None:
        clear_layout(self._list)
        self.rows = []
        for index, slider in enumerate(sliders):
            made = SliderRow(slider.name, self._backdrop)
            made.moved.connect(lambda value, i=index: self._on_moved(i, value))
            made.let_go.connect(self._finish_moving)
            made.reset_wanted.connect(lambda i=index: self.put_back(i))
            made.renamed.connect(lambda name, i=index: self._rack.rename(i, name))
            made.remove_wanted.connect(lambda i=index: self._remove(i))
            self.rows.append(made)
            self._list.addWidget(made)

    def _show_values(self) -> None:
        if self._card is None or self._rack.board is None:
            return
        for row, value in zip(self.rows, self._rack.board.values(self._shown.latent), strict=False):
            row.show_value(value)
        self._ends_soon.start()

    def _show_working(self, doing: Working | None) -> None:
        self.progress.setVisible(doing is not None)
        if doing is None:
            self._show_note()
            return
        self.note.setText(f"{doing.doing} …")
        self.note.show()
        self.progress.setRange(0, doing.total)
        self.progress.setValue(doing.done)

    # The two ends

    def _ask_ends(self) -> None:
        bundle, board = self._bundle, self._rack.board
        if bundle is None or board is None or self._card is None or not self.isVisible() or not len(board):
            return
        latent = self._card.picture.latent
        self._asker.ask(bundle, np.concatenate([board.ends(latent, i) for i in range(len(board))]))

    def _show_end(self, index: int, image: QImage) -> None:
        bundle = self._bundle
        if bundle is not None and index // 2 < len(self.rows):
            self.rows[index // 2].show_end(index % 2, image, bundle.facts.kind == "pixel")

    # What the artist does

    @property
    def _shown(self) -> Picture:
        assert self._card is not None
        return self._canvas.shown(self._card.id)

    def _on_moved(self, index: int, value: float) -> None:
        if self._card is None or self._bundle is None or self._rack.board is None:
            return
        picture = self._card.picture
        latent = self._hold(self._card.id, self._rack.board.moved(picture.latent, {index: value}))
        self._moving = (self._card.id, self._rack.sliders[index].name)
        self._canvas.show_meanwhile(self._card.id, replace(picture, latent=latent, seed=None, name=""))
        for other, value_now in enumerate(self._rack.board.values(latent)):
            if other != index:
                self.rows[other].show_value(value_now)

    def _finish_moving(self) -> None:
        """What the picture shows meanwhile is its own from now on."""
        if self._moving is None:
            return
        (card_id, name), self._moving = self._moving, None
        if card_id in self._canvas:
            shown = self._canvas.shown(card_id)
            if shown is not self._canvas.card(card_id).picture:
                self._canvas.change(card_id, shown, "slid", f"Move “{name}”")

    def put_back(self, index: int) -> None:
        """To where the slider was when the picture was selected."""
        if index < len(self._start):
            self._on_moved(index, self._start[index])
            self._finish_moving()

    def _remove(self, index: int) -> None:
        slider = self._rack.remove(index)
        self.banner.say(
            f"“{slider.name}” is removed.",
            seconds=12,
            offer=("Undo", lambda: self._rack.put_back(index, slider)),
        )

    def _on_changed(self, ids: tuple[int, ...]) -> None:
        """Also by undo: the handles go where the picture now lies."""
        if self._card is not None and self._card.id in ids and self._card.id in self._canvas:
            self._card = self._canvas.card(self._card.id)
            self._show_values()
