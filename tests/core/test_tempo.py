"""When a morph is where: counts, rests, ways back, even changes."""

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.tempo import Survey, Tempo, frame_changes, frame_places, playing_order, unevenness


def _survey(legs: int) -> Survey:
    """The picture changes by the square of the place."""
    places = np.linspace(0, legs, 40 * legs + 1)
    return Survey(places, places**2)


@pytest.mark.parametrize("frames", [3, 4, 17, 60])
def test_frames_are_as_many_as_asked_for_and_meet_the_stops(frames: int) -> None:
    places = frame_places(_survey(2), Tempo(frames), is_closed=False)
    assert len(places) == frames
    assert {0.0, 1.0, 2.0} <= set(places)
    assert (np.diff(places) > 0).all()


def test_a_closed_way_leaves_out_the_first_stop_at_its_end() -> None:
    places = frame_places(_survey(3), Tempo(30), is_closed=True)
    assert len(places) == 30
    assert places[0] == 0
    assert places[-1] < 3


def test_changes_are_even_on_every_leg() -> None:
    places = frame_places(_survey(2), Tempo(61), is_closed=False)
    steps = np.diff(places**2)
    assert steps.max() / np.median(steps) < 1.1
    straight = np.diff(np.linspace(0, 2, 61) ** 2)
    assert straight.max() / np.median(straight) > 1.9


def test_ease_is_slow_at_the_stops() -> None:
    places = frame_places(Survey(np.linspace(0, 1, 41), np.linspace(0, 1, 41)), Tempo(21, ("smooth",)), False)
    steps = np.diff(places)
    assert steps[0] < steps[10] / 3
    assert steps[-1] < steps[10] / 3


@pytest.mark.parametrize(("ease", "slow", "fast"), [("in", 0, -1), ("out", -1, 0)])
def test_each_leg_has_its_own_ease(ease: str, slow: int, fast: int) -> None:
    even = Survey(np.linspace(0, 2, 81), np.linspace(0, 2, 81))
    steps = np.diff(frame_places(even, Tempo(41, ("linear", ease)), False))
    np.testing.assert_allclose(steps[:20], 0.05)
    assert steps[20:][slow] < steps[20:][fast] / 10


def test_what_does_not_change_is_a_rest() -> None:
    places = frame_places(Survey(np.linspace(0, 1, 9), np.zeros(9)), Tempo(5), False)
    np.testing.assert_allclose(places, [0, 0.25, 0.5, 0.75, 1])


@pytest.mark.parametrize("frames", [2, 10_001])
def test_impossible_numbers_of_frames(frames: int) -> None:
    with pytest.raises(StudioError, match="cannot show these 3 stops"):
        frame_places(_survey(2), Tempo(frames), is_closed=False)


def test_rests_and_the_way_back() -> None:
    places = np.array([0, 0.5, 1])
    assert playing_order(places, Tempo(3)) == [0, 1, 2]
    assert playing_order(places, Tempo(3, holds=(2, 1))) == [0, 0, 0, 1, 2, 2]
    assert playing_order(places, Tempo(3, is_ping_pong=True)) == [0, 1, 2, 1]


def test_changes_and_unevenness() -> None:
    frames = [np.full((2, 2, 4), level, np.uint8) for level in (255, 245, 225)]
    changes = frame_changes(frames)
    assert len(changes) == 2
    assert len(frame_changes(frames, is_endless=True)) == 3
    assert changes[1] > changes[0]
    assert unevenness([1, 1, 2]) == 2
    assert unevenness([0, 0]) == 1
