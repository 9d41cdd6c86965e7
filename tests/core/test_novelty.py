"""Distances read off against those of held-out pictures."""

import numpy as np
import pytest

from studio.core.novelty import COPY, LEVELS, levels, nearest, novelty


def test_nearest_finds_the_nearest_even_when_it_is_very_near() -> None:
    random = np.random.default_rng(0)
    codes = random.standard_normal((500, 64)).astype(np.float32) + 100
    latents = codes[[7, 400]] + np.float32(1e-3)
    indices, distances = nearest(latents, codes)
    assert indices.tolist() == [7, 400]
    np.testing.assert_allclose(distances, 8e-3, rtol=0.05)


def test_nearest_of_none() -> None:
    indices, distances = nearest(np.empty((0, 3), np.float32), np.ones((2, 3), np.float32))
    assert len(indices) == len(distances) == 0


def test_held_out_pictures_are_evenly_new_by_their_own_measure() -> None:
    distances = np.random.default_rng(0).gamma(9.0, size=2000)
    yardstick = levels(distances)
    assert len(yardstick) == LEVELS
    shares = novelty(distances, yardstick)
    assert np.mean(shares < COPY) == pytest.approx(COPY, abs=0.002)
    assert np.mean(shares < 0.5) == pytest.approx(0.5, abs=0.01)


def test_what_lies_outside_is_a_copy_or_wholly_new() -> None:
    assert novelty(np.array([0.0, 9.0]), [1.0, 2.0, 3.0]).tolist() == [0, 1]


def test_a_single_held_out_picture_is_measure_enough() -> None:
    assert novelty(np.array([1.0, 3.0]), levels(np.array([2.0]))).tolist() == [0, 1]
