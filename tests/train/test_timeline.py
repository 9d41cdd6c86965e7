"""The looks that are kept of a run: bounded, whole after a kill, and one can go back to some of them."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from studio.core.errors import StudioError
from studio.core.events import (
    Chosen,
    Event,
    Finished,
    Preview,
    Progress,
    Saved,
    Timeline,
    Warned,
    from_json,
    to_json,
)
from studio.core.pixels import grid
from studio.core.progress import Control
from studio.core.recipe import Recipe
from studio.generate.decoder import Decoder
from studio.store.bundle import load_bundle
from studio.store.files import Library, disk_error
from studio.train import finish, loop, runaway, timeline
from studio.train import learner as learner_module
from studio.train.loop import train
from studio.train.runaway import Runaway, Stillness

Start = Callable[..., Iterator[Event]]


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look after every step, and a word."""
    monkeypatch.setattr(loop, "FIRST_LOOK_S", 0.0)
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(loop, "_until_next_look", lambda began, ended: 0.0)


def _close(events: Iterator[Event]) -> None:
    events.close()  # type: ignore[attr-defined]


def _timelines(events: Iterator[Event]) -> list[Timeline]:
    return [event for event in events if isinstance(event, Timeline)]


def test_looks_and_weights_are_bounded(
    start: Start, looking: None, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "MOST_LOOKS", 6)
    monkeypatch.setattr(timeline, "MOST_WEIGHTS", 3)
    monkeypatch.setattr(loop, "delete_run", lambda library, name: None)
    told = _timelines(start(steps=11))
    last = told[-1].looks
    assert [len(each.looks) for each in told[:6]] == [1, 2, 3, 4, 5, 6]
    assert len(last) == 6
    assert (last[0].preview.step, last[-1].preview.step) == (1, 11)
    assert [look.can_be_used for look in last].count(True) == 3
    assert last[0].can_be_used
    assert last[-1].can_be_used
    run = library.runs / "toy"
    assert len(list((run / "previews").iterdir())) == 3 * 6
    assert len(list((run / "moments").iterdir())) == 3
    assert from_json(to_json(told[-1])) == told[-1]


def test_bytes_bound_the_pictures(start: Start, looking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "MOST_BYTES", 60_000)
    monkeypatch.setattr(timeline, "MOST_WEIGHTS", 2)
    last = _timelines(start(steps=8))[-1].looks
    assert 2 <= len(last) < 8


def test_a_moment_that_is_used_draws_what_was_shown(
    sprites: Path, looking: None, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finish, "touch_up", lambda learner, density, is_pixel_art: None)
    monkeypatch.setattr(timeline, "MOST_WEIGHTS", 100)
    control = Control()
    recipe = Recipe("back", size=16, steps=10_000, precision="fp32", device="cpu")
    shown: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    chosen: list[Chosen] = []
    for event in train(recipe, [sprites], library, control=control):
        if isinstance(event, Preview):
            assert event.latents is not None
            latents = np.load(event.latents, allow_pickle=False)
            shown[event.step] = latents, np.array(Image.open(event.samples))
        if isinstance(event, Progress) and event.step == 25:
            control.moment, control.finish = 3, True
        if isinstance(event, Chosen):
            chosen.append(event)
        last = event
    assert [event.step for event in chosen] == [3]
    assert isinstance(last, Finished)
    bundle = load_bundle(last.bundle)
    assert bundle.facts.trained["kept_step"] == 3
    assert {"variety", "novelty", "copies", "sharpness"} <= set(bundle.facts.quality)
    latents, sheet = shown[3]
    drawn = grid(Decoder(bundle, "cpu").decode(latents), timeline.COLUMNS)
    # Weights are kept in half precision, as the bundle has them.
    assert np.abs(drawn.astype(int) - sheet).max() <= 2
    assert np.abs(drawn.astype(int) - shown[25][1]).max() > 4


def test_the_timeline_is_there_after_a_kill(start: Start, looking: None, library: Library) -> None:
    for event in (events := start(steps=1000)):
        if isinstance(event, Timeline) and len(event.looks) == 3:
            break
    _close(events)
    stray = library.runs / "toy" / "previews" / "00000777-samples.png"
    stray.write_bytes(b"of a look after the last save")
    events = start(resume=True)
    first = next(event for event in events if isinstance(event, Timeline))
    _close(events)
    assert [look.preview.step for look in first.looks] == [1, 2, 3]
    assert all(look.can_be_used for look in first.looks)
    assert not stray.exists()


def test_a_choice_is_not_lost_while_the_model_is_made(
    sprites: Path, start: Start, looking: None, library: Library
) -> None:
    control = Control()
    recipe = Recipe("toy", size=16, steps=10_000, precision="fp32", device="cpu")
    for event in (events := train(recipe, [sprites], library, control=control)):
        if isinstance(event, Progress) and event.step == 4:
            control.moment, control.finish = 2, True
        if isinstance(event, Chosen):
            break
    _close(events)
    again = list(start(resume=True))
    assert [event.step for event in again if isinstance(event, Chosen)] == [2]
    assert not any(isinstance(event, Progress) and event.step > 4 for event in again)


def _chosen_with_damage(
    sprites: Path, library: Library, damaged: Callable[[int], bool], told: list[Event]
) -> None:
    """Moment 2 is chosen after step 5; the weights of some moments are damaged then."""
    control = Control()
    recipe = Recipe("toy", size=16, steps=10_000, precision="fp32", device="cpu")
    for event in train(recipe, [sprites], library, control=control):
        told.append(event)
        if isinstance(event, Progress) and event.step == 5:
            for file in (library.runs / "toy" / "moments").iterdir():
                if damaged(int(file.name.partition("-")[0])):
                    file.write_bytes(file.read_bytes()[:-100])
            control.moment, control.finish = 2, True


