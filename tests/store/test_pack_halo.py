"""No dark or bright rim around packed sprites, however an engine filters them.

Engines that blend straight alpha mix the colours of neighbouring pixels without regard to their alpha: what
stands under transparency shows through at edges. Measured against the same filter on premultiplied pixels,
which cannot do that. `pytest -s` prints the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pack_readers as readers
import pytest
from pictures import drawing, save, sprite
from PIL import Image

from studio.core.pixels import Pictures, premultiply
from studio.store.files import starters_folder
from studio.store.pack import PackOptions, pack

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
GROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0), "magenta": (255, 0, 255)}


def texels(length: int, factor: float) -> tuple[Indices, Indices, Floats]:
    """Between which two texels each sample lies, and how far from the first."""
    at = (np.arange(round(length * factor)) + 0.5) / factor - 0.5
    low = np.floor(at).astype(np.int64)
    return np.clip(low, 0, length - 1), np.clip(low + 1, 0, length - 1), at - low


def linear(page: Floats, factor: float) -> Floats:
    """As a texture unit does: the four texels around each sample, by distance. [H, W, C]."""
    (top, bottom, down), (left, right, across) = (texels(length, factor) for length in page.shape[:2])
    rows = page[top] * (1 - down[:, None, None]) + page[bottom] * down[:, None, None]
    return rows[:, left] * (1 - across[None, :, None]) + rows[:, right] * across[None, :, None]


@dataclass
class Rim:
    """In levels of 255, over all half-clear pixels and all grounds."""

    bias: float  # how much brighter than it should be, on average; below 0: darker
    outside: float  # how far colours leave the range of the visible ones they are mixed from, on average
    error: float  # on average


def rim_of(cut: Pictures, factor: float) -> Rim:
    """Of a sprite as it lies on its page. Its edge is repeated around it, so clamping reads the same."""
    straight = linear(cut.astype(np.float64), factor)
    right = linear(premultiply(cut).astype(np.float64), factor)
    alpha = straight[..., 3:] / 255
    is_rim = (alpha[..., 0] > 0) & (alpha[..., 0] < 1)
    low, high = (mixed_from(cut, factor, way) for way in (np.minimum, np.maximum))
    outside = np.maximum(0, np.maximum(low - straight[..., :3], straight[..., :3] - high)) * alpha
    errors = []
    for colour in GROUNDS.values():
        shown = straight[..., :3] * alpha + np.array(colour) * (1 - alpha)
        errors.append((shown - right[..., :3] - np.array(colour) * (1 - alpha))[is_rim])
    bias = max((float(each.mean()) for each in errors), key=abs)
    return Rim(bias, float(outside[is_rim].mean()), max(float(np.abs(each).mean()) for each in errors))


def mixed_from(cut: Pictures, factor: float, way: np.ufunc) -> Floats:
    """The least (or greatest) visible colour among the four texels of each sample. [H, W, 3]."""
    nothing = 255.0 if way is np.minimum else 0.0
    colour = np.where(cut[..., 3:] > 0, cut[..., :3], nothing).astype(np.float64)
    (top, bottom, _), (left, right, _) = (texels(length, factor) for length in cut.shape[:2])
    rows = way(colour[top], colour[bottom])
    found: Floats = way(rows[:, left], rows[:, right])
    return found


def drawings() -> dict[str, Pictures]:
    return {f"drawing{seed}x": drawing(seed, 64) for seed in range(8)}


def pixel_art() -> dict[str, Pictures]:
    return {f"tile{seed}x": sprite(seed, 16) for seed in range(8)}


def portraits() -> dict[str, Pictures]:
    """Of the starter that ships: soft edges as a decoder makes them."""
    with Image.open(starters_folder() / "lorelei" / "preview.png") as sheet:
        rgba = np.array(sheet.convert("RGBA"))
    side = rgba.shape[0] // 4
    return {
        f"face{row}{column}x": rgba[row * side : row * side + side, column * side : column * side + side]
        for row in range(2)
        for column in range(4)
    }


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(
    ("pictures", "most_bias", "most_outside"),
    [(drawings, 1, 0.1), (portraits, 1.5, 0.3), (pixel_art, 1, 2.5)],
    ids=["drawings", "portraits", "pixel art"],
)
def test_no_rim(
    tmp_path: Path,
    pictures: Callable[[], dict[str, Pictures]],
    most_bias: float,
    most_outside: float,
    factor: float,
) -> None:
    """Pixel art has colours side by side that one clear pixel cannot both continue; it is not filtered. Of
    portraits hardly a pixel but those of the very edge is half clear, so the edge is all of the average."""
    for name, rgba in pictures().items():
        save(tmp_path / "in" / f"{name}.png", rgba)
    found = {}
    for alpha in ("bleed", "zero"):
        pack([tmp_path / "in"], tmp_path / "out", PackOptions("json", alpha=alpha, animations=False))
        sheet = readers.page(tmp_path / "out" / "sprites.png")
        frames = json.loads((tmp_path / "out" / "sprites.json").read_text())["frames"].values()
        boxes = [[entry["frame"][key] for key in "xywh"] for entry in frames]
        rims = [rim_of(sheet[y : y + h, x : x + w], factor) for x, y, w, h in boxes]
        found[alpha] = Rim(*(float(np.mean([getattr(rim, key) for rim in rims])) for key in asdict(rims[0])))
        print(f"{pictures.__name__:9} ×{factor:g} {alpha:5} {found[alpha]}")
    assert abs(found["bleed"].bias) < most_bias
    assert found["bleed"].outside < most_outside
    assert found["bleed"].outside < found["zero"].outside / 3
