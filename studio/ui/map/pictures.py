"""What the map's pictures look like: all of them small, and those seen from near at their own size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from studio.core.chart import Chart
from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.generate.map import SMALL, find_map, find_small, keep_small, rows_on_map, shrink
from studio.store.bundle import Bundle

from ..canvas.pictures import Look, to_look
from ..decoding import Answer, DecodeQueue
from ..jobs import Job, timer

Rows = npt.NDArray[np.int64]
KEPT_BYTES = 48 * 2**20
"""Of pictures at their own size."""
_AT_ONCE = 4  # pictures a question: a live one waits for no more
_FEW = 600  # in view: more are filled all over the map at once
_AFTER_LIVE_MS = 160  # without a live question, until the filling goes on
_MIDDLE = SMALL // 2
_AT_A_TIME = 256  # thumbnails, between two looks at whether to stop


@dataclass(frozen=True, eq=False)
class Small:
    """Some of the map's pictures, ever smaller."""

    small: Pictures  # as generate.map.shrink gives them: uint8 [N, SMALL, SMALL, 4], premultiplied
    middle: Pictures  # the same, half as large
    colours: Pictures  # uint8 [N, 4], the mean of what is not transparent

    @classmethod
    def of(cls, small: Pictures) -> Small:
        """A few thousand take some ten ms."""
        middle = np.empty((len(small), _MIDDLE, _MIDDLE, 4), np.uint8)
        colours = np.empty((len(small), 4), np.uint8)
        for start in range(0, len(small), _AT_A_TIME):
            part = slice(start, start + _AT_A_TIME)
            quarters = small[part].reshape(-1, _MIDDLE, 2, _MIDDLE, 2, 4).astype(np.uint16)
            middle[part] = (quarters.sum(axis=(2, 4), dtype=np.uint16) + 2) // 4
            total = small[part].reshape(-1, SMALL**2, 4).sum(axis=1, dtype=np.uint32)  # [n, 4]
            colours[part, :3] = np.minimum(total[:, :3] * 255 // np.maximum(total[:, 3:], 1), 255)
            colours[part, 3] = np.where(total[:, 3] > 0, 255, 0)
        return cls(small, middle, colours)

    @classmethod
    def empty(cls, count: int) -> Small:
        return cls(
            np.zeros((count, SMALL, SMALL, 4), np.uint8),
            np.zeros((count, _MIDDLE, _MIDDLE, 4), np.uint8),
            np.zeros((count, 4), np.uint8),
        )

    def put(self, rows: Rows, other: Small) -> None:
        self.small[rows], self.middle[rows], self.colours[rows] = other.small, other.middle, other.colours


@dataclass(frozen=True, eq=False)
class Found:
    """A map, and the small pictures that were there already."""

    bundle: Bundle
    chart: Chart
    small: Small | None


class MapPictures(QObject):
    """Lives on the UI thread. `open` finds the map; then what it shows is decoded as it is looked at."""

    found = Signal(object)  # Found
    progressed = Signal(object)  # Working, while the map is laid out
    arrived = Signal(object)  # rows, int64 [n], that look different now
    failed = Signal(object)  # StudioError

    def __init__(self, queue: DecodeQueue, folder: Path, parent: QObject | None = None) -> None:
        """folder: of the library's maps."""
        super().__init__(parent)
        self._queue, self._folder = queue, folder
        self._job: Job | None = None
        self._keeping: Job | None = None
        self.bundle: Bundle | None = None
        self._asked: tuple[int, Rows] | None = None
        self._sharp_wanted: Rows = np.empty(0, np.int64)
        self._near: OrderedDict[int, Look] = OrderedDict()
        self._near_bytes = 0
        self._forget()
        self._soon = timer(0, self, self._ask)
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    def _forget(self) -> None:
        self.codes = np.empty((0, 0), np.float32)
        self.looks = Small.empty(0)
        self.is_known: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        self._order: Rows = np.empty(0, np.int64)
        self._view: Rows = np.empty(0, np.int64)
        self._near.clear()
        self._near_bytes = 0

    @property
    def share_known(self) -> float:
        """Of the pictures, 0..1: what is drawn of the map so far."""
        return float(self.is_known.mean()) if len(self.is_known) else 0.0

    # Which map

    def open(self, bundle: Bundle) -> None:
        """Find this bundle's map, or lay it out; `found` or `failed` follows."""
        if self.bundle is bundle:
            return
        self.close()
        self.bundle = bundle
        folder = self._folder
        job = Job(lambda progress, say: _find(bundle, folder, progress), self)
        job.progressed.connect(self.progressed)
        job.finished.connect(self._on_found)
        job.failed.connect(self._on_not_found)
        job.ended.connect(job.deleteLater)
        self._job = job
        job.start()

    def close(self) -> None:
        """Nothing more is heard of the map."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._asked is not None:
            self._queue.cancel(self._asked[0])
            self._asked = None
        self._soon.stop()
        self.bundle = None
        self._forget()

    def stop(self, seconds: float = 5.0) -> None:
        """For quitting."""
        job = self._job
        self.close()
        for running in (job, self._keeping):
            if running is not None:
                running.wait(seconds)

    def _on_found(self, found: Found) -> None:
        if found.bundle is not self.bundle:
            return
        self._job = None
        count = len(found.chart.codes)
        self.codes = found.chart.codes
        self.is_known = np.full(count, found.small is not None)
        self.looks = Small.empty(count) if found.small is None else found.small
        # Evenly over the map from the start, so that it fills everywhere at once.
        self._order = np.random.default_rng(0).permutation(count)
        self.found.emit(found)
        self._ask_soon()

    def _on_not_found(self, error: StudioError) -> None:
        self._job = None
        self.bundle = None
        self.failed.emit(error)

    # What is looked at

    def look_at(self, rows: Rows, is_near: bool) -> None:
        """The view shows these, most important first. is_near: small pictures of them are not enough.

        Of more than can be kept the rest stays small: they would drive each other out without end.
        """
        self._view = rows
        most = 0 if self.bundle is None or not is_near else KEPT_BYTES // (4 * self.bundle.facts.size**2)
        self._sharp_wanted = rows[:most]
        self._ask_soon()

    def near(self, row: int) -> Look | None:
        """At its own size, if that is there."""
        look = self._near.get(row)
        if look is not None:
            self._near.move_to_end(row)
        return look

    def wait_for_live(self) -> None:
        """A place is being asked for under the pointer: filling the map goes on a moment later."""
        if self._left():
            self._soon.start(_AFTER_LIVE_MS)

    def _left(self) -> bool:
        return not self.is_known.all() or any(row not in self._near for row in self._sharp_wanted.tolist())

    def _ask_soon(self) -> None:
        if self._asked is None and not self._soon.isActive():
            self._soon.start(0)

    def _ask(self) -> None:
        if self._asked is not None or self.bundle is None or not len(self.codes):
            return
        rows = self._next_rows()
        if len(rows):
            self._asked = (self._queue.ask_batch(self.bundle, self.codes[rows]), rows)

    def _next_rows(self) -> Rows:
        """What is in view and not sharp, then what is in view and not there at all, then the rest, evenly."""
        sharp = [row for row in self._sharp_wanted.tolist() if row not in self._near][:_AT_ONCE]
        if sharp:
            return np.array(sharp, np.int64)
        in_view = self._view if len(self._view) <= _FEW else self._view[:0]
        for rows in (in_view, self._order):
            missing = rows[~self.is_known[rows]]
            if len(missing):
                return missing[:_AT_ONCE]
        return np.empty(0, np.int64)

    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.number != self._asked[0] or self.bundle is None:
            return
        rows = self._asked[1][answer.start : answer.start + len(answer.pictures)]
        is_pixel_art = self.bundle.facts.kind == "pixel"
        for row, rgba in zip(rows.tolist(), answer.pictures, strict=True):
            if row in self._sharp_wanted:
                self._keep_near(row, to_look(rgba, is_pixel_art))
        new = ~self.is_known[rows]
        if new.any():
            self.looks.put(rows[new], Small.of(shrink(answer.pictures[new], is_pixel_art)))
            self.is_known[rows] = True
            if self.is_known.all():
                self._keep_all()
        if answer.is_last:
            self._asked = None
            self._ask_soon()
        self.arrived.emit(rows)

    def _on_failed(self, number: int, error: StudioError) -> None:
        if self._asked is not None and number == self._asked[0]:
            self._asked = None
            self._sharp_wanted = self._view = self._order = np.empty(0, np.int64)
            self.failed.emit(error)

    def _keep_near(self, row: int, look: Look) -> None:
        self._near[row] = look
        self._near_bytes += look.image.sizeInBytes()
        while self._near_bytes > KEPT_BYTES and len(self._near) > 1:
            self._near_bytes -= self._near.popitem(last=False)[1].image.sizeInBytes()

    def _keep_all(self) -> None:
        """The small pictures to the disk, for the next time."""
        bundle, small, folder = self.bundle, self.looks.small, self._folder
        assert bundle is not None
        job = Job(lambda progress, say: keep_small(bundle, folder, small), self)
        job.failed.connect(self.failed)
        job.ended.connect(job.deleteLater)
        job.ended.connect(self._on_kept)
        self._keeping = job
        job.start()

    def _on_kept(self) -> None:
        self._keeping = None


def _find(bundle: Bundle, folder: Path, progress: Progress) -> Found:
    """On the job's thread."""
    chart = find_map(bundle, folder, progress)
    small = find_small(bundle, folder)
    if small is None and bundle.has_thumbnails:
        small = _shrunk(bundle, progress.update)
        keep_small(bundle, folder, small)
    return Found(bundle, chart, None if small is None else Small.of(small))


def _shrunk(bundle: Bundle, report: Callable[[str, int, int], None]) -> Pictures:
    thumbnails = bundle.thumbnails
    assert thumbnails is not None
    rows, parts = rows_on_map(bundle), []
    for start in range(0, len(rows), _AT_A_TIME):
        report("Reading the small pictures", start, len(rows))
        some = thumbnails[rows[start : start + _AT_A_TIME]]
        parts.append(shrink(some, bundle.facts.kind == "pixel"))
    return np.concatenate(parts)
