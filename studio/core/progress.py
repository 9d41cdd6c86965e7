"""How a long function reports and is stopped, without knowing who watches."""

from __future__ import annotations

from collections.abc import Callable

from studio.core.errors import Cancelled


class Progress:
    """Does nothing: for scripts and tests. Subclass or use `CallbackProgress` to watch."""

    def update(self, doing: str, done: int, total: int) -> None:
        """Report that `done` of `total` (0: unknown) items of `doing` are finished.

        doing: what is being done, as the user reads it, e.g. "Reading pictures".
        Raises Cancelled when the watcher wants the work to stop.
        """


class CallbackProgress(Progress):
    """Passes reports on to `report(doing, done, total)` and stops when `is_cancelled()`.

    Called on the thread that does the work.
    """

    def __init__(
        self,
        report: Callable[[str, int, int], None],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._report = report
        self._is_cancelled = is_cancelled

    def update(self, doing: str, done: int, total: int) -> None:
        if self._is_cancelled():
            raise Cancelled
        self._report(doing, done, total)


class Control:
    """What the user wants of a run under way; set from any thread, read by the run between steps."""

    def __init__(self) -> None:
        self.finish = False  # stop training now, keep and export what there is
        self.stop = False  # save and end; the run can be resumed
        self.paused = False  # hold still until unset
        self.moment: int | None = None  # with `finish`: of this look's step, not as it is now
