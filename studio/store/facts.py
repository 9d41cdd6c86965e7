"""What a bundle says about itself (bundle.json), and whether that can be true."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.recipe import Recipe
from studio.core.slider import MOST_SLIDERS, Slider

from .damage import Damaged
from .files import Upgrade, read_json

Colour = tuple[int, int, int, int]
"""Straight RGBA, 0..255."""
KINDS = ("smooth", "pixel")
UPGRADES: tuple[Upgrade, ...] = (
    lambda values: {**values, "novelty": []},  # 2: how far new pictures lie from those learned from
)
"""Step i turns format i + 1 of bundle.json into format i + 2."""
_LARGEST_SIDE = 8192  # px, of a finished picture


@dataclass(frozen=True)
class Facts:
    """Everything in bundle.json. Numbers of the training run are as measured there."""

    id: str  # 16 hexadecimal digits, a hash of the content
    name: str
    size: int  # side the networks see, px
    latent_width: int
    kind: str = "smooth"  # or "pixel": never blurred
    scale: int = 1  # files are size * scale px: enlarged pixel art
    palette: tuple[Colour, ...] | None = None  # the colours a pixel decoder chooses from
    trained: dict[str, Any] = field(default_factory=dict)
    quality: dict[str, float] = field(default_factory=dict)
    sliders: tuple[Slider, ...] = ()  # () as long as nobody looked for them
    novelty: tuple[float, ...] = ()  # core.novelty.levels of the held-out pictures; () if not known
    oddity_limits: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    format: int = len(UPGRADES) + 1

    @property
    def picture_side(self) -> int:
        """Width and height of the files it makes, px."""
        return self.size * self.scale

    def to_json(self) -> dict[str, Any]:
        return {"format": self.format, **asdict(self), "sliders": [each.to_json() for each in self.sliders]}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Facts:
        """Checks every answer; unknown keys are ignored. Raises Damaged for the first that cannot be."""
        for key, (is_good, what) in _RULES.items():
            if key not in values:
                raise Damaged(f"“bundle.json” does not say its {what}")
            if not is_good(values[key]):
                raise Damaged(f"“bundle.json” has an impossible {what}")
        known = {key: values[key] for key in (field.name for field in fields(cls)) if key in values}
        if known["palette"] is not None:
            known["palette"] = tuple(tuple(colour) for colour in known["palette"])
        known["novelty"] = tuple(known["novelty"])
        known["sliders"] = sliders_from(known["sliders"], known["latent_width"])
        facts = cls(**known)
        if facts.palette is not None and facts.kind != "pixel":
            raise Damaged("“bundle.json” gives a palette to smooth pictures")
        if facts.picture_side > _LARGEST_SIDE:
            raise Damaged("“bundle.json” has an impossible picture size")
        return facts


def read_facts(path: Path) -> Facts:
    """bundle.json, brought to today's format. Raises StudioError or Damaged."""
    return Facts.from_json(read_json(path, UPGRADES))


def sliders_from(values: list[Any], width: int) -> tuple[Slider, ...]:
    """Sliders for latents of this width, as `Slider.to_json` wrote them. Raises Damaged."""
    try:
        return tuple(Slider.from_json(each, width) for each in values)
    except ValueError as error:
        raise Damaged("“bundle.json” has an impossible slider") from error


def _is_whole(lowest: int, highest: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and lowest <= value <= highest


def _is_text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e18 and math.isfinite(value)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{16}", value) is not None


def _is_name(value: Any) -> bool:
    """A bundle is called as its folder is, so the recipe's rule for names holds."""
    try:
        if isinstance(value, str):
            Recipe(name=value).check()
            return True
    except StudioError:
        pass
    return False


def _is_palette(value: Any) -> bool:
    if value is None:
        return True
    level = _is_whole(0, 255)
    return (
        isinstance(value, list | tuple)
        and 1 <= len(value) <= 256
        and all(
            isinstance(colour, list | tuple) and len(colour) == 4 and all(map(level, colour))
            for colour in value
        )
    )


def _is_yardstick(value: Any) -> bool:
    """Distances that do not fall, or none."""
    return (
        isinstance(value, list | tuple)
        and len(value) != 1
        and len(value) <= 1000
        and all(map(_is_amount, value))
        and all(before <= after for before, after in pairwise(value))
    )


def _is_report(value: Any) -> bool:
    """The account of a run: what is there has the type its readers expect."""
    return isinstance(value, dict) and all(_REPORT[key](value[key]) for key in _REPORT if key in value)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


_REPORT: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("pictures", "held_out", "steps", "seen"), _is_whole(0, 10**15)),
    **dict.fromkeys(("seconds", "pictures_per_s"), _is_amount),
    **dict.fromkeys(("date", "device", "precision"), _is_text(200)),
    **dict.fromkeys(("recipe", "versions"), _is_dict),
}
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (_is_id, "id"),
    "name": (_is_name, "name"),
    "size": (_is_whole(4, 1024), "picture size"),
    "scale": (_is_whole(1, 256), "scale"),
    "latent_width": (_is_whole(1, 1024), "latent width"),
    "kind": (lambda value: value in KINDS, "kind of picture"),
    "palette": (_is_palette, "palette"),
    "trained": (_is_report, "account of its training"),
    "quality": (
        lambda value: isinstance(value, dict) and all(map(_is_number, value.values())),
        "measured quality",
    ),
    "sliders": (
        lambda value: isinstance(value, list) and len(value) <= MOST_SLIDERS,
        "list of sliders",
    ),
    "novelty": (_is_yardstick, "measure of novelty"),
    "oddity_limits": (_is_dict, "set of limits"),
    "licence": (_is_text(20_000), "licence"),
}
