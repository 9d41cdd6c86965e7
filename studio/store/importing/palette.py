"""The colours a set of pixel art shares: gathered while it streams by, exact where they are few."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures, premultiply

LARGEST_PALETTE = 256
_MOST_COLOURS = 65_536  # beyond it no 256 colours stand for the set
_LARGEST_ERROR = 4.0
"""Levels of 255, mean over visible pixels and channels, that 256 colours may be off. Nobody sees 3 in pixel
art, and choosing colours makes far crisper pictures than painting (tests/benchmarks/quality_results.md)."""
_ROUNDS = 12  # of k-means; the error changes by less than 1 % after 8

_Colours = npt.NDArray[np.float32]  # premultiplied RGBA, 0..255


class PaletteGatherer:
    """Counts colours picture by picture; memory bounded."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    @property
    def gave_up(self) -> bool:
        return len(self._counts) > _MOST_COLOURS

    def add(self, rgba: Pictures) -> None:
        """rgba: uint8 [H, W, 4], colour zero under alpha zero."""
        if self.gave_up:
            return
        colours, counts = np.unique(np.ascontiguousarray(rgba).view("<u4"), return_counts=True)
        for colour, count in zip(colours.tolist(), counts.tolist(), strict=True):
            self._counts[colour] += count

    def palette(self) -> Pictures | None:
        """uint8 [P, 4], straight, transparent first, then by frequency; None if the set has no palette."""
        if self.gave_up or not self._counts:
            return None
        ranked = sorted(self._counts.items(), key=lambda item: (item[0] != 0, -item[1], item[0]))
        colours = np.array([c for c, _ in ranked], "<u4").view(np.uint8).reshape(-1, 4)
        counts = np.array([n for _, n in ranked], np.float64)
        if len(colours) <= LARGEST_PALETTE:
            return colours
        return _reduced(colours, counts)


def _reduced(colours: Pictures, counts: npt.NDArray[np.float64]) -> Pictures | None:
    """256 of the colours that stand for all, if they do so well enough."""
    points = premultiply(colours).astype(np.float32)
    centres = _spread(points, counts)
    for _ in range(_ROUNDS):
        nearest = _nearest_centre(points, centres)
        weight = np.bincount(nearest, counts, LARGEST_PALETTE)
        for channel in range(4):
            sums = np.bincount(nearest, counts * points[:, channel], LARGEST_PALETTE)
            centres[:, channel] = np.where(weight > 0, sums / np.maximum(weight, 1), centres[:, channel])
    chosen = _members(points, counts, centres)
    error = np.abs(points - points[chosen][_nearest_centre(points, points[chosen])]).mean(axis=1)
    visible = counts * (points[:, 3] > 0)
    if float((error * visible).sum() / visible.sum()) > _LARGEST_ERROR:
        return None
    return colours[np.unique(chosen)]


def _spread(points: _Colours, counts: npt.NDArray[np.float64]) -> _Colours:
    """First centres, far from each other and frequent: k-means++ (Arthur and Vassilvitskii 2007) taking
    the likeliest instead of drawing, so that the same set gives the same palette."""
    chosen = [0]
    distance = np.full(len(points), np.inf)
    for _ in range(LARGEST_PALETTE - 1):
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int((distance * counts).argmax()))
    return points[chosen].copy()


def _nearest_centre(points: _Colours, centres: _Colours) -> npt.NDArray[np.int64]:
    nearest = np.empty(len(points), np.int64)
    half_squares = (centres**2).sum(axis=1) / 2
    for start in range(0, len(points), 4096):
        block = points[start : start + 4096]
        nearest[start : start + 4096] = (half_squares - block @ centres.T).argmin(axis=1)
    return nearest


def _members(points: _Colours, counts: npt.NDArray[np.float64], centres: _Colours) -> npt.NDArray[np.int64]:
    """For each centre its most frequent colour, so that outlines stay exactly the artist's own."""
    nearest = _nearest_centre(points, centres)
    order = np.lexsort((counts, nearest))
    last = np.flatnonzero(np.diff(nearest[order], append=-1))
    return order[last]
