"""A short trial says how fast the machine is, and leaves nothing behind."""

from pathlib import Path

import pytest

from studio.core.events import from_json, to_json
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.train import trial
from studio.train.learner import Learner
from studio.train.losses import TEXTURES_FROM
from studio.train.trial import try_out


def test_a_trial_measures_and_leaves_nothing(
    sprites: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_LONG_ENOUGH_S", 0.1)
    tried = try_out(Recipe("any", size=16, precision="fp32", device="cpu"), [sprites], 48)
    assert tried.pictures_per_s > 0
    assert tried.memory_bytes > 10**7
    assert 10**6 < tried.disk_bytes < 10**9
    assert from_json(to_json(tried)) == tried
    assert not list(library.runs.iterdir())


def test_a_trial_takes_steps_from_all_of_a_run(sprites: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_LONG_ENOUGH_S", 0.1)
    monkeypatch.setattr(trial, "choose_speed", lambda learner, recipe: None)
    taken: list[float] = []
    step = Learner.step

    def noted(learner: Learner, progress: float) -> bool:
        taken.append(progress)
        return step(learner, progress)

    monkeypatch.setattr(Learner, "step", noted)
    try_out(Recipe("any", size=16, precision="fp32", device="cpu"), [sprites], 48)
    timed = taken[1:]
    textured = sum(progress >= TEXTURES_FROM for progress in timed)
    assert textured / len(timed) == pytest.approx(1 - TEXTURES_FROM)
