"""pythae's VAE (Chadebec et al. 2022, arXiv:2206.08309) with its normal and its Gaussian-mixture sampler.

Its own classes for the model, the loss and the sampling; around them its published settings for CelebA-64:
convolutions of 128-256-512-1024 channels with batch normalisation, latents of 64, Adam at 1e-3, batches of
100, loss 0.5 * summed squared error + KL, no mirroring or shifting. Two things are ours: the networks' first
and last layer take and give 4 channels (premultiplied RGBA, 0..1) and their depth follows the picture's side;
and its trainer, which stops after epochs only, is replaced by a plain loop that stops by the clock and has no
data loader to wait for. Fitting its mixture comes on top of the minutes. Its published CelebA files have
rates of 1e-3 (RAE) and 1e-4 (WAE, general); in a short time the higher one is to its advantage.
"""

from __future__ import annotations

import logging
import math
import time
from itertools import pairwise

import numpy as np
import torch
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.samplers import GaussianMixtureSampler, GaussianMixtureSamplerConfig, NormalSampler
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.core.pixels import Pictures, from_network
from studio.train.data import to_network

from .methods import Budget, Training

LATENT_WIDTH, BATCH, RATE, GAUSSIANS = 64, 100, 1e-3, 10
WIDE, NARROW = 128, 32
"""Channels of the first layer: as published, and a sixteenth of the work for machines without a card."""
_AT_ONCE = 100


def halvings(side: int) -> int:
    """How often the encoder halves a side: to 4 px; as often as published, while 2 px are left."""
    count = 0
    while side % 2 == 0 and (side > 4 or (side > 2 and count < 4)):
        side, count = side // 2, count + 1
    return count


class ConvEncoder(BaseEncoder):
    def __init__(self, side: int, width: int) -> None:
        BaseEncoder.__init__(self)
        channels = [4, *(min(width * 2**i, 8 * width) for i in range(halvings(side)))]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]
        inner = channels[-1] * (side // 2 ** halvings(side)) ** 2
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.mean, self.log_variance = nn.Linear(inner, LATENT_WIDTH), nn.Linear(inner, LATENT_WIDTH)

    def forward(self, x: Tensor) -> ModelOutput:
        h = self.layers(x)
        return ModelOutput(embedding=self.mean(h), log_covariance=self.log_variance(h))


class ConvDecoder(BaseDecoder):
    """From 8x8 at 64 px, as published: one doubling fewer than the encoder has halvings, 5x5 kernels."""

    def __init__(self, side: int, width: int) -> None:
        BaseDecoder.__init__(self)
        doublings = halvings(side) - 1
        channels = [min(width * 2**i, 8 * width) for i in range(doublings, -1, -1)]
        inner = side // 2**doublings
        layers: list[nn.Module] = [
            nn.Linear(LATENT_WIDTH, channels[0] * inner**2),
            nn.Unflatten(1, (channels[0], inner, inner)),
        ]
        for before, after in pairwise(channels):
            layers += [
                nn.ConvTranspose2d(before, after, 5, 2, 2, output_padding=1),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels[-1], 4, 5, 1, 2), nn.Sigmoid())

    def forward(self, z: Tensor) -> ModelOutput:
        return ModelOutput(reconstruction=self.layers(z))


class Pythae:
    """One trained model with one of its samplers."""

    def __init__(self, name: str, model: VAE, sampler: NormalSampler, training: Training) -> None:
        self.name, self.training = name, training
        self._model, self._sampler = model, sampler
        self._device = next(model.parameters()).device

    def sample(self, count: int, seed: int) -> Pictures:
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002 (where scikit-learn's mixture draws from)
        with torch.inference_mode():
            x = self._sampler.sample(count, batch_size=_AT_ONCE)
        return _pictures(x)

    def rebuild(self, pictures: Pictures) -> Pictures:
        return self._decode(self._encode(pictures))

    def midpoints(self, a: Pictures, b: Pictures) -> Pictures:
        """On the straight line, as its `interpolate` goes."""
        return self._decode((self._encode(a) + self._encode(b)) / 2)

    def _encode(self, pictures: Pictures) -> Tensor:
        with torch.inference_mode():
            parts = [
                self._model.encoder(_levels(pictures[i : i + _AT_ONCE], self._device)).embedding
                for i in range(0, len(pictures), _AT_ONCE)
            ]
        return torch.cat(parts)

    def _decode(self, z: Tensor) -> Pictures:
        with torch.inference_mode():
            parts = [self._model.decoder(part).reconstruction for part in torch.split(z, _AT_ONCE)]
        return _pictures(torch.cat(parts))


def train_pythae(train: Pictures, width: int, name: str, budget: Budget) -> list[Pythae]:
    """One training, two samplers of it. train: uint8 [N, S, S, 4]."""
    for logger in ("pythae.samplers", "pythae.models", "pythae.data"):
        logging.getLogger(logger).setLevel(logging.WARNING)
    device = torch.device(budget.device)
    torch.manual_seed(budget.seed)
    side = train.shape[1]
    config = VAEConfig(input_dim=(4, side, side), latent_dim=LATENT_WIDTH)
    model = VAE(config, ConvEncoder(side, width), ConvDecoder(side, width)).to(device)
    began = time.perf_counter()
    steps, seen = _learn(model, train, budget, device)
    learned_s = time.perf_counter() - began
    samplers = {"normal": NormalSampler(model)}
    mixture = GaussianMixtureSampler(model, GaussianMixtureSamplerConfig(n_components=GAUSSIANS))
    for sampler in (samplers["normal"], mixture):  # they take a card where there is one, asked or not
        sampler.device = model.device = budget.device
    model.to(device)
    np.random.seed(budget.seed % 2**32)  # noqa: NPY002 (where scikit-learn's mixture starts from)
    whole = torch.cat([_levels(train[i : i + 512], torch.device("cpu")) for i in range(0, len(train), 512)])
    mixture.fit(whole.contiguous())
    samplers["gmm"] = mixture
    weights = sum(weight.numel() for weight in model.parameters())
    note = (
        f"{weights / 1e6:.1f} M weights, fp32, {budget.threads} threads, {steps} steps of {BATCH},"
        f" mixture fitted in {time.perf_counter() - began - learned_s:.0f} s more"
    )
    training = Training(learned_s, seen / learned_s, seen, note)
    return [Pythae(f"{name}-{kind}", model, sampler, training) for kind, sampler in samplers.items()]


def _learn(model: VAE, train: Pictures, budget: Budget, device: torch.device) -> tuple[int, int]:
    """(steps, pictures seen) of Adam until the minutes are over; every picture once an epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    random = np.random.default_rng(budget.seed)
    until = time.perf_counter() + 60 * budget.minutes
    steps = seen = 0
    model.train()
    while True:
        order = random.permutation(len(train))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            if len(chosen) < 2 and len(train) > 1:
                continue  # batch normalisation needs company
            loss = model({"data": _levels(train[chosen], device)}).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if not math.isfinite(loss.item()):  # its trainer reads every loss too
                raise StudioError("pythae's loss grew without bound.")
            steps, seen = steps + 1, seen + len(chosen)
            if time.perf_counter() >= until:
                model.eval()
                return steps, seen


def _levels(pictures: Pictures, device: torch.device) -> Tensor:
    """uint8 [B, S, S, 4] straight -> float32 [B, 4, S, S] premultiplied, 0..1."""
    return ((to_network(torch.from_numpy(pictures).to(device)) + 1) / 2).contiguous()


def _pictures(x: Tensor) -> Pictures:
    """The inverse of `_levels`."""
    return from_network((2 * x - 1).cpu().numpy())
