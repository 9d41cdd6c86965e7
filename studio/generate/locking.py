"""Measuring what moves in latent space do inside and outside a marked part of a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.core.axes import Axes, widest_axes
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.lock import Lock, Mask
from studio.core.progress import Progress
from studio.store.bundle import Bundle

from .sliders import DecodesSoftly, decode_in_turns

_STEP = 0.7  # standard deviations to both sides: the moves that are held are about as long


def measure_lock(
    bundle: Bundle, decoder: DecodesSoftly, latent: Latents, mask: Mask, progress: Progress
) -> Lock:
    """Decodes two pictures for each dimension. Raises StudioError for an empty mask, and Cancelled."""
    if not mask.any():
        raise StudioError("Nothing is marked.", "Mark the part that should stay as it is.")
    axes = widest_axes(bundle.codes)
    changes = _changes(decoder, latent, axes, progress)  # [K, 4, size, size]
    inside = changes[:, :, mask].reshape(len(changes), -1)
    outside = changes[:, :, ~mask].reshape(len(changes), -1)
    return Lock.measured(latent, axes, _products(inside), _products(outside))


def _changes(
    decoder: DecodesSoftly, latent: Latents, axes: Axes, progress: Progress
) -> npt.NDArray[np.float32]:
    """What a step of one standard deviation along each axis changes, float32 [K, 4, H, W], levels of 255."""
    count = axes.steps.shape[1]
    steps = np.concatenate([axes.steps.T, -axes.steps.T]) * _STEP
    latents = (latent + steps).astype(np.float32)
    pictures = decode_in_turns(
        decoder, latents, lambda done: progress.update("Measuring the locked part", done, len(latents))
    )
    difference: npt.NDArray[np.float32] = (pictures[:count] - pictures[count:]) / np.float32(2 * _STEP)
    return difference


def _products(changes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Mean over the pixels of the products of each two changes, [K, K]; zero where there are no pixels."""
    products: npt.NDArray[np.float64] = (changes @ changes.T / max(1, changes.shape[1])).astype(np.float64)
    return products
