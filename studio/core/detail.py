"""What a model lost of an artist's own picture, and giving it back as long as the picture is still that one.

An own picture enters through the encoder, and the decoder gives it back a little simpler. The difference is
kept. Where an edited picture still shows what the rebuild showed, the difference is added; where it has gone
another way, it is left out, so that no ghost of what was there stays behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures, premultiply, unpremultiply

Floats = npt.NDArray[np.float32]
Residual = npt.NDArray[np.int16]
"""int16 [H, W, 4], -255..255: a picture less its rebuild, both premultiplied."""

_UNCHANGED, _CHANGED = 3.0, 24.0
"""RMS difference around a pixel, in levels of 255, up to which all and from which nothing is given back."""
_NEARBY = 1 / 16  # of the side: how far around a pixel changes count
_BLURRED_SIDE = 32  # px, at which changes around are looked at
_WHOLE, _NOTHING = 6.0, 48.0
"""The same for the difference of the whole picture."""
FOREIGN = 30.0
"""RMS of a residual, in levels of 255, from which it is no detail: the rebuild shows something else. Kept in
places it would leave patches of another picture, so it is kept as a whole, or not."""
_FOREIGN_WHOLE, _FOREIGN_NOTHING = 2.0, 8.0


@dataclass(frozen=True, eq=False)
class Detail:
    """What the model lost of one picture."""

    rebuild: Pictures  # uint8 [H, W, 4], premultiplied: what it kept
    residual: Residual
    is_pixel_art: bool

    @classmethod
    def between(cls, original: Pictures, rebuild: Pictures, is_pixel_art: bool) -> Detail:
        """original, rebuild: uint8 [H, W, 4], straight alpha."""
        kept = premultiply(rebuild)
        return cls(kept, premultiply(original).astype(np.int16) - kept, is_pixel_art)

    @cached_property
    def is_foreign(self) -> bool:
        return float(np.sqrt((self.residual.astype(np.float32) ** 2).mean())) > FOREIGN

    def apply(self, rgba: Pictures) -> Pictures:
        """The picture with its detail, as far as it still shows what the rebuild does.

        rgba: uint8 [H, W, 4], straight, as decoded and before the finish; of the rebuild's size. The rebuild
        itself gives the original. Pixel art takes each pixel whole from one or the other.
        """
        shown = premultiply(rgba)
        share = self.share(shown)
        if share.min() == 1:
            return self._original.copy()
        if self.is_pixel_art:
            return np.where(share >= 0.5, self._original, rgba)
        mixed = shown + share * self.residual
        mixed += np.float32(0.5)  # to the nearest level
        alpha = np.clip(mixed[..., 3:], 0, 255)
        # Premultiplied colour above its alpha is none.
        np.clip(mixed[..., :3], 0, alpha, out=mixed[..., :3])
        mixed[..., 3:] = alpha
        return unpremultiply(mixed.astype(np.uint8))

    @cached_property
    def _original(self) -> Pictures:
        """Straight alpha."""
        return unpremultiply((self.rebuild + self.residual).astype(np.uint8))

    def share(self, shown: Pictures) -> Floats:
        """How much of the detail each pixel gets back, float32 [H, W, 1], 0..1. shown: premultiplied."""
        difference = np.subtract(shown, self.rebuild, dtype=np.float32)
        squares = np.einsum("hwc,hwc->hw", difference, difference) / np.float32(4)
        whole = np.sqrt(squares.mean(keepdims=True))  # [1, 1]
        if self.is_foreign:
            share = np.broadcast_to(_falling(whole, _FOREIGN_WHOLE, _FOREIGN_NOTHING), squares.shape)
        else:
            nearby = np.sqrt(_around(squares))
            share = _falling(nearby, _UNCHANGED, _CHANGED) * _falling(whole, _WHOLE, _NOTHING)
        return share[..., None]


def _around(squares: Floats) -> Floats:
    """The mean around each pixel, float32 [H, W].

    Of larger pictures at a fraction of their size: it is smooth anyway, and a slider waits for it.
    """
    side = len(squares)
    step = side // _BLURRED_SIDE
    if step < 2 or side % step:
        return _blurred(squares, max(1, round(side * _NEARBY)))
    small = squares.reshape(side // step, step, side // step, step).mean(axis=(1, 3))
    blurred = _blurred(small, max(1, round(len(small) * _NEARBY)))
    weights = _between(len(small), side)
    return np.asarray(weights @ blurred @ weights.T, np.float32)


def _between(count: int, wanted: int) -> Floats:
    """Weights that make `wanted` values of `count` along straight lines, float32 [wanted, count]."""
    at = np.clip((np.arange(wanted) + 0.5) * count / wanted - 0.5, 0, count - 1)
    away = np.abs(at[:, None] - np.arange(count)[None])
    return np.asarray(np.maximum(1 - away, 0), np.float32)


def _falling(x: Floats, start: float, end: float) -> Floats:
    """1 up to `start`, 0 from `end` on, without a corner between."""
    t = np.clip((x - np.float32(start)) / np.float32(end - start), 0, 1)
    return np.asarray(1 - t * t * (3 - 2 * t), np.float32)


def _blurred(plane: Floats, radius: int) -> Floats:
    """The mean over a square around each pixel, twice, so that its edges are soft. float32 [H, W]."""
    for _ in range(2):
        for axis in (0, 1):
            plane = _mean_along(plane, radius, axis)
    return plane


def _mean_along(plane: Floats, radius: int, axis: int) -> Floats:
    padded = np.concatenate([np.zeros_like(plane.take([0], axis)), plane.cumsum(axis, np.float64)], axis)
    count = plane.shape[axis]
    last = np.minimum(np.arange(count) + radius + 1, count)
    first = np.maximum(np.arange(count) - radius, 0)
    shape = [1, 1]
    shape[axis] = count
    mean = (padded.take(last, axis) - padded.take(first, axis)) / (last - first).reshape(shape)
    return np.asarray(np.maximum(mean, 0), np.float32)
