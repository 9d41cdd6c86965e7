"""Curves through stops: exact at every stop, on the shell, without a kink."""

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.latent import Latents, slerp
from studio.core.path import Path

CENTRE = np.full(32, 0.25, np.float32)


def _stops(count: int, seed: int = 0) -> Latents:
    return np.random.default_rng(seed).standard_normal((count, 32)).astype(np.float32) * 2


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize("is_straight", [False, True])
def test_every_stop_is_met_exactly(is_closed: bool, is_straight: bool) -> None:
    stops = _stops(5)
    path = Path(stops, CENTRE, is_closed, is_straight)
    assert path.legs == (5 if is_closed else 4)
    for place in range(path.legs + 1):
        np.testing.assert_array_equal(path.at(place), stops[place % 5])


def test_two_stops_are_joined_by_slerp() -> None:
    stops = _stops(2)
    path = Path(stops, CENTRE)
    np.testing.assert_array_equal(path.at(0.3), slerp(stops[0], stops[1], 0.3, CENTRE))


def test_there_is_no_kink_at_a_stop() -> None:
    path, step = Path(_stops(4), CENTRE, is_closed=True), 2e-3
    for place in (1, 2, 3):
        before = path.at(place).astype(float) - path.at(place - step)
        after = path.at(place + step).astype(float) - path.at(place)
        cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
        assert cosine > 0.999


def test_it_stays_on_the_shell_where_a_straight_line_cuts_through() -> None:
    stops = _stops(6, seed=3)
    norms = np.linalg.norm(stops - CENTRE, axis=1)
    places = np.linspace(0, 5, 101)
    curve, line = (Path(stops, CENTRE, is_straight=straight).along(places) for straight in (False, True))
    assert np.linalg.norm(curve - CENTRE, axis=1).min() > 0.9 * norms.min()
    assert np.linalg.norm(line - CENTRE, axis=1).min() < 0.8 * norms.min()


def test_equal_and_opposite_stops_give_numbers() -> None:
    stop = _stops(1)[0]
    path = Path(np.stack([stop, stop, 2 * CENTRE - stop, stop]), CENTRE, is_closed=True)
    assert np.isfinite(path.along(np.linspace(0, 4, 81))).all()


def test_one_stop_is_no_way() -> None:
    with pytest.raises(StudioError, match="at least two"):
        Path(_stops(1), CENTRE)
