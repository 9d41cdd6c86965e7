"""What the wizard's first page does on its thread: the survey, and pictures to show of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.recipe import FITS
from studio.core.steps import Found
from studio.store.importing import Accepted, Glance, Survey, fit_picture, survey
from studio.store.importing.decoding import NotTaken, decode
from studio.store.importing.kinship import LEAST_IN_COMMON
from studio.store.importing.sources import find

from .pictures_page import MOST_THUMBNAILS, Double, Example, Looked, Said, Say, Thumbnail

_THUMBNAIL_SIDE = 144  # px, for 76 px shown at up to two device pixels each
_EXAMPLE_SIDE = 168  # px
_EXAMPLES = 6
_MOST_DOUBLES, _MOST_OF_A_GROUP = 40, 4  # groups shown as pictures, and pictures of each


def look_through(paths: Sequence[Path], progress: Progress, say: Say) -> Looked:
    """Runs on a job's thread. Raises StudioError when a path is gone, Cancelled from `progress`."""
    surveyed = survey(
        paths, progress, Glance(lambda rgba: say(Thumbnail(rgba)), MOST_THUMBNAILS, _THUMBNAIL_SIDE)
    )
    sides = [max(accepted.width, accepted.height) for accepted in surveyed.accepted]
    usual = round(median(sides) / surveyed.pixel_scale) if sides else 0
    found = Found(
        len(surveyed.accepted),
        surveyed.suggested_size,
        surveyed.pixel_art,
        usual,
        surveyed.faces_one_way,
        surveyed.in_common >= LEAST_IN_COMMON,
    )
    looked = Looked(
        found=found,
        scale=surveyed.pixel_scale,
        transparent=sum(accepted.alpha for accepted in surveyed.accepted),
        left_out=surveyed.left_out,
        duplicates=surveyed.duplicates,
        warnings=surveyed.warnings,
    )
    say(looked)
    _show_again(paths, surveyed, progress, say)
    return looked


def _show_again(paths: Sequence[Path], surveyed: Survey, progress: Progress, say: Say) -> None:
    """What can be chosen only when all is known: pictures to try each fit on, doubles, and pixel art on
    its own grid."""
    wanted: dict[str, list[Callable[[Pictures], Said]]] = {}

    def want(file: str, make: Callable[[Pictures], Said]) -> None:
        wanted.setdefault(file, []).append(make)

    def shrunk(rgba: Pictures) -> Pictures:
        return small(rgba, "pad", _THUMBNAIL_SIDE, surveyed.pixel_art, surveyed.pixel_scale)

    for accepted in unlike_shapes(surveyed.accepted, _EXAMPLES):
        want(accepted.file, lambda rgba: _example(rgba, surveyed))
    for group, files in enumerate(surveyed.duplicates[:_MOST_DOUBLES]):
        for file in files[:_MOST_OF_A_GROUP]:
            want(file, lambda rgba, group=group: Double(group, shrunk(rgba)))  # type: ignore[misc]
    if surveyed.pixel_art:
        for accepted in evenly(surveyed.accepted, MOST_THUMBNAILS):
            want(accepted.file, lambda rgba: Thumbnail(shrunk(rgba)))
    if not wanted:
        return
    with find(paths, progress) as found:
        for source in found.sources:
            if source.file not in wanted:
                continue
            progress.update("Showing some of them", 0, 0)
            try:
                rgba = decode(source.read(), source.file)
            except NotTaken:  # it changed since the survey; the training looks again anyway
                continue
            for make in wanted[source.file]:
                say(make(rgba))


def evenly(accepted: Sequence[Accepted], most: int) -> list[Accepted]:
    """At most `most` of them, spread over the whole."""
    if len(accepted) <= most:
        return list(accepted)
    return [accepted[i * len(accepted) // most] for i in range(most)]


def unlike_shapes(accepted: Sequence[Accepted], most: int) -> list[Accepted]:
    """At most `most`, from the tallest to the widest: on them the ways to fit differ most."""
    some = sorted(evenly(accepted, 400), key=lambda a: math.log(max(1, a.width) / max(1, a.height)))
    if len(some) <= most:
        return some
    return [some[i * (len(some) - 1) // (most - 1)] for i in range(most)]


def small(rgba: Pictures, fit: str, side: int, pixel_art: bool, scale: int) -> Pictures:
    """One picture fitted for the screen; pixel art stays on its own grid. uint8 [s, s, 4]."""
    if pixel_art:
        longer_or_shorter = min if fit == "crop" else max
        side = max(1, longer_or_shorter(rgba.shape[:2]) // scale)
    return fit_picture(rgba, side, fit, pixel_art, scale)


def _example(rgba: Pictures, surveyed: Survey) -> Example:
    """Fitted here, not by the page: four times a large picture takes long enough for the window to stand."""
    is_pixel_art, scale = surveyed.pixel_art, surveyed.pixel_scale
    by_fit = {fit: small(rgba, fit, _EXAMPLE_SIDE, is_pixel_art, scale) for fit in FITS}
    return Example(by_fit, is_pixel_art)
