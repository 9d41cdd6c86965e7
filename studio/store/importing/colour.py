"""Colour profiles: every mode Pillow decodes to becomes sRGB with straight alpha."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageCms

_SPACE_OF_MODE = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGBA in sRGB. A profile that is broken, or for another kind of picture, is ignored."""
    if image.mode not in ("1", "L", "RGB", "CMYK", "LA", "RGBA"):
        image = image.convert("RGBA")  # palettes, YCbCr, premultiplied and padded kinds
    if profile is None:
        return image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert({"1": "L", "LA": "L", "RGBA": "RGB"}.get(image.mode, image.mode))
    transform = _transform(profile, colours.mode)
    if transform is None:
        return image.convert("RGBA")
    converted = ImageCms.applyTransform(colours, transform)
    assert converted is not None
    result = converted.convert("RGBA")
    if alpha is not None:
        result.putalpha(alpha)
    return result


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way to sRGB; None where the numbers are already sRGB or the profile does not fit.

    Kept, as the pictures of a set mostly carry the same one; LittleCMS lets threads share it.
    """
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if opened.profile.xcolor_space.strip() != _SPACE_OF_MODE[mode]:
            return None
        if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(opened).lower():
            return None
        return ImageCms.buildTransform(
            opened,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError, AttributeError):
        return None
