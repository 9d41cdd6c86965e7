"""The live preview: what is asked for last is looked at in the background, and only that is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.progress import Progress
from studio.store.pack import Spool
from studio.store.pack.naming import safe_name
from studio.store.pack.outlet import There, look_at_outlet
from studio.store.pack.preview import Preview, planned_as, preview
from studio.store.pack.reading import Look, look_at

from ..jobs import Job, after
from .request import MOST_SEEN, New, Packer, Request, What

SIDE = 900  # px of the small page
_SOON_MS = 150


@dataclass(frozen=True)
class Ahead:
    """What a request will give, or what is in its way."""

    request: Request
    preview: Preview | None
    there: There | None  # what lies where it goes; None where that could not be found out
    problem: StudioError | None
    seen: int  # pictures that the preview is made from


@dataclass(frozen=True)
class _Read:
    """The pictures of a request, read once for all the ways to arrange them."""

    what: What
    spool: Spool
    looks: Sequence[Look]


class Previewer(QObject):
    """One job at a time; a newer request stops the one under way."""

    shown = Signal(object)  # Ahead
    busy = Signal(str)  # what is being done; "" when nothing is

    def __init__(self, packer: Packer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._packer = packer
        self._wanted: Request | None = None
        self._job: Job | None = None
        self._read: _Read | None = None
        self._is_stopped = False
        self._soon = after(0, self, self._start)
        self._soon.stop()

    def ask(self, request: Request) -> None:
        """Shown soon, unless something newer is asked for before."""
        self._wanted = request
        self.busy.emit("Looking ahead")
        if self._job is not None:
            self._job.cancel()
        else:
            self._soon.start(_SOON_MS)

    def drop(self) -> None:
        """What is being looked at is not wanted any more."""
        self._wanted = None
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
        self.busy.emit("")

    def stop(self, seconds: float = 5.0) -> None:
        """Nothing more is shown; what was read is let go."""
        self._is_stopped = True
        self._wanted = None
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
            self._job.wait(seconds)
        if self._read is not None:
            self._read.spool.close()

    def _start(self) -> None:
        request, self._wanted = self._wanted, None
        if request is None:
            return
        packer, kept = self._packer, self._read
        self._job = Job(lambda progress, say: _look_ahead(packer, request, kept, progress, self._keep), self)
        self._job.progressed.connect(lambda working: self.busy.emit(working.text))
        self._job.finished.connect(self._on_finished)
        self._job.failed.connect(lambda error: self._on_finished(Ahead(request, None, None, error, 0)))
        self._job.ended.connect(self._on_ended)
        self._job.start()

    def _keep(self, read: _Read) -> None:
        """On the job's thread; there is only one, and nobody else reads this while it runs."""
        if self._read is not None:
            self._read.spool.close()
        self._read = read
        if self._is_stopped:
            read.spool.close()

    def _on_finished(self, ahead: Ahead) -> None:
        if self._wanted is None and not self._is_stopped:
            self.busy.emit("")
            self.shown.emit(ahead)

    def _on_ended(self) -> None:
        assert self._job is not None
        self._job.deleteLater()
        self._job = None
        if self._wanted is not None and not self._is_stopped:
            self._soon.start(0)


def _look_ahead(
    packer: Packer,
    request: Request,
    kept: _Read | None,
    progress: Progress,
    keep: Callable[[_Read], None],
) -> Ahead:
    problem: StudioError | None = None
    there: There | None = None
    found: Preview | None = None
    seen = 0
    try:
        there = look_at_outlet(request.out.resolve(), request.what.files, request.options.zip)
    except StudioError as error:
        problem = error
    read = kept
    try:
        request.options.check()
        name = safe_name(request.options.name)
        if read is None or read.what != request.what:
            read = _read(packer, request, progress)
            keep(read)
        names = packer.names(request, name)
        if not isinstance(request.what, New):  # some of the files may be no pictures
            names[:MOST_SEEN] = [look.file for look in read.looks]
        seen = min(len(names), MOST_SEEN)
        plan = planned_as(read.looks, names, request.options)
        found = preview(plan, SIDE, progress)
    except StudioError as error:
        problem = error
    return Ahead(request, found, there, problem, seen)


def _read(packer: Packer, request: Request, progress: Progress) -> _Read:
    spool = Spool(request.out)
    try:
        looks, left_out = look_at(packer.first(request, spool, progress), progress)
        if not looks:
            reason = f" ({left_out[0].file}: {left_out[0].reason})" if left_out else ""
            raise StudioError(f"There is no picture in what was given{reason}.", "Choose others.")
        return _Read(request.what, spool, looks)
    except BaseException:
        spool.close()
        raise
