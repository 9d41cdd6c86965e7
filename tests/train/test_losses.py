"""The likelihoods in their calibrated units, and the schedules."""

import pytest
import torch

from studio.train.losses import (
    CalibratedGaussian,
    SquaredErrors,
    kl_weight,
    learning_rate,
    nearest_colours,
    palette_cross_entropy,
)


def test_calibrated_likelihood_is_worth_half_a_nat_a_number_whatever_the_error() -> None:
    """At its own variance a Gaussian costs D/2, so the balance with the KL term is set by D alone."""
    x = torch.zeros(2, 4, 8, 8)
    noise = torch.randn(2, 4, 8, 8)
    for scale in (0.5, 0.05):
        assert CalibratedGaussian()(x + scale * noise, x).item() == pytest.approx(4 * 8 * 8 / 2)


def test_an_even_error_costs_by_pixels_and_not_by_edges() -> None:
    x = torch.zeros(2, 4, 8, 8)
    assert CalibratedGaussian()(x + 0.5, x).item() == pytest.approx(4 * 8 * 8 / 4)


def test_calibrated_likelihood_remembers_and_can_be_restored() -> None:
    x = torch.zeros(2, 4, 8, 8)
    first = CalibratedGaussian()
    first(x + 1, x)
    first(x + 0.1, x)
    assert first.variances == pytest.approx((0.98 * 1 + 0.02 * 0.01, 0))
    restored = CalibratedGaussian(first.variances)
    assert restored(x + 0.1, x).item() == pytest.approx(first(x + 0.1, x).item(), rel=0.03)


def test_textures_count_as_much_as_pixels_and_differences() -> None:
    x = torch.rand(2, 4, 64, 64)
    off = x + 0.1 * torch.randn(2, 4, 64, 64)
    likelihood = CalibratedGaussian()
    likelihood(off, x)
    before = likelihood.variances
    assert likelihood(off, x, torch.Generator().manual_seed(0)).item() == pytest.approx(4 * 64 * 64 / 2)
    assert likelihood.variances[:2] == pytest.approx(before)
    assert len(likelihood.variances) == 2 + 2


def test_squared_errors_have_the_gradient_they_say() -> None:
    error = torch.randn(2, 3, 5, 4, dtype=torch.float64, requires_grad=True)
    squares, differences = SquaredErrors.apply(error)
    torch.testing.assert_close(squares, torch.mean(error**2))
    down, right = error.diff(dim=2), error.diff(dim=3)
    torch.testing.assert_close(differences, torch.mean(down**2) + torch.mean(right**2))
    assert torch.autograd.gradcheck(SquaredErrors.apply, [error])


def test_a_perfect_rebuild_is_finite() -> None:
    x = torch.zeros(2, 4, 8, 8)
    assert CalibratedGaussian()(x, x).item() == 0


def test_nearest_colours_finds_each_palette_entry() -> None:
    palette = torch.rand(9, 4) * 2 - 1
    wanted = torch.randint(0, 9, (2, 5, 5))
    x = palette[wanted].permute(0, 3, 1, 2) + 1e-4
    assert torch.equal(nearest_colours(x, palette), wanted)


def test_cross_entropy_counts_nats_per_picture() -> None:
    colours = torch.zeros(3, 4, 4, dtype=torch.int64)
    uniform = torch.zeros(3, 8, 4, 4)
    assert palette_cross_entropy(uniform, colours).item() == pytest.approx(16 * torch.log(torch.tensor(8.0)))


def test_schedules() -> None:
    assert kl_weight(0, 8) == 0
    assert kl_weight(0.1, 8) == pytest.approx(4)
    assert kl_weight(1, 8) == 8
    assert learning_rate(0, 0, 1e-3) == pytest.approx(1e-3 / 200)
    assert learning_rate(1000, 0.0, 1e-3) == pytest.approx(1e-3)
    assert learning_rate(1000, 1.0, 1e-3) == pytest.approx(4e-5)
    assert learning_rate(10, 0.05, 1e-3) > 0.99e-3  # a run of 200 steps is not all warm-up
