"""Threads for the window, and the mailbox by which they report.

Every object here lives on the UI thread and starts plain threads; what they say arrives on the UI thread.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio.core.errors import Cancelled, StudioError
from studio.core.events import Preview, Progress, Timeline, Working
from studio.core.progress import CallbackProgress
from studio.core.progress import Progress as Reporter

log = logging.getLogger(__name__)

REPLACEABLE = (Progress, Preview, Timeline, Working)
"""Of these only the newest is worth showing."""


class Mailbox(QObject):
    """Carries messages from a thread to the UI thread without flooding it.

    A newer message of a kind in REPLACEABLE takes the place of the waiting one; all else queues in order.
    At most one wake-up is pending: 20,000 plain signals froze a window for 14 s, this took 0.06 s.
    """

    _woken = Signal()

    def __init__(self, deliver: Callable[[Any], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._waiting: deque[Any] = deque()
        self._lock = threading.Lock()
        self._is_woken = False
        self._woken.connect(self._empty, Qt.ConnectionType.QueuedConnection)

    def put(self, message: Any) -> None:
        """From any thread."""
        with self._lock:
            if isinstance(message, REPLACEABLE):
                older = next((m for m in self._waiting if type(m) is type(message)), None)
                if older is not None:
                    self._waiting.remove(older)
            self._waiting.append(message)
            if self._is_woken:
                return
            self._is_woken = True
        self._woken.emit()

    def _empty(self) -> None:
        with self._lock:
            messages, self._waiting = self._waiting, deque()
            self._is_woken = False
        for message in messages:
            self._deliver(message)


class End:
    """The last message of a job: what it gives, or the error that ended it."""

    def __init__(self, result: Any = None, error: BaseException | None = None) -> None:
        self.result, self.error = result, error


class Job(QObject):
    """A function on a thread of its own, watched from the UI thread.

    Ends with exactly one of finished(result), failed(StudioError), cancelled(); `ended` follows each.
    """

    progressed = Signal(object)  # Working
    said = Signal(object)  # whatever the work passes to `say`
    finished = Signal(object)
    failed = Signal(object)  # StudioError
    cancelled = Signal()
    ended = Signal()

    def __init__(
        self, work: Callable[[Reporter, Callable[[Any], None]], Any], parent: QObject | None = None
    ) -> None:
        """work(progress, say) runs on the thread; its return value is the result."""
        super().__init__(parent)
        self._work = work
        self._stop = threading.Event()
        self._mailbox = Mailbox(self._receive, self)
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self.is_running = False

    def start(self) -> None:
        self.is_running = True
        self._thread.start()

    def cancel(self) -> None:
        """Ask to stop; `cancelled` follows when the work next reports."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Block until the thread is gone. For quitting and tests; nothing is delivered meanwhile."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        progress = CallbackProgress(
            lambda doing, done, total: self._mailbox.put(Working(doing, done, total)), self._stop.is_set
        )
        try:
            end = End(self._work(progress, self._mailbox.put))
        except Exception as error:  # the one place where a surprise on this thread becomes a value
            end = End(error=error)
        self._mailbox.put(end)

    def _receive(self, message: Any) -> None:
        if not isinstance(message, End):
            if not self._stop.is_set():
                (self.progressed if isinstance(message, Working) else self.said).emit(message)
            return
        self.is_running = False
        if message.error is None and not self._stop.is_set():
            self.finished.emit(message.result)
        elif message.error is None or isinstance(message.error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(as_studio_error(message.error))
        self.ended.emit()


def end_jobs(owner: QObject, seconds: float) -> None:
    """For quitting: every job below it stops, and its thread is gone before the owner is."""
    for job in owner.findChildren(Job):
        job.cancel()
        job.wait(seconds)


def as_studio_error(error: BaseException) -> StudioError:
    """The world's fault as it is; a bug is logged in full and gets a sentence that says where."""
    if isinstance(error, StudioError):
        return error
    log.error("A job ended by a bug", exc_info=error)
    wrapped = StudioError(
        f"Something went wrong inside the program ({type(error).__name__}: {error}).",
        "The log file in the library folder tells more.",
    )
    wrapped.__cause__ = error
    return wrapped


def timer(delay_ms: int, owner: QObject, act: Callable[[], object]) -> QTimer:
    """Calls `act` `delay_ms` after it was started last, unless `owner` is gone by then."""
    made = QTimer(owner)
    made.setSingleShot(True)
    made.setInterval(delay_ms)
    made.timeout.connect(act)
    return made


def after(delay_ms: int, owner: QObject, act: Callable[[], object]) -> QTimer:
    """The same, started already."""
    made = timer(delay_ms, owner, act)
    made.start()
    return made
