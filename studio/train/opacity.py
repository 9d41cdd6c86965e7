"""The opacity of new pictures: clear where the artist's own are clear, opaque where they are opaque."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_MARGINS = (2, 4, 8, 12, 16)  # levels of 255 next to clear and to opaque
_HARDLY_ANY = 0.1  # of what is nearly clear, or nearly opaque, in new pictures
_LEVELS = 255


@dataclass(frozen=True)
class Stretch:
    """Levels of 255: what is as clear as `clear` becomes 0, what is as opaque as `opaque` 255, and what lies
    between is stretched."""

    clear: int
    opaque: int


def stretched(x: Tensor, stretch: Stretch) -> Tensor:
    """x with its alpha stretched and its straight colours as they were.

    x: float32 [N, 4, S, S], premultiplied, -1..1.
    """
    shares = (x + 1) / 2
    alpha = shares[:, 3:]
    clear, opaque = stretch.clear / _LEVELS, stretch.opaque / _LEVELS
    wanted = ((alpha - clear) / (opaque - clear)).clamp(0, 1)
    return 2 * shares * (wanted / alpha.clamp(min=1 / _LEVELS)) - 1


def matching_stretch(made: Tensor, real: Tensor) -> Stretch | None:
    """The most that is mistaken for sure: real pictures have less than a tenth as many pixels that are so
    nearly clear, or so nearly opaque, and yet neither. None where there is nothing to mend.

    A drawing's edges go from opaque to clear in one or two pixels, but a network leaves a film of some
    levels that no one sees before it is cut out, trimmed or laid on another colour: 3 % of the pixels of
    portraits of 128 px. Soft shadows and glows stay, for then real pictures have such pixels too.
    made, real: float32 [N, 4, S, S], premultiplied, -1..1.
    """
    ours, theirs = _alpha_histogram(made), _alpha_histogram(real)
    clear = max((m for m in _MARGINS if _is_mistaken(ours[1:m], theirs[1:m])), default=0)
    opaque = max((m for m in _MARGINS if _is_mistaken(ours[-m:-1], theirs[-m:-1])), default=0)
    return Stretch(clear, _LEVELS - opaque) if clear or opaque else None


def _alpha_histogram(x: Tensor) -> Tensor:
    """Shares of pixels at every level, float32 [256]."""
    alpha = ((x[:, 3] + 1) * (_LEVELS / 2)).round().clamp(0, _LEVELS)
    return torch.histc(alpha, bins=_LEVELS + 1, min=0, max=_LEVELS) / alpha.numel()


def _is_mistaken(ours: Tensor, theirs: Tensor) -> bool:
    return bool(theirs.sum() < _HARDLY_ANY * ours.sum())
