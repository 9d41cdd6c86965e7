"""Sliders: named directions in latent space with an even travel, and moving pictures along them."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.core.density import Density
from studio.core.latent import Latents

ORIGINS = ("found", "piles")
"""Found by itself, or made by the artist from two piles of pictures."""
STOPS = 9
"""Travels that a slider knows; between them it is straight."""
LONGEST_NAME = 60
MOST_SLIDERS = 64
_FARTHEST = 1e6

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slider:
    """Its value runs from -1 to 1; equal steps of it change the picture by equal amounts."""

    name: str
    direction: tuple[float, ...]  # D numbers, of length 1
    travel: tuple[float, ...]  # along it, from the density's centre, at STOPS values from -1 to 1; rising
    origin: str = "found"

    def travel_at(self, value: float) -> float:
        """How far along the direction a value lies."""
        return float(np.interp(value, _values(), self.travel))

    def value_at(self, travel: float) -> float:
        """The inverse of `travel_at`; what lies farther than the slider goes is at its end."""
        return float(np.interp(travel, self.travel, _values()))

    def to_json(self) -> dict[str, Any]:
        numbers = np.asarray(self.direction, "<f4").tobytes()
        return {
            "name": self.name,
            "direction": base64.b64encode(numbers).decode(),  # float32, little-endian
            "travel": [float(travel) for travel in self.travel],
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, values: Any, width: int) -> Slider:
        """Checks everything, for latents of this width. Raises ValueError; unknown keys are ignored."""
        if not isinstance(values, dict):
            raise ValueError("not an object")
        name, origin, travel = values.get("name"), values.get("origin"), values.get("travel")
        if not (isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME):
            raise ValueError("name")
        if not (isinstance(origin, str) and origin in ORIGINS):
            raise ValueError("origin")
        if not (isinstance(travel, list) and len(travel) == STOPS and all(map(_is_travel, travel))):
            raise ValueError("travel")
        if any(before >= after for before, after in pairwise(travel)):
            raise ValueError("travel does not rise")
        return cls(name, _direction(values.get("direction"), width), tuple(map(float, travel)), origin)


def _values() -> Floats:
    return np.linspace(-1, 1, STOPS)


def _is_travel(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= _FARTHEST


def _direction(text: Any, width: int) -> tuple[float, ...]:
    try:
        numbers = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        numbers = b""
    if len(numbers) != 4 * width:
        raise ValueError("direction")
    direction = np.frombuffer(numbers, "<f4")
    if not np.isfinite(direction).all() or abs(float(np.linalg.norm(direction)) - 1) > 1e-3:
        raise ValueError("direction is not of length 1")
    return tuple(float(number) for number in direction)


class Board:
    """The sliders of a bundle side by side: where a latent lies on them, and where they move it."""

    def __init__(self, sliders: Sequence[Slider], density: Density) -> None:
        self.sliders = tuple(sliders)
        self._centre = density.centre.astype(np.float64)
        shape = (len(self.sliders), density.width)
        self._directions = np.array([s.direction for s in self.sliders], np.float64).reshape(shape)
        self._readings = readings_of(self._directions, density)

    def __len__(self) -> int:
        return len(self.sliders)

    def values(self, latent: Latents) -> tuple[float, ...]:
        """How far the latent already lies on each slider, -1..1."""
        travels = self._readings @ (latent - self._centre)
        return tuple(
            slider.value_at(float(travel)) for slider, travel in zip(self.sliders, travels, strict=True)
        )

    def moved(self, latent: Latents, values: Mapping[int, float]) -> Latents:
        """The latent with these sliders (by index) at these values, float32 [D]; the others pull on nothing.

        A slider at the value it has for the latent leaves it as it is, even where the latent lies beyond
        the slider's end.
        """
        place = latent.astype(np.float64)
        before = self._readings @ (place - self._centre)
        for index, value in values.items():
            slider = self.sliders[index]
            start = slider.travel_at(slider.value_at(float(before[index])))
            place = place + (slider.travel_at(value) - start) * self._directions[index]
        moved: Latents = place.astype(np.float32)
        return moved

    def ends(self, latent: Latents, index: int) -> Latents:
        """The latent at both ends of one slider, float32 [2, D]."""
        return np.stack([self.moved(latent, {index: -1.0}), self.moved(latent, {index: 1.0})])


def readings_of(directions: Floats, density: Density) -> Floats:
    """Rows [S, D] that read off a latent how far along each direction it lies.

    The matched filter for a direction d among codes of covariance C: C^-1 d / (d^T C^-1 d). Along principal
    and independent axes it reads exactly their own coordinate; of a difference of means it is the linear
    discriminant (Fisher 1936). directions: [S, D].
    """
    covariance = density.covariance
    ridge = 1e-4 * np.trace(covariance) / len(covariance)
    filtered = np.linalg.solve(covariance + ridge * np.eye(len(covariance)), directions.T).T
    along = (filtered * directions).sum(axis=1, keepdims=True)
    readings: Floats = filtered / np.maximum(along, 1e-12)
    return readings
