"""The fine detail of new pictures, brought to what the artist's own have.

Two things tell a new drawing from a real one at its finest octaves. Flat colours have a grain of some levels,
which the real ones have not; and edges are softer, since where a latent lies between those of the artist's
pictures the decoder draws a little of each. Both are answered by what is known of wavelets: detail below a
threshold is noise (soft thresholding, Donoho 1995, doi:10.1109/18.382009), the rest is multiplied. The
octaves are those of the undecimated "à trous" transform (Shensa 1992, doi:10.1109/78.157290), which leaves
no grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_LEVELS = 127.5  # of 255, in 1 of network range
_FLAT = 1.0  # level; detail as small as this is not seen
_LEAST_SMOOTHING = 0.5  # levels; less is not seen
_MOST_SMOOTHING = (4.0, 3.0)  # levels
_MOST_GAIN = (1.6, 1.2)
"""Finest octave first. Both are small enough for a mistaken one to do no harm; more gain draws halos."""
_VALUES = 2**20  # of each octave that a quantile rests on


@dataclass(frozen=True)
class Octave:
    """What is done with one octave of detail."""

    threshold: float  # levels of 255; smaller detail vanishes, all other is lessened by as much
    gain: float  # of what is left


def shaped(x: Tensor, octaves: tuple[Octave, ...]) -> Tensor:
    """x with the detail of its finest octaves thresholded and multiplied; float32 [N, 4, S, S].

    Premultiplied, so that an edge towards transparency gets no halo.
    """
    kept = []
    for index, octave in enumerate(octaves):
        smooth = _smoothed(x, 2**index)
        kept.append(_thresholded(x - smooth, octave.threshold) * octave.gain)
        x = smooth
    for detail in kept:
        x = x + detail
    return x


def matching_octaves(made: Tensor, real: Tensor, keeps_grain: bool) -> tuple[Octave, ...]:
    """The octaves after which as much of `made` is flat as of `real`, and its detail has as much energy.

    made, real: float32 [N, 4, S, S], premultiplied, -1..1. keeps_grain: nothing is thresholded. As few
    octaves as there are to change, none where the detail is as it should be.
    """
    octaves = []
    for index, (most_smoothing, most_gain) in enumerate(zip(_MOST_SMOOTHING, _MOST_GAIN, strict=True)):
        smooth_made, smooth_real = _smoothed(made, 2**index), _smoothed(real, 2**index)
        ours, theirs = made - smooth_made, real - smooth_real
        made, real = smooth_made, smooth_real
        threshold = 0.0
        if not keeps_grain:
            flat = float((theirs.abs() * _LEVELS <= _FLAT).float().mean())
            beyond = _quantile(ours.abs() * _LEVELS, flat) - _FLAT
            threshold = round(min(beyond, most_smoothing), 3) if beyond >= _LEAST_SMOOTHING else 0.0
        gain = _rms(theirs) / max(_rms(_thresholded(ours, threshold)), 1e-9)
        octaves.append(Octave(threshold, round(min(max(gain, 1.0), most_gain), 3)))
    while octaves and octaves[-1] == Octave(0.0, 1.0):
        octaves.pop()
    return tuple(octaves)


def _smoothed(x: Tensor, apart: int) -> Tensor:
    """A binomial blur of 3 x 3 values that lie `apart` px from each other."""
    row = torch.tensor([0.25, 0.5, 0.25], dtype=x.dtype, device=x.device)
    kernel = (row[:, None] * row).expand(x.shape[1], 1, 3, 3)
    padded = F.pad(x, (apart, apart, apart, apart), mode="replicate")
    return F.conv2d(padded, kernel, groups=x.shape[1], dilation=apart)


def _thresholded(detail: Tensor, threshold: float) -> Tensor:
    """threshold: levels of 255."""
    most = threshold / _LEVELS
    return detail - detail.clamp(-most, most) if threshold else detail


def _quantile(values: Tensor, share: float) -> float:
    every = -(-values.numel() // _VALUES)
    return float(torch.quantile(values.flatten()[::every], share))


def _rms(values: Tensor) -> float:
    return float(values.square().mean().sqrt())
