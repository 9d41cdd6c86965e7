"""New pictures: from a seed, from a name, and many that are all different."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.latent import Latents, picture_seed, seed_of_name
from studio.core.novelty import nearest
from studio.core.picture import Finish, Picture
from studio.core.pixels import Pictures
from studio.store.bundle import Bundle

from .novelty import Nearest, Novelty

WILDEST = 10.0  # diversity; 2 is already far outside the artist's pictures
_MOST_REFUSED_IN_A_ROW = 400
_AT_A_TIME = 8


def draw(
    bundle: Bundle,
    seed: int,
    count: int,
    diversity: float = 1.0,
    start: int = 0,
    finish: Finish | None = None,
) -> list[Picture]:
    """Pictures number start … start + count - 1 of the series that begins with `seed`."""
    seeds = [picture_seed(seed, index) for index in range(start, start + count)]
    return _from_seeds(bundle, seeds, diversity, finish or Finish())


def named(bundle: Bundle, name: str, finish: Finish | None = None) -> Picture:
    """The picture of a name: the same for ever. Raises StudioError for an empty name."""
    if not name.strip():
        raise StudioError("The name is empty.", "Give one.")
    (picture,) = _from_seeds(bundle, [seed_of_name(name)], 1.0, finish or Finish(), name.strip())
    return picture


def _from_seeds(
    bundle: Bundle, seeds: list[int], diversity: float, finish: Finish, name: str = ""
) -> list[Picture]:
    if not (math.isfinite(diversity) and 0 <= diversity <= WILDEST):
        raise StudioError(
            f"The diversity cannot be {diversity:g}.", f"Choose a number from 0 to {WILDEST:g}."
        )
    latents = bundle.density.draw_seeds(bundle.facts.id, seeds, diversity)
    return [
        Picture(bundle.facts.id, latent, seed, diversity, finish, name)
        for seed, latent in zip(seeds, latents, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Made:
    """A picture and what it looks like, finished."""

    picture: Picture
    rgba: npt.NDArray[np.uint8]  # [side, side, 4]
    nearest: Nearest | None = None  # where novelty was judged


@dataclass
class Refused:
    """How many pictures of a series were left out, by reason."""

    repeats: int = 0  # equal to an earlier one, pixel by pixel
    copies: int = 0  # show nearly what one of the artist's own pictures shows
    doubles: int = 0  # show nearly what an earlier one shows

    @property
    def total(self) -> int:
        return self.repeats + self.copies + self.doubles


class Draws(Protocol):
    """What is needed of a Decoder."""

    def decode(self, latents: Latents) -> Pictures: ...

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures: ...


_SeenAs = tuple[Latents, Nearest]
"""Where the encoder sees a picture, float32 [D], and which of the artist's own lies near."""


class Sample:
    """Iterates over `count` pictures no two of which look the same; asking for more begins with the same.

    Memory stays flat. Raises StudioError when the bundle keeps repeating itself.
    """

    def __init__(
        self,
        bundle: Bundle,
        decoder: Draws,
        seed: int,
        count: int,
        diversity: float = 1.0,
        finish: Finish | None = None,
        novelty: Novelty | None = None,
    ) -> None:
        """novelty: where given, near-copies of the artist's pictures and of each other are left out too."""
        if count < 1:
            raise StudioError(f"{count} pictures cannot be made.", "Ask for at least one.")
        self._bundle, self._decoder, self._novelty = bundle, decoder, novelty
        self._seed, self._count, self._diversity = seed, count, diversity
        self._finish = finish or Finish()
        self.refused = Refused()
        """So far."""

    def __iter__(self) -> Iterator[Made]:
        self.refused = Refused()
        seen: set[bytes] = set()
        apart = None if self._novelty is None else _Apart(self._novelty, self.refused)
        refused_before = 0
        for picture, rgba, seen_as in self._series():
            look = hashlib.blake2b(rgba.tobytes(), digest_size=16).digest()
            found = None
            if look in seen:
                self.refused.repeats += 1
            elif apart is None or seen_as is None or (found := apart.admit(*seen_as)) is not None:
                seen.add(look)
                refused_before = self.refused.total
                yield Made(picture, self._decoder.finish(rgba[None], self._finish)[0], found)
                if len(seen) == self._count:
                    return
            if self.refused.total - refused_before >= _MOST_REFUSED_IN_A_ROW:
                raise StudioError(
                    f"Only {len(seen)} different pictures came from “{self._bundle.facts.name}”.",
                    "Raise the diversity or ask for fewer.",
                )

    def _series(self) -> Iterator[tuple[Picture, npt.NDArray[np.uint8], _SeenAs | None]]:
        """Picture after picture without end, at the network's size, and how new each is where that is asked.

        Judged in the batches that they come in: one by one took 1.4 times as long (measured on one core),
        and a card pays a full batch for each.
        """
        for start in itertools.count(0, _AT_A_TIME):
            pictures = draw(self._bundle, self._seed, _AT_A_TIME, self._diversity, start, self._finish)
            decoded = self._decoder.decode(np.stack([picture.latent for picture in pictures]))
            if self._novelty is None:
                yield from zip(pictures, decoded, itertools.repeat(None))
                continue
            places = self._novelty.places(decoded)
            judged = self._novelty.judge(decoded, places)
            yield from zip(pictures, decoded, zip(places, judged, strict=True), strict=True)


class _Apart:
    """Lets pictures in that keep their distance from the artist's own and from those let in before."""

    def __init__(self, novelty: Novelty, refused: Refused) -> None:
        self._novelty, self._refused = novelty, refused
        self._places = np.empty((0, novelty.width), np.float32)
        self._count = 0

    def admit(self, place: Latents, found: Nearest) -> Nearest | None:
        """What a picture is like that is let in; None, counted, for one that is not."""
        if found.is_copy:
            self._refused.copies += 1
            return None
        taken = self._places[: self._count]
        if len(taken) and nearest(place[None], taken)[1][0] < self._novelty.copy_distance:
            self._refused.doubles += 1
            return None
        if self._count == len(self._places):  # room for as many again
            room = np.empty((max(64, self._count), self._novelty.width), np.float32)
            self._places = np.concatenate([self._places, room])
        self._places[self._count] = place
        self._count += 1
        return found
