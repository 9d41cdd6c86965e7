"""The first pass over the pictures: what a layout must know of each. The pixels are not kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.decoding import NotTaken, decode
from studio.store.importing.parallel import in_parallel
from studio.store.importing.pixel_art import PixelSigns, judge_set, pixel_signs
from studio.store.importing.sources import Source
from studio.store.importing.surveying import digest_of
from studio.store.metadata import recipe_in

from .model import Box, Size
from .pixels import cropped, visible_box


@dataclass(frozen=True, slots=True)
class Look:
    """A picture once its pixels are gone."""

    source: Source
    size: Size
    visible: Box
    digest: bytes
    visible_digest: bytes
    signs: PixelSigns
    recipe: Picture | None  # how it was made, where the file says so

    @property
    def file(self) -> str:
        return self.source.file


def look_at(sources: Sequence[Source], progress: Progress) -> tuple[list[Look], list[LeftOut]]:
    """Every picture among the files, in their order, and what is none. Memory: about 1 KB a picture."""
    looks: list[Look] = []
    left_out: list[LeftOut] = []
    for found in in_parallel(_look, sources, "Reading pictures", progress):
        if isinstance(found, Look):
            looks.append(found)
        else:
            left_out.append(found)
    return looks, left_out


def _look(source: Source) -> Look | LeftOut:
    try:
        data = source.read()
        rgba = decode(data, source.file, is_to_learn=False)
    except NotTaken as error:
        return LeftOut(source.file, error.reason)
    height, width = rgba.shape[:2]
    visible, digest = visible_box(rgba), digest_of(rgba)
    is_whole = visible.size == Size(width, height)
    return Look(
        source=source,
        size=Size(width, height),
        visible=visible,
        digest=digest,
        visible_digest=digest if is_whole else digest_of(cropped(rgba, visible)),
        signs=pixel_signs(rgba),
        recipe=_recipe(data, source.file),
    )


def _recipe(data: bytes, file: str) -> Picture | None:
    """A recipe that is damaged costs only itself."""
    try:
        return recipe_in(io.BytesIO(data), file)
    except StudioError:
        return None


def pixels_of(look: Look) -> Pictures:
    """uint8 [H, W, 4]: the picture again. Raises StudioError if it is no longer what was looked at."""
    try:
        rgba = decode(look.source.read(), look.file, is_to_learn=False)
    except NotTaken as error:
        raise StudioError(f"“{look.file}” cannot be read any more: {error.reason}.", "Pack again.") from error
    if digest_of(rgba) != look.digest:
        raise StudioError(f"“{look.file}” was changed while it was being packed.", "Pack again.")
    return rgba


def is_pixel_art(looks: Sequence[Look]) -> bool:
    """By all of them together, as an import decides it."""
    return judge_set(
        [look.signs for look in looks], [max(look.size.width, look.size.height) for look in looks]
    )[0]