def test_a_damaged_moment_is_passed_over(sprites: Path, looking: None, library: Library) -> None:
    told: list[Event] = []
    _chosen_with_damage(sprites, library, lambda step: step in (1, 2), told)
    assert [event.step for event in told if isinstance(event, Chosen)] == [3]
    assert any(isinstance(event, Warned) and "cannot be read" in event.sentence for event in told)
    assert isinstance(told[-1], Finished)
    assert load_bundle(told[-1].bundle).facts.trained["kept_step"] == 3


def test_a_run_whose_moments_are_all_damaged_can_be_resumed(
    sprites: Path, start: Start, looking: None, library: Library
) -> None:
    with pytest.raises(StudioError, match="cannot be read"):
        _chosen_with_damage(sprites, library, lambda step: True, [])
    again = start(resume=True)
    assert next(event.step for event in again if isinstance(event, Progress)) == 6
    _close(again)


def test_a_look_that_the_disk_refuses_leaves_nothing(
    start: Start, looking: None, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = timeline.save_weights

    def full(file: Path, network: nn.Module) -> None:
        if file.name.startswith("00000002-"):
            raise disk_error(OSError(errno.ENOSPC, "full"), file)
        real(file, network)

    monkeypatch.setattr(timeline, "save_weights", full)
    told = ""
    for event in (events := start(steps=1000)):
        told += event.sentence if isinstance(event, Warned) else ""
        if isinstance(event, Preview) and event.step == 3:
            break
    _close(events)
    assert "disk is full" in told
    run = library.runs / "toy"
    left = {file.name.partition("-")[0] for file in (*run.glob("previews/*"), *run.glob("moments/*"))}
    assert left == {"00000001", "00000003"}


@pytest.mark.parametrize("saves", [False, True])
def test_an_explosion_is_gone_back_from_more_gently(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch, saves: bool
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    if saves:
        monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    real, rates, left = learner_module.Learner.loss, [], [2]

    def exploding(self: learner_module.Learner, *args: object) -> torch.Tensor:
        loss = real(self, *args)  # type: ignore[arg-type]
        rates.append((self.standing.step, self.optimizer.param_groups[0]["lr"]))
        if self.standing.step == 4 and left[0]:
            left[0] -= 1
            return loss * float("nan")
        return loss

    monkeypatch.setattr(learner_module.Learner, "loss", exploding)
    events = list(start())
    warned = [event.sentence for event in events if isinstance(event, Warned)]
    assert len([sentence for sentence in warned if "gone astray" in sentence]) == 2
    assert isinstance(events[-1], Finished)
    assert load_bundle(events[-1].bundle).facts.trained["steps"] == 12
    at_4 = [rate for step, rate in rates if step == 4]
    assert at_4[1] == at_4[0] / 2
    assert at_4[2] == at_4[0] / 4


def test_three_setbacks_are_enough(start: Start, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(self: learner_module.Learner, progress: float) -> bool:
        return False

    monkeypatch.setattr(learner_module.Learner, "step", lost)
    told: list[Event] = []
    with pytest.raises(StudioError, match="went wrong"):
        told.extend(start())
    assert "went wrong" not in str(told)


def test_a_runaway_is_told_from_an_outlier() -> None:
    usual = Runaway()
    assert not any(usual.is_lost(loss) for loss in [0.5, 0.6, 30.0, 0.5, 0.4] * 20)
    assert usual.is_lost(float("nan"))
    assert usual.is_lost(float("inf"))
    lost = Runaway()
    # An error a thousand times the usual, and the calibrated likelihood getting used to it.
    assert [lost.is_lost(loss) for loss in [0.5, 25, 12.6, 8.5, 6.4, 5.2, 4.4, 3.8, 3.4]][-1]


def test_a_dead_network_is_told_from_a_young_one() -> None:
    born = Stillness()
    assert not any(born.is_dead(step, 0.02 if step < 60 else 0.9) for step in range(1000))
    stumbling = Stillness()
    assert not any(stumbling.is_dead(step, 0.0 if step % 250 else 0.9) for step in range(100, 2000))
    dying = Stillness()
    fates = {step: dying.is_dead(step, 0.9 if step < 700 else 0.001) for step in range(0, 1020, 20)}
    assert min(step for step, is_dead in fates.items() if is_dead) == 1000
    assert dying.may_have_begun


def test_a_network_that_died_goes_back_to_when_it_lived(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    monkeypatch.setattr(runaway, "_YOUNG", 0)
    monkeypatch.setattr(runaway, "_LONG", 3)
    real, told = learner_module.spread, []

    def dying(means: torch.Tensor) -> torch.Tensor:
        told.append(real(means))
        return torch.zeros(()) if 5 <= len(told) < 9 else torch.ones(())

    monkeypatch.setattr(learner_module, "spread", dying)
    events = list(start())
    saved = [event.step for event in events if isinstance(event, Saved)]
    assert saved[:5] == [1, 2, 3, 4, 4]  # none of the still steps; then the setback itself
    assert "gone astray" in "".join(event.sentence for event in events if isinstance(event, Warned))
    assert isinstance(events[-1], Finished)
    assert load_bundle(events[-1].bundle).facts.trained["steps"] == 12
    assert all(0 <= float(value) < 10 for value in told)
