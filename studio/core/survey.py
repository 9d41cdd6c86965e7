"""Looking along a path to see where the picture changes, without knowing who makes the pictures.

A generator asks for places and is sent their pictures, so that a command can decode at once and a window in
the background.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.core.path import Path
from studio.core.pixels import Pictures, premultiply
from studio.core.tempo import Floats, Survey

_MARKS_A_LEG = 16  # to begin with
_FINEST, _FINEST_PALETTE = (32, 120), (60, 1000)
"""Pieces of a leg, least and most, in each of which the change is known. Below some two levels rounding would
pass for change, so smooth pictures are not looked at more closely; those of a palette jump or do not."""
_ROUNDS = 3
_MOST_PIECES = 4
_AT_A_TIME = 32
_LARGEST_SIDE, _LARGEST_PALETTE_SIDE = 64, 128
"""px; what is kept of larger pictures are means of squares of pixels."""

_Seen = npt.NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class Look:
    """A wish: the pictures at these places, please."""

    places: Floats  # [n]
    round: int  # of _ROUNDS + 1
    done: int  # places of this round before these
    total: int  # of this round


Surveying = Generator[Look, Pictures, Survey]


def finest(frames: int, legs: int, has_palette: bool) -> int:
    """How closely a path has to be looked at for so many frames. In powers of two: a few change nothing."""
    least, most = _FINEST_PALETTE if has_palette else _FINEST
    wanted = (2 if has_palette else 1) * frames / legs
    return int(np.clip(2 ** np.ceil(np.log2(max(wanted, 1))), least, most))


def surveying(path: Path, pieces: int, has_palette: bool) -> Surveying:
    """pieces: from `finest`. Is sent uint8 [n, H, W, 4] for each Look.

    Smooth pictures move by the root of the mean square of what changes. With a palette pixels jump one by
    one, and the squares of jumps at different places add up: spread by these, the largest step of 60 frames
    fell from 1.6 to 1.2 of the median one, with every frame still what the decoder shows at its place.
    """
    power = 1.0 if has_palette else 0.5
    seen: dict[float, _Seen] = {}
    places: Floats = np.linspace(0, path.legs, path.legs * _MARKS_A_LEG + 1)
    yield from _look(places, 0, seen, has_palette)
    for number in range(1, _ROUNDS + 1):
        steps = _changes(places, seen) ** power
        longest = steps.sum() / path.legs / pieces
        cuts = np.clip(np.ceil(steps / max(longest, 1e-9)), 1, _MOST_PIECES).astype(int)
        if cuts.max() == 1:
            break
        legs = zip(places, places[1:], cuts, strict=False)
        fine = np.concatenate([np.linspace(start, end, count + 1)[1:-1] for start, end, count in legs])
        yield from _look(fine, number, seen, has_palette)
        places = np.sort(np.concatenate([places, fine]))
    steps = _changes(places, seen) ** power
    return Survey(places, np.concatenate([[0.0], np.cumsum(steps)]))


def _look(
    places: Floats, number: int, seen: dict[float, _Seen], has_palette: bool
) -> Generator[Look, Pictures, None]:
    """Puts what is to be seen at these places into `seen`."""
    for start in range(0, len(places), _AT_A_TIME):
        some = places[start : start + _AT_A_TIME]
        pictures = yield Look(some, number, start, len(places))
        for place, rgba in zip(some.tolist(), pictures, strict=True):
            seen[place] = _small(premultiply(rgba), _LARGEST_PALETTE_SIDE if has_palette else _LARGEST_SIDE)


def _small(rgba: Pictures, largest: int) -> _Seen:
    """Means of squares of pixels, so that many pictures can be kept. uint8 [S, S, 4] -> float16 [s, s, 4]."""
    side = len(rgba)
    factor = next(f for f in range(-(-side // largest), side + 1) if side % f == 0)
    blocks = rgba.reshape(side // factor, factor, side // factor, factor, 4)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32), np.float16)


def _changes(places: Floats, seen: dict[float, _Seen]) -> Floats:
    """The mean square difference of neighbours, in levels of 255: float64 [M - 1]."""
    each = [seen[place].astype(np.float32) for place in places.tolist()]
    return np.array([float(np.mean((b - a) ** 2)) for a, b in pairwise(each)])
