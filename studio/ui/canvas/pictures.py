"""What the cards look like: decoded when they are looked at, forgotten later, live while a slider moves."""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.store.bundle import Bundle

from ..decoding import Answer, DecodeQueue
from ..details import Details
from ..jobs import timer
from ..state import Shelf
from .state import CanvasState
from .thumbs import MOST, Thumbs

KEPT_BYTES = 96 * 2**20
"""Of pictures at their own size; the rest is decoded again when it is looked at from near."""
_AT_ONCE = 16  # pictures a question: the view may have moved on by then
_TRIES, _TRY_AGAIN_MS = 3, 300
_numbers = itertools.count(1)
_OPAQUE = 250  # of 255; a network's 1.0 is not always that


@dataclass(frozen=True, eq=False)
class Look:
    """A decoded picture, ready to be drawn."""

    image: QImage  # premultiplied
    is_opaque: bool
    is_pixel_art: bool
    number: int  # unique; small pictures have that of the one they were made from


def to_look(rgba: Pictures, is_pixel_art: bool) -> Look:
    """rgba: uint8 [H, W, 4], straight alpha."""
    rgba = np.ascontiguousarray(rgba)
    height, width, _ = rgba.shape
    straight = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    # The conversion has memory of its own, so `rgba` may go.
    image = straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return Look(image, bool(rgba[..., 3].min() >= _OPAQUE), is_pixel_art, next(_numbers))


@dataclass(frozen=True, eq=False)
class _Asked:
    number: int
    bundle: Bundle
    cards: list[tuple[int, Picture]]


class _Thumb(NamedTuple):
    """What the small picture of a card was made from."""

    picture: Picture
    is_opaque: bool
    number: int


