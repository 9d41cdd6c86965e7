"""Making a slider of one's own: pictures to be more like, pictures to be less like, and a name."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.core.axes import FEWEST_IN_PILE
from studio.core.errors import StudioError
from studio.core.events import Working
from studio.core.picture import Picture
from studio.core.slider import LONGEST_NAME, Slider
from studio.store.bundle import Bundle

from ..backdrop import Backdrop
from ..canvas.state import CanvasState
from ..decoding import DecodeQueue
from ..state import Shelf
from ..widgets import Acts, Banner, PicturePanel, button, clear_layout, column, icon_button, label, row
from .rack import SliderRack
from .thumbs import ThumbAsker

_THUMB = 32  # px
_SHOWN = 6  # of a pile
_MOST = 200

Pile = list[Picture]


class _PileBox(QWidget):
    """One pile: a button that takes the selection, the first pictures, how many there are."""

    def __init__(self, words: str, take: Acts, empty: Acts, backdrop: Backdrop) -> None:
        super().__init__()
        self._words, self._backdrop = words, backdrop
        self.pictures: Pile = []
        self.take = button(words, take)
        self.empty = icon_button(f"Empty “{words}”", "x", empty)
        self.count = label("", "small")
        self._strip = row(spacing=3)
        self.thumbs: list[PicturePanel] = []
        head = row(self.take, self.count, self.empty, spacing=6)
        head.setStretch(0, 1)
        strip = row(self._strip, None, spacing=0)
        self.setLayout(column(head, strip, spacing=4))
        self.show_pile([])

    def show_pile(self, pictures: Pile) -> None:
        self.pictures = pictures
        clear_layout(self._strip)
        self.thumbs = [
            PicturePanel(f"{self._words}, picture {n + 1}", self._backdrop, _THUMB, inset=1, radius=4)
            for n in range(min(len(pictures), _SHOWN))
        ]
        for thumb in self.thumbs:
            self._strip.addWidget(thumb)
        self.count.setText(str(len(pictures)))
        self.count.setVisible(bool(pictures))
        self.empty.setVisible(bool(pictures))


class PilesSection(QWidget):
    """The piles outlast the selection, so that they can be gathered one after the other."""

    def __init__(
        self, canvas: CanvasState, rack: SliderRack, shelf: Shelf, queue: DecodeQueue, backdrop: Backdrop
    ) -> None:
        super().__init__()
        self._canvas, self._rack, self._shelf = canvas, rack, shelf
        self._askers = (ThumbAsker(queue, self), ThumbAsker(queue, self))
        self.banner = Banner()
        self.boxes = (
            _PileBox("More like these", lambda: self.gather(0), lambda: self.empty(0), backdrop),
            _PileBox("Less like those", lambda: self.gather(1), lambda: self.empty(1), backdrop),
        )
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name, such as “glasses”")
        self.name.setAccessibleName("Name of the new slider")
        self.name.setMaxLength(LONGEST_NAME)
        self.make_button = button("Make the slider", self.make, "primary")
        self.note = label("", "small", wrap=True)
        self.setLayout(column(self.banner, *self.boxes, self.name, self.make_button, self.note, spacing=8))
        for n, asker in enumerate(self._askers):
            asker.arrived.connect(lambda index, image, n=n: self._show_thumb(n, index, image))
        self.name.returnPressed.connect(self.make)
        canvas.selection.changed.connect(lambda _: self._show_state())
        rack.working.connect(self._on_working)
        rack.made.connect(self._on_made)
        rack.failed.connect(self._on_failed)
        self._is_mine = False  # whether the rack makes what was asked for here
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()

    @property
    def _bundle(self) -> Bundle | None:
        """The one that made what lies on the piles."""
        pictures = [*self.boxes[0].pictures, *self.boxes[1].pictures]
        return self._shelf.by_id(pictures[0].bundle_id) if pictures else None

    def gather(self, pile: int) -> None:
        """Put the selected pictures on a pile; pictures of another model than before begin anew."""
        selected = [card.picture for card in self._canvas.selected]
        if not selected:
            return
        of_one = [picture for picture in selected if picture.bundle_id == selected[0].bundle_id]
        bundle = self._bundle
        if bundle is not None and bundle.facts.id != of_one[0].bundle_id:
            self.boxes[1 - pile].show_pile([])
            self.boxes[pile].show_pile([])
        kept = self.boxes[pile].pictures
        new = [p for p in of_one if not any(p.same_as(other) for other in kept)]
        other = [p for p in self.boxes[1 - pile].pictures if not any(p.same_as(q) for q in new)]
        if len(other) != len(self.boxes[1 - pile].pictures):
            self._put(1 - pile, other)  # a picture lies on one pile only
        self._put(pile, [*kept, *new][:_MOST])

    def empty(self, pile: int) -> None:
        self._put(pile, [])

    def _put(self, pile: int, pictures: Pile) -> None:
        self.boxes[pile].show_pile(pictures)
        bundle = self._bundle
        if bundle is not None and pictures:
            self._askers[pile].ask(bundle, np.stack([p.latent for p in pictures[:_SHOWN]]))
        self._show_state()

    def _show_thumb(self, pile: int, index: int, image: QImage) -> None:
        bundle, thumbs = self._bundle, self.boxes[pile].thumbs
        if bundle is not None and index < len(thumbs):
            thumbs[index].show_pixmap(QPixmap.fromImage(image), bundle.facts.kind == "pixel")

    def _show_state(self) -> None:
        counts = [len(box.pictures) for box in self.boxes]
        selected = len(self._canvas.selected)
        for box in self.boxes:
            box.take.setEnabled(selected > 0)
        is_enough = min(counts) >= FEWEST_IN_PILE
        self.make_button.setEnabled(is_enough and not self._rack.is_working)
        if is_enough:
            note = "" if min(counts) >= 6 else "Six or more on each pile make a cleaner slider."
        else:
            note = "Select pictures that share something and put them on a pile, then pictures without it."
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def make(self) -> None:
        bundle = self._bundle
        if bundle is None or not self.make_button.isEnabled():
            return
        self.banner.hide()
        self._rack.show(bundle)
        if self._rack.is_working:
            self.banner.say("The model's sliders are still being looked for; try again in a moment.")
            return
        self._is_mine = True
        more, less = ([picture.latent for picture in box.pictures] for box in self.boxes)
        self._rack.make(self.name.text(), more, less)

    def _on_working(self, doing: Working | None) -> None:
        self._show_state()
        if doing is not None and self._is_mine:
            self.note.setText(f"{doing.doing} …")
            self.note.show()

    def _on_made(self, slider: Slider) -> None:
        if self._is_mine:
            self._is_mine = False
            self.name.clear()
            for pile in (0, 1):
                self._put(pile, [])
            self.banner.say(f"“{slider.name}” is now the first of the sliders.", seconds=8)

    def _on_failed(self, error: StudioError) -> None:
        if self._is_mine:
            self._is_mine = False
            self.banner.show_error(error)
