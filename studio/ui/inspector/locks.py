"""What the locked parts of cards mean for moves away from their pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.events import Working
from studio.core.latent import Latents
from studio.core.lock import Lock, Mask
from studio.core.progress import Progress
from studio.generate.locking import measure_lock
from studio.store.bundle import Bundle

from ..canvas.state import CanvasState
from ..decoding import Decoders
from ..jobs import Job, timer
from ..state import Shelf

Hold = Callable[[int, Latents], Latents]
"""Where latents go when what is locked on a card (by id) stays as it is."""
_MEASURE_AFTER_MS = 300  # the artist goes on marking
WhenHeld = Callable[[Sequence[int], Callable[[], None]], None]
"""Acts as soon as moves away from these cards (by id) are held."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    card_ids: list[int]
    act: Callable[[], None]


@dataclass(frozen=True, eq=False)
class _Wanted:
    card_id: int
    bundle: Bundle
    latent: Latents
    mask: Mask


class LockDesk(QObject):
    """Lives on the UI thread. A lock is measured beside it, for the latent its card has; while the card moves
    on, the one before serves."""

    changed = Signal(int)  # card id: other marks
    working = Signal(object)  # Working, while it measures; None: it is done
    held_up = Signal(str)  # what an act waits for, for the user
    failed = Signal(object)  # StudioError

    def __init__(
        self, canvas: CanvasState, shelf: Shelf, decoders: Decoders, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas, self._shelf, self._decoders = canvas, shelf, decoders
        self._seen: dict[int, Mask] = {}  # marks that are known here
        self._locks: dict[int, Lock] = {}  # measured of those
        self._wanted: list[int] = []
        self._waiting: list[_Waiting] = []
        self._job: Job | None = None
        self._measuring: _Wanted | None = None
        self._soon = timer(_MEASURE_AFTER_MS, self, self._measure)
        canvas.changed.connect(self._on_changed)
        canvas.added.connect(self._on_changed)
        canvas.selection.changed.connect(self._on_selection)
        canvas.reset.connect(self._on_reset)
        self._on_reset()

    def mask(self, card_id: int) -> Mask | None:
        """What is marked on a card; None: nothing is."""
        return self._canvas.card(card_id).locked if card_id in self._canvas else None

    def mark(self, card_id: int, mask: Mask | None, words: str) -> None:
        """Other marks on a card, as a step of undo. mask: None, or with nothing in it, unlocks."""
        before = self.mask(card_id)
        after = None if mask is None or not mask.any() else mask
        if not _same(before, after):
            self._canvas.lock(card_id, after, words)

    def is_ready(self, card_id: int) -> bool:
        """Whether moves away from the card are held, if it has marks."""
        return self.mask(card_id) is None or card_id in self._locks

    def when_ready(self, card_ids: Sequence[int], act: Callable[[], None]) -> None:
        """Act as soon as moves away from these cards are held: at once where nothing is marked."""
        missing = [card_id for card_id in card_ids if self._can_measure(card_id)]
        if not missing:
            act()
            return
        for card_id in missing:
            if not self._is_measuring(card_id):
                self._want(card_id, 0)
        self._waiting.append(_Waiting(missing, act))
        self.held_up.emit("Looking at what is locked first; the pictures come in a moment.")

    def held(self, card_id: int, latents: Latents) -> Latents:
        """Where these go when what is marked on the card stays as it is; float32 [N, D] or [D]."""
        lock = self._locks.get(card_id)
        if lock is None or card_id not in self._canvas:
            return latents
        now = self._canvas.card(card_id).picture.latent
        return (lock if lock.latent is now else replace(lock, latent=now)).held(latents)

    def stop(self, seconds: float = 5.0) -> None:
        """For quitting."""
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
            self._job.wait(seconds)

    def _want(self, card_id: int, in_ms: int = _MEASURE_AFTER_MS) -> None:
        self._wanted = [*(other for other in self._wanted if other != card_id), card_id]
        self._soon.start(in_ms)

    def _on_changed(self, ids: Iterable[int]) -> None:
        for card_id in ids:
            mask = self.mask(card_id)
            if mask is not self._seen.get(card_id):
                self._see(card_id, mask)
            lock = self._locks.get(card_id)
            if lock is not None and lock.latent is not self._canvas.card(card_id).picture.latent:
                self._want(card_id)

    def _see(self, card_id: int, mask: Mask | None) -> None:
        self._locks.pop(card_id, None)
        if mask is None:
            del self._seen[card_id]
        else:
            self._seen[card_id] = mask
            self._want(card_id)
        self.changed.emit(card_id)

    def _on_selection(self, selection: Iterable[int]) -> None:
        """What was locked in another session is measured when it may be needed."""
        for card_id in selection:
            if not self.is_ready(card_id) and not self._is_measuring(card_id):
                self._want(card_id)

    def _on_reset(self) -> None:
        self._locks.clear()
        self._wanted.clear()
        self._waiting.clear()
        self._seen = {card.id: card.locked for card in self._canvas.cards if card.locked is not None}

    def _measure(self) -> None:
        """The card that was marked last goes first."""
        while self._job is None and self._wanted:
            wanted = self._what(self._wanted.pop())
            if wanted is not None:
                self._start(wanted)
        if self._job is None:
            self._act()

    def _is_measuring(self, card_id: int) -> bool:
        now = self._measuring
        return now is not None and now.card_id == card_id and now.mask is self.mask(card_id)

    def _can_measure(self, card_id: int) -> bool:
        return not self.is_ready(card_id) and self._what(card_id) is not None

    def _what(self, card_id: int) -> _Wanted | None:
        mask = self.mask(card_id)
        if mask is None:
            return None
        picture = self._canvas.card(card_id).picture
        bundle = self._shelf.by_id(picture.bundle_id)
        if bundle is None or mask.shape != (bundle.facts.size,) * 2:
            return None
        return _Wanted(card_id, bundle, picture.latent, mask)

    def _start(self, wanted: _Wanted) -> None:
        def work(progress: Progress, _say: object) -> Lock:
            decoder = self._decoders.get(wanted.bundle)
            return measure_lock(wanted.bundle, decoder, wanted.latent, wanted.mask, progress)

        job = Job(work, self)
        job.progressed.connect(self.working)
        job.finished.connect(lambda lock: self._take(wanted, lock))
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job, self._measuring = job, wanted
        self.working.emit(Working("Measuring the locked part"))
        job.start()

    def _take(self, wanted: _Wanted, lock: Lock) -> None:
        if self.mask(wanted.card_id) is not wanted.mask:
            return  # other marks since
        self._locks[wanted.card_id] = lock
        if self._canvas.card(wanted.card_id).picture.latent is not lock.latent:
            self._want(wanted.card_id)

    def _act(self) -> None:
        """Those who wait for what is there now, or can be no longer."""
        for waiting in list(self._waiting):
            if not any(map(self._can_measure, waiting.card_ids)):
                self._waiting.remove(waiting)
                waiting.act()

    def _on_failed(self, error: StudioError) -> None:
        """Nobody's picture may change where it should stay: what waited is not done."""
        self._waiting.clear()
        self.failed.emit(error)

    def _on_ended(self) -> None:
        assert self._job is not None
        self._job.deleteLater()
        self._job = self._measuring = None
        self.working.emit(None)
        self._act()
        if self._wanted and not self._soon.isActive():
            self._measure()


def _same(a: Mask | None, b: Mask | None) -> bool:
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(a, b))
