"""Recipe: everything a training run depends on besides the pictures themselves."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from studio.core.errors import StudioError

SIZES = (16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Picture sides offered, in pixels. Pixel art found on a grid of its own trains on that grid."""
PRESET_MINUTES = {"quick": 5.0, "balanced": 20.0, "best": 60.0}
FITS = ("crop", "pad", "trim", "stretch")
"""How a picture becomes square: cut the centre, add transparency, cut to content then pad, distort."""
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
FEWEST_PICTURES = 8
"""Below this a run is refused: there is nothing to hold out and nothing to learn from."""

LONGEST_LICENCE = 20_000
_DEVICE_NAMES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}


@dataclass(frozen=True)
class Recipe:
    """What to train. Two runs with equal recipes, pictures and device give equal weights when the budget
    is in `steps` and the precision is given; a budget in `minutes` follows the clock, so there the number
    of steps may differ, and `auto` precision follows a trial.
    """

    name: str
    size: int = 64  # side asked for, px
    fit: str = "pad"
    mirror: bool | None = None  # whether a mirrored picture is as good; None: decided from the set
    minutes: float = PRESET_MINUTES["balanced"]  # whole run, export included
    steps: int | None = None  # exact number of steps instead of a time
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"  # auto: bf16 where a short trial shows that it pays
    latent_width: int = 0  # D; 0: chosen by picture size
    beta: float = 0.0  # weight of the KL term (Higgins et al. 2017); 0: chosen by the kind of picture
    batch: int = 0  # pictures a step; 0: chosen by size and memory
    licence: str = ""  # the artist's note, kept in the bundle

    def check(self) -> None:
        """Raise StudioError, one sentence, for the first answer that cannot be."""
        if not self.name.strip():
            raise StudioError("The model has no name.", "Give it one.")
        if any(c in '/\\:*?"<>|' or ord(c) < 32 for c in self.name) or self.name.strip(". ") != self.name:
            raise StudioError(
                f"“{self.name}” cannot be the name of a folder.", "Use letters, digits, spaces and dashes."
            )
        if self.name.split(".")[0].upper() in _DEVICE_NAMES:
            raise StudioError(f"“{self.name}” is a name that Windows keeps for itself.", "Use another one.")
        if len(self.licence) > LONGEST_LICENCE:
            raise StudioError("The licence note is too long.", f"Use at most {LONGEST_LICENCE} letters.")
        if len(self.name.encode()) > 120:
            raise StudioError("The name is too long.", "Use at most 120 letters.")
        if self.size not in SIZES:
            raise StudioError(
                f"Pictures of {self.size} pixels cannot be trained.",
                f"Choose one of {', '.join(map(str, SIZES))}.",
            )
        for answer, choices, what in (
            (self.fit, FITS, "way to fit pictures"),
            (self.device, DEVICES, "device"),
            (self.precision, PRECISIONS, "precision"),
        ):
            if answer not in choices:
                raise StudioError(f"“{answer}” is not a {what}.", f"Choose one of {', '.join(choices)}.")
        if not math.isfinite(self.minutes) or self.minutes <= 0:
            raise StudioError(
                "The training time must be more than 0 minutes.", "Give at least half a minute."
            )
        if self.steps is not None and self.steps < 1:
            raise StudioError("The number of steps must be at least 1.", "Leave it out to train by time.")
        if not 0 <= self.seed < 2**32:
            raise StudioError("This seed cannot be used.", "Use a whole number from 0 to 4294967295.")
        if not (math.isfinite(self.beta) and self.beta >= 0 and self.batch >= 0):
            raise StudioError("The weight and the batch must not be negative.", "Leave them at 0.")
        if self.latent_width not in range(1025):
            raise StudioError("A latent has at most 1024 numbers.", "Leave the width at 0.")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Recipe:
        """Unknown keys are ignored (a newer program wrote them); missing ones take their default."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})
