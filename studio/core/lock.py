"""Holding a part of a picture still while the rest of it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.axes import Axes
from studio.core.latent import Latents

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
"""bool [size, size], of the side that the bundle's networks see: True is held still."""

_FIRMNESS = 10.0
"""How much more a change inside counts than one outside. More makes the whole stiff sooner than it holds the
part better (tests/benchmarks/locks.py)."""
_MOST_GAIN = 2.0  # a move that lost much of its effect outside is made longer, by at most this
_FLOOR = 1e-2  # of the mean change outside: for directions that nothing is seen of


@dataclass(frozen=True, eq=False)
class Lock:
    """Turns moves away from one latent into moves that leave a part of its picture as it is.

    A move u changes the part by J u and the rest by K u, as far as the decoder is straight there. Taken
    instead is the u' whose rest is most like what was asked while the part changes least: it minimises
    f |J u'|^2 + |K (u' - u)|^2. Where f goes to infinity, this is the projection to the null space of J (Zhu
    et al. 2021, "Low-Rank Subspaces in GANs", arXiv:2106.04488); in latent spaces as narrow as ours that
    leaves hardly any move, as no direction leaves a part alone altogether.
    """

    latent: Latents  # float32 [D], from which moves are held
    holds: Floats  # [D, D]: a move to the one that is taken instead
    outside: Floats  # [D, D]: what a move changes outside, squared, is move^T outside move

    @classmethod
    def measured(cls, latent: Latents, axes: Axes, inside: Floats, outside: Floats) -> Lock:
        """inside, outside: [K, K], products of the changes that unit steps along the axes make there."""
        count = len(inside)
        kept = outside + _FLOOR * np.trace(outside) / count * np.eye(count) + 1e-12 * np.eye(count)
        holds = np.linalg.solve(_FIRMNESS * inside + kept, kept)
        return cls(latent, axes.steps @ holds @ axes.readings, axes.readings.T @ outside @ axes.readings)

    def held(self, latents: Latents) -> Latents:
        """Where these would go with the part locked; float32 [N, D] or [D]."""
        moves = np.atleast_2d(latents).astype(np.float64) - self.latent
        taken = moves @ self.holds.T
        asked, left = self._seen_outside(moves), self._seen_outside(taken)
        gain = np.clip(np.sqrt(asked / np.maximum(left, 1e-12)), 1, _MOST_GAIN)
        held: Latents = (self.latent + gain[:, None] * taken).astype(np.float32)
        return held.reshape(latents.shape)

    def _seen_outside(self, moves: Floats) -> Floats:
        seen: Floats = np.einsum("nd,de,ne->n", moves, self.outside, moves)
        return np.maximum(seen, 0)
