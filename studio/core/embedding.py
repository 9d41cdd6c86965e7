"""Points of many dimensions laid out in two so that near ones stay near: t-SNE with a particle mesh.

van der Maaten and Hinton 2008, with the repulsion summed on a mesh through FFTs as Linderman et al. 2019
(doi:10.1038/s41592-018-0308-4) do, begun from the principal axes (Kobak and Berens 2019). Nothing is random:
the same points give the same layout. Of ten nearest neighbours in latent space it keeps 4.1 for 3,000
portraits, the two principal axes alone keep 0.6 (measured).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.neighbours import neighbours
from studio.core.progress import Progress

Places = npt.NDArray[np.float32]
"""float32 [N, 2]."""
Floats = npt.NDArray[np.floating]

_ROUNDS = 300  # 500 keep no more neighbours
_EARLY_ROUNDS = 80
_EARLY = 12.0  # how many times as strong attraction is in the early rounds
_NEIGHBOURS, _PERPLEXITY = 30, 10.0
_FEWEST = 8  # points; fewer lie by their principal axes
_MESH = 0.5  # side of a cell; the force varies over a length of 1. At 0.25 no more neighbours are kept
_MOST_CELLS = 600  # a side


def embed(points: Floats, progress: Progress = Progress()) -> Places:  # noqa: B008 (does nothing)
    """Where each point lies in the plane, around 0. points: [N, D]. Raises Cancelled from `progress`."""
    places = principal(points)
    if len(points) < _FEWEST:
        return places
    graph = _attraction(points, progress)
    places *= np.float32(1e-2 / max(float(places[:, 0].std()), 1e-12))
    rate = np.float32(max(len(points) / _EARLY, min(len(points) / 4, 50.0)))  # 50 tears a few dozen apart
    velocity, gains = np.zeros_like(places), np.ones_like(places)
    for done in range(_ROUNDS):
        progress.update("Laying out the map", done, _ROUNDS)
        is_early = done < _EARLY_ROUNDS
        slope = graph.pull(places) * np.float32(_EARLY if is_early else 1.0) - repulsion(places)
        goes_on = np.sign(slope) != np.sign(velocity)
        gains = np.maximum(np.where(goes_on, gains + 0.2, gains * 0.8), 0.01).astype(np.float32)
        velocity = np.float32(0.5 if is_early else 0.8) * velocity - rate * gains * slope
        places = places + velocity
        places -= places.mean(axis=0)
    return places


def principal(points: Floats) -> Places:
    """Along the two directions in which points differ most. points: [N, D] -> float32 [N, 2]."""
    centred = (points - points.mean(axis=0)).astype(np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    along = centred @ (axes * np.sign(largest))  # an axis has no direction of its own
    places: Places = np.zeros((len(points), 2), np.float32)
    places[:, : along.shape[1]] = along
    return places


@dataclass(frozen=True, eq=False)
class _Springs:
    """Pairs of points that attract each other, each pair once."""

    start: npt.NDArray[np.int64]  # [E]
    end: npt.NDArray[np.int64]  # [E]
    weight: npt.NDArray[np.float32]  # [E]; half of their sum is 1

    def pull(self, places: Places) -> Places:
        apart = places[self.start] - places[self.end]
        apart *= (self.weight / (1 + (apart**2).sum(axis=1)))[:, None]
        count = len(places)
        sums = [
            np.bincount(self.start, apart[:, axis], count) - np.bincount(self.end, apart[:, axis], count)
            for axis in (0, 1)
        ]
        return np.stack(sums, axis=1).astype(np.float32)


def _attraction(points: Floats, progress: Progress) -> _Springs:
    """How alike neighbours are, made symmetric: equations 1 and 2 of van der Maaten and Hinton."""
    n = len(points)
    count = min(_NEIGHBOURS, n - 1)
    found, distances = neighbours(points, count, progress)
    shares = _shares(distances.astype(np.float64) ** 2, min(_PERPLEXITY, count / 3))
    start, end = np.repeat(np.arange(n), count), found.reshape(-1)
    pairs, inverse = np.unique(np.minimum(start, end) * n + np.maximum(start, end), return_inverse=True)
    weight = np.bincount(inverse, shares.reshape(-1)) / (2 * n)
    return _Springs(pairs // n, pairs % n, weight.astype(np.float32))


def _shares(squares: npt.NDArray[np.float64], perplexity: float) -> npt.NDArray[np.float64]:
    """Each row's likeness to its neighbours, adding up to 1, as many counting as `perplexity` says.

    squares: of the distances, [N, K]. The width of each row's Gaussian is found by bisection.
    """
    squares = squares - squares[:, :1]
    low, high = np.zeros(len(squares)), np.full(len(squares), np.inf)
    sharpness = 1 / np.maximum(squares.mean(axis=1), 1e-12)
    for _ in range(40):
        shares = np.exp(-squares * sharpness[:, None])
        total = shares.sum(axis=1)
        entropy = np.log(total) + sharpness * (squares * shares).sum(axis=1) / total
        is_flat = entropy > np.log(perplexity)
        low, high = np.where(is_flat, sharpness, low), np.where(is_flat, high, sharpness)
        sharpness = np.where(np.isinf(high), np.minimum(2 * sharpness, 1e12), (low + high) / 2)
    shares = np.asarray(np.exp(-squares * sharpness[:, None]), np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def repulsion(places: Places) -> Places:
    """How each point is pushed by all others, divided by the sum of their likenesses: float32 [N, 2].

    Points are spread over the four corners of their cell, the force is summed there by FFT and read back by
    the same shares, so that no point pushes itself.
    """
    lowest = places.min(axis=0)
    spread = float((places.max(axis=0) - lowest).max())
    cell = min(max(_MESH, spread / _MOST_CELLS), max(spread / 40, 1e-9))
    side = int(spread / cell) + 3
    corners, shares = _corners((places - lowest) / np.float32(cell), side)
    mass = np.bincount(corners.reshape(-1), shares.reshape(-1), side * side).reshape(side, side)
    size = _quick_size(2 * side)
    spectrum = np.fft.rfft2(mass.astype(np.float32), (size, size))

    away = np.fft.fftfreq(size, 1 / size).astype(np.float32) * np.float32(cell)
    likeness = 1 / (1 + away[:, None] ** 2 + away[None, :] ** 2)
    pushes = (away[:, None] * likeness**2, away[None, :] * likeness**2)
    like, right, down = (
        (_field(spectrum, kernel, side)[corners] * shares).sum(axis=0) for kernel in (likeness, *pushes)
    )
    total = max(float(like.sum()) - _likeness_to_itself(shares, cell), 1e-9)
    return np.stack([right, down], axis=1).astype(np.float32) / np.float32(total)


def _corners(at: Places, side: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The four corners of the cell that each point is in, and its shares of them: [4, N] each."""
    first = at.astype(np.int64)
    x, y = (at - first).T
    indices = [(first[:, 0] + i) * side + first[:, 1] + j for i in (0, 1) for j in (0, 1)]
    shares = [(1 - x) * (1 - y), (1 - x) * y, x * (1 - y), x * y]
    return np.stack(indices), np.stack(shares).astype(np.float32)


def _field(
    spectrum: npt.NDArray[np.complexfloating], kernel: npt.NDArray[np.floating], side: int
) -> npt.NDArray[np.floating]:
    size = len(kernel)
    field = np.fft.irfft2(spectrum * np.fft.rfft2(kernel), (size, size))
    return field[:side, :side].reshape(-1)


def _likeness_to_itself(shares: npt.NDArray[np.float32], cell: float) -> float:
    """What the mesh counts of each point with itself. shares: [4, N]."""
    corner = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * cell
    kernel = 1 / (1 + ((corner[:, None] - corner[None]) ** 2).sum(axis=2))  # [4, 4]
    return float(((kernel.astype(np.float32) @ shares) * shares).sum())


def _quick_size(least: int) -> int:
    """The next length that an FFT is quick for: of factors 2, 3 and 5."""
    size = least
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return size
        size += 1
