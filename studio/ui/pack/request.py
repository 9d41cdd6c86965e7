"""What the dialog asks for, as plain values, and how it is done. For any thread; knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.generate.novelty import Novelty
from studio.generate.sets import Wanted, draw_set, names_of, pack_set
from studio.store.bundle import Bundle
from studio.store.facts import Facts
from studio.store.importing.sources import find
from studio.store.pack import (
    Given,
    GivenFile,
    Packed,
    PackOptions,
    Spool,
    check_ahead,
    found_in,
    pack,
    pack_given,
)

from ..decoding import CHUNK, Decoders
from ..exchange import Carried
from ..saving import file_stem

MOST_SEEN = 300
"""Pictures that a preview is made from; where there are more, they are taken to be like these."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """Pictures that a room handed over. Compared by identity: the same hand-over, the same pictures."""

    pictures: tuple[Carried, ...]

    @property
    def count(self) -> int:
        return len(self.pictures)

    @property
    def files(self) -> list[Path]:
        """That are read, and so must not be replaced."""
        return [each.file for each in self.pictures if each.file is not None and _is_read(each)]

    @property
    def is_files_only(self) -> bool:
        return len(self.files) == self.count


@dataclass(frozen=True)
class Folder:
    """Every picture in a folder and the folders in it; what is no picture is left out, and told."""

    path: Path

    @property
    def files(self) -> list[Path]:
        return [self.path]

    @property
    def is_files_only(self) -> bool:
        return True


@dataclass(frozen=True)
class New:
    """New pictures of a model."""

    bundle: Bundle
    count: int
    seed: int
    diversity: float
    is_unique: bool

    @property
    def files(self) -> list[Path]:
        return []

    @property
    def is_files_only(self) -> bool:
        return False

    def wanted(self) -> Wanted:
        return Wanted(self.bundle, self.count, self.seed, self.diversity, 0, self.is_unique)


What = Chosen | Folder | New


@dataclass(frozen=True)
class Request:
    """Everything that decides a pack."""

    what: What
    options: PackOptions
    out: Path


Models = Mapping[str, Facts]
"""What is known of the bundles there are, by id."""


class Packer:
    """Makes what is asked for."""

    def __init__(
        self, decoders: Decoders, open_novelty: Callable[[Bundle], Novelty], models: Callable[[], Models]
    ) -> None:
        self._decoders, self._open_novelty, self._models = decoders, open_novelty, models

    def export(self, request: Request, progress: Progress) -> Packed:
        """Raises StudioError and Cancelled; then nothing is left and nothing was replaced."""
        what, options, out = request.what, request.options, request.out
        if isinstance(what, New):
            decoder = self._decoders.get(what.bundle)
            novelty = self._open_novelty(what.bundle) if what.is_unique else None
            packed, _ = pack_set(what.wanted(), decoder, novelty, out, options, progress, self._models)
            return packed
        if isinstance(what, Folder):
            return pack([what.path], out, options, progress, self._models)
        with Spool(out) as spool:
            given = self._given(what.pictures[:1], spool, Progress())
            check_ahead(given, out, options, what.files)
        with Spool(out) as spool:
            given = self._given(what.pictures, spool, progress)
            return pack_given(given, out, options, progress, self._models, what.files)

    def first(self, request: Request, spool: Spool, progress: Progress) -> list[Given]:
        """The first pictures, for a preview. What is near a copy is not looked for: that takes as long."""
        what = request.what
        if isinstance(what, New):
            some = replace(what.wanted(), count=min(what.count, MOST_SEEN), is_unique=False)
            draw_set(some, self._decoders.get(what.bundle), None, spool, progress)
            return list(spool.pictures)
        if isinstance(what, Folder):
            with found_in([what.path], request.out, progress) as (given, _):
                return list(given[:MOST_SEEN])
        return self._given(what.pictures[:MOST_SEEN], spool, progress)

    def names(self, request: Request, name: str) -> list[str]:
        """What all pictures are called before a template renames them."""
        what = request.what
        if isinstance(what, New):
            return names_of(name, what.count)
        if isinstance(what, Folder):
            with found_in([what.path], request.out, Progress()) as (given, _):
                return [each.file for each in given]
        return _names(what.pictures)

    def _given(self, pictures: Sequence[Carried], spool: Spool, progress: Progress) -> list[Given]:
        """In the order they came; the first of them are called the same without the others."""
        names = _names(pictures)
        given: dict[int, Given] = {}
        for index, each in enumerate(pictures):
            if _is_read(each):
                given[index] = _file(each, names[index])
        drawn = [index for index in range(len(names)) if index not in given]
        for start in range(0, len(drawn), CHUNK):
            progress.update("Drawing pictures", start, len(drawn))
            some = drawn[start : start + CHUNK]
            for index, rgba in zip(some, self._drawn([pictures[index] for index in some]), strict=True):
                spool.add(names[index], rgba, pictures[index].picture)
                given[index] = spool.pictures[-1]
        return [given[index] for index in range(len(names))]

    def _drawn(self, pictures: Sequence[Carried]) -> list[Pictures]:
        """A few at a time, finished: a batch for each bundle among them."""
        rgba: dict[int, Pictures] = {}
        bundles = {each.bundle.facts.id: each.bundle for each in pictures if each.bundle is not None}
        for identity, bundle in bundles.items():
            decoder = self._decoders.get(bundle)
            own = [
                (at, each.picture)
                for at, each in enumerate(pictures)
                if each.picture is not None and each.bundle is not None and each.bundle.facts.id == identity
            ]
            decoded = decoder.decode(np.stack([picture.latent for _, picture in own]))
            for (at, picture), one in zip(own, decoded, strict=True):
                rgba[at] = decoder.finish(one[None], picture.finish)[0]
        return [rgba[at] for at in range(len(pictures))]


def _is_read(carried: Carried) -> bool:
    """From its file; else it is drawn. The detail of own pictures is in their files alone."""
    picture, has_file = carried.picture, carried.file is not None
    return picture is None or carried.bundle is None or (bool(picture.detail) and has_file)


def _names(pictures: Sequence[Carried]) -> list[str]:
    """By what each shows; the second of one name gets a number."""
    taken: dict[str, int] = {}
    names = []
    for each in pictures:
        name = _name(each)
        taken[name] = taken.get(name, 0) + 1
        names.append(name if taken[name] == 1 else f"{name} {taken[name]}")
    return names


def _name(carried: Carried) -> str:
    if carried.picture is not None and carried.bundle is not None:
        return file_stem(carried.bundle, carried.picture)
    return carried.file.stem if carried.file is not None else "picture"


def _file(carried: Carried, name: str) -> Given:
    """Raises StudioError if there is no such file."""
    if carried.file is None:
        raise StudioError("A picture's model is not in the library.", "Add the model, or save the picture.")
    with find([carried.file], Progress()) as found:
        if not found.sources:
            raise StudioError(f"“{carried.file.name}” is no picture.", "Leave it out.")
        return GivenFile(replace(found.sources[0], file=name))
