"""The first pass over the pictures: what a layout must know of each. The pixels are not kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.decoding import NotTaken
from studio.store.importing.parallel import in_parallel
from studio.store.importing.pixel_art import PixelSigns, judge_set, pixel_signs
from studio.store.importing.surveying import digest_of

from .given import Given
from .model import Box, Size
from .pixels import box_around, cropped, strongest


@dataclass(frozen=True, slots=True)
class Look:
    """A picture once its pixels are gone."""

    given: Given
    size: Size
    rows: Pictures  # uint8 [H], the largest alpha of each
    columns: Pictures  # uint8 [W]
    digest: bytes
    visible_digest: bytes
    signs: PixelSigns
    recipe: Picture | None  # how it was made, where that is known

    @property
    def file(self) -> str:
        return self.given.file

    def visible(self, faint: int) -> Box:
        """Around all with more alpha than that."""
        return box_around(self.rows, self.columns, faint)


def look_at(pictures: Sequence[Given], progress: Progress) -> tuple[list[Look], list[LeftOut]]:
    """Every picture among the files, in their order, and what is none. Memory: about 1 KB a picture."""
    looks: list[Look] = []
    left_out: list[LeftOut] = []
    for found in in_parallel(_look, pictures, "Reading pictures", progress):
        if isinstance(found, Look):
            looks.append(found)
        else:
            left_out.append(found)
    return looks, left_out


def _look(given: Given) -> Look | LeftOut:
    try:
        rgba, recipe = given.read()
    except NotTaken as error:
        return LeftOut(given.file, error.reason)
    height, width = rgba.shape[:2]
    rows, columns = strongest(rgba)
    visible, digest = box_around(rows, columns), digest_of(rgba)
    is_whole = visible.size == Size(width, height)
    return Look(
        given=given,
        size=Size(width, height),
        rows=rows,
        columns=columns,
        digest=digest,
        visible_digest=digest if is_whole else digest_of(cropped(rgba, visible)),
        signs=pixel_signs(rgba),
        recipe=recipe,
    )


def pixels_of(look: Look) -> Pictures:
    """uint8 [H, W, 4]: the picture again. Raises StudioError if it is no longer what was looked at."""
    try:
        rgba, _ = look.given.read()
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
