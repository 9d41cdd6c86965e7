"""What a pack does to pixels: trimming, resizing, colour under transparency, repeated edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures, premultiply
from studio.store.importing.pixel_art import resize_nearest
from studio.store.resize import stretch_smooth

from .model import Box, Size

ALPHAS = ("bleed", "zero", "premultiply")
"""What stands under alpha 0: colours of the neighbourhood, nothing, or colour times alpha everywhere."""


def strongest(rgba: Pictures) -> tuple[Pictures, Pictures]:
    """The largest alpha of each row and of each column, uint8 [H] and [W]. rgba: uint8 [H, W, 4]."""
    return rgba[..., 3].max(axis=1), rgba[..., 3].max(axis=0)


def box_around(rows: Pictures, columns: Pictures, faint: int = 0) -> Box:
    """The smallest box around all with more alpha than `faint`; one pixel where there is nothing.

    rows, columns: from `strongest`.
    """
    across, down = np.flatnonzero(columns > faint), np.flatnonzero(rows > faint)
    if not len(down):
        return Box(0, 0, 1, 1)
    return Box(int(across[0]), int(down[0]), int(across[-1] - across[0]) + 1, int(down[-1] - down[0]) + 1)


def visible_box(rgba: Pictures) -> Box:
    """The smallest box around all that can be seen. rgba: uint8 [H, W, 4]."""
    return box_around(*strongest(rgba))


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


def on_matte(rgba: Pictures, colour: str) -> Pictures:
    """Laid on a colour, opaque. rgba: uint8 [H, W, 4], straight. colour: "#rrggbb"."""
    under = np.array([*bytes.fromhex(colour[1:]), 255], np.uint16)
    alpha = rgba[..., 3:].astype(np.uint16)
    laid = (rgba * alpha + under * (255 - alpha) + 127) // 255
    laid[..., 3] = 255
    return laid.astype(np.uint8)


def bleed(rgba: Pictures) -> Pictures:
    """Colour spread to where alpha is 0, so that filtering shows no dark rim. uint8 [H, W, 4], straight.

    Alpha and every visible pixel stay. A clear pixel takes the colour of the nearest visible one in its
    row or column; one that sees none takes from those that were filled so. Outside of all that can be
    seen, the edge is repeated.
    """
    visible = rgba[..., 3] > 0
    if visible.all() or not visible.any():
        return rgba
    filled = rgba.copy()
    box = visible_box(rgba)
    _fill(cropped(filled, box))
    right, bottom = box.x + box.width, box.y + box.height
    rows = filled[box.y : bottom, :, :3]
    rows[:, : box.x] = rows[:, box.x : box.x + 1]
    rows[:, right:] = rows[:, right - 1 : right]
    filled[: box.y, :, :3] = filled[box.y, :, :3]
    filled[bottom:, :, :3] = filled[bottom - 1, :, :3]
    return filled


def _fill(rgba: Pictures) -> None:
    """Colours the clear pixels, in place."""
    known = rgba[..., 3] > 0
    while not known.all():  # twice at most: the first round fills whole rows and columns
        row, down = _nearest_above_or_below(known)
        column, across = (found.T for found in _nearest_above_or_below(np.ascontiguousarray(known.T)))
        is_found = np.minimum(across, down) < sum(known.shape)
        y, x = np.nonzero(is_found & ~known)
        is_in_row = across[y, x] <= down[y, x]
        from_y = np.where(is_in_row, y, row[y, x])
        from_x = np.where(is_in_row, column[y, x], x)
        rgba[y, x, :3] = rgba[from_y, from_x, :3]
        known = known | is_found


def _nearest_above_or_below(known: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """For each pixel the row of the nearest known one in its column, and how far it is.

    Where there is none, H + W or farther. Both int16 [H, W], or int32 for long sides.
    """
    far = 2 * sum(known.shape)
    kind = np.int16 if 2 * far < 2**15 else np.int32
    rows = np.arange(len(known), dtype=kind)[:, None]
    above = np.maximum.accumulate(np.where(known, rows, kind(-far)), axis=0)
    below = np.minimum.accumulate(np.where(known, rows, kind(far))[::-1], axis=0)[::-1]
    up, down = rows - above, below - rows
    return np.where(up <= down, above, below), np.minimum(up, down)


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
