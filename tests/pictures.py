"""Pictures for tests, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.pixels import Pictures, enlarge


def drawing(seed: int, side: int = 64) -> Pictures:
    """uint8 [side, side, 4]: soft discs of a few colours on transparency; another seed, another picture."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side].astype(np.float64) / side
    colour = np.zeros((side, side, 3))
    alpha = np.zeros((side, side))
    for _ in range(5):
        centre, radius = random.uniform(0.25, 0.75, 2), random.uniform(0.1, 0.25)
        distance = np.hypot(x - centre[0], y - centre[1])
        cover = np.clip((radius - distance) * side * 0.7 + 0.5, 0, 1)
        shade = random.uniform(0, 255, 3) * (1.1 - 0.4 * distance[..., None])
        colour = colour * (1 - cover[..., None]) + shade * cover[..., None]
        alpha = alpha * (1 - cover) + cover
    straight = np.clip(colour / np.maximum(alpha, 1e-6)[..., None], 0, 255)
    rgba = np.dstack([straight, alpha * 255]).round().astype(np.uint8)
    rgba[rgba[..., 3] == 0] = 0
    return rgba


def photo(seed: int, side: int = 64) -> Pictures:
    """uint8 [side, side, 4]: a `drawing` on a gradient, opaque."""
    rgba = drawing(seed, side)
    alpha = rgba[..., 3:] / 255
    ramp = np.linspace(40, 220, side)[:, None, None] * np.array([1, 0.8, 0.6])
    flat = (rgba[..., :3] * alpha + ramp * (1 - alpha)).round()
    return np.dstack([flat, np.full((side, side), 255)]).astype(np.uint8)


def sprite(seed: int, side: int = 16, scale: int = 1) -> Pictures:
    """uint8 [side * scale, side * scale, 4]: mirrored pixel art of 7 colours with hard edges."""
    palette = np.array(
        [
            (0, 0, 0, 0), (20, 12, 28, 255), (68, 36, 52, 255), (208, 70, 72, 255),
            (210, 125, 44, 255), (109, 170, 44, 255), (222, 238, 214, 255),
        ],
        np.uint8,
    )  # fmt: skip
    random = np.random.default_rng(seed)
    half = random.integers(0, len(palette), (side, side // 2))
    half[:2] = half[-2:] = half[:, :2] = 0
    return enlarge(palette[np.concatenate([half, half[:, ::-1]], axis=1)], scale)


def save(path: Path, rgba: Pictures, **options: object) -> Path:
    """By the name's ending; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(rgba)
    if path.suffix.lower() in (".jpg", ".jpeg", ".bmp"):
        image = image.convert("RGB")
    image.save(path, **options)
    return path


def fill(folder: Path, count: int, side: int = 64) -> Path:
    """`count` different drawings, 000.png and on."""
    for seed in range(count):
        save(folder / f"{seed:03}.png", drawing(seed, side))
    return folder
