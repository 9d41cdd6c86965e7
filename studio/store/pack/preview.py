"""What a pack will look like, before it is made: page one, small, and the figures. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.parallel import in_parallel
from studio.store.metadata import packed_png_bytes

from .drawing import drawn
from .given import Given
from .model import Box, Size, Sprite
from .options import PackOptions
from .pixels import cropped, resized
from .planning import Planned, planned
from .reading import Look, pixels_of

_WEIGHED = 24  # sprites that are encoded to estimate the others


@dataclass(frozen=True)
class Preview:
    page: Pictures  # uint8 [h, w, 4]: page one, no longer than asked for
    size: Size  # of that page in its file
    file: str
    count: int  # pictures
    pages: int
    fill: float  # 0..1
    bytes: int  # of all pages, estimated
    files: int
    merged: int
    animations: int
    scattered: tuple[str, ...]
    is_pixel_art: bool


def preview(plan: Planned, side: int, progress: Progress) -> Preview:
    """side: px that the longer side of the small page may have. Raises StudioError and Cancelled."""
    first = plan.sheets[0]
    size = first.pages[0].size
    return Preview(
        page=_small_page(plan, min(1.0, side / max(size.width, size.height)), progress),
        size=size,
        file=first.pages[0].file,
        count=len(plan.looks),
        pages=plan.pages,
        fill=plan.fill,
        bytes=_weight(plan),
        files=len(plan.files),
        merged=plan.merged,
        animations=len(first.animations),
        scattered=plan.scattered,
        is_pixel_art=first.is_pixel_art,
    )


def _small_page(plan: Planned, factor: float, progress: Progress) -> Pictures:
    """Each sprite is made small by itself: the page at its own size would take seconds."""
    sheet = plan.sheets[0]
    page = sheet.pages[0].size
    canvas = np.zeros((max(1, round(page.height * factor)), max(1, round(page.width * factor)), 4), np.uint8)

    def small(sprite: Sprite) -> tuple[Box, Pictures]:
        box = sprite.box
        left, top = round(box.x * factor), round(box.y * factor)
        width = max(1, min(round((box.x + box.width) * factor), canvas.shape[1]) - left)
        height = max(1, min(round((box.y + box.height) * factor), canvas.shape[0]) - top)
        if factor == 1 or sheet.matte:
            whole = drawn(sheet, sprite, plan.looks[sprite.picture])
        else:
            kept = Box(sprite.offset_x, sprite.offset_y, box.width, box.height)
            look = plan.looks[sprite.picture]
            whole = cropped(resized(pixels_of(look), sprite.source, sheet.is_pixel_art), kept)
        return Box(left, top, width, height), resized(whole, Size(width, height), sheet.is_pixel_art)

    for box, rgba in in_parallel(small, sheet.drawn_by_page[0], "Drawing the preview", progress):
        spot = canvas[box.y : box.y + box.height, box.x : box.x + box.width]
        spot[:] = rgba[: spot.shape[0], : spot.shape[1]]
    return canvas


def _weight(plan: Planned) -> int:
    """Bytes of all pages, from some sprites encoded as they will be."""
    first = plan.sheets[0]
    step = max(1, len(first.sprites) // _WEIGHED)
    weighed, area = 0, 0
    for sprite in first.sprites[::step][:_WEIGHED]:
        rgba = drawn(first, sprite, plan.looks[sprite.picture])
        weighed += len(packed_png_bytes(rgba, None, False))
        area += sprite.box.size.area
    covered = sum(sprite.box.size.area for sheet in plan.sheets for sprite in sheet.drawn)
    return round(weighed / area * covered)


# More pictures than were read ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """A picture that stands for another in a preview."""

    given: Given
    file: str

    def read(self) -> tuple[Pictures, Picture | None]:
        return self.given.read()


def planned_as(looks: Sequence[Look], files: Sequence[str], options: PackOptions) -> Planned:
    """The plan for pictures of these names, of which the first are known: the others are taken to be like
    them. Raises StudioError as `planned` does.
    """
    like = [looks[index % len(looks)] for index in range(len(files))]
    standing = [replace(look, given=_Standing(look.given, file)) for look, file in zip(like, files)]
    return planned(standing, options if len(looks) == len(files) else replace(options, merge=False))
