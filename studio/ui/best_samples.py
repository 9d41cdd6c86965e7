"""The new pictures that a fresh model is introduced by: judged on a thread, best first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.latent import Latents, picture_seed
from studio.core.novelty import COPY
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.generate.novelty import Novelty
from studio.store.bundle import Bundle

from .decoding import Decoders

SHOWN = 15
_DRAWN = 32


@dataclass(frozen=True, eq=False)
class Sample:
    """One of them."""

    picture: Picture
    rgba: Pictures  # uint8 [size, size, 4]


@dataclass(frozen=True, eq=False)
class Introduction:
    """Some of a model's pictures, and what was measured of all that were drawn."""

    samples: tuple[Sample, ...]
    newness: tuple[float, ...]  # of each that was drawn, 0..1; () for a bundle that measured none

    @property
    def sentence(self) -> str:
        """How new they are, for the artist."""
        if not self.newness:
            return ""
        copies = _count_of(sum(share < COPY for share in self.newness))
        newer = _count_of(sum(share >= 0.5 for share in self.newness))
        return (
            f"Of {len(self.newness)} new pictures {copies} nearly a copy of one of yours, and {newer} at"
            " least as new as the average picture you would add yourself."
        )


def _count_of(number: int) -> str:
    return {0: "none is", 1: "1 is"}.get(number, f"{number} are")


def introduce(bundle: Bundle, latents: Latents | None, decoders: Decoders) -> Introduction:
    """latents: those of the samples shown last while it trained, so that the artist meets them again;
    None: fresh ones. Pictures near to the artist's own come last, unusual ones after usual ones.

    Raises StudioError when the bundle will not open.
    """
    seeds: list[int | None] = [None] * _DRAWN
    if latents is None or latents.shape[1] != bundle.facts.latent_width:
        drawn = [picture_seed(0, index) for index in range(_DRAWN)]
        latents, seeds = bundle.density.draw_seeds(bundle.facts.id, drawn), list(drawn)
    pictures = decoders.get(bundle).decode(latents)
    newness: tuple[float, ...] = ()
    places = latents
    if bundle.facts.novelty:
        novelty = Novelty(bundle)
        places = novelty.places(pictures)
        newness = tuple(nearest.novelty for nearest in novelty.judge(pictures, places))
    usual = np.argsort(-bundle.density.log_density(places))
    copies_last = sorted(usual, key=lambda i: bool(newness) and newness[i] < COPY)
    samples = [
        Sample(Picture(bundle.facts.id, latents[i], seeds[i] if i < len(seeds) else None), pictures[i])
        for i in copies_last[:SHOWN]
    ]
    return Introduction(tuple(samples), newness)
