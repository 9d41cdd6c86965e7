"""When a morph is where: frames spread so that the picture changes evenly, rests, and ways back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.pixels import Pictures, rms_difference

EASES = ("linear", "in", "out", "smooth")
"""Linear; in: leaves slowly; out: arrives slowly; smooth: both."""
MOST_FRAMES = 10_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tempo:
    """How a morph goes through its stops."""

    frames: int  # different ones; each stop is one of them
    eases: tuple[str, ...] = ()  # one of EASES for each leg; where there are none, linear
    holds: tuple[int, ...] = ()  # frames more that each stop is shown; where there are none, 0
    is_ping_pong: bool = False  # comes back the way it went, without the two ends twice

    def ease_of(self, leg: int) -> str:
        return self.eases[leg] if leg < len(self.eases) else EASES[0]

    def hold_of(self, stop: int) -> int:
        return self.holds[stop] if stop < len(self.holds) else 0


@dataclass(frozen=True, eq=False)
class Survey:
    """How much the picture has changed on the way to some places of a path."""

    places: Floats  # [M], rising, with all stops among them
    lengths: Floats  # [M], never falling; see survey.py for the measure

    def of_legs(self) -> Floats:
        """The change on each leg, float64 [legs]."""
        stops = np.arange(round(self.places[-1]) + 1)
        return np.diff(np.interp(stops, self.places, self.lengths))


def frame_places(survey: Survey, tempo: Tempo, is_closed: bool) -> Floats:
    """The place of each of `tempo.frames` frames, float64 [N]; every stop is exactly one of them.

    A closed path ends one step before its first stop. Raises StudioError for too few or too many frames.
    """
    legs = round(survey.places[-1])
    fewest = legs if is_closed else legs + 1
    if not fewest <= tempo.frames <= MOST_FRAMES:
        raise StudioError(
            f"{tempo.frames} frames cannot show these {fewest} stops.",
            f"Choose from {max(2, fewest)} to {MOST_FRAMES} frames.",
        )
    steps = _shared_out(survey.of_legs(), tempo.frames if is_closed else tempo.frames - 1)
    parts = [_on_leg(survey, leg, count, tempo.ease_of(leg)) for leg, count in enumerate(steps)]
    return np.concatenate(parts if is_closed else [*parts, [float(legs)]])


def _shared_out(lengths: Floats, steps: int) -> list[int]:
    """Steps for each leg, at least one, so that the largest step is as small as can be."""
    counts = np.ones(len(lengths), np.int64)
    for _ in range(steps - len(lengths)):
        counts[np.argmax(lengths / counts)] += 1
    return [int(count) for count in counts]


def _on_leg(survey: Survey, leg: int, count: int, ease: str) -> Floats:
    """Where the `count` steps of a leg begin."""
    shares = eased(np.arange(count) / count, ease)
    start, end = np.searchsorted(survey.places, (leg, leg + 1))
    places, lengths = survey.places[start : end + 1], survey.lengths[start : end + 1]
    if lengths[-1] <= lengths[0]:  # nothing to see changes: a rest
        return leg + shares
    found: Floats = np.interp(lengths[0] + shares * (lengths[-1] - lengths[0]), lengths, places)
    found[0] = leg
    return found


def eased(shares: Floats, ease: str) -> Floats:
    """How much of a leg is done after each share of its time; both 0..1."""
    if ease == "in":
        return np.asarray(shares**2)
    if ease == "out":
        return np.asarray(1 - (1 - shares) ** 2)
    if ease == "smooth":
        return np.asarray(shares**2 * (3 - 2 * shares))
    return shares


def playing_order(places: Floats, tempo: Tempo) -> list[int]:
    """Which frame is shown when, with rests and the way back."""
    there = list(range(len(places)))
    order = there + there[-2:0:-1] if tempo.is_ping_pong else there
    rests = [tempo.hold_of(round(place)) if place % 1 == 0 else 0 for place in places]
    return [index for index in order for _ in range(1 + rests[index])]


def frame_changes(frames: Iterable[Pictures], is_endless: bool = False) -> list[float]:
    """RMS difference of premultiplied pixels from frame to frame, in levels of 255.

    frames: uint8 [H, W, 4] each. is_endless: from the last to the first too.
    """
    changes: list[float] = []
    first = previous = None
    for frame in frames:
        if previous is None:
            first = frame
        else:
            changes.append(rms_difference(previous, frame))
        previous = frame
    if is_endless and first is not None and previous is not None:
        changes.append(rms_difference(previous, first))
    return changes


def unevenness(changes: Sequence[float]) -> float:
    """The largest change over the median one; rests do not count. 1 is even, and so is no change at all."""
    moving = [change for change in changes if change > 0]
    return float(max(moving) / np.median(moving)) if moving else 1.0
