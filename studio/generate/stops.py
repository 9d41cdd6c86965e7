"""Where a morph goes through: files, seeds and names become places in a bundle's latent space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.latent import Latents
from studio.core.progress import Progress
from studio.store.bundle import Bundle
from studio.store.fitted import fitted_pictures
from studio.store.metadata import read_recipe

from .drawing import named
from .encoder import Encoder

_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Stop:
    """One place that a morph passes through."""

    text: str  # as it was given
    latent: Latents  # float32 [D]
    origin: str  # "recipe" (exact), "encoded", "seed" or "name"
    note: str = ""  # what the user should know about it, a sentence


class Stops:
    """Finds places in one bundle. The encoder is loaded when a picture first needs it."""

    def __init__(self, bundle: Bundle, device: str = "auto", progress: Progress | None = None) -> None:
        self._bundle, self._device = bundle, device
        self._progress = progress or Progress()
        self._encoder: Encoder | None = None

    def find(self, texts: Sequence[str]) -> list[Stop]:
        """texts: picture files, "seed:123", "name:Ada". Raises StudioError for the first that is none."""
        return [self._find(text) for text in texts]

    def _find(self, text: str) -> Stop:
        kind, colon, rest = text.partition(":")
        if colon and kind == "seed":
            return Stop(text, self._of_seed(rest), "seed")
        if colon and kind == "name":
            return Stop(text, named(self._bundle, rest).latent, "name")
        return self._of_file(text)

    def _of_seed(self, digits: str) -> Latents:
        """The picture that `sample` puts this number behind the name of."""
        digits = digits.strip()
        if not (digits.isascii() and digits.isdigit() and int(digits[:20]) <= _LARGEST_SEED):
            raise StudioError(f"“{digits}” is not a seed.", "Give a whole number, as in seed:123.")
        latent: Latents = self._bundle.density.draw_seeds(self._bundle.facts.id, [int(digits)])[0]
        return latent

    def _of_file(self, text: str) -> Stop:
        path = Path(text)
        if path.is_dir():
            raise StudioError(f"“{text}” is a folder, not a picture.", "Name the pictures in it.")
        if not path.exists():
            raise StudioError(
                f"There is no picture “{text}”.", "Give a picture file, seed:123 or name:Ada for each stop."
            )
        latent, note = self._remembered(path)
        if latent is not None:
            return Stop(text, latent, "recipe")
        return Stop(text, self._encoded(path), "encoded", note)

    def _remembered(self, path: Path) -> tuple[Latents | None, str]:
        """The latent that a PNG of ours carries; else why the picture has to be encoded, if that is news."""
        facts = self._bundle.facts
        try:
            picture = read_recipe(path)
        except StudioError as error:
            return None, f"{error.message} The picture itself was encoded instead."
        if picture is None:
            return None, ""
        if picture.bundle_id != facts.id or len(picture.latent) != facts.latent_width:
            return None, f"“{path.name}” was made by another model: “{facts.name}” shows it as it sees it."
        return picture.latent, ""

    def _encoded(self, path: Path) -> Latents:
        with fitted_pictures([path], self._bundle.facts, self._progress) as each:
            found = list(each)
        reasons = [item.reason for item in found if isinstance(item, LeftOut)]
        pictures = [item.rgba for item in found if not isinstance(item, LeftOut)]
        if len(pictures) != 1:
            reason = "more than one picture" if pictures else (reasons or ["no picture"])[0]
            raise StudioError(
                f"“{path.name}” cannot be a stop: {reason}.", "Give a picture file for each stop."
            )
        if self._encoder is None:
            self._encoder = Encoder(self._bundle, self._device)
        latent: Latents = self._encoder.encode(np.stack(pictures))[0][0]
        return latent
