"""The mixture fitted to the codes."""

import numpy as np

from studio.core.latent import random_for
from studio.train.prior import fit


def test_two_islands_are_found() -> None:
    random = np.random.default_rng(0)
    centres = np.array([[5.0, 0, 0, 0], [-5.0, 0, 0, 0]])
    codes = (centres[random.integers(0, 2, 2000)] + 0.3 * random.standard_normal((2000, 4))).astype(
        np.float32
    )
    density = fit(codes[:1800], codes[1800:], seed=0)
    draws = np.stack([density.draw(random_for("test", seed)) for seed in range(500)])
    assert np.abs(np.abs(draws[:, 0]) - 5).max() < 2
    assert 150 < (draws[:, 0] > 0).sum() < 350
    assert density.log_density(codes[1800:]).mean() > -4


def test_fewer_codes_than_dimensions_still_give_a_density() -> None:
    codes = np.random.default_rng(0).standard_normal((8, 64)).astype(np.float32)
    density = fit(codes[:7], codes[7:], seed=0)
    assert np.isfinite(density.log_density(codes)).all()
    assert np.isfinite(density.draw(random_for("test", 0))).all()


def test_equal_codes_give_a_density_of_small_width() -> None:
    codes = np.ones((50, 4), np.float32)
    density = fit(codes, codes[:5], seed=0)
    assert np.abs(density.draw(random_for("test", 1)) - 1).max() < 0.5


def test_one_gaussian_over_few_codes_is_not_flat() -> None:
    """Eight pictures span seven directions; the others must not be left to the ridge alone."""
    codes = np.random.default_rng(0).standard_normal((8, 64)).astype(np.float32)
    factor = fit(codes[:7], codes[7:], seed=0).factors[0]
    assert np.linalg.eigvalsh(factor @ factor.T).min() > 0.05


def test_same_seed_same_density() -> None:
    codes = np.random.default_rng(1).standard_normal((400, 6)).astype(np.float32)
    first, second = fit(codes[:360], codes[360:], 7), fit(codes[:360], codes[360:], 7)
    np.testing.assert_array_equal(first.factors, second.factors)
