"""Keeps the canvas on the disk: read at the start, saved a moment after each change and at the end."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.store.canvas import Saved, load_canvas, save_canvas

from ..jobs import Job, timer
from .state import CanvasState
from .view import CanvasView

log = logging.getLogger(__name__)

_SAVE_AFTER_MS = 1500


class CanvasKeeper(QObject):
    """Writing goes on beside the window: 10,000 cards take 0.1 s."""

    failed = Signal(object)  # StudioError

    def __init__(
        self, file: Path, state: CanvasState, view: CanvasView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file, self._state, self._view = file, state, view
        self._job: Job | None = None
        self._is_behind = False  # something changed while it was being written
        self._soon = timer(_SAVE_AFTER_MS, self, self._save)

    def load(self) -> tuple[bool, str]:
        """Whether there was a canvas, and what the user must be told, or "". From now on it is kept."""
        saved, told = load_canvas(self._file)
        if saved is not None:
            self._state.load(saved.cards, saved.selection)
            if saved.zoom and saved.cards:
                self._view.look_from(saved.centre, saved.zoom)
        for signal in (
            self._state.added,
            self._state.removed,
            self._state.changed,
            self._state.moved,
            self._state.selection.changed,
            self._view.view_changed,
        ):
            signal.connect(self._soon.start)
        return saved is not None, told

    def close(self) -> None:
        """Save now, and wait for it. Raises StudioError when the disk refuses."""
        self._soon.stop()
        if self._job is not None:
            self._job.wait(10)
        save_canvas(self._file, self._now())

    def _now(self) -> Saved:
        zoom = 0.0 if self._view.shows_all else self._view.zoom.value
        return Saved(self._state.cards, self._state.selection.value, self._view.centre, zoom)

    def _save(self) -> None:
        if self._job is not None:
            self._is_behind = True
            return
        saved = self._now()
        job = Job(lambda progress, say: save_canvas(self._file, saved), self)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job = job
        job.start()

    def _on_failed(self, error: StudioError) -> None:
        log.warning("The canvas is not saved: %s", error)
        self.failed.emit(error)

    def _on_ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        if self._is_behind:
            self._is_behind = False
            self._soon.start()