class CardPictures(QObject):
    """Asks the decoder for one small batch at a time, of what is looked at now; a live look goes first."""

    arrived = Signal(object)  # tuple of ids that can be drawn anew
    reset = Signal()  # any of them may look different: models came or went
    failed = Signal(object)  # StudioError
    device_known = Signal(str)

    def __init__(
        self,
        state: CanvasState,
        shelf: Shelf,
        queue: DecodeQueue,
        details: Details,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._shelf, self._queue, self._details = state, shelf, queue, details
        self.thumbs = Thumbs()
        self._thumb_of: dict[int, _Thumb] = {}
        self._bundles: dict[str, Bundle] = {}
        self._broken: set[str] = set()  # bundles that would not decode
        self._failures: Counter[str] = Counter()  # of each bundle, one after another
        self._kept: OrderedDict[Picture, Look] = OrderedDict()
        self._kept_bytes = 0
        self._live: dict[int, tuple[Picture, Look]] = {}
        self._live_asked: dict[int, tuple[int, Bundle, Picture]] = {}  # by card id: number, ...
        self._todo: deque[int] = deque()
        self._wants_large = False
        self._asked: _Asked | None = None
        self._soon = timer(0, self, self._ask)
        self._read_shelf()
        self._connect()

    def _connect(self) -> None:
        self._shelf.changed.connect(self._on_shelf_changed)
        self._state.shown_meanwhile.connect(self._on_shown_meanwhile)
        self._state.changed.connect(self._on_changed)
        self._state.removed.connect(self._on_removed)
        self._state.reset.connect(self._on_reset)
        self._queue.answered.connect(self._on_answered)
        self._queue.failed.connect(self._on_failed)

    # What there is

    def bundle(self, card_id: int) -> Bundle | None:
        """What draws a card; None where the model is not in the library, or is not what it was."""
        picture = self._state.shown(card_id)
        bundle = self._bundles.get(picture.bundle_id)
        if bundle is None or picture.bundle_id in self._broken:
            return None
        return bundle if bundle.facts.latent_width == len(picture.latent) else None

    def look(self, card_id: int) -> Look | None:
        """At its own size, of what the card shows now; None while that is not decoded."""
        shown = self._state.shown(card_id)
        live = self._live.get(card_id)
        if live is not None and live[0] is shown:
            return live[1]
        found = self._kept.get(shown)
        if found is not None:
            self._kept.move_to_end(shown)
        elif live is not None and self._state.card(card_id).picture is not shown:
            return live[1]  # the slider has moved on; what it showed last is nearer than nothing
        return found

    def small_look(self, card_id: int) -> Look | None:
        """As large as what is kept of every card, perhaps of what it showed before."""
        image, bundle, thumb = self.thumbs.image(card_id), self.bundle(card_id), self._thumb_of.get(card_id)
        if image is None or bundle is None or thumb is None:
            return None
        return Look(image, thumb.is_opaque, bundle.facts.kind == "pixel", thumb.number)

    def small_number(self, card_id: int) -> int:
        """The number of `small_look`; 0 where there is none."""
        thumb = self._thumb_of.get(card_id)
        return thumb.number if thumb is not None else 0

    def with_detail(self, card_id: int, rgba: Pictures) -> Pictures:
        """An own picture gets back what the model lost of it. rgba: uint8 [H, W, 4], as decoded."""
        if card_id not in self._state:
            return rgba
        return self._details.apply(self._state.shown(card_id).detail, rgba)

    # What is wanted

    def look_at(self, ids: Sequence[int], wants_large: bool) -> None:
        """The view shows these, most important first. wants_large: small pictures of them are not enough."""
        self._wants_large = wants_large
        self._todo = deque(card_id for card_id in ids[:MOST] if self._needs(card_id))
        if self._asked is not None:
            waited_for = {card_id for card_id, _ in self._asked.cards}
            next_ones = [self._todo[i] for i in range(min(_AT_ONCE, len(self._todo)))]
            if not waited_for.intersection(next_ones):
                self._queue.cancel(self._asked.number)
                self._asked = None
        self._ask_soon()

    def _needs(self, card_id: int) -> bool:
        if card_id not in self._state:
            return False
        shown = self._state.shown(card_id)
        return not (self._has_thumb_of(card_id, shown) and (not self._wants_large or shown in self._kept))

    def _ask_soon(self) -> None:
        if self._todo and not self._soon.isActive():
            self._soon.start(0)

    def _ask(self) -> None:
        """The next of what is missing, of one bundle."""
        if self._asked is not None:
            return
        chosen: list[tuple[int, Picture]] = []
        ready: list[int] = []
        of: Bundle | None = None
        others: list[int] = []
        while self._todo and len(chosen) < _AT_ONCE and len(others) < _AT_ONCE and len(ready) < _AT_ONCE:
            card_id = self._todo.popleft()
            bundle = self.bundle(card_id) if self._needs(card_id) else None
            if bundle is None:
                continue
            picture = self._state.shown(card_id)
            if picture in self._kept:
                self._keep_thumb(card_id, picture, self._kept[picture])
                ready.append(card_id)
            elif of is None or bundle is of:
                of = bundle
                chosen.append((card_id, picture))
            else:
                others.append(card_id)
        self._todo.extendleft(reversed(others))
        if ready:
            self.arrived.emit(tuple(ready))
        if of is not None:
            number = self._queue.ask_batch(of, np.stack([picture.latent for _, picture in chosen]))
            self._asked = _Asked(number, of, chosen)
        else:
            self._ask_soon()

    # What comes

    def _on_answered(self, answer: Answer) -> None:
        asked = self._asked
        if asked is not None and answer.number == asked.number:
            self._take(asked, answer)
            return
        for card_id, (number, bundle, picture) in self._live_asked.items():
            if answer.number == number:
                rgba = self.with_detail(card_id, answer.pictures[0])
                self._take_live(card_id, picture, to_look(rgba, bundle.facts.kind == "pixel"))
                return

    def _take(self, asked: _Asked, answer: Answer) -> None:
        came = []
        for offset, rgba in enumerate(answer.pictures):
            card_id, picture = asked.cards[answer.start + offset]
            look = to_look(self.with_detail(card_id, rgba), asked.bundle.facts.kind == "pixel")
            self._keep(picture, look)
            if card_id in self._state and self._state.shown(card_id) is picture:
                self._keep_thumb(card_id, picture, look)
                came.append(card_id)
        self._failures.pop(asked.bundle.facts.id, None)
        self.device_known.emit(answer.device)
        self.arrived.emit(tuple(came))
        if answer.is_last:
            self._asked = None
            self._ask_soon()

    def _take_live(self, card_id: int, picture: Picture, look: Look) -> None:
        del self._live_asked[card_id]
        shown = self._state.shown(card_id)
        if shown is self._state.card(card_id).picture:
            return  # it was let go meanwhile
        self._live[card_id] = (picture, look)
        self._keep_thumb(card_id, picture, look)
        if shown is not picture:
            self._ask_live(card_id)
        self.arrived.emit((card_id,))

    def _keep(self, picture: Picture, look: Look) -> None:
        before = self._kept.pop(picture, None)
        self._kept[picture] = look
        self._kept_bytes += look.image.sizeInBytes() - (before.image.sizeInBytes() if before else 0)
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1].image.sizeInBytes()

    def _keep_thumb(self, card_id: int, picture: Picture, look: Look) -> None:
        self.thumbs.put(card_id, look.image, look.is_pixel_art)
        self._thumb_of[card_id] = _Thumb(picture, look.is_opaque, look.number)

    def _has_thumb_of(self, card_id: int, picture: Picture) -> bool:
        thumb = self._thumb_of.get(card_id)
        return thumb is not None and thumb.picture is picture and card_id in self.thumbs

    def _on_failed(self, number: int, error: StudioError) -> None:
        if self._asked is not None and number == self._asked.number:
            asked, self._asked = self._asked, None
            self._on_asked_failed(asked, error)
        for card_id, (live_number, _, _) in list(self._live_asked.items()):
            if live_number == number:
                del self._live_asked[card_id]
                self.failed.emit(error)

    def _on_asked_failed(self, asked: _Asked, error: StudioError) -> None:
        """Memory may have been short for a moment; a model that fails again and again is given up."""
        bundle_id = asked.bundle.facts.id
        self._failures[bundle_id] += 1
        if self._failures[bundle_id] < _TRIES:
            self._todo.extendleft(card_id for card_id, _ in reversed(asked.cards))
            self._soon.start(_TRY_AGAIN_MS)
            return
        self._broken.add(bundle_id)
        self.failed.emit(error)
        self.reset.emit()
        self._ask_soon()

    # What changes

    def _on_shown_meanwhile(self, card_id: int) -> None:
        if self._state.shown(card_id) is self._state.card(card_id).picture:
            self._end_live(card_id)
            self.arrived.emit((card_id,))
        elif card_id not in self._live_asked:
            self._ask_live(card_id)

    def _ask_live(self, card_id: int) -> None:
        """One question a card at a time: a slider faster than the decoder would get no answer at all."""
        shown, bundle = self._state.shown(card_id), self.bundle(card_id)
        if bundle is not None:
            number = self._queue.ask_live(bundle, shown.latent[None], f"card {card_id}")
            self._live_asked[card_id] = (number, bundle, shown)

    def _end_live(self, card_id: int) -> None:
        self._live_asked.pop(card_id, None)
        self._live.pop(card_id, None)
        shown = self._state.shown(card_id)
        if shown in self._kept and not self._has_thumb_of(card_id, shown):
            self._keep_thumb(card_id, shown, self._kept[shown])

    def _on_changed(self, ids: Iterable[int]) -> None:
        """The picture a slider was let go at is the one it showed last: no need to decode that again."""
        for card_id in ids:
            picture = self._state.card(card_id).picture
            live = self._live.get(card_id)
            if live is not None and live[0].same_as(picture):
                self._keep(picture, live[1])
            self._end_live(card_id)
        self.arrived.emit(tuple(ids))

    def _on_removed(self, ids: Iterable[int]) -> None:
        for card_id in ids:
            self.thumbs.drop(card_id)
            self._thumb_of.pop(card_id, None)
            self._live.pop(card_id, None)
            self._live_asked.pop(card_id, None)

    def _on_reset(self) -> None:
        if self._asked is not None:
            self._queue.cancel(self._asked.number)
            self._asked = None
        self.thumbs.clear()
        self._thumb_of.clear()
        self._live.clear()
        self._live_asked.clear()
        self._kept.clear()
        self._todo.clear()
        self._kept_bytes = 0

    def _read_shelf(self) -> None:
        self._bundles = {bundle.facts.id: bundle for bundle in reversed(self._shelf.bundles)}

    def _on_shelf_changed(self) -> None:
        self._read_shelf()
        self._broken.clear()
        self._failures.clear()
        self.reset.emit()
