"""A game pack from picture files or from pictures just made, to the folder in its place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.progress import Progress
from studio.store.facts import Facts
from studio.store.files import atomic_file, atomic_folder, sweep_temporary
from studio.store.importing.sources import find

from .drawing import Clock, draw
from .given import Given, GivenFile
from .options import PackOptions
from .outlet import There, check_outlet, look_at_outlet, write_zip, zip_beside
from .planning import Planned, planned
from .reading import look_at
from .writers.gallery import write_gallery
from .writers.provenance import Drawn

ModelsById = Callable[[], Mapping[str, Facts]]
"""What is known of bundles, asked for only if a picture was made by one."""


@dataclass(frozen=True)
class Packed:
    """What came of it."""

    out: Path
    zip: Path | None
    count: int  # pictures
    pages: int
    fill: float  # share of the pages' area that sprites cover, 0..1
    merged: int  # names that share a place with another
    animations: tuple[str, ...]
    scattered: tuple[str, ...]  # of these, those over several pages
    is_pixel_art: bool
    files: tuple[str, ...]
    replaced: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    seconds: dict[str, float]  # reading, packing, pixels, writing


def pack(
    paths: Sequence[Path],
    out: Path,
    options: PackOptions,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
    models: ModelsById = dict,
) -> Packed:
    """Make `out` a pack of all pictures under `paths`, whole or not at all.

    Raises StudioError for what cannot be packed or written, Cancelled from `progress`.
    """
    options.check()
    check_outlet(out.resolve(), paths, options.replace, options.zip)  # before anything is read
    with found_in(paths, out, progress) as (given, left_out):
        return pack_given(given, out, options, progress, models, paths, left_out)


@dataclass(frozen=True)
class Foreseen:
    """What `pack` would do."""

    plan: Planned
    there: There


def foresee(
    paths: Sequence[Path],
    out: Path,
    options: PackOptions,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
) -> Foreseen:
    """What packing these pictures would write and replace; writes nothing. Raises StudioError as `pack` does,
    but for files that would have to be replaced: they are told.
    """
    options.check()
    there = look_at_outlet(out.resolve(), paths, options.zip)
    with found_in(paths, out, progress) as (given, _):
        looks, _ = look_at(given, progress)
    if not looks:
        raise _nothing()
    return Foreseen(planned(looks, options), there)


@contextmanager
def found_in(
    paths: Sequence[Path], out: Path, progress: Progress
) -> Iterator[tuple[list[GivenFile], tuple[LeftOut, ...]]]:
    """What may be a picture under `paths`, and what is none.

    An older pack at `out`, among the pictures, is not packed again. Files in zips can be read while the
    block runs. Raises StudioError, Cancelled.
    """
    # A stamp begins with the whole path.
    older = tuple(f"{each}{os.sep}" for each in (os.path.abspath(out), out.resolve()))
    with find(paths, progress) as found:
        given = [GivenFile(each) for each in found.sources if not each.stamp.startswith(older)]
        yield given, tuple(found.left_out)


def _nothing() -> StudioError:
    return StudioError("There is no picture in what was given.", "Give PNG, JPEG, WebP or the like.")


def pack_given(
    given: Sequence[Given],
    out: Path,
    options: PackOptions,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
    models: ModelsById = dict,
    paths: Sequence[Path] = (),
    left_out: tuple[LeftOut, ...] = (),
    drawn: Drawn | None = None,
) -> Packed:
    """The same for pictures that were found already.

    paths: where they lie; they are never replaced. drawn: how a model was asked for them.
    """
    options.check()
    out = out.resolve()
    for name in (out.name, zip_beside(out).name):
        sweep_temporary(out.parent, of=name)
    replaced = check_outlet(out, paths, options.replace, options.zip)
    begun = time.perf_counter()
    looks, unreadable = look_at(given, progress)
    if not looks:
        raise _nothing()
    read = time.perf_counter()
    plan = planned(looks, options)
    known = models() if plan.is_generated else {}
    notes = plan.notes(known, drawn)
    made = time.perf_counter()
    clock = Clock()
    _write(plan, notes, out, clock, progress, known)
    done = time.perf_counter()
    return Packed(
        out=out,
        zip=zip_beside(out) if options.zip else None,
        count=len(looks),
        pages=plan.pages,
        fill=plan.fill,
        merged=plan.merged,
        animations=tuple(animation.name for animation in plan.sheets[0].animations),
        scattered=plan.scattered,
        is_pixel_art=plan.sheets[0].is_pixel_art,
        files=plan.files,
        replaced=tuple(replaced),
        left_out=(*left_out, *unreadable),
        seconds=_seconds(read - begun, made - read, done - made, clock),
    )


def check_ahead(given: Sequence[Given], out: Path, options: PackOptions, paths: Sequence[Path] = ()) -> None:
    """What can be known of a pack from a few of its pictures, before the others are even made.

    Raises StudioError as `pack_given` will.
    """
    options.check()
    check_outlet(out.resolve(), paths, options.replace, options.zip)
    planned(look_at(given, Progress())[0], options)


def _write(
    plan: Planned,
    notes: Mapping[str, str],
    out: Path,
    clock: Clock,
    progress: Progress,
    models: Mapping[str, Facts],
) -> None:
    """Everything into a folder beside `out`, which then takes its place."""
    with ExitStack() as whole:
        zip_file = whole.enter_context(atomic_file(zip_beside(out))) if plan.options.zip else None
        with atomic_folder(out) as folder:
            for sheet in plan.drawn:
                draw(sheet, plan.looks, folder, clock, progress, plan.options.recipes)
            for name, text in {**plan.texts, **notes}.items():
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
            if plan.options.gallery:
                write_gallery(folder, plan.sheets[0], plan.looks, plan.options, models, progress)
            if zip_file is not None:
                write_zip(folder, zip_file, out.name)


def _seconds(reading: float, packing: float, rest: float, clock: Clock) -> dict[str, float]:
    """Pixels and writing happen at once: the time that passed is split as the threads' work was."""
    work = clock.pixels + clock.writing
    share = clock.pixels / work if work else 0.0
    return {"reading": reading, "packing": packing, "pixels": rest * share, "writing": rest * (1 - share)}
