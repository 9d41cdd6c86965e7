"""The frames of the morph that is played: measured and decoded ahead in the background, within bounds."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.path import Path
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.plan import LOOP, MorphPlan
from studio.core.survey import Look, Surveying, finest, surveying
from studio.core.tempo import Floats, Survey
from studio.store.bundle import Bundle

from ..decoding import Answer, DecodeQueue

KEPT_BYTES = 256 * 2**20
_AT_A_TIME = 8  # frames; what is asked for next follows the playhead
_KEPT_SURVEYS = 24  # so that undo and redo play at once

_Key = tuple[str, bool, bytes]
"""What a path depends on: the model, whether it is closed, the stops."""


@dataclass(frozen=True, eq=False)
class _Wish:
    """What is to be shown, as soon as its path is measured."""

    plan: MorphPlan
    path: Path
    key: _Key
    pieces: int


class FrameMaker(QObject):
    """Turns a plan into frames. A frame has a number among the different ones; `order` plays them."""

    timed = Signal()  # another number, order or place of frames
    progressed = Signal()
    failed = Signal(object)  # StudioError

    def __init__(
        self, queue: DecodeQueue, kept_bytes: int = KEPT_BYTES, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._queue, self._kept_bytes = queue, kept_bytes
        self._surveys: OrderedDict[tuple[_Key, int], Survey] = OrderedDict()
        self.bundle: Bundle | None = None
        self.places: Floats = np.zeros(0)
        self.order: list[int] = []
        self.seconds_a_frame = 0.02  # measured as soon as there are some
        self._frames: dict[int, Pictures] = {}
        self._wish: _Wish | None = None  # the last one
        self._shown: _Wish | None = None  # that the frames belong to
        self._measuring: Surveying | None = None
        self._look: Look | None = None
        self._parts: list[Pictures] = []
        self._asked: list[int] = []
        self._asked_at = 0.0
        self._number = 0  # of the open question
        self._live, self._live_frame = 0, -1
        self._position = 0
        self._is_resting = False
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    @property
    def count(self) -> int:
        """Different frames."""
        return len(self.places)

    @property
    def capacity(self) -> int:
        """Frames that fit into the memory they may take."""
        size = self.bundle.facts.size if self.bundle else 1
        return max(2 * _AT_A_TIME, self._kept_bytes // (4 * size * size))

    @property
    def wanted(self) -> int:
        """Frames to prepare: all, or as many as fit."""
        return min(self.count, self.capacity)

    @property
    def prepared(self) -> int:
        return len(self._frames)

    @property
    def is_measuring(self) -> bool:
        return self._measuring is not None

    @property
    def survey(self) -> Survey | None:
        """Of the path that is shown, once it is measured."""
        wish = self._shown
        return self._surveys.get((wish.key, wish.pieces)) if wish and wish is self._wish else None

    def has(self, frame: int) -> bool:
        return frame in self._frames

    def frame(self, frame: int) -> Pictures | None:
        """uint8 [size, size, 4], or None while it is not there."""
        return self._frames.get(frame)

    def picture(self, frame: int) -> Picture | None:
        """The frame as a picture of its own."""
        if self._shown is None or self.bundle is None or not 0 <= frame < self.count:
            return None
        return Picture(self.bundle.facts.id, self._shown.path.at(float(self.places[frame])))

    def parents(self, frame: int) -> tuple[Picture, ...]:
        """The two stops that a frame lies between; none for a frame that is a stop itself."""
        if self._shown is None or not 0 <= frame < self.count:
            return ()
        leg, beyond = divmod(float(self.places[frame]), 1)
        stops = self._shown.plan.stops
        ends = (int(leg), (int(leg) + 1) % len(stops)) if beyond else ()
        return tuple(stops[end].picture for end in ends)

    def following(self, frame: int, count: int) -> list[Pictures]:
        """Up to `count` frames that follow each other and are prepared, from this one on if there are any."""
        found: list[Pictures] = []
        for number in [*range(max(0, frame), self.count), *range(self.count)]:
            rgba = self._frames.get(number)
            if rgba is not None:
                found.append(rgba)
            elif len(found) >= 2:
                break
            else:
                found = []
            if len(found) == count:
                break
        return found

    def show_plan(self, plan: MorphPlan, bundle: Bundle | None) -> None:
        """Prepare these frames. Those of before are played on until the new way is measured, and those that
        stay where they are are not made again."""
        self._drop_question()
        self._measuring = None
        if not plan.is_ready or bundle is None:
            self._forget()
            return
        try:
            tempo = plan.tempo()
        except StudioError as error:
            self._forget()
            self.failed.emit(error)
            return
        latents = np.stack([stop.picture.latent for stop in plan.stops])
        key = (bundle.facts.id, plan.playing == LOOP, latents.tobytes())
        if bundle is not self.bundle:
            self._forget()
            self.bundle = bundle
        pieces = finest(tempo.frames, plan.legs, bundle.facts.palette is not None)
        shown = self._shown
        path = shown.path if shown and shown.key == key else plan.path(bundle.density.centre)
        self._wish = wish = _Wish(plan, path, key, pieces)
        if (key, pieces) in self._surveys:
            self._surveys.move_to_end((key, pieces))
            self._time(wish)
        elif not self._is_resting:
            self._measure()

    def follow(self, position: int) -> None:
        """Prepare from this place in `order` on. A frame that is missing there comes before all else."""
        self._position = position
        if self._is_resting or not self.order or self.is_measuring or self.bundle is None:
            return
        frame = self.order[position % len(self.order)]
        if not self.has(frame) and frame not in self._asked and frame != self._live_frame:
            self._live_frame = frame
            latents = self._latents([frame])
            self._live = self._queue.ask_live(self.bundle, latents, "morph")
        if not self._number and self.prepared < self.count:
            self._ask_more()

    def rest(self) -> None:
        """Begin nothing more while nobody looks; a way that is being measured is measured to its end."""
        self._is_resting = True
        if not self.is_measuring:
            self._drop_question()

    def go_on(self) -> None:
        self._is_resting = False
        if self._number:
            return
        if self._wish is not self._shown:
            self._measure()
        else:
            self.follow(self._position)

    # Measuring the way

    def _measure(self) -> None:
        assert self._wish is not None and self.bundle is not None
        has_palette = self.bundle.facts.palette is not None
        self._measuring = surveying(self._wish.path, self._wish.pieces, has_palette)
        self._look = next(self._measuring)
        self._ask_look()

    def _ask_look(self) -> None:
        assert self._look is not None and self._wish is not None and self.bundle is not None
        self._parts = []
        self._number = self._queue.ask_batch(self.bundle, self._wish.path.along(self._look.places))

    def _on_look_part(self, answer: Answer) -> None:
        self._parts.append(answer.pictures)
        if not answer.is_last or self._measuring is None:
            return
        self._number = 0
        try:
            self._look = self._measuring.send(np.concatenate(self._parts))
        except StopIteration as end:
            self._measuring, self._parts = None, []
            assert self._wish is not None
            self._surveys[self._wish.key, self._wish.pieces] = end.value
            while len(self._surveys) > _KEPT_SURVEYS:
                self._surveys.popitem(last=False)
            self._time(self._wish)
            return
        self._ask_look()
        self.progressed.emit()

    def measured_share(self) -> float:
        """How far the measuring is, roughly: later rounds look at less."""
        if self._look is None or self._measuring is None:
            return 1.0
        return min(1.0, (self._look.round + self._look.done / max(1, self._look.total)) / 4)

    # Making frames

    def _time(self, wish: _Wish) -> None:
        survey = self._surveys[wish.key, wish.pieces]
        is_same_way = self._shown is not None and self._shown.key == wish.key
        kept = {float(self.places[i]): rgba for i, rgba in self._frames.items()} if is_same_way else {}
        self._shown = wish
        self.places, self.order = wish.plan.timed(survey)
        self._frames = {
            index: kept[place] for index, place in enumerate(self.places.tolist()) if place in kept
        }
        self._position %= len(self.order)
        self.timed.emit()
        self.follow(self._position)

    def _ask_more(self) -> None:
        """The next frames that are missing, in the order in which they will be played."""
        if self.bundle is None or self._is_resting:
            return
        near = self._near()
        self._asked = [frame for frame in near if frame not in self._frames][:_AT_A_TIME]
        if self._asked:
            self._asked_at = time.perf_counter()
            self._number = self._queue.ask_batch(self.bundle, self._latents(self._asked))

    def _near(self) -> list[int]:
        """As many different frames as fit, the next one played first."""
        start = self._position % len(self.order)
        played = self.order[start:] + self.order[:start]
        return list(dict.fromkeys(played))[: self.capacity]

    def _latents(self, frames: list[int]) -> np.ndarray:
        assert self._shown is not None
        return self._shown.path.along(self.places[frames])

    def _on_answered(self, answer: Answer) -> None:
        if answer.number == self._live and self._live:
            self._live = 0
            if 0 <= self._live_frame < self.count:
                self._frames[self._live_frame] = answer.pictures[0]
                self.progressed.emit()
            self._live_frame = -1
        elif answer.number != self._number or not self._number:
            return
        elif self.is_measuring:
            self._on_look_part(answer)
        else:
            for frame, rgba in zip(self._asked[answer.start :], answer.pictures, strict=False):
                self._frames[frame] = rgba
            if answer.is_last:
                self._number = 0
                self.seconds_a_frame = (time.perf_counter() - self._asked_at) / len(self._asked)
                self._asked = []
                self._make_room()
                self._ask_more()
            self.progressed.emit()

    def _make_room(self) -> None:
        if len(self._frames) > self.capacity:
            near = set(self._near())
            self._frames = {frame: rgba for frame, rgba in self._frames.items() if frame in near}

    def _on_failed(self, number: int, error: StudioError) -> None:
        if number and number in (self._number, self._live):
            self._drop_question()
            self._measuring = None
            self.failed.emit(error)

    def _drop_question(self) -> None:
        for number in (self._number, self._live):
            if number:
                self._queue.cancel(number)
        self._number, self._live, self._live_frame, self._asked = 0, 0, -1, []

    def _forget(self) -> None:
        self._frames, self._wish, self._shown, self.bundle = {}, None, None, None
        self.places, self.order = np.zeros(0), []
        self.timed.emit()
