"""Work off the UI thread: in order where it changes things, else the newest question."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.errors import StudioError
from studio.core.progress import Progress
from studio.ui.jobs import Job

log = logging.getLogger(__name__)

Work = Callable[[Progress], Any]
Then = Callable[[Any], object]


@dataclass(frozen=True, eq=False)
class _Wanted:
    work: Work
    then: Then
    otherwise: Callable[[], object]


class _OneJob(QObject):
    """At most one job at a time; `_begin` starts the next, if there is one."""

    failed = Signal(object)  # StudioError

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._is_left = False

    def _begin(self) -> None:
        raise NotImplementedError

    def _next_job(self, work: Work, then: Then) -> Job:
        """Ready to be started."""
        job = Job(lambda progress, say: work(progress), self)
        self._job = job
        job.finished.connect(then)
        job.failed.connect(self.failed)
        # No lambda: a job that holds its owner may be the last to do so, and would end it from its own end.
        job.ended.connect(self._on_ended)
        return job

    def _on_ended(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.deleteLater()
        self._begin()


class Lane(_OneJob):
    """One job after the other, in the order asked for."""

    progressed = Signal(object)  # Working
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[_Wanted] = deque()

    @property
    def is_busy(self) -> bool:
        return self._job is not None or bool(self._waiting)

    def run(
        self, work: Work, then: Then = lambda result: None, otherwise: Callable[[], object] = lambda: None
    ) -> None:
        """then(result) and otherwise() (failed or stopped) are called on the UI thread."""
        if not self._is_left:
            self._waiting.append(_Wanted(work, then, otherwise))
            self._begin()

    def stop(self) -> None:
        """Cancel what runs, forget what waits."""
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def leave(self, seconds: float, finish: bool) -> None:
        """For quitting. finish: do what waits, here and now; else it is forgotten."""
        self._is_left = True
        waiting, self._waiting = list(self._waiting), deque()
        if self._job is not None:
            if not finish:
                self._job.cancel()
            self._job.wait(seconds)
        for wanted in waiting if finish else []:
            try:
                wanted.work(Progress())
            except StudioError as error:  # nobody is there to be told
                log.warning("At the end: %s", error)

    def _begin(self) -> None:
        if self._job is not None or not self._waiting:
            return
        wanted = self._waiting.popleft()
        job = self._next_job(wanted.work, wanted.then)
        job.progressed.connect(self.progressed)
        job.failed.connect(lambda _: wanted.otherwise())
        job.cancelled.connect(wanted.otherwise)
        job.start()

    def _on_ended(self) -> None:
        super()._on_ended()
        if not self.is_busy:
            self.idle.emit()


class Latest(_OneJob):
    """Answers the newest question; those it overtook are never answered.

    Work begins when the event that asks is dealt with: one click often asks several times.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[Work, Then] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        return self._job is not None or self._wanted is not None

    def ask(self, work: Work, then: Then) -> None:
        if not self._is_left:
            self._wanted = (work, then)
            if self._job is not None:
                self._job.cancel()  # it is heard no more, but for its end
            self._soon.start()

    def leave(self, seconds: float) -> None:
        """For quitting."""
        self._is_left, self._wanted = True, None
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
            self._job.wait(seconds)

    def _begin(self) -> None:
        if self._job is not None or self._wanted is None:
            return
        (work, then), self._wanted = self._wanted, None
        self._next_job(work, then).start()
