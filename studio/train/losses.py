"""What training minimises: the negative evidence lower bound, in calibrated units.

Both heads give nats per picture, so that the weight of the KL term means the same for every picture size.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from studio.train.texture import texture_distances

WARM_UP = 0.2
"""Share of the run over which the KL term grows from nothing to its full weight (Sønderby et al. 2016)."""
TEXTURES_FROM = 0.6
"""Share of a run after which the textures of painted art count. Judged from the start, they came out as a
regular lattice of dots; once shapes have been learned, strokes grow where shapes are."""
SMALLEST_VARIANCE = 6e-6
"""A little under the rounding error of 8-bit pictures in network range: nothing finer is there to learn."""


class CalibratedGaussian:
    """A Gaussian likelihood whose variance is the error itself (sigma-VAE, Rybkin et al. 2021,
    arXiv:2006.13202, equation 8), averaged over recent batches and not learned from.

    With a fixed variance, the balance of rebuilding and KL would depend on the set and on the size.
    One such likelihood judges the pixels, a second one the differences of neighbouring pixels (the
    gradient difference of Mathieu et al. 2016, arXiv:1511.05440, squared): each has a variance of its
    own, so fine lines count as much as flat areas. After 36,000 portraits of 64 px, eyes and outlines
    are drawn that pixels alone leave as smudges, at equal PSNR (27.3 and 27.7 dB). For painted art a third
    one, of all octaves together, judges the texture (see `texture`).
    """

    MEMORY = 0.98

    def __init__(self, variances: tuple[float, ...] = ()) -> None:
        self._variances = [torch.tensor(variance) for variance in variances]

    @property
    def variances(self) -> tuple[float, ...]:
        """Of one channel of one pixel, of one difference and, once textures count, of one response of every
        octave, in network range; () before a batch."""
        return tuple(float(variance) for variance in self._variances)

    def __call__(self, rebuilt: Tensor, x: Tensor, filters: torch.Generator | None = None) -> Tensor:
        """Nats per picture, up to a constant: D * v / (2 s^2). rebuilt, x: float32 [B, 4, S, S].

        filters: where those of the textures come from; None: textures do not count.
        """
        errors: list[Tensor] = [*SquaredErrors.apply(rebuilt - x)]  # type: ignore[no-untyped-call]
        errors += [] if filters is None else texture_distances(rebuilt, x, filters)
        self._remember([value.detach() for value in errors])
        halves = [
            value / (2 * variance.clamp(min=SMALLEST_VARIANCE))
            for value, variance in zip(errors, self._variances, strict=True)
        ]
        judges = [*halves[:2], torch.stack(halves[2:]).mean()] if halves[2:] else halves
        return x[0].numel() * torch.stack(judges).mean()

    def _remember(self, errors: list[Tensor]) -> None:
        known = min(len(self._variances), len(errors))
        self._variances[known:] = errors[known:]
        self._variances = [
            self.MEMORY * old.to(new.device) + (1 - self.MEMORY) * new
            for old, new in zip(self._variances, errors, strict=True)
        ]


class SquaredErrors(torch.autograd.Function):
    """Mean squares of an error, float32 [B, C, S, S], and of its differences to the pixels below and right.

    With a gradient of its own: written out in operations, the way back would fill and add up a whole tensor
    for every slice.
    """

    @staticmethod
    def forward(ctx: Any, error: Tensor) -> tuple[Tensor, Tensor]:
        down, right = error[:, :, 1:] - error[:, :, :-1], error[..., 1:] - error[..., :-1]
        ctx.save_for_backward(error, down, right)
        return _mean_square(error), _mean_square(down) + _mean_square(right)

    @staticmethod
    def backward(ctx: Any, of_error: Tensor, of_differences: Tensor) -> Tensor:
        error, down, right = ctx.saved_tensors
        gradient: Tensor = error * (2 * of_error / error.numel())
        down = down * (2 * of_differences / down.numel())
        right = right * (2 * of_differences / right.numel())
        gradient[:, :, 1:] += down
        gradient[:, :, :-1] -= down
        gradient[..., 1:] += right
        gradient[..., :-1] -= right
        return gradient


def _mean_square(x: Tensor) -> Tensor:
    norm: Tensor = torch.linalg.vector_norm(x)
    return norm**2 / x.numel()


def palette_cross_entropy(logits: Tensor, colours: Tensor) -> Tensor:
    """Nats per picture of a categorical likelihood over the set's palette.

    logits: float32 [B, P, S, S]; colours: int64 [B, S, S], indices into the palette.
    """
    choices = logits.permute(0, 2, 3, 1).flatten(0, 2)  # a view in channels_last, and the softmax's quick way
    return F.cross_entropy(choices, colours.flatten(), reduction="sum") / len(logits)


def nearest_colours(x: Tensor, palette: Tensor) -> Tensor:
    """The index of each pixel's nearest palette colour, int64 [B, S, S].

    x: float32 [B, 4, S, S]; palette: float32 [P, 4]; both premultiplied, -1..1.
    """
    # On a card, float32 products may be rounded to 10 bits, which mistakes neighbouring colours.
    kind = torch.float64 if x.device.type == "cuda" else torch.float32
    pixels, colours = x.permute(0, 2, 3, 1).to(kind), palette.to(kind)
    distances = (colours**2).sum(dim=1) - 2 * pixels @ colours.T  #     [B, S, S, P]
    return distances.argmin(dim=-1)


def kl_weight(progress: float, beta: float) -> float:
    """The weight of the KL term when `progress` (0..1) of the run is done."""
    return beta * min(1.0, progress / WARM_UP)


def learning_rate(step: int, progress: float, peak: float) -> float:
    """Linear warm-up over 200 steps, then half a cosine down to 4 % (Loshchilov and Hutter 2017).

    A run of few steps warms up over its first twentieth: one of 94 steps ended before it had begun to learn.
    """
    warm_up = min(1.0, max((step + 1) / 200, progress / 0.05))
    cosine = 0.5 * (1 + torch.cos(torch.tensor(min(progress, 1.0) * torch.pi)).item())
    return peak * warm_up * (0.04 + 0.96 * cosine)
