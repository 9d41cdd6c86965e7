"""Own pictures into a bundle: the latent that stands for a picture, and what that loses of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from studio.core.detail import Detail
from studio.core.events import LeftOut
from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.core.pixels import Pictures, rms_difference, to_network
from studio.core.progress import Progress
from studio.store.bundle import Bundle
from studio.store.fitted import fitted_pictures

from .decoder import Palette
from .encoder import Encoder

_CORRECTIONS = 2
"""Each looks at the rebuild through the encoder and steps by what it misses, if that helps. For a decoder and
an encoder pass each, two bring 0.4 dB on held-out portraits and 1.1 dB on pixel art (measured; more bring
nothing). Gauss-Newton steps along all 64 directions bring 0.9 dB on portraits for 130 decoder passes: not
worth the wait, since the detail makes up for what is missing."""
_LONGEST_NAME = 80


class Rebuilds(Protocol):
    """What is needed of a Decoder."""

    def decode(self, latents: Latents) -> Pictures: ...


@dataclass(frozen=True, eq=False)
class Entered:
    """An own picture as one of a bundle's."""

    picture: Picture
    original: Pictures  # uint8 [size, size, 4], straight, fitted as the bundle's pictures were
    detail: Detail
    file: str  # relative to what was given

    @property
    def is_foreign(self) -> bool:
        """Whether the bundle has nothing like it: once edited, it becomes something the bundle knows."""
        return self.detail.is_foreign


class Entrance:
    """Takes own pictures into one bundle. One thread at a time."""

    def __init__(self, bundle: Bundle, decoder: Rebuilds, device: str = "auto") -> None:
        """decoder: of the same bundle. Raises StudioError when the encoder does not open."""
        self.bundle = bundle
        self._decoder = decoder
        self._encoder = Encoder(bundle, device)
        palette = bundle.facts.palette
        self._palette = None if palette is None else Palette(palette)

    def enter(
        self,
        paths: list[Path],
        progress: Progress = Progress(),  # noqa: B008 (does nothing)
    ) -> tuple[list[Entered], list[LeftOut]]:
        """Every picture under `paths`, and the files that cannot be one.

        Raises StudioError when a path is gone, Cancelled from `progress`.
        """
        entered, left_out = [], []
        with fitted_pictures(paths, self.bundle.facts, progress) as each:
            for found in each:
                if isinstance(found, LeftOut):
                    left_out.append(found)
                else:
                    entered.append(self.enter_one(found.rgba, found.file))
        return entered, left_out

    def enter_one(self, rgba: Pictures, file: str = "") -> Entered:
        """rgba: uint8 [size, size, 4], fitted."""
        if self._palette is not None:  # what is given back must not bring in colours of its own
            rgba = self._palette.snap(to_network(rgba[None]))[0]
        latent, rebuild = self._nearest(rgba)
        name = Path(file).stem[:_LONGEST_NAME]
        return Entered(
            Picture(self.bundle.facts.id, latent, name=name),
            rgba,
            Detail.between(rgba, rebuild, self.bundle.facts.kind == "pixel"),
            file,
        )

    def _nearest(self, rgba: Pictures) -> tuple[Latents, Pictures]:
        """The latent whose picture is nearest to this one, of those tried, and that picture."""
        seen = self._encoder.encode(rgba[None])[0][0]
        latent, rebuild = seen, self._decoder.decode(seen[None])[0]
        for _ in range(_CORRECTIONS):
            missed = seen - self._encoder.encode(rebuild[None])[0][0]
            tried = (latent + missed).astype(np.float32)
            shown = self._decoder.decode(tried[None])[0]
            if rms_difference(shown, rgba) >= rms_difference(rebuild, rgba):
                break
            latent, rebuild = tried, shown
        return latent, rebuild
