"""What a pack does to pixels: trimming, resizing, colour under transparency, repeated edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures, premultiply
from studio.store.importing.pixel_art import resize_nearest
from studio.store.resize import stretch_smooth

from .model import Box, Size

ALPHAS = ("bleed", "zero", "premultiply")
"""What stands under alpha 0: colours of the neighbourhood, nothing, or colour times alpha everywhere."""


def visible_box(rgba: Pictures) -> Box:
    """The smallest box around all that can be seen; one pixel where nothing can. rgba: uint8 [H, W, 4]."""
    alpha = rgba[..., 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)


def cropped(rgba: Pictures, box: Box) -> Pictures:
    """A view. uint8 [H, W, 4] -> uint8 [box.height, box.width, 4]."""
    return rgba[box.y : box.y + box.height, box.x : box.x + box.width]


def resized(rgba: Pictures, size: Size, is_pixel_art: bool) -> Pictures:
    """Pixel art is enlarged without new colours, all else goes by Lanczos. rgba: uint8 [H, W, 4]."""
    height, width = rgba.shape[:2]
    if (width, height) == (size.width, size.height):
        return rgba
    if is_pixel_art and size.width >= width and size.height >= height:
        return resize_nearest(rgba, size.width, size.height)
    return stretch_smooth(rgba, size.width, size.height)


def with_alpha(rgba: Pictures, alpha: str) -> Pictures:
    """The pixels as the pack stores them. rgba: uint8 [H, W, 4], straight. alpha: one of ALPHAS."""
    if alpha == "bleed":
        return bleed(rgba)
    if alpha == "premultiply":
        return premultiply(rgba)
    clear = rgba[..., 3] == 0
    if not rgba[clear].any():
        return rgba
    zeroed = rgba.copy()
    zeroed[clear] = 0
    return zeroed


def bleed(rgba: Pictures) -> Pictures:
    """Colour spread to where alpha is 0, so that filtering shows no dark rim. uint8 [H, W, 4], straight.

    Alpha and every visible pixel stay. A clear pixel takes the colour of the nearest visible one in its
    row or column; one that sees none takes from those that were filled so.
    """
    known = rgba[..., 3] > 0
    if known.all() or not known.any():
        return rgba
    filled = np.ascontiguousarray(rgba).copy()
    colours = filled.reshape(-1, 4)
    while not known.all():  # twice at most: the first round fills whole rows and columns
        source, is_found = _nearest_known(known)
        target = np.flatnonzero(is_found & ~known)
        colours[target, :3] = colours[source.reshape(-1)[target], :3]
        known = known | is_found
    return filled


def _nearest_known(known: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """For each pixel the flat index of the nearest known one in its row or column; whether there is one."""
    height, width = known.shape
    column, across = _along_rows(known)
    row, down = (found.T for found in _along_rows(known.T))
    rows, columns = np.arange(height, dtype=np.int32)[:, None], np.arange(width, dtype=np.int32)
    source = np.where(across <= down, rows * width + column, row * width + columns)
    return source, np.minimum(across, down) < _far(height, width)


def _far(height: int, width: int) -> int:
    return height + width


def _along_rows(known: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The nearest known column for each pixel, and how far it is; `_far` or more if there is none."""
    height, width = known.shape
    far = 2 * _far(height, width)
    columns = np.arange(width, dtype=np.int32)
    left = np.maximum.accumulate(np.where(known, columns, np.int32(-far)), axis=1)
    right = np.minimum.accumulate(np.where(known, columns, np.int32(far))[:, ::-1], axis=1)[:, ::-1]
    to_left, to_right = columns - left, right - columns
    return np.where(to_left <= to_right, left, right), np.minimum(to_left, to_right)


def paste(page: Pictures, rgba: Pictures, box: Box, extrude: int) -> None:
    """Put a sprite at `box` and repeat its edge `extrude` px around it. Both uint8 [H, W, 4]."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    page[top:bottom, left:right] = rgba
    if extrude:
        page[top - extrude : top, left:right] = rgba[0]
        page[bottom : bottom + extrude, left:right] = rgba[-1]
        high = slice(top - extrude, bottom + extrude)
        page[high, left - extrude : left] = page[high, left : left + 1]
        page[high, right : right + extrude] = page[high, right - 1 : right]
