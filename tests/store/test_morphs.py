"""The morph on the desk survives; a damaged file is set aside and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.picture import Picture
from studio.core.plan import PING_PONG, MorphPlan, PlannedStop
from studio.store.exporting import Export
from studio.store.morphs import load_morph, save_morph


def _plan() -> MorphPlan:
    latents = np.random.default_rng(0).standard_normal((3, 8)).astype(np.float32)
    stops = [PlannedStop(Picture("0" * 16, z, 7), "Ada", 0.25 * i, "smooth") for i, z in enumerate(latents)]
    return MorphPlan(tuple(stops), 3.5, 100 / 3, PING_PONG)


def _saved(file: Path) -> dict[str, Any]:
    save_morph(file, _plan(), Export("webp", 256, 12.5, False, (1, 2, 3), 70, "/somewhere/a.webp"))
    values: dict[str, Any] = json.loads(file.read_text())
    return values


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "morph.json"
    assert _saved(file)["format"] == 1
    plan, export, told = load_morph(file)
    assert plan.same_as(_plan())
    assert export == Export("webp", 256, 12.5, False, (1, 2, 3), 70, "/somewhere/a.webp")
    assert told == ""


def test_no_file_is_an_empty_plan(tmp_path: Path) -> None:
    plan, export, told = load_morph(tmp_path / "none.json")
    assert plan.same_as(MorphPlan())
    assert (export, told) == (Export(), "")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": 9}', b'{"format": 1}', b'{"stops": 3}'])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "morph.json"
    file.write_bytes(content)
    plan, _, told = load_morph(file)
    assert plan.same_as(MorphPlan())
    assert "morph.damaged-1.json" in told and "empty again" in told
    assert (tmp_path / "morph.damaged-1.json").read_bytes() == content


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seconds", 0),
        ("seconds", 1e9),
        ("fps", None),
        ("playing", "sideways"),
        ("stops", [{"recipe": {}}]),
        ("stops", [3]),
    ],
)
def test_impossible_answers_are_damage(tmp_path: Path, key: str, value: Any) -> None:
    file = tmp_path / "morph.json"
    file.write_text(json.dumps({**_saved(file), key: value}))
    assert "damaged" in load_morph(file)[2]


def test_stops_of_two_models_are_damage(tmp_path: Path) -> None:
    file = tmp_path / "morph.json"
    values = _saved(file)
    values["stops"][1]["recipe"]["bundle"] = "1" * 16
    file.write_text(json.dumps(values))
    assert "several models" in load_morph(file)[2]


@pytest.mark.parametrize("damage", [{"kind": "mpeg"}, {"matte": [1, 2]}, {"quality": "high"}, {"side": -1}])
def test_a_damaged_export_costs_the_export_only(tmp_path: Path, damage: dict[str, Any]) -> None:
    file = tmp_path / "morph.json"
    values = _saved(file)
    values["export"] |= damage
    file.write_text(json.dumps(values))
    plan, export, told = load_morph(file)
    assert plan.same_as(_plan())
    assert (export, told) == (Export(), "")
