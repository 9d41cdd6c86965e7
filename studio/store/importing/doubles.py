"""Finding pictures that show the same: exact copies by hash, near ones by small likenesses.

Near means: moved by about one pixel in 128, resized, some levels brighter, or flattened on white and
saved as JPEG. Each candidate pair is aligned (one step of Lucas and Kanade 1981: shift and brightness by
least squares), and the largest difference left decides. Measured on a drawn set of 3,000 different
portraits in one style: shifted copies leave at most 17.1 levels, the two most alike pictures 20.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.core.pixels import Pictures
from studio.core.progress import Progress

SIDE = 32  # px of a likeness
_BYTES = SIDE * SIDE * 4
_COARSE = 8  # cells a side of what candidates are found by
_RADIUS = 8.0  # levels, RMS over coarse cells; a shift by 1 of 128 px gives 2 to 7
_CANDIDATES = 8  # a picture; bounds the work where all pictures are alike
_LARGEST_LEFT = 17.5  # levels of 255
_LARGEST_SHARE = 0.12  # RMS left over the picture's own contrast: textures that differ only in tint
_LARGEST_SHIFT = 0.7  # cells of the likeness
_LARGEST_BRIGHTENING = 8.0  # levels
_LARGEST_STRETCH = 1.03  # between the shapes of two copies
_REACH = 4096  # pictures along the main direction; bounds the work where all pictures are alike
_ROWS = 32  # compared with all others in reach at a time
_BATCH = 64  # pairs; 200 KB each while they are compared

_Floats = npt.NDArray[np.floating[Any]]  # float32


def likeness(rgba: Pictures) -> Pictures:
    """uint8 [SIDE, SIDE, 4], premultiplied. rgba: uint8 [H, W, 4] straight."""
    image = Image.fromarray(rgba).convert("RGBa")
    whole = image.width % SIDE == 0 and image.height % SIDE == 0
    filter_ = Image.Resampling.BOX if whole else Image.Resampling.HAMMING
    return np.array(image.resize((SIDE, SIDE), filter_))


def coarse(small: Pictures) -> npt.NDArray[np.uint8]:
    """uint8 [192]: a likeness on white in 8 x 8 softened cells, near for pictures that look alike."""
    on_white = _blurred(_on_white(small[None].astype(np.float32)))[0]
    cells = on_white.reshape(_COARSE, SIDE // _COARSE, _COARSE, SIDE // _COARSE, 3).mean(axis=(1, 3))
    return np.asarray(np.rint(cells), np.uint8).ravel()


class Groups:
    """Which of a row of things belong together: union-find (Galler and Fischer 1964)."""

    def __init__(self, count: int) -> None:
        self._leader = list(range(count))

    def leader(self, i: int) -> int:
        """The lowest of its group, as the leaders of joined groups are."""
        while self._leader[i] != i:
            self._leader[i] = self._leader[self._leader[i]]
            i = self._leader[i]
        return i

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.leader(a), self.leader(b)))
        self._leader[high] = low

    def of_several(self) -> list[list[int]]:
        """Groups of two or more, each and all in rising order."""
        groups: dict[int, list[int]] = {}
        for i in range(len(self._leader)):
            groups.setdefault(self.leader(i), []).append(i)
        return [group for group in groups.values() if len(group) > 1]


def join_near(
    groups: Groups,
    places: Sequence[int],
    coarse_ones: npt.NDArray[np.uint8],
    shapes: Sequence[tuple[int, int]],
    likenesses: IO[bytes],
    progress: Progress,
) -> None:
    """Join the pictures that show the same.

    places: of each picture in `groups`; coarse_ones: uint8 [N, 192]; shapes: width and height of each;
    likenesses: a file of N likenesses one after another, of which only candidates are read.
    """
    candidates = _candidates(coarse_ones, progress)
    # Nearest first, and nothing twice: in a set of frames alike, most are joined in the first round.
    for rank in range(_CANDIDATES):
        pairs = _similar_shapes(candidates[candidates[:, 2] == rank, :2], shapes)
        apart = [groups.leader(places[a]) != groups.leader(places[b]) for a, b in pairs]
        pairs = pairs[np.array(apart, bool)]
        for start in range(0, len(pairs), _BATCH):
            progress.update("Looking for doubles", start, len(pairs))
            batch = pairs[start : start + _BATCH]
            first, second = (_read(likenesses, batch[:, side]) for side in (0, 1))
            for a, b in batch[show_the_same(first, second)]:
                groups.join(places[a], places[b])


def _candidates(coarse_ones: npt.NDArray[np.uint8], progress: Progress) -> npt.NDArray[np.int64]:
    """int64 [M, 3]: pairs within the radius, the nearest few of each picture, with the rank of nearness.

    Sorted along the direction in which the set varies most, each picture is compared only with those
    inside the radius there, in blocks: memory stays flat, and time grows with their number.
    """
    if len(coarse_ones) < 2:
        return np.empty((0, 3), np.int64)
    axes = _main_directions(coarse_ones)
    places = np.concatenate(
        [coarse_ones[i : i + 4096].astype(np.float32) @ axes for i in range(0, len(coarse_ones), 4096)]
    )
    order = np.argsort(places[:, 0], kind="stable")
    places = places[order]
    radius = _RADIUS * np.sqrt(coarse_ones.shape[1])
    ends = np.searchsorted(places[:, 0], places[:, 0] + radius, side="right")
    squares = (places**2).sum(axis=1)
    found = []
    for start in range(0, len(places), _ROWS):
        stop = min(start + _ROWS, len(places))
        end = min(int(ends[stop - 1]), stop + _REACH)
        progress.update("Looking for doubles", start, len(places))
        distances = squares[start:stop, None] + squares[None, start:end]
        distances -= 2 * (places[start:stop] @ places[start:end].T)
        distances[np.tri(stop - start, end - start, dtype=bool)] = np.inf  # itself and earlier ones
        few = min(_CANDIDATES, end - start)
        columns = np.argpartition(distances, few - 1, axis=1)[:, :few]
        distances = np.take_along_axis(distances, columns, axis=1)
        columns = np.take_along_axis(columns, np.argsort(distances, axis=1), axis=1)
        rows, rank = np.nonzero(np.sort(distances, axis=1) < radius**2)
        found.append(np.stack([order[start + rows], order[start + columns[rows, rank]], rank], axis=1))
    return np.concatenate(found)


def _main_directions(coarse_ones: npt.NDArray[np.uint8]) -> _Floats:
    """float32 [192, 16]: principal directions of (a sample of) the set."""
    sample = coarse_ones[:: max(1, len(coarse_ones) // 4096)].astype(np.float32)
    sample = sample - sample.mean(axis=0)
    _, directions = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(directions[:, :-17:-1])


def _similar_shapes(pairs: npt.NDArray[np.int64], shapes: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    sides = np.array(shapes, np.float64).reshape(-1, 2)
    stretch = np.log(sides[:, 0] / sides[:, 1])
    alike = np.abs(stretch[pairs[:, 0]] - stretch[pairs[:, 1]]) < np.log(_LARGEST_STRETCH)
    return np.asarray(pairs[alike], np.int64)


def _read(likenesses: IO[bytes], indices: npt.NDArray[np.int64]) -> _Floats:
    """float32 [P, SIDE, SIDE, 4]."""
    result = np.empty((len(indices), _BYTES), np.float32)
    for row, index in enumerate(indices.tolist()):
        likenesses.seek(index * _BYTES)
        result[row] = np.frombuffer(likenesses.read(_BYTES), np.uint8)
    return result.reshape(-1, SIDE, SIDE, 4)


def _on_white(small: _Floats) -> _Floats:
    return small[..., :3] + (255 - small[..., 3:])


def _blurred(x: _Floats) -> _Floats:
    """1-2-1 both ways, so that a shift by part of a cell is nearly linear. float32 [P, H, W, C]."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    x = (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
    return (x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]) / 4


