"""Children of pictures: varied from one, mixed of several, bred from several. All repeatable by seed.

A child stays where the set's pictures lie. Around one Gaussian of the density, keeping `cos` of the parent
and adding `sin` of a fresh draw leaves that Gaussian as it is (the preconditioned Crank-Nicolson step, Cotter
et al. 2013, arXiv:1202.0709): however often pictures are varied, they do not drift off into noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.density import Density
from studio.core.errors import StudioError
from studio.core.latent import Latents, random_for

NEAR, FAR = 0.2, 0.6
"""Amounts for siblings that are plainly the same picture, and for cousins."""
_EVENNESS = 2.0
"""Of the shares that children get (Dirichlet): at 1 many a child would be nearly one parent's double."""
_BLENDING = 4.0
"""Traits are blends around a child's shares: smaller, and each comes whole from one parent. At 4 children are
as likely, by the density, as evenly blended ones, and far less alike (looked at on the starters)."""
_ROUNDS = 30
_TINY = 1e-9

Floats = npt.NDArray[np.float64]


def vary(latent: Latents, density: Density, amount: float, bundle_id: str, seeds: Sequence[int]) -> Latents:
    """A child for each seed, float32 [N, D]; the same seed gives the same child on every platform.

    latent: float32 [D]. amount: 0 gives the parent, 1 a fresh picture of the parent's kind: the part of a
    quarter turn from the one to the other. The same seed with more amount goes on in the same direction.
    """
    _check_amount(amount)
    keep, fresh = math.cos(amount * math.pi / 2), math.sin(amount * math.pi / 2)
    parent = latent.astype(np.float64)
    likely = np.cumsum(_responsibilities(parent, density))
    children = np.empty((len(seeds), len(latent)), np.float32)
    for row, seed in enumerate(seeds):
        random = random_for(f"{bundle_id}/vary", seed)  # else a drawn picture's seed would give itself
        # A parent between two kinds has children of both.
        kind = min(int(np.searchsorted(likely, random.random())), len(likely) - 1)
        noise = density.factors[kind] @ random.standard_normal(density.width)
        mean = density.means[kind]
        children[row] = mean + keep * (parent - mean) + fresh * noise
    return children


def mix(latents: Sequence[Latents], weights: Sequence[float], centre: Latents) -> Latents:
    """The picture between these, float32 [D], on the shell of the codes.

    The spherical weighted average of the directions around `centre` (Buss and Fillmore 2001, algorithm A1),
    with the weighted mean of the norms. Of two it is `slerp`. weights: not negative, one a latent.
    Raises StudioError for weights that are all zero.
    """
    shares = _shares(weights, len(latents))
    offsets = np.stack(latents).astype(np.float64) - centre
    norms = np.linalg.norm(offsets, axis=1)
    offset = shares @ offsets
    if len(latents) > 1 and norms.min() > _TINY:
        direction = _average_direction(offsets / norms[:, None], shares)
        if direction is not None:  # of opposite pictures no arc is the shortest: the straight line
            offset = (shares @ norms) * direction
    latent: Latents = (centre + offset).astype(np.float32)
    return latent


@dataclass(frozen=True, eq=False)
class Brood:
    """What was bred."""

    children: Latents  # float32 [N, D]
    shares: Floats  # [N, P], how much each child has of each parent; rows sum to 1


def breed(
    latents: Sequence[Latents], density: Density, strength: float, bundle_id: str, seeds: Sequence[int]
) -> Brood:
    """A child of all these parents for each seed: it takes every trait in shares of its own.

    Traits are the principal axes of the density. strength: how far, as in `vary`, the child goes its own way
    after that. Raises StudioError for fewer than two parents.
    """
    if len(latents) < 2:
        raise StudioError("Breeding needs at least two pictures.", "Select another one.")
    _check_amount(strength)
    axes = np.linalg.eigh(density.covariance)[1]  # [D, traits]
    offsets = np.stack(latents).astype(np.float64) - density.centre
    norms, traits = np.linalg.norm(offsets, axis=1), offsets @ axes
    children = np.empty((len(seeds), density.width), np.float32)
    shares = np.empty((len(seeds), len(latents)))
    for row, seed in enumerate(seeds):
        random = random_for(f"{bundle_id}/breed", seed)
        shares[row] = random.dirichlet(np.full(len(latents), _EVENNESS))
        of_traits = random.dirichlet(_BLENDING * shares[row] + 1e-3, density.width).T  # [P, traits]
        offset = axes @ (of_traits * traits).sum(axis=0)
        # Blends of coordinates are shorter than what they blend: back to the shell.
        offset *= shares[row] @ norms / max(float(np.linalg.norm(offset)), _TINY)
        child = (density.centre + offset).astype(np.float32)
        children[row] = vary(child, density, strength, bundle_id, [seed])[0]
    return Brood(children, shares)


def _responsibilities(latent: Floats, density: Density) -> Floats:
    terms = density.log_terms(latent[None])[0]
    shares: Floats = np.exp(terms - terms.max())
    shares /= shares.sum()
    return shares


def _average_direction(units: Floats, shares: Floats) -> Floats | None:
    """The unit vector whose shortest ways to `units`, weighted, add up to nothing; None if there is none."""
    direction = shares @ units
    for _ in range(_ROUNDS):
        length = float(np.linalg.norm(direction))
        if length < 1e-6:
            return None
        direction = direction / length
        cosines = np.clip(units @ direction, -1, 1)
        angles = np.arccos(cosines)
        aside = units - cosines[:, None] * direction
        scale = angles / np.maximum(np.linalg.norm(aside, axis=1), _TINY)
        turn = (shares * scale) @ aside
        angle = float(np.linalg.norm(turn))
        if angle < 1e-7:
            break
        direction = math.cos(angle) * direction + math.sin(angle) * turn / angle
    return direction


def _shares(weights: Sequence[float], count: int) -> Floats:
    shares = np.asarray(weights, np.float64)
    if shares.shape != (count,) or not np.isfinite(shares).all() or (shares < 0).any():
        raise StudioError("These weights cannot be used.", "Give one of 0 or more for each picture.")
    total = float(shares.sum())
    if count == 0 or total <= 0:
        raise StudioError("Nothing is left of the mix.", "Give at least one picture some weight.")
    return shares / total


def _check_amount(amount: float) -> None:
    if not 0 <= amount <= 1:
        raise StudioError(f"Pictures cannot be varied by {amount:g}.", "Choose a number from 0 to 1.")
