"""Children of pictures: repeatable, near or far as asked, and always where the set's pictures lie."""

from __future__ import annotations

import numpy as np
import pytest
from bundles import density as toy_density

from studio.core.density import Density
from studio.core.errors import StudioError
from studio.core.latent import Latents, slerp
from studio.core.variation import breed, mix, vary

WIDTH = 8


@pytest.fixture
def density() -> Density:
    return toy_density(np.random.default_rng(0), WIDTH)


def _drawn(density: Density, count: int) -> Latents:
    return density.draw_seeds("b", list(range(1, count + 1)))


def test_a_seed_always_gives_the_same_child(density: Density) -> None:
    (parent,) = _drawn(density, 1)
    first = vary(parent, density, 0.3, "b", [5, 6, 7])
    np.testing.assert_array_equal(vary(parent, density, 0.3, "b", [7])[0], first[2])
    assert not np.array_equal(vary(parent, density, 0.3, "c", [5])[0], first[0])
    assert first.dtype == np.float32 and len(np.unique(first, axis=0)) == 3


def test_amount_is_how_far(density: Density) -> None:
    (parent,) = _drawn(density, 1)
    seeds = list(range(200))
    np.testing.assert_allclose(vary(parent, density, 0, "b", [1])[0], parent, rtol=1e-6)
    amounts = (0.1, 0.3, 0.6, 1.0)
    far = [np.linalg.norm(vary(parent, density, a, "b", seeds) - parent, axis=1).mean() for a in amounts]
    assert far == sorted(far) and far[0] < far[-1] / 4


def test_a_drawn_pictures_own_seed_does_not_give_it_again(density: Density) -> None:
    (parent,) = density.draw_seeds("b", [9])
    assert np.linalg.norm(vary(parent, density, 1.0, "b", [9])[0] - parent) > 0.1


def test_varied_pictures_do_not_drift_off(density: Density) -> None:
    """Varied fifty times over, pictures are as likely as fresh ones."""
    fresh = _drawn(density, 300)
    latents = fresh
    for generation in range(50):
        latents = np.concatenate(
            [vary(latent, density, 0.4, "b", [1000 * generation + row]) for row, latent in enumerate(latents)]
        )
    before, after = density.log_density(fresh), density.log_density(latents)
    assert abs(before.mean() - after.mean()) < 0.2 * before.std()


def test_half_way_between_two_is_slerp(density: Density) -> None:
    a, b = _drawn(density, 2)
    centre = density.centre
    for t in (0.5, 0.2):
        np.testing.assert_allclose(mix([a, b], [1 - t, t], centre), slerp(a, b, t, centre), atol=1e-5)
    np.testing.assert_allclose(mix([a, b], [3, 0], centre), a, atol=1e-5)


def test_a_mix_of_many_knows_no_order_and_stays_on_the_shell(density: Density) -> None:
    latents = list(_drawn(density, 4))
    centre = density.centre
    there = mix(latents, [1, 2, 3, 4], centre)
    np.testing.assert_allclose(mix(latents[::-1], [4, 3, 2, 1], centre), there, atol=1e-5)
    norms = np.linalg.norm(np.stack(latents) - centre, axis=1)
    assert np.linalg.norm(there - centre) == pytest.approx(np.array([0.1, 0.2, 0.3, 0.4]) @ norms, rel=1e-4)


def test_opposite_and_equal_pictures_can_be_mixed(density: Density) -> None:
    (a,) = _drawn(density, 1)
    opposite = (2 * density.centre - a).astype(np.float32)
    np.testing.assert_allclose(mix([a, opposite], [1, 1], density.centre), density.centre, atol=1e-5)
    np.testing.assert_allclose(mix([a, a], [1, 1], density.centre), a, atol=1e-5)


@pytest.mark.parametrize("weights", [[0, 0], [1], [-1, 2], [float("nan"), 1]])
def test_weights_that_say_nothing_are_refused(density: Density, weights: list[float]) -> None:
    with pytest.raises(StudioError):
        mix(list(_drawn(density, 2)), weights, density.centre)


def test_children_have_something_of_each_parent(density: Density) -> None:
    parents = list(_drawn(density, 3))
    brood = breed(parents, density, 0.0, "b", list(range(50)))
    np.testing.assert_allclose(brood.shares.sum(axis=1), 1)
    assert brood.shares.min() >= 0 and brood.shares.std() > 0.1
    assert len(np.unique(brood.children, axis=0)) == 50
    norms = np.linalg.norm(np.stack(parents) - density.centre, axis=1)
    children = np.linalg.norm(brood.children - density.centre, axis=1)
    assert norms.min() - 1e-3 <= children.min() and children.max() <= norms.max() + 1e-3
    again = breed(parents, density, 0.0, "b", [7])
    np.testing.assert_array_equal(again.children[0], brood.children[7])


def test_strength_sets_children_apart_from_their_parents(density: Density) -> None:
    parents = list(_drawn(density, 2))
    calm = breed(parents, density, 0.0, "b", [1, 2, 3]).children
    wild = breed(parents, density, 0.5, "b", [1, 2, 3]).children
    assert (np.linalg.norm(wild - calm, axis=1) > 0.3).all()


def test_one_parent_cannot_breed(density: Density) -> None:
    with pytest.raises(StudioError, match="at least two"):
        breed([density.centre], density, 0.1, "b", [1])


def test_amounts_out_of_range_are_refused(density: Density) -> None:
    for amount in (-0.1, 1.1, float("nan")):
        with pytest.raises(StudioError):
            vary(density.centre, density, amount, "b", [1])
