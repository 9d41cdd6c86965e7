"""How the texture of a rebuild differs from that of its picture: strokes, hatching, grain, wherever they lie.

Squared errors are least for a blur where a network does not know the place of a stroke to the pixel. Compared
without their places, strokes are worth painting.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

_FILTERS, _REACH = 8, 5  # px
_WINDOW = 16  # px: texture may move so far, and no farther
_CROP = 64  # px: of larger pictures a part is looked at in each step
_MOST_OCTAVES = 3


def texture_distances(rebuilt: Tensor, x: Tensor, random: torch.Generator) -> list[Tensor]:
    """Mean squares, float32 [], an octave each, fine to coarse; none for pictures too small to have any.

    A sliced Wasserstein distance (Heitz et al. 2021, arXiv:2006.07229, equation 2): responses to random
    filters instead of to a trained network's, new in every step, sorted in windows of 16 px. Of the first
    half of the batch alone: of all, a step takes 1.4 times as long, of half 1.2 times.
    rebuilt, x: float32 [B, 4, S, S], premultiplied, -1..1.
    """
    filters = torch.randn(_FILTERS, x.shape[1], _REACH, _REACH, generator=random)
    filters = filters - filters.mean(dim=(2, 3), keepdim=True)  # colours and brightness are not texture
    filters = (filters / filters.flatten(1).norm(dim=1)[:, None, None, None]).to(x.device)
    some = (len(x) + 1) // 2
    rebuilt, x = rebuilt[:some], x[:some]
    distances: list[Tensor] = []
    while x.shape[-1] - _REACH + 1 >= _WINDOW and len(distances) < _MOST_OCTAVES:
        down, right = torch.randint(max(1, x.shape[-1] - _CROP + 1), (2,), generator=random).tolist()
        part = (..., slice(down, down + _CROP), slice(right, right + _CROP))
        spare = (min(x.shape[-1], _CROP) - _REACH + 1) % _WINDOW
        start = torch.randint(spare + 1, (2,), generator=random).tolist()
        pair = _responses(rebuilt[part], filters, start), _responses(x[part], filters, start)
        distance: Tensor = SortedSquares.apply(*pair)  # type: ignore[no-untyped-call]
        distances.append(distance)
        rebuilt, x = F.avg_pool2d(rebuilt, 2), F.avg_pool2d(x, 2)
    return distances


def _responses(x: Tensor, filters: Tensor, start: list[int]) -> Tensor:
    """In whole windows: float32 [B, filters, windows, pixels of a window]."""
    y = F.conv2d(x, filters)
    count = y.shape[-1] // _WINDOW
    reach = count * _WINDOW
    y = y[..., start[0] : start[0] + reach, start[1] : start[1] + reach]
    windows = y.reshape(*y.shape[:2], count, _WINDOW, count, _WINDOW)
    return windows.transpose(3, 4).reshape(*y.shape[:2], count**2, _WINDOW**2)


class SortedSquares(torch.autograd.Function):
    """Mean square of the differences of two heaps of numbers, each sorted along the last dimension: their
    Wasserstein distance, squared. With a gradient to the first alone."""

    @staticmethod
    def forward(ctx: Any, made: Tensor, real: Tensor) -> Tensor:
        ordered, places = made.sort(dim=-1)
        difference = ordered - real.sort(dim=-1).values
        ctx.save_for_backward(difference, places)
        return (difference**2).mean()

    @staticmethod
    def backward(ctx: Any, of_mean: Tensor) -> tuple[Tensor, None]:
        difference, places = ctx.saved_tensors
        gradient = torch.empty_like(difference)
        gradient.scatter_(-1, places, difference * (2 * of_mean / difference.numel()))
        return gradient, None
