"""The training run as the window knows it: what it said last, and what the artist can tell it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.events import (
    Advice,
    Chosen,
    Event,
    Finished,
    Imported,
    Look,
    Preview,
    Progress,
    Saved,
    Timeline,
    Warned,
    Working,
)
from studio.core.latent import Latents
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.store.runs import read_latents

from .state import Value
from .trainer_process import TrainerJob, TrainerStarter


class Phase(Enum):
    """The value is what the artist reads."""

    IDLE = ""
    STARTING = "Getting ready"
    RUNNING = "Training"
    PAUSED = "Paused"
    KEEPING = "Making the model"
    SAVING = "Saving the run"
    DONE = "Done"
    STOPPED = "Stopped; it can be resumed"
    FAILED = "Stopped by an error"


UNDER_WAY = (Phase.STARTING, Phase.RUNNING, Phase.PAUSED, Phase.KEEPING, Phase.SAVING)


class TrainingDesk(QObject):
    """At most one run at a time. Every value says when it changes."""

    finished = Signal(object)  # Path of the bundle
    left = Signal()  # a run ended in any way

    def __init__(self, starter: TrainerStarter, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._starter, self._library = starter, library
        self._job: TrainerJob | None = None
        self.recipe: Recipe | None = None
        self.paths: tuple[Path, ...] = ()
        self.bundle: Path | None = None
        self.reason = ""  # why the bundle is not of the run's newest moment, or not of the wanted one
        self.latents: Latents | None = None  # of the samples the bundle was made with; float32 [N, D]
        self._latents: dict[int, Latents | None] = {}  # of every look that is kept, by its step
        self.phase: Value[Phase] = Value(Phase.IDLE, self)
        self.progress: Value[Progress | None] = Value(None, self)
        self.preview: Value[Preview | None] = Value(None, self)
        self.timeline: Value[Timeline] = Value(Timeline(()), self)
        self.working: Value[Working | None] = Value(None, self)
        self.imported: Value[Imported | None] = Value(None, self)
        self.advice: Value[str] = Value("", self)
        self.warning: Value[str] = Value("", self)
        self.error: Value[StudioError | None] = Value(None, self)

    @property
    def is_under_way(self) -> bool:
        return self.phase.value in UNDER_WAY

    @property
    def can_be_told(self) -> bool:
        """Whether the run is at a point where it can be made into a model."""
        return self.phase.value in (Phase.RUNNING, Phase.PAUSED)

    def start(self, recipe: Recipe, paths: Sequence[Path], resume: bool = False) -> None:
        """Raises StudioError if a run is under way or the trainer cannot be started."""
        if self.is_under_way:
            raise StudioError("Another model is being trained.", "Wait for it, or stop it first.")
        job = TrainerJob(self._starter.take(), self)
        self._forget_last()
        self.recipe, self.paths = recipe, tuple(paths)
        self._job = job
        job.happened.connect(self._on_happened)
        job.finished.connect(self._on_finished)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self.phase.set(Phase.STOPPED))
        job.ended.connect(self.left)
        job.ended.connect(job.deleteLater)
        self.phase.set(Phase.STARTING)
        job.start(recipe, paths, self._library.root, resume)

    def pause(self) -> None:
        if self._job is not None and self.phase.value is Phase.RUNNING:
            self._job.pause(True)
            self.phase.set(Phase.PAUSED)

    def go_on(self) -> None:
        if self._job is not None and self.phase.value is Phase.PAUSED:
            self._job.pause(False)
            self.phase.set(Phase.RUNNING)

    def stop_and_keep(self) -> None:
        """Make the model out of what is learnt so far."""
        self._keep(None)

    def use_moment(self, look: Look) -> None:
        """Make the model out of what was learnt up to this look; its weights must be kept."""
        assert look.can_be_used
        self._keep(look.preview.step)

    def _keep(self, moment: int | None) -> None:
        if self._job is not None and self.can_be_told:
            self._job.stop_and_keep(moment)
            self.phase.set(Phase.KEEPING)

    def stop_for_now(self) -> None:
        """Save the run and end it; it is listed in Models and can be resumed."""
        if self._job is not None and self.is_under_way:
            self._job.stop_for_now()
            self.phase.set(Phase.SAVING)

    def leave(self) -> None:
        """For quitting: save, wait for it, end the processes."""
        if self._job is not None and self._job.is_running:
            self._job.stop_for_now()
            self._job.blockSignals(True)  # the window that would hear it is going
            self._job.wait()
        self._starter.end()

    def fraction(self) -> float:
        """How much of the run is done, 0..1."""
        if self.phase.value is Phase.DONE:
            return 1.0
        progress = self.progress.value
        if progress is None:
            return 0.0
        whole = progress.seconds + progress.seconds_left
        return min(1.0, progress.seconds / whole) if whole > 0 else 0.0

    def _forget_last(self) -> None:
        for value in (self.progress, self.preview, self.working, self.imported, self.error):
            value.set(None)
        self.advice.set("")
        self.warning.set("")
        self.timeline.set(Timeline(()))
        self.bundle = self.latents = None
        self.reason = ""
        self._latents.clear()

    def _on_happened(self, event: Event) -> None:
        if isinstance(event, Progress):
            self.working.set(None)
            self.progress.set(event)
            if self.phase.value is Phase.STARTING:
                self.phase.set(Phase.RUNNING)
        elif isinstance(event, Working):
            self.working.set(event)
        elif isinstance(event, Preview):
            self.preview.set(event)
        elif isinstance(event, Timeline):
            self._read_latents(event)
            self.timeline.set(event)
        elif isinstance(event, Chosen):
            self.reason = event.reason
            self.latents = self._latents.get(event.step)
            if self.can_be_told:  # from here on it cannot be told otherwise
                self.phase.set(Phase.KEEPING)
        elif isinstance(event, Imported):
            self.imported.set(event)
        elif isinstance(event, Advice):
            self.advice.set(event.sentence)
        elif isinstance(event, Warned):
            self.warning.set(event.sentence)
        else:
            assert isinstance(event, Saved)

    def _read_latents(self, timeline: Timeline) -> None:
        """At once, 8 KB each: the run's folder goes when the bundle is there."""
        known, self._latents = self._latents, {}
        for look in timeline.looks:
            step, file = look.preview.step, look.preview.latents
            if step in known or file is None:
                self._latents[step] = known.get(step)
            else:
                self._latents[step] = read_latents(file)

    def _on_finished(self, event: Finished) -> None:
        self.bundle = event.bundle
        self.working.set(None)
        self.phase.set(Phase.DONE)
        self.finished.emit(event.bundle)

    def _on_failed(self, error: StudioError) -> None:
        self.error.set(error)
        self.phase.set(Phase.FAILED)
