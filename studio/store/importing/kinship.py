"""How much the pictures of a set have in common: what a model can count on in every one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LEAST_IN_COMMON = 0.38
"""Measured on 60, 200 and 600 pictures of each set, the same within 0.03: drawn portraits 0.71, small avatars
0.66, pixel avatars 0.47; monsters 0.30, emoji 0.28, dungeon tiles 0.07, paintings 0.00. The first three
learn to a likeness in minutes, the others want far more pictures and time."""
_FEWEST = 20  # pictures; of fewer the mean says nothing


def in_common(coarse_ones: Sequence[npt.NDArray[np.uint8]]) -> float:
    """The share of what the pictures show, over a plain ground, that their mean shows already: 0..1.

    coarse_ones: what `doubles.coarse` gives, uint8 [192] each, 8 x 8 cells of RGB.
    Subject in the middle, head at the top, ground around: such things make the mean a picture. 1 for
    sets too small to tell.
    """
    count = len(coarse_ones)
    if count < _FEWEST:
        return 1.0
    total = np.zeros((64, 3))
    squares = np.zeros(3)
    for start in range(0, count, 4096):
        x = np.stack(coarse_ones[start : start + 4096]).reshape(-1, 64, 3).astype(np.float64)
        total += x.sum(axis=0)
        squares += (x**2).sum(axis=(0, 1))
    mean = total / count
    ground = mean.mean(axis=0)
    shown = squares.sum() / count - 64 * (ground**2).sum()
    shared = ((mean - ground) ** 2).sum()
    return float(np.clip(shared / shown, 0, 1)) if shown > 0 else 1.0
