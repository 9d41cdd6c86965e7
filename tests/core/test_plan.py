"""Plans of morphs: exact numbers of frames, rests, edits that keep the pace."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.plan import LOOP, MOST_STOPS, ONCE, PING_PONG, MorphPlan, PlannedStop, most_common
from studio.core.tempo import Survey


def _stops(count: int, hold: float = 0.0, bundle: str = "0" * 16) -> tuple[PlannedStop, ...]:
    latents = np.random.default_rng(count).standard_normal((count, 8)).astype(np.float32)
    return tuple(PlannedStop(Picture(bundle, latent), str(i), hold) for i, latent in enumerate(latents))


def _survey(plan: MorphPlan) -> Survey:
    places = np.linspace(0, plan.legs, 20 * plan.legs + 1)
    return Survey(places, places**1.5)


@pytest.mark.parametrize("playing", [ONCE, LOOP, PING_PONG])
@pytest.mark.parametrize("hold", [0.0, 0.25, 0.1])
@pytest.mark.parametrize("fps", [24.0, 100 / 3, 10.0])
def test_what_is_played_is_as_long_as_is_said(playing: str, hold: float, fps: float) -> None:
    plan = MorphPlan(_stops(3, hold), 4.0, fps, playing)
    places, order = plan.timed(_survey(plan))
    assert len(order) == plan.played()
    rests = round(hold * fps)
    if playing == PING_PONG:
        assert len(order) == 2 * len(places) - 2 + 4 * rests
    else:
        assert len(order) == plan.frames == round(4 * fps)
        assert len(places) == plan.frames - 3 * rests


def test_there_and_back_is_twice_without_the_ends() -> None:
    plan = MorphPlan(_stops(2), 48 / 24, 24.0, PING_PONG)
    _, order = plan.timed(_survey(plan))
    assert plan.played() == 2 * 48 - 2
    assert order == [*range(48), *range(46, 0, -1)]


def test_a_loop_does_not_show_its_first_frame_twice() -> None:
    plan = MorphPlan(_stops(3), 2.0, 24.0, LOOP)
    places, order = plan.timed(_survey(plan))
    assert (len(order), places[0]) == (48, 0)
    assert places[-1] < 3


def test_an_exact_number_of_frames() -> None:
    plan = MorphPlan(_stops(2), 1.0, 24.0)
    for frames in (7, 95, 96, 97, 1001):
        assert plan.with_frames(frames).frames == frames


def test_too_short_says_how_long_it_must_be() -> None:
    plan = MorphPlan(_stops(5, hold=1.0), 4.0, 24.0, ONCE)
    with pytest.raises(StudioError, match="too short for 5 stops that rest 5 s") as caught:
        plan.tempo()
    assert "at least 5.21 s" in caught.value.hint
    assert MorphPlan(plan.stops, 5.21, 24.0, ONCE).tempo().frames == 5


def test_each_leg_keeps_its_time_when_stops_come_and_go() -> None:
    plan = MorphPlan().inserted(0, _stops(3))
    assert plan.seconds == pytest.approx(3 * 1.5)  # a loop of three legs
    longer = plan.inserted(1, _stops(1, hold=0.5))
    assert longer.seconds == pytest.approx(4 * 1.5 + 0.5)
    assert [stop.title for stop in longer.stops] == ["0", "0", "1", "2"]
    assert longer.without([1]).same_as(plan)
    assert longer.without([0, 1, 2]).seconds == longer.seconds  # one stop is no morph yet


def test_moving_and_changing() -> None:
    plan = MorphPlan(_stops(4))
    assert [stop.title for stop in plan.moved(0, 2).stops] == ["1", "2", "0", "3"]
    assert [stop.title for stop in plan.moved(3, 0).stops] == ["3", "0", "1", "2"]
    changed = plan.changed(1, PlannedStop(plan.stops[1].picture, "1", 0.5, "smooth"))
    assert not changed.same_as(plan)
    assert changed.tempo().ease_of(1) == "smooth"
    assert changed.holds == (0, 12, 0, 0)


def test_there_is_an_end_to_stops() -> None:
    plan = MorphPlan(_stops(MOST_STOPS))
    with pytest.raises(StudioError, match="at most"):
        plan.inserted(0, _stops(1))


def test_the_most_common_model() -> None:
    assert most_common(["b", "a", "a"]) == "a"
    assert most_common(["b", "a"]) == "b"
    assert most_common([]) == ""
