"""The network's shapes and its posterior."""

import pytest
import torch

from studio.core.recipe import SIZES
from studio.train.plan import architecture, is_categorical
from studio.train.vae import Posterior, Vae


@pytest.mark.parametrize("side", SIZES)
@pytest.mark.parametrize("palette", [0, 7])
def test_every_size_goes_in_and_comes_out(side: int, palette: int) -> None:
    vae = Vae(architecture(side, palette, latent_width=8))
    posterior = vae.posterior(torch.zeros(2, 4, side, side))
    assert posterior.mean.shape == posterior.log_variance.shape == (2, 8)
    assert vae.decoder(posterior.mean).shape == (2, palette or 4, side, side)


def test_kl_of_the_prior_is_zero_and_of_others_is_not() -> None:
    zero = torch.zeros(3, 5)
    assert torch.all(Posterior(zero, zero).kl() == 0)
    # 0.5 (1 + 4 - 1 - ln 4) for mean 1 and variance 4
    kl = Posterior(zero + 1, zero + torch.log(torch.tensor(4.0))).kl()
    torch.testing.assert_close(kl, torch.full((3, 5), 0.5 * (4 - 1.3862944) + 0.0))


def test_samples_have_the_posteriors_mean_and_spread() -> None:
    posterior = Posterior(torch.full((20_000, 1), 3.0), torch.full((20_000, 1), 2.0).log())
    drawn = posterior.sample(torch.Generator().manual_seed(0))
    assert drawn.mean().item() == pytest.approx(3.0, abs=0.05)
    assert drawn.var().item() == pytest.approx(2.0, abs=0.1)


def test_gradient_reaches_every_weight() -> None:
    """Blocks begin as the identity; after a few steps nothing may stay without a gradient."""
    torch.manual_seed(0)
    vae = Vae(architecture(16, 0, latent_width=8))
    optimizer = torch.optim.SGD(vae.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        posterior = vae.posterior(torch.randn(4, 4, 16, 16))
        vae.decoder(posterior.sample(torch.Generator().manual_seed(0))).square().mean().backward()
        optimizer.step()
    dead = [name for name, weight in vae.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert dead == []


def test_large_pixel_art_is_painted_not_chosen() -> None:
    assert is_categorical(16, 256)
    assert is_categorical(32, 256)
    assert not is_categorical(64, 256)
    assert is_categorical(64, 32)
    assert not is_categorical(32, 0)
