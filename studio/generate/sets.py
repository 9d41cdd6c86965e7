"""Sets of new pictures for games in one go: decoded, finished, judged, spooled and packed.

A picture is forgotten as soon as it lies in the spool, so memory stays flat however many are wanted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.latent import Latents
from studio.core.picture import Finish
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.bundle import Bundle
from studio.store.pack import Drawn, ModelsById, Packed, PackOptions, Spool, check_ahead, pack_given

from .drawing import Draws, Sample
from .novelty import Novelty


@dataclass(frozen=True)
class Wanted:
    """Which new pictures are asked for; the same ones each time."""

    bundle: Bundle
    count: int
    seed: int
    diversity: float = 1.0
    side: int = 0  # px of each; 0: the model's own
    is_unique: bool = False  # near-copies of the artist's pictures and of each other are left out


@dataclass(frozen=True)
class SetMade:
    """A set in its spool."""

    drawn: Drawn
    seconds: dict[str, float]  # decoding, finishing, and the choosing between


def names_of(name: str, count: int) -> list[str]:
    """What the pictures of a set are called: "name_0001" and on."""
    digits = max(4, len(str(count)))
    return [f"{name}_{number:0{digits}}" for number in range(1, count + 1)]


def draw_set(
    wanted: Wanted, decoder: Draws, novelty: Novelty | None, spool: Spool, progress: Progress, name: str = ""
) -> SetMade:
    """Fill the spool with the wanted pictures, called as `names_of` does.

    novelty: of the same bundle, where unique ones are wanted. Raises StudioError when the bundle keeps
    repeating itself or the disk refuses, Cancelled from `progress`.
    """
    assert (novelty is not None) == wanted.is_unique
    begun = time.perf_counter()
    watch = _Stopwatch(decoder)
    finish = Finish(wanted.side)
    sample = Sample(wanted.bundle, watch, wanted.seed, wanted.count, wanted.diversity, finish, novelty)
    names = names_of(name or wanted.bundle.facts.name, wanted.count)
    progress.update("Drawing pictures", 0, wanted.count)
    for number, (name, made) in enumerate(zip(names, sample, strict=True), 1):
        spool.add(name, made.rgba, made.picture)
        progress.update("Drawing pictures", number, wanted.count)
    refused = sample.refused
    drawn = Drawn(
        wanted.seed, wanted.diversity, wanted.is_unique, refused.repeats, refused.copies, refused.doubles
    )
    rest = time.perf_counter() - begun - watch.decoding - watch.finishing
    return SetMade(drawn, {"decoding": watch.decoding, "finishing": watch.finishing, "choosing": rest})


def pack_set(
    wanted: Wanted,
    decoder: Draws,
    novelty: Novelty | None,
    out: Path,
    options: PackOptions,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
    models: ModelsById = dict,
) -> tuple[Packed, Drawn]:
    """Make `out` a pack of new pictures, whole or not at all.

    What would be in the way is told before the set is drawn: the first picture goes ahead alone.
    Raises StudioError and Cancelled as `draw_set` and `pack_given` do.
    """
    if options.pixel_art is None:
        options = replace(options, pixel_art=wanted.bundle.facts.kind == "pixel")
    with Spool(out) as ahead:
        first = replace(wanted, count=1, is_unique=False)
        draw_set(first, decoder, None, ahead, Progress(), options.name)
        check_ahead(ahead.pictures, out, options)
    with Spool(out) as spool:
        made = draw_set(wanted, decoder, novelty, spool, progress, options.name)
        packed = pack_given(spool.pictures, out, options, progress, models, drawn=made.drawn)
    return replace(packed, seconds=made.seconds | packed.seconds), made.drawn


class _Stopwatch:
    """A decoder that says how many seconds it took."""

    def __init__(self, decoder: Draws) -> None:
        self._decoder = decoder
        self.decoding = 0.0
        self.finishing = 0.0

    def decode(self, latents: Latents) -> Pictures:
        begun = time.perf_counter()
        decoded = self._decoder.decode(latents)
        self.decoding += time.perf_counter() - begun
        return decoded

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures:
        begun = time.perf_counter()
        finished = self._decoder.finish(pictures, finish)
        self.finishing += time.perf_counter() - begun
        return finished
