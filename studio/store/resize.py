"""Resizing finished pictures so that no colour leaks from under transparency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.core.pixels import Pictures


def resize_smooth(rgba: Pictures, side: int) -> Pictures:
    """`stretch_smooth` of a stack. uint8 [N, H, W, 4] -> uint8 [N, side, side, 4], straight alpha."""
    if rgba.shape[1:3] == (side, side):
        return rgba
    resized = np.empty((len(rgba), side, side, 4), np.uint8)
    for index, picture in enumerate(rgba):
        resized[index] = stretch_smooth(picture, side, side)
    return resized


def stretch_smooth(rgba: Pictures, width: int, height: int) -> Pictures:
    """Lanczos on premultiplied colour. uint8 [H, W, 4] -> uint8 [height, width, 4], straight alpha.

    In floats, alpha clipped only after colour was divided by it: Lanczos rings, and where 8 bits cut off
    alpha but not colour, a bright rim would stand around every edge.
    """
    planes = rgba.transpose(2, 0, 1).astype(np.float32)
    planes[:3] *= planes[3] / np.float32(255)
    alpha = _lanczos(planes[3], width, height)
    share = np.divide(np.float32(255), np.maximum(alpha, np.float32(0.5)), dtype=np.float32)
    share[alpha < 0.5] = 0
    resized = np.empty((height, width, 4), np.uint8)
    for channel in range(3):
        resized[..., channel] = _levels(_lanczos(planes[channel], width, height) * share)
    resized[..., 3] = _levels(alpha)
    return resized


def _lanczos(plane: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.float32]:
    """float32 [H, W] -> float32 [height, width]."""
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def _levels(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Nearest level, 0..255."""
    return (np.clip(plane, 0, 255) + np.float32(0.5)).astype(np.uint8)
