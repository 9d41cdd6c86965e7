"""The pixel conventions of the house, and small operations on stacks of pictures.

At the borders a stack of pictures is `uint8 [N, H, W, 4]`, 0..255, sRGB, straight alpha, colour zero
under alpha zero. Networks see `float32 [N, 4, H, W]`, -1..1, colour premultiplied by alpha (Porter and
Duff 1984), so that a mean of pictures never shows colours from under transparency.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pictures = npt.NDArray[np.uint8]
"""uint8 [N, H, W, 4], 0..255, straight alpha."""
NetworkPictures = npt.NDArray[np.float32]
"""float32 [N, 4, H, W], -1..1, premultiplied."""


def premultiply(rgba: Pictures) -> Pictures:
    """Straight to premultiplied alpha, rounded to nearest. rgba: uint8 [..., 4]."""
    alpha = rgba[..., 3:].astype(np.uint16)
    colour = (rgba[..., :3].astype(np.uint16) * alpha + 127) // 255
    return np.concatenate([colour.astype(np.uint8), rgba[..., 3:]], axis=-1)


def mirrored(rgba: Pictures) -> Pictures:
    """Left and right exchanged. rgba: uint8 [N, H, W, 4]; a view."""
    return rgba[:, :, ::-1]


def unpremultiply(rgba: Pictures) -> Pictures:
    """Premultiplied to straight alpha; colour is zero where alpha is. rgba: uint8 [..., 4]."""
    alpha = rgba[..., 3:].astype(np.uint32)
    colour = (rgba[..., :3].astype(np.uint32) * 255 + alpha // 2) // np.maximum(alpha, 1)
    colour = np.where(alpha > 0, np.minimum(colour, 255), 0)
    return np.concatenate([colour.astype(np.uint8), rgba[..., 3:]], axis=-1)


def to_network(rgba: Pictures) -> NetworkPictures:
    """uint8 [N, H, W, 4] straight -> float32 [N, 4, H, W] premultiplied, -1..1."""
    premultiplied = premultiply(rgba).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(premultiplied, dtype=np.float32) / np.float32(127.5) - np.float32(1)


def from_network(x: NetworkPictures) -> Pictures:
    """float32 [N, 4, H, W] premultiplied, -1..1 (clipped) -> uint8 [N, H, W, 4] straight.

    Premultiplied colour above its alpha has no straight form and is clipped to white's share.
    """
    levels = np.clip((x.transpose(0, 2, 3, 1) + np.float32(1)) * np.float32(127.5), 0, 255)
    alpha = levels[..., 3:]
    colour = np.where(alpha >= 0.5, levels[..., :3] * (255 / np.maximum(alpha, 0.5)), 0)
    straight = np.concatenate([np.minimum(colour, 255), alpha], axis=-1)
    rgba: Pictures = np.rint(straight).astype(np.uint8)
    return rgba


def over(rgba: Pictures, backdrop: tuple[int, int, int]) -> Pictures:
    """Composite on an opaque colour. rgba: uint8 [..., 4] -> uint8 [..., 3]."""
    alpha = rgba[..., 3:].astype(np.uint16)
    ground = np.asarray(backdrop, np.uint16) * (255 - alpha)
    return ((rgba[..., :3].astype(np.uint16) * alpha + ground + 127) // 255).astype(np.uint8)


def enlarge(rgba: Pictures, factor: int) -> Pictures:
    """Repeat every pixel factor x factor times. rgba: uint8 [..., H, W, 4]."""
    return rgba.repeat(factor, axis=-3).repeat(factor, axis=-2)


def grid(rgba: Pictures, columns: int, gap: int = 0) -> npt.NDArray[np.uint8]:
    """Pictures side by side, row by row, as one picture: uint8 [rows*(H+gap)-gap, ..., 4].

    Gaps and missing cells are transparent. rgba: uint8 [N, H, W, 4], N >= 1.
    """
    count, height, width, _ = rgba.shape
    rows = -(-count // columns)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for index in range(count):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = rgba[index]
    return sheet


def rms_difference(a: Pictures, b: Pictures) -> float:
    """Root mean square difference of premultiplied channels, in levels of 255."""
    difference = premultiply(a).astype(np.float32) - premultiply(b).astype(np.float32)
    return float(np.sqrt(np.mean(difference**2)))
