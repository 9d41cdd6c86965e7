"""Bringing pictures into the plan: looked at in the background, asked about where models meet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.plan import PlannedStop
from studio.generate.drawing import draw
from studio.store.bundle import Bundle

from ..create_bar import new_seed
from ..exchange import Carried
from ..jobs import Job
from ..state import CreateState, Shelf
from .adding import Brought, Choice, as_carried, bring, join, title_of
from .state import MorphState

_MOST_TOLD = 3


class Bringer(QObject):
    """The ways into the plan of a MorphState."""

    told = Signal(str)  # what the user should know about single pictures
    asked = Signal(object, object)  # Choice, and what to call when it is taken
    failed = Signal(object)  # StudioError

    def __init__(
        self, state: MorphState, shelf: Shelf, create_state: CreateState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._shelf, self._create_state = state, shelf, create_state
        self._job: Job | None = None

    def bundle(self) -> Bundle | None:
        """The model of the morph; None without stops, or when it is not in the library."""
        plan = self._state.plan
        bundle = self._shelf.by_id(plan.bundle_id) if plan.stops else None
        if bundle is not None and len(plan.stops[0].picture.latent) != bundle.facts.latent_width:
            return None  # a damaged plan
        return bundle

    def add(self, carried: Sequence[Carried], at: int | None = None) -> None:
        """Pictures of models and files, before stop number `at` or at the end; they come a little later."""
        if not carried:
            return
        if self._job is not None:
            self.failed.emit(StudioError("Pictures are still being looked at.", "Try again in a moment."))
            return
        at = len(self._state.plan.stops) if at is None else at
        own, likely, by_id = self.bundle(), self._create_state.bundle.value, self._shelf.by_id
        job = Job(lambda progress, say: bring(carried, own, likely, by_id, progress), self)
        job.finished.connect(lambda brought: self._on_brought(brought, at))
        job.failed.connect(self.failed)
        job.ended.connect(self._on_ended)
        job.ended.connect(job.deleteLater)
        self._job = job
        job.start()

    def add_files(self, paths: Sequence[Path], at: int | None = None) -> None:
        self.add(as_carried(paths), at)

    def add_random(self, count: int = 1) -> None:
        """Stops that the model makes up, at the end."""
        bundle = self.bundle() or self._create_state.bundle.value
        if bundle is None:
            self.failed.emit(StudioError("There is no model to make stops.", "Make one in Models first."))
            return
        pictures = [draw(bundle, new_seed(), 1)[0] for _ in range(count)]
        stops = [PlannedStop(picture, title_of(picture)) for picture in pictures]
        words = "Add a random stop" if count == 1 else "Add random stops"
        self._insert(stops, len(self._state.plan.stops), words)

    def leave(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job.wait(5)

    def _on_ended(self) -> None:
        self._job = None

    def _on_brought(self, brought: Brought, at: int) -> None:
        if brought.stops:
            self._insert(brought.stops, at, "Add stops")
        if brought.told:
            rest = len(brought.told) - _MOST_TOLD
            more = f" And {rest} more." if rest > 0 else ""
            self.told.emit(" ".join(brought.told[:_MOST_TOLD]) + more)

    def _insert(self, stops: Sequence[PlannedStop], at: int, words: str) -> None:
        """Into the plan; where they are of another model, ask first."""
        plan = self._state.plan
        at = min(at, len(plan.stops))
        try:
            choice = join(plan, at, stops, self._name_of)
        except StudioError as error:
            self.failed.emit(error)
            return
        if choice.question:
            self.asked.emit(choice, lambda: self._take(choice, words, 0))
        else:
            self._take(choice, words, at)

    def _take(self, choice: Choice, words: str, selected: int) -> None:
        self._state.change(words, choice.plan, selected=selected)

    def _name_of(self, bundle_id: str) -> str:
        bundle = self._shelf.by_id(bundle_id)
        return bundle.facts.name if bundle else "another model"
