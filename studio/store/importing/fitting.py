"""A picture of any shape to the square the network learns from."""

from __future__ import annotations

import numpy as np
from PIL import Image

from studio.core.pixels import Pictures
from studio.core.recipe import FITS

from .pixel_art import resize_nearest, to_own_grid

_INVISIBLE = 8  # alpha up to this is no content: soft shadows and noise would hold the cut open


def fit_picture(rgba: Pictures, size: int, fit: str, pixel_art: bool, pixel_scale: int = 1) -> Pictures:
    """uint8 [size, size, 4]. rgba: uint8 [H, W, 4]; fit: one of FITS.

    Smooth art is resampled with premultiplied alpha. Pixel art is first brought to its own grid
    (pixel_scale pixels a cell) and then placed without resampling, as long as it fits.
    """
    assert fit in FITS
    if pixel_art:
        return _fit_pixel_art(to_own_grid(rgba, pixel_scale), size, fit)
    if fit == "trim":
        rgba = _content(rgba)
    if fit == "crop":
        side = min(rgba.shape[:2])
        rgba = _centred(rgba, side, side)
    if fit == "stretch":
        return _resize(rgba, size, size)
    return _centred(shrunk_into(rgba, size), size, size)


def _fit_pixel_art(rgba: Pictures, size: int, fit: str) -> Pictures:
    if fit == "stretch":
        return resize_nearest(rgba, size, size)
    if fit == "trim":
        rgba = _content(rgba)
    if fit != "crop" and max(rgba.shape[:2]) > size:
        rgba = shrunk_into(rgba, size)
    return _centred(rgba, size, size)


def _content(rgba: Pictures) -> Pictures:
    """Without the transparent margins."""
    visible = rgba[..., 3] > _INVISIBLE
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if len(rows) == 0:
        return rgba
    return rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _centred(rgba: Pictures, width: int, height: int) -> Pictures:
    """Cut or padded with transparency around the middle."""
    result = np.zeros((height, width, 4), np.uint8)
    into, of = [], []
    for have, want in zip(rgba.shape[:2], (height, width), strict=True):
        length = min(have, want)
        into.append(slice((want - length) // 2, (want - length) // 2 + length))
        of.append(slice((have - length) // 2, (have - length) // 2 + length))
    result[into[0], into[1]] = rgba[of[0], of[1]]
    return result


def shrunk_into(rgba: Pictures, size: int) -> Pictures:
    """As large as fits into size x size, the shape kept."""
    height, width = rgba.shape[:2]
    ratio = size / max(height, width)
    return _resize(rgba, max(1, round(width * ratio)), max(1, round(height * ratio)))


def _resize(rgba: Pictures, width: int, height: int) -> Pictures:
    """Pillow resamples RGBA premultiplied, so colours from under transparency never bleed in."""
    if rgba.shape[:2] == (height, width):
        return rgba
    image = Image.fromarray(np.ascontiguousarray(rgba))
    resized = np.array(image.resize((width, height), Image.Resampling.LANCZOS))
    resized[resized[..., 3] == 0] = 0
    return resized
