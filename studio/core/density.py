"""The density of the codes: where in latent space the artist's pictures lie, and drawing from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.core.latent import Latents, random_for


@dataclass(frozen=True)
class Density:
    """A mixture of K Gaussians over latents of width D.

    Fitted to the encoder's means after training: samples of it look far better than samples of the
    N(0, I) that training aims at (Ghosh et al. 2020, arXiv:1903.12436, section 4).
    """

    weights: npt.NDArray[np.float64]  # [K], sums to 1
    means: npt.NDArray[np.float64]  # [K, D]
    factors: npt.NDArray[np.float64]  # [K, D, D], lower Cholesky factors of the covariances

    @property
    def width(self) -> int:
        return int(self.means.shape[1])

    @property
    def centre(self) -> Latents:
        """The mean of the mixture, float32 [D]."""
        return (self.weights @ self.means).astype(np.float32)

    @property
    def covariance(self) -> npt.NDArray[np.float64]:
        """Of the whole mixture, [D, D]: within its Gaussians and between their means."""
        between = self.means - self.weights @ self.means
        within = np.tensordot(self.weights, self.factors @ self.factors.transpose(0, 2, 1), axes=1)
        total: npt.NDArray[np.float64] = within + (self.weights * between.T) @ between
        return total

    def draw(self, random: np.random.Generator, diversity: float = 1.0) -> Latents:
        """One latent, float32 [D].

        diversity: 1 samples the density; below 1 stays nearer to the middle of each Gaussian (the
        truncation of Brock et al. 2019, per component), above 1 goes farther out.
        """
        component = int(np.searchsorted(np.cumsum(self.weights), random.random()))
        component = min(component, len(self.weights) - 1)
        noise = random.standard_normal(self.width)
        drawn = self.means[component] + diversity * (self.factors[component] @ noise)
        latent: Latents = drawn.astype(np.float32)
        return latent

    def draw_seeds(self, bundle_id: str, seeds: list[int], diversity: float = 1.0) -> Latents:
        """One latent a seed, float32 [N, D]: the same on every platform for the same bundle and seed."""
        if not seeds:
            return np.zeros((0, self.width), np.float32)
        return np.stack([self.draw(random_for(bundle_id, seed), diversity) for seed in seeds])

    def log_density(self, latents: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Natural log of the density at each latent. latents: [N, D] -> float64 [N]."""
        terms = self.log_terms(latents)
        top = terms.max(axis=1)
        total: npt.NDArray[np.float64] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
        return total

    def log_terms(self, latents: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Natural log of each Gaussian's weighted density. latents: [N, D] -> float64 [N, K]."""
        terms = np.empty((len(latents), len(self.weights)))
        for k, (weight, mean, factor) in enumerate(zip(self.weights, self.means, self.factors, strict=True)):
            whitened = (latents - mean) @ self._whitenings[k].T
            terms[:, k] = (
                np.log(weight)
                - np.log(np.diag(factor)).sum()
                - 0.5 * (whitened**2).sum(axis=1)
                - 0.5 * self.width * np.log(2 * np.pi)
            )
        return terms

    @cached_property
    def _whitenings(self) -> npt.NDArray[np.float64]:
        """The inverses of the factors, [K, D, D]: they cost most of a question about one latent."""
        return np.linalg.inv(self.factors).astype(np.float64)
