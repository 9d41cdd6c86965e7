"""Directions: the widest, the independent ones behind a mixture, and the one between two piles."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.axes import Axes, between_piles, independent_axes, widest_axes
from studio.core.errors import StudioError
from studio.core.latent import Latents

WIDTH = 12


def _random() -> np.random.Generator:
    return np.random.default_rng(1)


def _mixed_codes(count: int = 2000) -> tuple[Latents, np.ndarray, np.ndarray]:
    """Codes, the independent traits behind them, and how the traits are mixed: [N, D], [N, T], [D, T]."""
    random = np.random.default_rng(0)
    traits = np.stack(
        [
            random.uniform(-1, 1, count) * 3,
            random.random(count) < 0.3,  # on or off, as glasses are
            random.laplace(size=count),
            random.uniform(-1, 1, count),
        ],
        axis=1,
    )
    mixing = random.standard_normal((WIDTH, 4))
    codes = traits @ mixing.T + 0.02 * random.standard_normal((count, WIDTH))
    return codes.astype(np.float32), traits, mixing


def _alike(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|correlation| of each column of a with each of b."""
    return np.abs(np.corrcoef(a.T, b.T)[: a.shape[1], a.shape[1] :])


@pytest.mark.parametrize("find", [widest_axes, lambda codes: independent_axes(codes, _random())])
def test_axes_are_a_full_basis_in_standard_deviations(find: object) -> None:
    codes = _mixed_codes()[0]
    axes: Axes = find(codes)  # type: ignore[operator]
    np.testing.assert_allclose(axes.readings @ axes.steps, np.eye(WIDTH), atol=1e-6)
    read = axes.read(codes)
    np.testing.assert_allclose(read.std(axis=0)[:4], 1, atol=1e-3)
    np.testing.assert_allclose(np.corrcoef(read[:, :4].T), np.eye(4), atol=1e-3)


def test_independent_axes_are_the_traits_themselves() -> None:
    codes, traits, _ = _mixed_codes()
    independent = _alike(traits, independent_axes(codes, _random()).read(codes)).max(axis=1)
    widest = _alike(traits, widest_axes(codes).read(codes)).max(axis=1)
    assert independent.min() > 0.95 > widest.min()


def test_few_codes_are_not_turned() -> None:
    codes = _mixed_codes(50)[0]
    np.testing.assert_array_equal(independent_axes(codes, _random()).steps, widest_axes(codes).steps)


def test_codes_that_fill_few_dimensions_give_numbers() -> None:
    flat = np.zeros((100, WIDTH), np.float32)
    flat[:, 0] = np.arange(100)
    for axes in (widest_axes(flat), independent_axes(flat, _random()), widest_axes(flat[:3])):
        assert np.isfinite(axes.steps).all() and np.isfinite(axes.readings).all()


def test_between_piles_leaves_chance_out() -> None:
    codes, traits, mixing = _mixed_codes()
    axes = independent_axes(codes, _random())
    on, off = np.flatnonzero(traits[:, 1] == 1), np.flatnonzero(traits[:, 1] == 0)
    wanted = mixing[:, 1]
    ours, plain = [], []
    for seed in range(20):
        random = np.random.default_rng(seed)
        more, less = codes[random.choice(on, 8)], codes[random.choice(off, 8)]
        way = between_piles(axes, list(more), list(less))
        ours.append(_off_course(way, wanted))
        plain.append(_off_course(more.mean(axis=0) - less.mean(axis=0), wanted))
    assert np.median(ours) < 0.5 * np.median(plain)


def _off_course(way: np.ndarray, wanted: np.ndarray) -> float:
    """The sine of the angle between them."""
    cosine = way @ wanted / np.linalg.norm(way) / np.linalg.norm(wanted)
    return float(np.sqrt(max(0.0, 1 - cosine**2))) if cosine > 0 else 1.0


def test_piles_that_say_nothing_are_refused() -> None:
    codes = _mixed_codes()[0]
    axes = widest_axes(codes)
    with pytest.raises(StudioError, match="at least two"):
        between_piles(axes, [codes[0]], [codes[1], codes[2]])
    with pytest.raises(StudioError, match="no more than any"):
        between_piles(axes, [codes[0], codes[1]], [codes[1], codes[0]])
