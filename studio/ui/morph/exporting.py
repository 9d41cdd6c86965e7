"""Exports going on in the background: one at a time, with a way to stop that leaves nothing half there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.picture import Finish
from studio.core.pixels import Pictures
from studio.core.plan import ONCE, MorphPlan
from studio.core.progress import Progress
from studio.core.tempo import Survey
from studio.generate.morph import Morph
from studio.store.animation import Frame, Playing
from studio.store.bundle import Bundle
from studio.store.exporting import Estimate, Export, check_fits, estimate, size_of, write_export
from studio.store.facts import Facts

from ..decoding import Decoders, Decodes
from ..jobs import Job


@dataclass(frozen=True, eq=False)
class Order:
    """All that an export depends on."""

    plan: MorphPlan
    bundle: Bundle
    export: Export
    survey: Survey | None = None  # of the plan's path, where it is known already

    @property
    def timed_plan(self) -> MorphPlan:
        """As long as planned, with the frames a second of the export."""
        return replace(self.plan, fps=self.export.rate(self.plan.fps))

    @property
    def side(self) -> int:
        return self.export.side or self.bundle.facts.picture_side

    def playing(self) -> Playing:
        """Raises StudioError where the plan has too few frames."""
        plan = self.timed_plan
        return Playing(
            plan.played(),
            plan.fps,
            plan.playing != ONCE,
            self.bundle.facts.kind == "pixel",
            self.export.matte,
            self.export.quality,
        )

    def check(self) -> None:
        """Raises StudioError for what cannot be, before anything is made."""
        check_fits(self.export, self.playing().frames, self.side)


@dataclass(frozen=True)
class Exported:
    path: Path
    frames: int
    fps: float
    size: int  # bytes


@dataclass(frozen=True)
class _Shared:
    """A decoder that others use too, as a morph wants it."""

    facts: Facts
    decoder: Decodes

    def decode(self, latents: np.ndarray) -> Pictures:
        return self.decoder.decode(latents)

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures:
        return self.decoder.finish(pictures, finish)


def run_export(order: Order, decoders: Decoders, progress: Progress) -> Exported:
    """On a job's thread. Raises StudioError, Cancelled."""
    order.check()
    plan, path = order.timed_plan, Path(order.export.path)
    decoder = _Shared(order.bundle.facts, decoders.get(order.bundle))
    morph = Morph(
        decoder,
        plan.path(order.bundle.density.centre),
        plan.tempo(),
        Finish(order.side),
        progress,
        order.survey,
    )
    playing = order.playing()
    assert len(morph) == playing.frames

    def frames() -> Iterator[Frame]:
        for made in morph:
            yield made.rgba, made.picture

    write_export(order.export, path, frames, playing, morph.sample, progress)
    return Exported(path, playing.frames, playing.fps, size_of(path))


def run_estimate(
    order: Order, frames: Sequence[Pictures], seconds_a_frame: float, decoders: Decoders
) -> Estimate:
    """On a job's thread. frames: uint8 [size, size, 4], following each other, as the decoder made them."""
    order.check()
    few = frames[: 9 if order.side <= 256 else 5 if order.side <= 512 else 3]
    begun = time.perf_counter()
    finished = decoders.get(order.bundle).finish(np.stack(few), Finish(order.side))
    finishing = (time.perf_counter() - begun) / len(few)
    found = estimate(order.export, list(finished), order.playing())
    made = order.timed_plan.tempo().frames
    return replace(found, seconds=found.seconds + made * (seconds_a_frame + finishing))


class Exporter(QObject):
    """At most one export at a time."""

    progressed = Signal(object)  # Working
    finished = Signal(object)  # Exported
    failed = Signal(object)  # StudioError
    cancelled = Signal()
    running_changed = Signal(bool)

    def __init__(self, decoders: Decoders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoders = decoders
        self._job: Job | None = None
        self.name = ""
        """Of the file that is being written, or was last."""

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def start(self, order: Order) -> None:
        if self._job is not None:
            self.failed.emit(StudioError("An export is going on.", "Wait for it, or cancel it first."))
            return
        decoders, self.name = self._decoders, Path(order.export.path).name
        job = Job(lambda progress, say: run_export(order, decoders, progress), self)
        job.progressed.connect(self.progressed)
        job.finished.connect(self.finished)
        job.failed.connect(self.failed)
        job.cancelled.connect(self.cancelled)
        job.ended.connect(self._on_ended)
        job.ended.connect(job.deleteLater)
        self._job = job
        self.running_changed.emit(True)
        job.start()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def leave(self) -> None:
        """For quitting: stop it, and wait until nothing half-made is left."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait(10)

    def _on_ended(self) -> None:
        self._job = None
        self.running_changed.emit(False)
