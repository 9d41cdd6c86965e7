"""What can be measured of new pictures, and what it means in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from studio.core.latent import Latents
from studio.core.pixels import Pictures, premultiply

_FLAT = 0.2  # share of pixels; see `is_painted`


def fine_detail(pictures: Pictures) -> float:
    """RMS of what a 3x3 mean takes away from the premultiplied channels, levels of 255."""
    x = premultiply(pictures).astype(np.float32)
    blurred = sum(np.roll(x, (dy, dx), axis=(1, 2)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)) / 9
    return float(np.sqrt(np.mean((x - blurred) ** 2)))


def is_painted(pictures: Pictures) -> bool:
    """Whether they are of strokes and grain all over rather than of flat colours. uint8 [N, S, S, 4].

    By the share of visible pixels that are as their right neighbours, to a level of 255: of paintings 0.08,
    of emoji and of drawn portraits 0.35, each in the middle of its set.
    """
    x = pictures.astype(np.int16)
    is_alike = np.abs(np.diff(x, axis=2)).max(axis=-1) <= 1
    is_visible = (x[:, :, 1:, 3] > 0) & (x[:, :, :-1, 3] > 0)
    return bool((is_alike & is_visible).sum() < _FLAT * is_visible.sum())


def variety(made: Latents, real: Latents) -> float:
    """How far a made picture lies from the made one most like it, over the same among real pictures.

    made, real: float32 [N, D], equally many, at least 2 of each. 1: as different from each other as the
    artist's own. Measured on the starters: 0.84 to 0.91; at half their diversity 0.53 to 0.64, at a quarter
    0.29 to 0.44.
    """
    return _usual_gap(made) / max(_usual_gap(real), 1e-9)


def _usual_gap(latents: Latents) -> float:
    x = latents.astype(np.float64)
    squares = (x**2).sum(axis=1)
    apart = squares[:, None] + squares - 2 * x @ x.T
    np.fill_diagonal(apart, np.inf)
    return float(np.median(np.sqrt(np.maximum(apart.min(axis=1), 0))))


class Level(Enum):
    """How one thing about the new pictures turned out."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Light:
    """One thing about the new pictures, for someone who has never measured anything."""

    name: str
    level: Level
    sentence: str


def lights(quality: Mapping[str, float]) -> tuple[Light, Light, Light]:
    """Sharp, varied and new, from what a bundle says of its quality."""
    return _sharp(quality.get("sharpness")), _varied(quality.get("variety")), _new(quality)


def _sharp(sharpness: float | None) -> Light:
    if sharpness is None:
        return Light("Sharp", Level.UNKNOWN, "Not measured.")
    share = f"{sharpness:.0%} of the fine detail of yours"
    if sharpness > 1.3:
        return Light("Sharp", Level.FAIR, f"Noisy: {share}.")
    if sharpness >= 0.75:
        return Light("Sharp", Level.GOOD, f"Crisp: {share}.")
    if sharpness >= 0.5:
        return Light("Sharp", Level.FAIR, f"A little soft: {share}. More time helps.")
    return Light("Sharp", Level.POOR, f"Soft: {share}. More time or a smaller size helps.")


def _varied(variety: float | None) -> Light:
    if variety is None:
        return Light("Varied", Level.UNKNOWN, "Not measured.")
    share = f"{min(variety, 1):.0%} as different from each other as yours"
    if variety >= 0.75:
        return Light("Varied", Level.GOOD, f"{share}.")
    if variety >= 0.5:
        return Light("Varied", Level.FAIR, f"{share}; more diversity in Create helps.")
    return Light("Varied", Level.POOR, f"Only {share}. More pictures help.")


def _new(quality: Mapping[str, float]) -> Light:
    copies, novelty = quality.get("copies"), quality.get("novelty")
    if copies is None or novelty is None:
        return Light("New", Level.UNKNOWN, "Not measured.")
    if copies > 0.1:
        return Light("New", Level.POOR, f"{copies:.0%} show nearly one of yours. Add more pictures.")
    if copies > 0.03 or novelty < 0.15:
        return Light("New", Level.FAIR, f"Close to yours; {copies:.0%} show nearly one of them.")
    few = "none shows" if copies < 0.005 else f"{copies:.0%} show"
    return Light("New", Level.GOOD, f"About as new as more of your own would be; {few} nearly one of yours.")
