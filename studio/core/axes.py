"""Directions in which the pictures of a set differ: the widest, the independent, the one between two piles.

Widest directions mix what the eye keeps apart: of 3,000 portraits, hair and skin and glasses at once. Turning
the widest ones until the codes vary along them independently takes them apart, without any labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.latent import Latents

Floats = npt.NDArray[np.float64]

MOST_TURNED = 24
"""Widest directions that are turned. Measured on the starters: 16 to 24 are best, at 32 noise comes in."""
_CODES_A_DIRECTION = 40  # at least; with fewer the turning follows single pictures
_MOST_CODES = 4000
_ROUNDS = 200
_LEAST_SPREAD = 1e-3  # of the widest direction's
FEWEST_IN_PILE = 2
_FEW_IN_PILE = 6


@dataclass(frozen=True, eq=False)
class Axes:
    """Directions, widest first, and how to read where a latent lies on each."""

    centre: Floats  # [D]
    steps: Floats  # [D, K]: columns, one standard deviation of the codes each
    readings: Floats  # [K, D]: rows; readings @ (latent - centre) is in standard deviations

    def read(self, latents: npt.NDArray[np.floating]) -> Floats:
        """[N, D] -> float64 [N, K], in standard deviations."""
        read: Floats = (latents - self.centre) @ self.readings.T
        return read


def widest_axes(codes: Latents) -> Axes:
    """All D principal axes of the codes (PCA). codes: float32 [N, D]."""
    centre = codes.mean(axis=0, dtype=np.float64)
    centred = codes - centre
    variances, vectors = np.linalg.eigh(centred.T @ centred / max(1, len(codes) - 1))
    spreads = np.sqrt(np.maximum(variances[::-1], 0))
    spreads = np.maximum(spreads, max(_LEAST_SPREAD * spreads[0], 1e-9))
    vectors = vectors[:, ::-1]
    return Axes(centre, vectors * spreads, (vectors / spreads).T)


def independent_axes(codes: Latents, random: np.random.Generator) -> Axes:
    """The widest axes, turned until the codes vary along them independently; the narrow rest as it is.

    Independent component analysis by the symmetric fixed-point rule with tanh (FastICA, Hyvärinen 1999).
    random: for where it begins. Few codes leave few axes to turn, or none.
    """
    widest = widest_axes(codes)
    count = min(MOST_TURNED, codes.shape[1], len(codes) // _CODES_A_DIRECTION)
    if count < 2:
        return widest
    if len(codes) > _MOST_CODES:
        codes = codes[np.sort(random.choice(len(codes), _MOST_CODES, replace=False))]
    turn = _independent_turn(widest.read(codes)[:, :count], random)
    steps, readings = widest.steps.copy(), widest.readings.copy()
    steps[:, :count] = widest.steps[:, :count] @ turn.T
    readings[:count] = turn @ widest.readings[:count]
    return Axes(widest.centre, steps, readings)


def _independent_turn(whitened: Floats, random: np.random.Generator) -> Floats:
    """The rotation, float64 [K, K], whose outputs are least Gaussian. whitened: [N, K]."""
    count = whitened.shape[1]
    turn: Floats = np.linalg.qr(random.standard_normal((count, count)))[0]
    for _ in range(_ROUNDS):
        bent = np.tanh(whitened @ turn.T)
        slopes = (1 - bent**2).mean(axis=0)
        left, _, right = np.linalg.svd(bent.T @ whitened / len(whitened) - slopes[:, None] * turn)
        after = left @ right
        has_settled = np.abs(np.abs((after * turn).sum(axis=1)) - 1).max() < 1e-5
        turn = after
        if has_settled:
            break
    return turn


def between_piles(axes: Axes, more: Sequence[Latents], less: Sequence[Latents]) -> Floats:
    """The way from the pictures in `less` to those in `more`, float64 [D], without what differs by chance.

    A few pictures differ in everything a little: in the hair when glasses are meant. On each of the axes the
    difference of the means is weighed against what two random piles of these sizes would show, and shrunk by
    the non-negative garrote (Gao 1998), to nothing at two standard errors. Measured (tests/benchmarks/
    piles.py): the same change of what is meant, with about half the change of all else. It takes axes on
    which traits lie apart, so `independent_axes`. Raises StudioError when nothing is left.
    """
    if min(len(more), len(less)) < FEWEST_IN_PILE:
        raise StudioError(
            "Each pile needs at least two pictures.", "Six or more in each make a cleaner slider."
        )
    apart = (axes.read(np.stack(more)).mean(axis=0) - axes.read(np.stack(less)).mean(axis=0)).astype(float)
    by_chance = 1 / len(more) + 1 / len(less)
    # With very few pictures what is meant would often be shrunk away as well.
    strict = 4.0 if min(len(more), len(less)) >= _FEW_IN_PILE else 2.0
    for errors in (strict, 1.0):
        kept = apart * np.maximum(0, 1 - errors * by_chance / np.maximum(apart**2, 1e-12))
        if kept.any():
            way: Floats = axes.steps @ kept
            return way
    raise StudioError(
        "The two piles differ no more than any pictures do.", "Choose pictures that share what you mean."
    )
