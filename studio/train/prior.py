"""Fitting the density of the codes after training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.core.density import Density

Codes = npt.NDArray[np.float64]

MOST_CODES = 12_000
"""More codes than this do not change the mixture visibly, but the time to fit it."""
MOST_GAUSSIANS = 120
CODES_A_GAUSSIAN = 40
"""At least. Codes lie in many small heaps (a hair style each), and between heaps the decoder draws a blur.
For 2,400 portraits of 64 px, 60 Gaussians instead of 36 explain held-out codes better (-36.3 nats against
-37.8) and lower the Fréchet distance of new pictures from 77 to 64. 120 gain nothing more by that measure,
but two to three times as many new pictures then lie as near to one of the artist's as a copy does."""
LEAST_CODES = 10
"""A Gaussian that rests on this many takes half its size from the mean of all."""
TRIES, TRIED_CODES = 3, 7_500
"""Beginnings of the largest mixture, and codes fitted in all of them: a fit of 2,160 takes 3 seconds, one of
12,000 half a minute. Where it begins is chance: held-out codes of portraits had -37.3 to -36.1 nats under 54
Gaussians, -38.6 to -37.1 under 18; one luckless beginning left 18, and new ones lay at 71 instead of 66."""
ITERATIONS = 20
RIDGE = 1e-3
"""Added to every variance: no direction is ever quite flat."""


def fit(codes: npt.NDArray[np.float32], held_out: npt.NDArray[np.float32], seed: int) -> Density:
    """The mixture that explains the held-out codes best, among 1 to MOST_GAUSSIANS Gaussians.

    codes, held_out: float32 [N, D], the encoder's means.
    """
    random = np.random.Generator(np.random.Philox(key=seed))
    points = codes.astype(np.float64)
    if len(points) > MOST_CODES:
        points = points[random.choice(len(points), MOST_CODES, replace=False)]
    most = max(1, min(len(points) // CODES_A_GAUSSIAN, MOST_GAUSSIANS))
    tries = max(1, min(TRIES, TRIED_CODES // len(points)))
    sizes = [1, max(1, most // 3), *[most] * tries] if most > 1 else [1]
    fitted = [fit_mixture(points, k, random) for k in sizes]
    judge = held_out.astype(np.float64) if len(held_out) else points
    return max(fitted, key=lambda density: float(density.log_density(judge).mean()))


def fit_mixture(points: Codes, count: int, random: np.random.Generator) -> Density:
    """Expectation-maximisation (Dempster et al. 1977) for `count` Gaussians with full covariances."""
    shares = np.eye(count)[_nearest(points, _centres(points, count, random))]  # [N, K]
    for _ in range(ITERATIONS if count > 1 else 1):
        density = _maximise(points, shares)
        if count > 1:
            shares = _responsibilities(points, density)
    return density


def _centres(points: Codes, count: int, random: np.random.Generator) -> Codes:
    """k-means (Lloyd 1982) from random codes; [K, D]."""
    centres = points[random.choice(len(points), count, replace=False)]
    for _ in range(12 if count > 1 else 1):
        labels = _nearest(points, centres)
        for k in range(count):
            members = points[labels == k]
            centres[k] = members.mean(axis=0) if len(members) else points[random.integers(len(points))]
    return centres


def _nearest(points: Codes, centres: Codes) -> npt.NDArray[np.int64]:
    distances = (centres**2).sum(axis=1) - 2 * points @ centres.T
    return np.asarray(distances.argmin(axis=1))


def _maximise(points: Codes, shares: Codes) -> Density:
    """Every covariance is drawn towards the shape of the mean of all at its own size, the more the fewer
    codes it rests on: with fewer codes than dimensions it would be singular (regularised as in Friedman
    1989, with the weight D / (D + n) instead of a searched one)."""
    n, width = points.shape
    counts = shares.sum(axis=0) + 1e-9
    means = shares.T @ points / counts[:, None]
    covariances = np.empty((len(counts), width, width))
    for k, count in enumerate(counts):
        centred = points - means[k]
        covariances[k] = (shares[:, k : k + 1] * centred).T @ centred / count
    shared = np.tensordot(counts / n, covariances, axes=1)
    if len(counts) == 1:
        shared = np.diag(np.diag(shared))  # alone, it is drawn towards independent dimensions
    sizes = np.trace(covariances, axis1=1, axis2=2) / np.trace(shared)
    sizes = (counts * sizes + LEAST_CODES) / (counts + LEAST_CODES)  # one code alone has no size
    trust = (counts / (counts + width))[:, None, None]
    covariances = trust * covariances + (1 - trust) * sizes[:, None, None] * shared + RIDGE * np.eye(width)
    return Density(counts / counts.sum(), means, np.linalg.cholesky(covariances))


def _responsibilities(points: Codes, density: Density) -> Codes:
    terms = density.log_terms(points)
    shares: Codes = np.exp(terms - terms.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
