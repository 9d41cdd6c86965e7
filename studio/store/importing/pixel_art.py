"""Recognising pixel art and the grid it was drawn on, by measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures

LARGEST_GRID = 256  # px; above it art is treated as smooth even if every pixel was set by hand
_LARGEST_ENLARGEMENT = 64
_SMALLEST_GRID = 8  # px
_QUIET = 0.35
"""Sum of the steps inside cells over the sum of those between them. Exact enlargements have 0, and twice
the true cell about 1. Saved as JPEG of quality 85: up to 0.3 (19 of 20 tiles, 2 to 8 times). Pictures of
five smooth sets, cells of 2: at least 0.49, half of them above 0.89."""
_AGREEING = 0.95  # share of a set that must share its grid
_FEW_COLOURS = 64
_SOFT_EDGES = 0.02  # share of half-transparent pixels among the visible
"""Medians over sets: pixel avatars 10 colours and 0 soft, dungeon tiles 13 to 20 and 0; line portraits 318
and 0.086, emoji 370 and 0.043, small avatars 196 and 0.10, paintings 13,000 and 0."""
_LOOKED_AT = 64  # rows and columns, at least; enough to see the grid and the colours


@dataclass(frozen=True, slots=True)
class PixelSigns:
    """What one picture shows."""

    enlargement: int  # largest integer cell side; 0: flat, fits any
    colours: int  # on its own grid
    softness: float  # share of half-transparent pixels among the visible


def pixel_signs(rgba: Pictures) -> PixelSigns:
    """rgba: uint8 [H, W, 4]."""
    enlargement = _enlargement(rgba)
    cell = max(1, enlargement)
    own = rgba[cell // 2 :: cell, cell // 2 :: cell]
    step = max(1, max(own.shape[:2]) // _LOOKED_AT)
    seen = np.ascontiguousarray(own[::step, ::step]).view(np.uint32)
    alpha = own[..., 3]
    visible = int(np.count_nonzero(alpha))
    soft = visible - int(np.count_nonzero(alpha == 255))
    return PixelSigns(enlargement, len(np.unique(seen)), soft / max(1, visible))


def _enlargement(rgba: Pictures) -> int:
    height, width = rgba.shape[:2]
    across = _steps(rgba[:: max(1, height // _LOOKED_AT)].swapaxes(0, 1))
    down = _steps(rgba[:, :: max(1, width // _LOOKED_AT)])
    if not across.any() and not down.any():
        return 0
    best = 1
    common = math.gcd(width, height)
    for side in range(2, min(_LARGEST_ENLARGEMENT, common // _SMALLEST_GRID) + 1):
        if common % side == 0 and _is_grid(across, down, side):
            best = side
    return best


def _steps(rgba: Pictures) -> npt.NDArray[np.float64]:
    """Mean difference between each row and the next. [H, W, 4] -> float64 [H - 1]."""
    rows = np.ascontiguousarray(rgba).reshape(len(rgba), -1)
    before, after = rows[:-1], rows[1:]
    difference = np.maximum(before, after) - np.minimum(before, after)
    return np.asarray(difference.mean(axis=1), np.float64)


def _is_grid(across: npt.NDArray[np.float64], down: npt.NDArray[np.float64], side: int) -> bool:
    edges = [np.arange(1, len(steps) + 1) % side == 0 for steps in (across, down)]
    between = across[edges[0]].sum() + down[edges[1]].sum()
    inside = across[~edges[0]].sum() + down[~edges[1]].sum()
    return bool(inside <= _QUIET * between)


def judge_set(signs: Sequence[PixelSigns], sides: Sequence[int]) -> tuple[bool, int]:
    """Whether the set is pixel art, and how many times it was enlarged (1 for smooth art).

    sides: the long side of each picture, px.
    """
    if not signs:
        return False, 1
    common = _common_enlargement([s.enlargement for s in signs])
    if float(np.median(sides)) / common > LARGEST_GRID:
        return False, 1
    few_colours = float(np.median([s.colours for s in signs])) <= _FEW_COLOURS
    hard_edges = float(np.median([s.softness for s in signs])) <= _SOFT_EDGES
    is_pixel_art = common > 1 or (few_colours and hard_edges)
    return is_pixel_art, common


def _common_enlargement(enlargements: list[int]) -> int:
    told = np.array([e for e in enlargements if e > 0])
    for side in range(int(told.max(initial=1)), 1, -1):
        if np.mean(told % side == 0) >= _AGREEING:
            return side
    return 1


def to_own_grid(rgba: Pictures, enlargement: int) -> Pictures:
    """One pixel a cell. Where a cell is not of one colour (JPEG) its median is taken.

    A picture that is not on the grid keeps the pixels nearest to it. rgba: uint8 [H, W, 4].
    """
    height, width = rgba.shape[:2]
    if enlargement == 1:
        return rgba
    if height % enlargement or width % enlargement:
        rows = _nearest(height, max(1, round(height / enlargement)))
        columns = _nearest(width, max(1, round(width / enlargement)))
        return rgba[rows][:, columns]
    cells = rgba.reshape(height // enlargement, enlargement, width // enlargement, enlargement, 4)
    own = cells[:, enlargement // 2, :, enlargement // 2]
    if (cells == own[:, None, :, None]).all():
        return np.ascontiguousarray(own)
    middle: Pictures = np.median(cells, axis=(1, 3)).astype(np.uint8)
    middle[middle[..., 3] == 0] = 0
    return middle


def _nearest(length: int, wanted: int) -> npt.NDArray[np.int64]:
    """Which of `length` pixels stand for each of `wanted`: the ones at the centres."""
    return ((np.arange(wanted) + 0.5) * length / wanted).astype(np.int64)


def resize_nearest(rgba: Pictures, width: int, height: int) -> Pictures:
    """Whole pixels only, no new colours. rgba: uint8 [H, W, 4]."""
    rows, columns = _nearest(rgba.shape[0], height), _nearest(rgba.shape[1], width)
    return np.ascontiguousarray(rgba[rows][:, columns])
