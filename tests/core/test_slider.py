"""Sliders: even travel, reading where a latent lies, moving it, and their form on the disk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bundles import density as toy_density

from studio.core.density import Density
from studio.core.slider import Board, Slider

WIDTH = 8


@pytest.fixture
def density() -> Density:
    return toy_density(np.random.default_rng(0), WIDTH)


def _slider(index: int = 0, name: str = "Glasses") -> Slider:
    direction = np.zeros(WIDTH, np.float32)
    direction[index] = 1
    travel = (-3.0, -2.0, -1.5, -1.0, 0.0, 0.5, 1.0, 3.0, 5.0)
    return Slider(name, tuple(map(float, direction)), travel)


def test_value_and_travel_are_each_others_inverse() -> None:
    slider = _slider()
    assert slider.travel_at(-1) == -3 and slider.travel_at(0) == 0 and slider.travel_at(1) == 5
    for value in np.linspace(-1, 1, 23):
        assert slider.value_at(slider.travel_at(value)) == pytest.approx(value)
    assert slider.value_at(99) == 1


def test_a_moved_latent_reads_what_it_was_moved_to(density: Density) -> None:
    board = Board([_slider(0), _slider(3)], density)
    latent = density.centre
    for value in (-0.9, -0.2, 0.4, 1.0):
        moved = board.moved(latent, {1: value})
        assert board.values(moved)[1] == pytest.approx(value, abs=1e-5)
        assert moved.dtype == np.float32 and np.count_nonzero(moved - latent) <= 1


def test_a_slider_left_where_it_is_changes_nothing(density: Density) -> None:
    board = Board([_slider(0), _slider(3)], density)
    for seed in range(5):
        latent = 4 * density.draw_seeds("b", [seed])[0]  # far out, beyond the ends too
        values = board.values(latent)
        assert all(-1 <= value <= 1 for value in values)
        np.testing.assert_allclose(board.moved(latent, dict(enumerate(values))), latent, atol=1e-5)


def test_ends_are_the_ends_of_one_slider(density: Density) -> None:
    board = Board([_slider(0), _slider(3)], density)
    low, high = board.ends(density.centre, 0)
    assert high[0] - low[0] == pytest.approx(8)
    np.testing.assert_array_equal(low[1:], high[1:])


def test_no_sliders_are_a_board_too(density: Density) -> None:
    board = Board([], density)
    assert len(board) == 0 and board.values(density.centre) == ()
    np.testing.assert_array_equal(board.moved(density.centre, {}), density.centre)


def test_the_form_on_the_disk_gives_the_slider_back() -> None:
    slider = _slider(2, "Brille – größer")
    assert Slider.from_json({**slider.to_json(), "newer": 1}, WIDTH) == slider


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "x" * 61),
        ("name", 3),
        ("origin", "elsewhere"),
        ("origin", []),
        ("travel", [0, 1, 2]),
        ("travel", [0, 0, 1, 2, 3, 4, 5, 6, 7]),
        ("travel", [0, 1, 2, 3, 4, 5, 6, 7, float("nan")]),
        ("travel", [0, 1, 2, 3, 4, 5, 6, 7, 1e9]),
        ("travel", [False, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("direction", None),
        ("direction", "no base64!"),
        ("direction", "AAAA"),
        ("direction", "AACAPw==" * 8),
        ("direction", "A" * 43),
        ("direction", "ä"),
    ],
)
def test_what_no_slider_can_be_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValueError):
        Slider.from_json({**_slider().to_json(), key: value}, WIDTH)


@pytest.mark.parametrize("values", [None, [], "slider", {}])
def test_what_is_no_object_is_refused(values: Any) -> None:
    with pytest.raises(ValueError):
        Slider.from_json(values, WIDTH)
