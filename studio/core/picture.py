"""A picture the studio made: everything needed to have it again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from studio.core.latent import Latents


@dataclass(frozen=True)
class Finish:
    """What happens between the decoder and the file.

    side: width and height of the file in pixels; 0 means the bundle's own picture size.
    """

    side: int = 0


@dataclass(frozen=True, eq=False)
class Picture:
    """An avatar, a sprite, an artwork: a place in a bundle's latent space and how it is finished."""

    bundle_id: str
    latent: Latents  # float32 [D]
    seed: int | None = None  # None where it did not come from a seed (morphs, own pictures)
    diversity: float = 1.0
    finish: Finish = field(default_factory=Finish)
    name: str = ""
    detail: str = ""  # what the model lost of an own picture: the name of a detail in the library

    def same_as(self, other: Picture) -> bool:
        """Whether both are made the same way from the same place."""
        return (
            self.bundle_id == other.bundle_id
            and self.finish == other.finish
            and self.detail == other.detail
            and np.array_equal(self.latent, other.latent)
        )
