"""A first look at everything given: what is taken, what is left out and why, what kind of art it is."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO

import numpy as np

from studio.core.events import LeftOut
from studio.core.facing import Facing
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.recipe import FEWEST_PICTURES, SIZES

from . import doubles
from .decoding import NotTaken, decode
from .fitting import shrunk_into
from .kinship import LEAST_IN_COMMON, in_common
from .parallel import in_parallel
from .pixel_art import PixelSigns, judge_set, pixel_signs
from .sources import Found, Source, find

LARGEST_SUGGESTED = 128  # px; larger smooth art takes more time than a first model should
FEW_PICTURES = 300
"""Below this new pictures stay close to those given (100 pixel avatars: 31 dB on them, 15 dB on others)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A picture taken; width and height in px, upright, before any resizing."""

    file: str  # relative to what was given, "/" between folders
    width: int
    height: int
    alpha: bool  # False: every pixel is opaque


@dataclass(frozen=True)
class Survey:
    """duplicates: groups of files that show the same, exactly or nearly. Exact copies are accepted but
    learned from once; near ones are all kept.
    """

    accepted: tuple[Accepted, ...]
    left_out: tuple[LeftOut, ...]
    duplicates: tuple[tuple[str, ...], ...]
    pixel_scale: int  # how many times the set was enlarged from its own grid, >= 1
    pixel_art: bool
    suggested_size: int  # px, one of SIZES
    warnings: tuple[str, ...]  # sentences
    faces_one_way: bool = False  # a mirrored picture would be out of style
    in_common: float = 1.0  # see `kinship`


@dataclass(frozen=True)
class Glance:
    """What someone who watches a survey wants to see of it."""

    show: Callable[[Pictures], None]  # a picture, uint8 [h, w, 4]; on the thread that surveys
    most: int  # pictures, spread over the whole
    side: int  # px, at most


@dataclass(frozen=True, slots=True)
class Distinct:
    """A picture that no earlier one equals."""

    source: Source
    digest: bytes  # of the decoded pixels


@dataclass(frozen=True)
class Examined:
    survey: Survey
    distinct: tuple[Distinct, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is remembered of a picture once its pixels are gone."""

    width: int
    height: int
    alpha: bool
    digest: bytes
    signs: PixelSigns
    coarse: Pictures
    likeness: bytes
    small: Pictures | None  # for whoever watches


def survey(
    paths: Sequence[Path],
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
    glance: Glance | None = None,
) -> Survey:
    """Look at every file under `paths`; writes nothing beside them.

    Raises StudioError when one of `paths` is not there, Cancelled from `progress`.
    """
    with find(paths, progress) as found:
        return examine(found, progress, glance=glance).survey


def digest_of(rgba: Pictures) -> bytes:
    """Equal for equal pictures only (BLAKE2b, 128 bits)."""
    shape = np.array(rgba.shape, "<u4").tobytes()
    return hashlib.blake2b(np.ascontiguousarray(rgba).data, digest_size=16, key=shape).digest()


def _look(wanted: tuple[Source, int]) -> _Look | NotTaken:
    """wanted: what to look at, and the side of the small picture to keep of it, 0 for none."""
    source, side = wanted
    try:
        rgba = decode(source.read(), source.file)
    except NotTaken as error:
        return error.with_traceback(None)  # the traceback would keep the pixels in memory
    small = doubles.likeness(rgba)
    return _Look(
        width=rgba.shape[1],
        height=rgba.shape[0],
        alpha=bool(rgba[..., 3].min() < 255),
        digest=digest_of(rgba),
        signs=pixel_signs(rgba),
        coarse=doubles.coarse(small),
        likeness=small.tobytes(),
        small=None if not side else shrunk_into(rgba, side) if max(rgba.shape[:2]) > side else rgba,
    )


