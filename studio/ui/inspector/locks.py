"""Which parts of which cards are locked, and what that means for moves away from their pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from studio.core.events import Working
from studio.core.latent import Latents
from studio.core.lock import Lock
from studio.core.progress import Progress
from studio.generate.locking import Mask, measure_lock
from studio.store.bundle import Bundle

from ..canvas.state import CanvasState
from ..decoding import Decoders
from ..jobs import Job, timer
from ..state import Shelf

Hold = Callable[[int, Latents], Latents]
"""Where latents go when what is locked on a card (by id) stays as it is."""
_MEASURE_AFTER_MS = 300  # the artist goes on marking


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
    failed = Signal(object)  # StudioError

    def __init__(
        self, canvas: CanvasState, shelf: Shelf, decoders: Decoders, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas, self._shelf, self._decoders = canvas, shelf, decoders
        self._masks: dict[int, Mask] = {}
        self._locks: dict[int, Lock] = {}
        self._wanted: list[int] = []
        self._job: Job | None = None
        self._soon = timer(_MEASURE_AFTER_MS, self, self._measure)
        canvas.changed.connect(self._on_changed)
        canvas.reset.connect(self._on_reset)

    def mask(self, card_id: int) -> Mask | None:
        """What is marked on a card; None: nothing is."""
        return self._masks.get(card_id)

    def mark(self, card_id: int, mask: Mask | None, words: str) -> None:
        """Other marks on a card, as a step of undo. mask: None, or with nothing in it, unlocks."""
        before = self._masks.get(card_id)
        after = None if mask is None or not mask.any() else mask
        if not _same(before, after):
            self._canvas.undo.push(_Marking(self, card_id, before, after, words))

    def put(self, card_id: int, mask: Mask | None) -> None:
        """Not a step of undo."""
        self._locks.pop(card_id, None)
        if mask is None:
            self._masks.pop(card_id, None)
        else:
            self._masks[card_id] = mask
            self._want(card_id)
        self.changed.emit(card_id)

    def is_ready(self, card_id: int) -> bool:
        """Whether moves away from the card are held, if it has marks."""
        return card_id not in self._masks or card_id in self._locks

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

    def _want(self, card_id: int) -> None:
        self._wanted = [*(other for other in self._wanted if other != card_id), card_id]
        self._soon.start()

    def _on_changed(self, ids: Iterable[int]) -> None:
        for card_id in ids:
            lock = self._locks.get(card_id)
            if lock is not None and lock.latent is not self._canvas.card(card_id).picture.latent:
                self._want(card_id)

    def _on_reset(self) -> None:
        self._masks.clear()
        self._locks.clear()
        self._wanted.clear()

    def _measure(self) -> None:
        """The card that was marked last goes first."""
        while self._job is None and self._wanted:
            wanted = self._what(self._wanted.pop())
            if wanted is not None:
                self._start(wanted)

    def _what(self, card_id: int) -> _Wanted | None:
        mask = self._masks.get(card_id)
        if mask is None or card_id not in self._canvas:
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
        job.failed.connect(self.failed)
        job.ended.connect(self._on_ended)
        self._job = job
        self.working.emit(Working("Measuring the locked part"))
        job.start()

    def _take(self, wanted: _Wanted, lock: Lock) -> None:
        if self._masks.get(wanted.card_id) is not wanted.mask:
            return  # other marks since
        self._locks[wanted.card_id] = lock
        if (
            wanted.card_id in self._canvas
            and self._canvas.card(wanted.card_id).picture.latent is not lock.latent
        ):
            self._want(wanted.card_id)

    def _on_ended(self) -> None:
        assert self._job is not None
        self._job.deleteLater()
        self._job = None
        self.working.emit(None)
        if self._wanted and not self._soon.isActive():
            self._measure()


class _Marking(QUndoCommand):
    def __init__(
        self, desk: LockDesk, card_id: int, before: Mask | None, after: Mask | None, words: str
    ) -> None:
        super().__init__(words)
        self._desk, self._card_id, self._before, self._after = desk, card_id, before, after

    def redo(self) -> None:
        self._desk.put(self._card_id, self._after)

    def undo(self) -> None:
        self._desk.put(self._card_id, self._before)


def _same(a: Mask | None, b: Mask | None) -> bool:
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(a, b))
