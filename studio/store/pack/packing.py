"""A game pack from picture files, from the first look to the folder in its place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.progress import Progress
from studio.store.facts import Facts
from studio.store.files import atomic_file, atomic_folder, sweep_temporary
from studio.store.importing.sources import find

from . import naming
from .arranging import Plan, arranged, contact_sheet
from .drawing import Clock, draw
from .model import Sheet
from .options import TARGETS, PackOptions
from .outlet import check_outlet, write_zip, zip_beside
from .reading import Look, is_pixel_art, look_at
from .writers import WRITERS
from .writers.manifest import MANIFEST, TABLE, manifest_texts

ModelsById = Callable[[], Mapping[str, Facts]]


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

    models: what is known of bundles, asked for only if a picture was made by one.
    Raises StudioError for what cannot be packed or written, Cancelled from `progress`.
    """
    options.check()
    # A stamp begins with the whole path: an older pack that lies among the pictures is not packed again.
    older = tuple(f"{each}{os.sep}" for each in (os.path.abspath(out), out.resolve()))
    out = out.resolve()
    for name in (out.name, zip_beside(out).name):
        sweep_temporary(out.parent, of=name)
    replaced = check_outlet(out, paths, options.replace, options.zip)
    begun = time.perf_counter()
    with find(paths, progress) as found:
        sources = [source for source in found.sources if not source.stamp.startswith(older)]
        looks, unreadable = look_at(sources, progress)
        if not looks:
            raise StudioError("There is no picture in what was given.", "Give PNG, JPEG, WebP or the like.")
        read = time.perf_counter()
        sheets = _sheets(looks, options)
        contact = _contact(looks, options)
        drawn = [*sheets, *contact]
        texts = _texts(sheets, drawn, looks, options, models)
        packed = time.perf_counter()
        clock = Clock()
        with ExitStack() as whole:
            zip_file = whole.enter_context(atomic_file(zip_beside(out))) if options.zip else None
            with atomic_folder(out) as folder:
                for sheet in drawn:
                    draw(sheet, looks, folder, clock, progress)
                for name, text in texts.items():
                    (folder / name).write_text(text, encoding="utf-8", newline="\n")
                if zip_file is not None:
                    write_zip(folder, zip_file, out.name)
        done = time.perf_counter()
    return Packed(
        out=out,
        zip=zip_beside(out) if options.zip else None,
        count=len(looks),
        pages=sum(len(sheet.pages) for sheet in sheets),
        fill=_fill(sheets),
        merged=sum(len(s.sprites) - len({(each.page, each.box) for each in s.sprites}) for s in sheets[:1]),
        animations=tuple(animation.name for animation in sheets[0].animations),
        is_pixel_art=sheets[0].is_pixel_art,
        files=tuple(_files(drawn, texts)),
        replaced=tuple(replaced),
        left_out=(*found.left_out, *unreadable),
        seconds=_seconds(read - begun, packed - read, done - packed, clock),
    )


def _sheets(looks: Sequence[Look], options: PackOptions) -> list[Sheet]:
    set_name = naming.safe_name(options.name)
    is_pixels = is_pixel_art(looks) if options.pixel_art is None else options.pixel_art
    plans = []
    for scale in options.scales:
        names = _names(looks, options, set_name, scale)
        naming.check_sprites(names, [look.file for look in looks])
        moving = naming.animations(names, set_name, options.fps)
        plans.append(Plan(looks, names, moving, options, set_name, is_pixels, scale))
    sheets = [arranged(plan) for plan in plans]
    if len({len(sheet.pages) > 1 for sheet in sheets}) > 1:
        # The larger scale took a second page: engines look for the same file at every scale.
        return [arranged(replace(plan, is_numbered=True)) for plan in plans]
    return sheets


def _contact(looks: Sequence[Look], options: PackOptions) -> list[Sheet]:
    if not options.contact_sheet:
        return []
    set_name = naming.safe_name(options.name)
    is_pixels = is_pixel_art(looks) if options.pixel_art is None else options.pixel_art
    names = [str(index) for index in range(len(looks))]
    return [contact_sheet(Plan(looks, names, (), replace(options, scales=(1,)), set_name, is_pixels))]


def _names(looks: Sequence[Look], options: PackOptions, set_name: str, scale: int) -> list[str]:
    """Raises StudioError where a template does not suit the pictures."""
    keeps_spaces = TARGETS[options.target].keeps_spaces
    if not options.names:
        if keeps_spaces:
            return [naming.renpy_name(look.file, set_name) for look in looks]
        return [naming.own_name(look.file) for look in looks]
    template = naming.Template(options.names)
    frames: dict[str, int] = {}
    names = []
    for index, look in enumerate(looks, 1):
        own = naming.own_name(look.file, keeps_spaces)
        anim = naming.without_number(own)[0] or set_name
        frames[anim] = frames.get(anim, 0) + 1
        values = {
            "file": look.file,
            "set": set_name,
            "name": own,
            "index": index,
            "seed": None if look.recipe is None else look.recipe.seed,
            "anim": anim,
            "frame": frames[anim],
            "scale": scale,
            "hash": naming.Digest(look.digest.hex()),
        }
        names.append(naming.safe_name(template.filled(values), keeps_spaces))
    return names


def _texts(
    sheets: Sequence[Sheet],
    drawn: Sequence[Sheet],
    looks: Sequence[Look],
    options: PackOptions,
    models: ModelsById,
) -> dict[str, str]:
    """Every text of the pack. Raises StudioError if two files of the pack would have one name."""
    texts: dict[str, str] = {}
    names = [page.file for sheet in drawn for page in sheet.pages]
    for sheet in sheets:
        written = WRITERS[options.target](sheet)
        names += written
        texts |= written
    naming.check_files([*names, MANIFEST, TABLE])
    known = models() if any(look.recipe is not None for look in looks) else {}
    files = sorted([*names, MANIFEST, TABLE])
    return texts | manifest_texts(sheets, looks, options.target, known, files, options.zip)


def _files(drawn: Sequence[Sheet], texts: Mapping[str, str]) -> list[str]:
    return sorted([*(page.file for sheet in drawn for page in sheet.pages), *texts])


def _fill(sheets: Sequence[Sheet]) -> float:
    areas = [sum(page.size.area for page in sheet.pages) for sheet in sheets]
    return sum(sheet.fill * area for sheet, area in zip(sheets, areas)) / sum(areas)


def _seconds(reading: float, packing: float, rest: float, clock: Clock) -> dict[str, float]:
    """Pixels and writing happen at once: the time that passed is split as the threads' work was."""
    work = clock.pixels + clock.writing
    share = clock.pixels / work if work else 0.0
    return {"reading": reading, "packing": packing, "pixels": rest * share, "writing": rest * (1 - share)}
