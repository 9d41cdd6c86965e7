"""The artist's own pictures onto the canvas: encoded beside the window, with what the model loses of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.canvas import Place
from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.picture import Picture
from studio.core.progress import Progress
from studio.generate.entering import Entered, Entrance
from studio.store.bundle import Bundle

from .canvas.state import CanvasState
from .decoding import Decoders
from .details import Details
from .jobs import Job

_MOST_NAMED = 2  # files in a sentence


@dataclass(frozen=True, eq=False)
class _Wish:
    """Pictures that are to enter; none: the entrance is only to be ready."""

    bundle: Bundle
    paths: tuple[Path, ...] = ()
    around: Place | None = None


@dataclass(frozen=True, eq=False)
class _Came:
    entered: list[Entered]
    pictures: list[Picture]  # of those, with their detail in the library
    left_out: list[LeftOut]


class Entering(QObject):
    """Lives on the UI thread. One wish after the other, on a thread of its own."""

    laid = Signal(object)  # ids of the new cards
    said = Signal(str)  # what the artist should know about them
    refused = Signal(object)  # StudioError
    working = Signal(object)  # Working

    def __init__(
        self, decoders: Decoders, details: Details, canvas: CanvasState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._decoders, self._details, self._canvas = decoders, details, canvas
        self._entrance: Entrance | None = None  # of the bundle used last; touched by the job alone
        self._wishes: deque[_Wish] = deque()
        self._job: Job | None = None

    def get_ready(self, bundle: Bundle) -> None:
        """Open the encoder, which takes some tenths of a second: files are being dragged over the canvas."""
        if self._job is None and not self._is_ready(bundle):
            self._wish(_Wish(bundle))

    def enter(self, bundle: Bundle, paths: Sequence[Path], around: Place | None = None) -> None:
        """Lay these pictures on the canvas, as the bundle sees them. around: where to."""
        self._wish(_Wish(bundle, tuple(paths), around))

    def stop(self, seconds: float = 5.0) -> None:
        """For quitting."""
        self._wishes.clear()
        if self._job is not None:
            self._job.cancel()
            self._job.wait(seconds)

    def _is_ready(self, bundle: Bundle) -> bool:
        return self._entrance is not None and self._entrance.bundle is bundle

    def _wish(self, wish: _Wish) -> None:
        self._wishes.append(wish)
        self._begin()

    def _begin(self) -> None:
        if self._job is not None or not self._wishes:
            return
        wish = self._wishes.popleft()
        job = Job(lambda progress, say: self._let_in(wish, progress), self)
        job.finished.connect(lambda came: self._lay(wish, came))
        job.failed.connect(self.refused)
        job.progressed.connect(self.working)
        job.ended.connect(lambda: self._on_ended(job))
        self._job = job
        job.start()

    def _on_ended(self, job: Job) -> None:
        job.deleteLater()
        self._job = None
        self._begin()

    def _let_in(self, wish: _Wish, progress: Progress) -> _Came:
        """On the job's thread."""
        entrance = self._entrance
        if entrance is None or entrance.bundle is not wish.bundle:
            entrance = Entrance(wish.bundle, self._decoders.get(wish.bundle))
            self._entrance = entrance
        if not wish.paths:
            return _Came([], [], [])
        entered, left_out = entrance.enter(list(wish.paths), progress)
        pictures = [replace(each.picture, detail=self._details.keep(each.detail)) for each in entered]
        return _Came(entered, pictures, left_out)

    def _lay(self, wish: _Wish, came: _Came) -> None:
        if came.entered:
            count = len(came.entered)
            words = "Bring own picture" if count == 1 else f"Bring {count} own pictures"
            ids = self._canvas.add(came.pictures, "entered", words=words, around=wish.around)
            self.laid.emit(tuple(ids))
        foreign = [each.file for each in came.entered if each.is_foreign]
        if came.left_out:
            self.refused.emit(_left_out(came.left_out))
        elif foreign:
            self.said.emit(_foreign(foreign, wish.bundle.facts.name))


def _left_out(left_out: Sequence[LeftOut]) -> StudioError:
    if len(left_out) == 1:
        return StudioError(f"“{left_out[0].file}” could not be brought in: {left_out[0].reason}.")
    names = _named([item.file for item in left_out])
    return StudioError(f"{len(left_out)} files could not be brought in: {names}.")


def _foreign(files: Sequence[str], name: str) -> str:
    """Said once they are there: they look right, and will not stay so."""
    which, one = _named(files), len(files) == 1
    return (
        f"{which} {'is' if one else 'are'} unlike anything “{name}” learned from: once edited, "
        f"{'it becomes' if one else 'they become'} what the model knows."
    )


def _named(files: Sequence[str]) -> str:
    names = [f"“{file}”" for file in files[:_MOST_NAMED]]
    more = len(files) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