def show_the_same(first: _Floats, second: _Floats) -> npt.NDArray[np.bool_]:
    """Whether pairs of likenesses show the same: bool [P]. first, second: float32 [P, SIDE, SIDE, 4].

    Where one of a pair is opaque both are compared on white, else with their alpha.
    """
    opaque = (first[..., 3].min(axis=(1, 2)) == 255) | (second[..., 3].min(axis=(1, 2)) == 255)
    cover = np.minimum(first[..., 3], second[..., 3])[..., None] / 255
    planes = []
    for one in (first, second):
        alpha = np.where(opaque[:, None, None, None], 0, one[..., 3:])
        planes.append(_blurred(np.concatenate([_on_white(one), alpha], axis=-1)))
    a, b = planes
    down, across = np.gradient(a, axis=(1, 2))
    brighter = np.zeros_like(a)
    brighter[..., :3] = _blurred(cover)
    left = b - a
    ways = np.stack([across, down, brighter], axis=1).reshape(len(a), 3, -1)  # [P, 3, H*W*4]
    limits = np.array([_LARGEST_SHIFT, _LARGEST_SHIFT, _LARGEST_BRIGHTENING], np.float32)
    normal = ways @ ways.transpose(0, 2, 1) + np.eye(3, dtype=np.float32)
    steps = np.linalg.solve(normal, ways @ left.reshape(len(a), -1, 1))
    steps = np.clip(steps[..., 0], -limits, limits)
    left -= (steps[:, None] @ ways).reshape(left.shape)
    largest = np.abs(left).max(axis=(1, 2, 3))
    rms = np.sqrt((left**2).mean(axis=(1, 2, 3)))
    contrast = b.std(axis=(1, 2)).max(axis=-1)
    return np.asarray((largest <= _LARGEST_LEFT) & (rms <= _LARGEST_SHARE * contrast + 0.2))
