"""Which points lie nearest each other: exact, some rows at a time so that memory stays flat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.core.progress import Progress

Indices = npt.NDArray[np.int64]
Distances = npt.NDArray[np.float32]
_AT_ONCE = 2**22  # distances in memory


def neighbours(
    points: npt.NDArray[np.floating],
    count: int,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
) -> tuple[Indices, Distances]:
    """Of each point the `count` nearest others, nearest first: int64 [N, count], float32 [N, count].

    points: [N, D], N > count. Of points equally near, the first is taken first. Raises Cancelled.
    """
    assert 0 < count < len(points)
    points = np.ascontiguousarray(points - points.mean(axis=0), np.float32)
    indices = np.empty((len(points), count), np.int64)
    distances = np.empty((len(points), count), np.float32)
    squares = (points**2).sum(axis=1)
    rows = max(1, _AT_ONCE // len(points))
    for start in range(0, len(points), rows):
        progress.update("Comparing pictures", start, len(points))
        part = slice(start, min(start + rows, len(points)))
        apart = squares - 2 * (points[part] @ points.T)  # short of what a row has in common  [n, N]
        apart[np.arange(len(apart)), np.arange(part.start, part.stop)] = np.inf
        chosen = np.sort(np.argpartition(apart, count - 1, axis=1)[:, :count], axis=1)
        # From the difference itself: the expanded square loses small distances to rounding.
        far = np.linalg.norm(points[part, None] - points[chosen], axis=2)  # [n, count]
        order = np.argsort(far, axis=1, kind="stable")
        indices[part] = np.take_along_axis(chosen, order, axis=1)
        distances[part] = np.take_along_axis(far, order, axis=1)
    return indices, distances
