"""The user's own pictures, made square as the pictures that a bundle learned from were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.core.events import LeftOut
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.recipe import FITS

from .facts import Facts
from .importing.decoding import NotTaken, decode
from .importing.fitting import fit_picture
from .importing.sources import Source, find
from .importing.surveying import survey


@dataclass(frozen=True, eq=False)
class Fitted:
    file: str  # relative to what was given
    rgba: Pictures  # uint8 [size, size, 4], the side that the bundle's networks see


@contextmanager
def fitted_pictures(
    paths: Sequence[Path], facts: Facts, progress: Progress
) -> Iterator[Iterator[Fitted | LeftOut]]:
    """Every picture under `paths`, one after the other, and every file that cannot be one.

    Pixel art is brought to its own grid first, as an import finds it over all that is given.
    Raises StudioError when one of `paths` is not there, Cancelled from `progress`.
    """
    is_pixel_art = facts.kind == "pixel"
    scale = survey(paths, progress).pixel_scale if is_pixel_art else 1
    fit = facts.trained.get("recipe", {}).get("fit")
    fit = fit if fit in FITS else "pad"
    with find(paths, progress) as found:

        def fitted(source: Source) -> Fitted | LeftOut:
            try:
                rgba = decode(source.read(), source.file)
            except NotTaken as error:
                return LeftOut(source.file, error.reason)
            return Fitted(source.file, fit_picture(rgba, facts.size, fit, is_pixel_art, scale))

        def each() -> Iterator[Fitted | LeftOut]:
            yield from found.left_out
            for index, source in enumerate(found.sources):
                progress.update("Reading pictures", index, len(found.sources))
                yield fitted(source)

        yield each()
