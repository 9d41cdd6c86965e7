"""The plan on the desk as the room shows it: every change can be undone, and is kept on the disk."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from studio.core.plan import MorphPlan
from studio.store.morphs import load_morph, save_morph

from ..jobs import Job, after
from ..state import Value

_SAVE_AFTER_MS = 400
_ONE_GESTURE_S = 1.0  # turning a wheel is one change, not twenty


class MorphState(QObject):
    """Holds a MorphPlan. `change` is the only way to another one."""

    plan_changed = Signal(object)  # MorphPlan
    save_failed = Signal(object)  # StudioError

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        """file: where it is kept; read now."""
        super().__init__(parent)
        self._file = file
        self._plan, export, self.told = load_morph(file)
        self.export = Value(export, self)
        self.selected = Value(0, self)  # number of a stop
        self.undo = QUndoStack(self)
        self._last: _Change | None = None
        self._job: Job | None = None
        self._saving = after(_SAVE_AFTER_MS, self, self._save)
        self._saving.stop()
        self.plan_changed.connect(lambda _: self._saving.start())
        self.export.changed.connect(lambda _: self._saving.start())

    @property
    def plan(self) -> MorphPlan:
        return self._plan

    def change(self, words: str, plan: MorphPlan, gesture: str = "", selected: int | None = None) -> None:
        """Go over to another plan.

        words: what undo calls it. gesture: changes of one gesture in a row are undone as one. selected: the
        stop to have chosen then.
        """
        if not plan.same_as(self._plan):
            last = self._last
            if (
                last is not None
                and gesture
                and last.gesture == gesture
                and self.undo.index() == self.undo.count()
                and time.monotonic() - last.changed_at < _ONE_GESTURE_S
            ):
                last.go_further(plan)
            else:
                self._last = _Change(self, words, plan, gesture)
                self.undo.push(self._last)
        if selected is not None:
            self.selected.set(selected)

    def show_plan(self, plan: MorphPlan) -> None:
        """For the commands on the stack."""
        self._plan = plan
        self.selected.set(max(0, min(self.selected.value, len(plan.stops) - 1)))
        self.plan_changed.emit(plan)

    def leave(self) -> None:
        """Save what is not yet saved, now. Raises StudioError when the disk refuses."""
        self.undo.blockSignals(True)  # it tells of its own end, to buttons that are gone by then
        if self._job is not None:
            self._job.wait(5)
        if self._saving.isActive():
            self._saving.stop()
            save_morph(self._file, self._plan, self.export.value)

    def _save(self) -> None:
        if self._job is not None and self._job.is_running:
            self._saving.start()  # one after the other
            return
        file, plan, export = self._file, self._plan, self.export.value
        self._job = Job(lambda progress, say: save_morph(file, plan, export), self)
        self._job.failed.connect(self.save_failed)
        self._job.ended.connect(self._job.deleteLater)
        self._job.ended.connect(self._on_saved)
        self._job.start()

    def _on_saved(self) -> None:
        self._job = None


class _Change(QUndoCommand):
    def __init__(self, state: MorphState, words: str, plan: MorphPlan, gesture: str) -> None:
        super().__init__(words)
        self._state, self._before, self._after = state, state.plan, plan
        self.gesture, self.changed_at = gesture, time.monotonic()

    def go_further(self, plan: MorphPlan) -> None:
        """The gesture that made this change goes on. (mergeWith would do, but crashes PySide 6.11.)"""
        self._after, self.changed_at = plan, time.monotonic()
        self._state.show_plan(plan)

    def redo(self) -> None:
        self._state.show_plan(self._after)

    def undo(self) -> None:
        self._state.show_plan(self._before)
