"""How new pictures are, and which of the artist's own each lies nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core import novelty
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.pixels import Pictures, mirrored
from studio.store.bundle import Bundle

from .encoder import Encoder


@dataclass(frozen=True)
class Nearest:
    """What a picture was found to be like."""

    index: int  # of the artist's picture it lies nearest, in the order of the bundle's codes
    novelty: float  # share of new pictures of the artist's own that would lie nearer to theirs, 0..1

    @property
    def is_copy(self) -> bool:
        return self.novelty < novelty.COPY


class Novelty:
    """Judges pictures by where a bundle's encoder sees them, not by the latents they were made from: two
    latents may decode to one picture. One thread at a time.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        """Raises StudioError for a bundle that was made before novelty was measured."""
        self._yardstick = bundle.facts.novelty
        if not self._yardstick:
            raise StudioError(
                f"The model “{bundle.facts.name}” does not know how new its pictures are.",
                "It was made by an older version: train it again.",
            )
        self.width = bundle.facts.latent_width
        self._codes = bundle.codes
        self._encoder = Encoder(bundle, device)

    @property
    def copy_distance(self) -> float:
        """In latent space; what lies nearer than this to another picture shows nearly the same."""
        return float(np.interp(novelty.COPY, np.linspace(0, 1, len(self._yardstick)), self._yardstick))

    def places(self, pictures: Pictures) -> Latents:
        """Where the encoder sees them. uint8 [N, size, size, 4] -> float32 [N, D]."""
        return self._encoder.encode(pictures)[0]

    def judge(self, pictures: Pictures, places: Latents | None = None) -> list[Nearest]:
        """uint8 [N, size, size, 4]; places: `places` of them, where they are known already.

        A picture turned round counts as like the one it was turned from.
        """
        if places is None:
            places = self.places(pictures)
        turned = self.places(mirrored(pictures))
        indices, distances = novelty.nearest_by_either(places, turned, self._codes)
        shares = novelty.novelty(distances, self._yardstick)
        return [Nearest(int(index), float(share)) for index, share in zip(indices, shares, strict=True)]
