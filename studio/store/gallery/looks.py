"""What a picture looks like, in a few bytes: to find it by colour, to find its doubles and what is alike."""

from __future__ import annotations

import colorsys
import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.core.pixels import Pictures
from studio.store.importing.doubles import likeness
from studio.store.importing.pixel_art import pixel_signs

SHADES = (
    "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "black", "grey", "white",
)  # fmt: skip
"""What artists call the colour of a picture; an index into this is kept."""
FEATURE_BYTES = 64
_GREY = (128, 128, 128)
_LOOKED_AT = 64  # pixels a side, at least, to find the main colour
_HUES = ((15, 0), (45, 1), (70, 2), (155, 3), (190, 4), (255, 5), (290, 6), (345, 7), (361, 0))
"""Up to which hue, in degrees, a saturated colour is called what."""
_SPRITE = 32  # px
_LARGEST_PIXEL_ART, _FEW_COLOURS, _SOFT_EDGES = 256, 64, 0.02  # as store.importing.pixel_art measured them


@dataclass(frozen=True)
class Look:
    """Everything here follows from the pixels."""

    width: int
    height: int
    hash: str  # of size and pixels, 32 hexadecimal digits; equal only for equal pictures
    colour: int  # the main one, 0xRRGGBB
    shade: int  # index into SHADES
    colour_order: int  # sorts by shade, then from dark to light
    is_pixel_art: bool
    dhash: bytes  # 16: two difference hashes, across and down (Krawetz 2013)
    feature: bytes  # 64: 4 x 4 cells of premultiplied RGBA


def look_at(rgba: Pictures) -> Look:
    """rgba: uint8 [H, W, 4], straight alpha."""
    height, width = rgba.shape[:2]
    size = f"{width}x{height}:".encode()
    digest = hashlib.blake2b(size + np.ascontiguousarray(rgba).tobytes(), digest_size=16).hexdigest()
    small = likeness(rgba)
    colour = _main_colour(rgba)
    shade = shade_of(colour)
    red, green, blue = colour
    lightness = (299 * red + 587 * green + 114 * blue) // 1000
    return Look(
        width=width,
        height=height,
        hash=digest,
        colour=red << 16 | green << 8 | blue,
        shade=shade,
        colour_order=shade << 8 | lightness,
        is_pixel_art=_is_pixel_art(rgba),
        dhash=_difference_hash(small),
        feature=_feature(small),
    )


def shade_of(colour: tuple[int, int, int]) -> int:
    """What a colour is called: an index into SHADES."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(level / 255 for level in colour))
    chroma = (max(colour) - min(colour)) / 255
    if chroma < 0.12 or saturation < 0.12:
        return 9 if lightness < 0.2 else 11 if lightness > 0.85 else 10
    if lightness < 0.1:
        return 9
    degrees = hue * 360
    if 10 <= degrees < 50 and lightness < 0.4:
        return 8
    return next(shade for limit, shade in _HUES if degrees < limit)


def _main_colour(rgba: Pictures) -> tuple[int, int, int]:
    """The mean of the fullest of 512 boxes; visible and colourful pixels count for more."""
    step = max(1, max(rgba.shape[:2]) // _LOOKED_AT)
    seen = rgba[::step, ::step].reshape(-1, 4).astype(np.int64)
    colour, alpha = seen[:, :3], seen[:, 3]
    weight = alpha * (64 + colour.max(axis=1) - colour.min(axis=1))
    if not weight.any():
        return _GREY
    box = (colour[:, 0] >> 5) << 6 | (colour[:, 1] >> 5) << 3 | colour[:, 2] >> 5
    fullest = np.bincount(box, weight, 512).argmax()
    inside = box == fullest
    red, green, blue = np.average(colour[inside], axis=0, weights=weight[inside]).round().astype(int)
    return int(red), int(green), int(blue)


def _is_pixel_art(rgba: Pictures) -> bool:
    """So small a picture is meant to be seen pixel by pixel, however many colours a model gave it."""
    if max(rgba.shape[:2]) <= _SPRITE:
        return True
    signs = pixel_signs(rgba)
    own_side = max(rgba.shape[:2]) // max(1, signs.enlargement)
    return own_side <= _LARGEST_PIXEL_ART and signs.colours <= _FEW_COLOURS and signs.softness <= _SOFT_EDGES


def _difference_hash(small: Pictures) -> bytes:
    """small: uint8 [32, 32, 4], premultiplied."""
    light = _over_grey(small) @ np.array([299, 587, 114]) / 1000
    image = Image.fromarray(light.round().astype(np.uint8))
    across = np.asarray(image.resize((9, 8), Image.Resampling.BOX)).astype(np.int16)
    down = np.asarray(image.resize((8, 9), Image.Resampling.BOX)).astype(np.int16)
    bits = np.concatenate([(np.diff(across, axis=1) > 0).ravel(), (np.diff(down, axis=0) > 0).ravel()])
    return np.packbits(bits).tobytes()


def _over_grey(small: Pictures) -> npt.NDArray[np.float64]:
    """Premultiplied uint8 [..., 4] on middle grey: float64 [..., 3], 0..255."""
    levels = small.astype(np.float64)
    return levels[..., :3] + _GREY[0] * (1 - levels[..., 3:] / 255)


def _feature(small: Pictures) -> bytes:
    cells = small.reshape(4, 8, 4, 8, 4).mean(axis=(1, 3))
    feature: bytes = cells.round().astype(np.uint8).tobytes()
    return feature