@dataclass
class _Register:
    """What is known of the pictures seen so far: about half a KB each, and 4 KB in a file."""

    likenesses: IO[bytes]
    accepted: list[Accepted] = field(default_factory=list)
    signs: list[PixelSigns] = field(default_factory=list)
    distinct: list[Distinct] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # of the distinct ones among the accepted
    coarse: list[Pictures] = field(default_factory=list)
    copies: list[tuple[int, int]] = field(default_factory=list)  # places of a picture and its copy
    first_of: dict[bytes, int] = field(default_factory=dict)
    facing: Facing = field(default_factory=Facing)

    def add(self, source: Source, look: _Look) -> None:
        place = len(self.accepted)
        self.accepted.append(Accepted(source.file, look.width, look.height, look.alpha))
        self.signs.append(look.signs)
        first = self.first_of.setdefault(look.digest, place)
        if first != place:
            self.copies.append((first, place))
            return
        self.distinct.append(Distinct(source, look.digest))
        self.places.append(place)
        self.coarse.append(look.coarse)
        self.likenesses.write(look.likeness)
        self.facing.add(np.frombuffer(look.likeness, np.uint8).reshape(1, doubles.SIDE, doubles.SIDE, 4))

    def doubles(self, progress: Progress) -> list[list[int]]:
        """Groups of places among the accepted that show the same."""
        progress.update("Looking for doubles", 0, 0)
        groups = doubles.Groups(len(self.accepted))
        for first, copy in self.copies:
            groups.join(first, copy)
        if self.distinct:
            shapes = [(self.accepted[i].width, self.accepted[i].height) for i in self.places]
            coarse = np.stack(self.coarse)
            doubles.join_near(groups, self.places, coarse, shapes, self.likenesses, progress)
        return groups.of_several()


def examine(
    found: Found, progress: Progress, scratch: Path | None = None, glance: Glance | None = None
) -> Examined:
    """The survey, and which pictures to prepare.

    scratch: a folder for a temporary file of 4 KB a picture; None: the system's.
    """
    left_out = list(found.left_out)
    with tempfile.TemporaryFile(dir=scratch) as likenesses:
        seen = _Register(likenesses)
        wanted = _wanted(found.sources, glance)
        looks = in_parallel(_look, wanted, "Reading pictures", progress)
        for source, look in zip(found.sources, looks, strict=True):
            if isinstance(look, NotTaken):
                left_out.append(LeftOut(source.file, look.reason))
                continue
            seen.add(source, look)
            if glance is not None and look.small is not None:
                glance.show(look.small)
        groups = seen.doubles(progress)
    return Examined(_judged(seen, left_out, groups), tuple(seen.distinct))


def _wanted(sources: Sequence[Source], glance: Glance | None) -> list[tuple[Source, int]]:
    if glance is None:
        return [(source, 0) for source in sources]
    every = max(1, -(-len(sources) // glance.most))
    return [(source, 0 if index % every else glance.side) for index, source in enumerate(sources)]


def _judged(seen: _Register, left_out: list[LeftOut], groups: list[list[int]]) -> Survey:
    accepted = seen.accepted
    long_sides = [max(a.width, a.height) for a in accepted]
    pixel_art, scale = judge_set(seen.signs, long_sides)
    shared = in_common(seen.coarse)
    return Survey(
        accepted=tuple(accepted),
        left_out=tuple(sorted(left_out, key=lambda item: item.file)),
        duplicates=tuple(tuple(accepted[i].file for i in group) for group in groups),
        pixel_scale=scale if pixel_art else 1,
        pixel_art=pixel_art,
        suggested_size=_suggested_size(long_sides, pixel_art),
        warnings=tuple(_warnings(accepted, len(seen.distinct), shared)),
        faces_one_way=seen.facing.is_one_way,
        in_common=round(shared, 3),
    )


def _suggested_size(long_sides: list[int], pixel_art: bool) -> int:
    """The files' own size as far as it is offered: the next one up for pixel art, down for smooth art."""
    if not long_sides:
        return SIZES[0]
    usual = median(long_sides)
    if pixel_art:
        return next((size for size in SIZES if size >= usual), SIZES[-1])
    return max(size for size in SIZES if size <= max(SIZES[0], min(usual, LARGEST_SUGGESTED)))


def _warnings(accepted: list[Accepted], distinct: int, shared: float) -> list[str]:
    sentences = []
    if distinct < FEWEST_PICTURES:
        sentences.append(
            f"Only {distinct} different pictures were found; training needs at least {FEWEST_PICTURES}."
        )
    elif distinct < FEW_PICTURES:
        sentences.append(
            f"With only {distinct} different pictures the new ones will stay close to yours;"
            f" from {FEW_PICTURES} on a model has room to invent."
        )
    if shared < LEAST_IN_COMMON:
        sentences.append(
            "The pictures differ much from each other in what they show and where. Expect loose shapes;"
            " pictures of one kind, placed alike, come out clearer."
        )
    if not accepted:
        return sentences
    sides = sorted(max(a.width, a.height) for a in accepted)
    low, high = sides[len(sides) // 20], sides[-1 - len(sides) // 20]
    if high > 4 * low:
        sentences.append(f"The pictures differ much in size, from {low} to {high} pixels.")
    clear = sum(a.alpha for a in accepted) / len(accepted)
    if 0.05 < clear < 0.95:
        sentences.append(
            f"{clear:.0%} of the pictures have transparency and the others have none;"
            " a model of both kinds will mix them."
        )
    return sentences
