"""How new a picture is: how far it lies from the artist's pictures, by the measure of their own distances.

A distance in latent space means nothing by itself. It is read off against pictures that were held out of
training: a new picture of the artist's own lies that far from the nearest one learned from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.core.latent import Latents

COPY = 0.01
"""A picture with less novelty than this counts as a copy: of a hundred new pictures of the artist's own, at
most one would lie so near to one learned from."""
LEVELS = 101
_AT_ONCE = 2**22  # distances in memory


def nearest(latents: Latents, codes: Latents) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The nearest code of each latent: its index, int64 [N], and its distance, float32 [N].

    latents: float32 [N, D]; codes: float32 [M, D], M >= 1.
    """
    indices = np.empty(len(latents), np.int64)
    distances = np.empty(len(latents), np.float32)
    squares = (codes**2).sum(axis=1)
    rows = max(1, _AT_ONCE // len(codes))
    for start in range(0, len(latents), rows):
        part = latents[start : start + rows]
        apart = squares - 2 * part @ codes.T + (part**2).sum(axis=1, keepdims=True)  # [n, M]
        chosen = apart.argmin(axis=1)
        indices[start : start + rows] = chosen
        # From the difference itself: the expanded square loses small distances to rounding.
        distances[start : start + rows] = np.linalg.norm(part - codes[chosen], axis=1)
    return indices, distances


def nearest_by_either(
    places: Latents, mirrored: Latents, codes: Latents
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """As `nearest`, by where a picture or its mirror image lies, whichever is nearer: a copy turned round is
    a copy. places, mirrored: float32 [N, D]."""
    indices, distances = nearest(places, codes)
    indices_mirrored, distances_mirrored = nearest(mirrored, codes)
    is_nearer = distances_mirrored < distances
    return np.where(is_nearer, indices_mirrored, indices), np.minimum(distances, distances_mirrored)


def levels(distances: npt.NDArray[np.floating]) -> tuple[float, ...]:
    """What distances are read off against: their percentiles 0 to 100, of at least one distance."""
    return tuple(float(level) for level in np.percentile(distances, np.linspace(0, 100, LEVELS)))


def novelty(distances: npt.NDArray[np.floating], yardstick: Sequence[float]) -> npt.NDArray[np.float64]:
    """The share of new pictures of the artist's own that lie nearer than each distance: float64 [N], 0..1.

    yardstick: `levels` of the distances of held-out pictures.
    """
    shares: npt.NDArray[np.float64] = np.interp(distances, yardstick, np.linspace(0, 1, len(yardstick)))
    return shares
