"""The morph on the artist's desk, kept over restarts: its plan, and how it was exported last."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.plan import (
    FASTEST_FPS,
    LONGEST_HOLD_S,
    LONGEST_S,
    MOST_STOPS,
    PLAYINGS,
    MorphPlan,
    PlannedStop,
)
from studio.core.tempo import EASES

from .damage import Damaged
from .exporting import KINDS, Export
from .files import Upgrade, keep_aside, read_json, write_json
from .metadata import recipe_from_json, recipe_to_json

UPGRADES: tuple[Upgrade, ...] = ()
"""Step i turns the file's version i + 1 into i + 2; each needs its test."""
_LONGEST_TITLE = 200


def save_morph(file: Path, plan: MorphPlan, export: Export) -> None:
    """Atomic. Raises StudioError when the disk refuses."""
    values = {
        "format": len(UPGRADES) + 1,
        "seconds": plan.seconds,
        "fps": plan.fps,
        "playing": plan.playing,
        "stops": [_stop_to_json(stop) for stop in plan.stops],
        "export": asdict(export),
    }
    write_json(file, values)


def load_morph(file: Path) -> tuple[MorphPlan, Export, str]:
    """The plan, the export, and what the user must be told: a sentence or nothing.

    Never fails: a file that cannot be read gives an empty plan, and is copied aside.
    """
    if not file.exists():
        return MorphPlan(), Export(), ""
    try:
        values = read_json(file, UPGRADES)
        return _plan(values), _export(values.get("export")), ""
    except StudioError as error:
        reason = error.message
    except Damaged as error:
        reason = f"“{file.name}” is damaged: {error}."
    return MorphPlan(), Export(), f"{reason} {keep_aside(file)} The morph is empty again."


def _stop_to_json(stop: PlannedStop) -> dict[str, Any]:
    return {
        "recipe": recipe_to_json(stop.picture),
        "title": stop.title[:_LONGEST_TITLE],
        "hold": stop.hold,
        "ease": stop.ease,
    }


def _plan(values: dict[str, Any]) -> MorphPlan:
    stops = values.get("stops")
    if not isinstance(stops, list) or len(stops) > MOST_STOPS:
        raise Damaged("its stops are impossible")
    plan = MorphPlan(
        tuple(map(_stop, stops)),
        _number(values, "seconds", LONGEST_S),
        _number(values, "fps", FASTEST_FPS),
        _one_of(values, "playing", PLAYINGS),
    )
    if plan.seconds <= 0 or plan.fps <= 0:
        raise Damaged("it takes no time")
    if len({(s.picture.bundle_id, len(s.picture.latent)) for s in plan.stops}) > 1:
        raise Damaged("its stops are of several models")
    return plan


def _stop(values: Any) -> PlannedStop:
    if not isinstance(values, dict):
        raise Damaged("a stop is not an object")
    title = values.get("title")
    if not isinstance(title, str) or len(title) > _LONGEST_TITLE:
        raise Damaged("a stop's title is impossible")
    picture = recipe_from_json(values.get("recipe"))
    return PlannedStop(
        picture, title, _number(values, "hold", LONGEST_HOLD_S), _one_of(values, "ease", EASES)
    )


def _export(values: Any) -> Export:
    """A damaged choice of how to export is no loss: it is made again."""
    try:
        if not isinstance(values, dict):
            raise Damaged("it is not an object")
        known = {field.name: values[field.name] for field in fields(Export)}
        known["matte"] = tuple(known["matte"])
        export = Export(**known)
        is_good = (
            export.kind in KINDS
            and all(type(getattr(export, f.name)) is type(f.default) for f in fields(Export))
            and 0 <= export.side <= 8192
            and 0 <= export.fps <= FASTEST_FPS
            and 1 <= export.quality <= 100
            and len(export.matte) == 3
            and all(type(level) is int and 0 <= level <= 255 for level in export.matte)
        )
    except (Damaged, KeyError, TypeError):
        is_good = False
    return export if is_good else Export()


def _number(values: dict[str, Any], key: str, most: float) -> float:
    value: Any = values.get(key)
    if type(value) not in (int, float) or not (math.isfinite(value) and 0 <= value <= most):
        raise Damaged(f"its {key} is impossible")
    return float(value)


def _one_of(values: dict[str, Any], key: str, choices: tuple[str, ...]) -> str:
    value = values.get(key)
    if value not in choices:
        raise Damaged(f"its {key} is impossible")
    return str(value)
