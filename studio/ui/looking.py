"""What the wizard's first page does on its thread: the survey, thumbnails, one picture to try fits on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.steps import Found
from studio.store.importing import Accepted, Survey, fit_picture, survey
from studio.store.importing.decoding import NotTaken, decode
from studio.store.importing.sources import find

from .pictures_page import MOST_THUMBNAILS, Example, Looked, Say, Thumbnail

_THUMBNAIL_SIDE = 144  # px, for 76 px shown at up to two device pixels each
_EXAMPLE_SIDE = 168  # px


def look_through(paths: Sequence[Path], progress: Progress, say: Say) -> Looked:
    """Runs on a job's thread. Raises StudioError when a path is gone, Cancelled from `progress`."""
    surveyed = survey(paths, progress)
    looked = Looked(
        found=Found(len(surveyed.accepted), surveyed.suggested_size, surveyed.pixel_art),
        scale=surveyed.pixel_scale,
        transparent=sum(accepted.alpha for accepted in surveyed.accepted),
        left_out=surveyed.left_out,
        duplicates=surveyed.duplicates,
        warnings=surveyed.warnings,
    )
    say(looked)
    _say_thumbnails(paths, surveyed, progress, say)
    return looked


def _say_thumbnails(paths: Sequence[Path], surveyed: Survey, progress: Progress, say: Say) -> None:
    """Evenly from the whole set, and the least square of them to show what each fit does."""
    chosen = evenly(surveyed.accepted, MOST_THUMBNAILS)
    if not chosen:
        return
    least_square = max(chosen, key=lambda a: max(a.width, a.height) / max(1, min(a.width, a.height)))
    wanted = {accepted.file for accepted in chosen}
    with find(paths, progress) as found:
        for source in found.sources:
            if source.file not in wanted:
                continue
            progress.update("Showing some of them", 0, 0)
            try:
                rgba = decode(source.read(), source.file)
            except NotTaken:  # it changed since the survey; the training looks again anyway
                continue
            if source.file == least_square.file:
                say(Example(rgba, surveyed.pixel_art, surveyed.pixel_scale))
            say(Thumbnail(small(rgba, "pad", _THUMBNAIL_SIDE, surveyed.pixel_art, surveyed.pixel_scale)))


def evenly(accepted: Sequence[Accepted], most: int) -> list[Accepted]:
    """At most `most` of them, spread over the whole."""
    if len(accepted) <= most:
        return list(accepted)
    return [accepted[i * len(accepted) // most] for i in range(most)]


def small(rgba: Pictures, fit: str, side: int, pixel_art: bool, scale: int) -> Pictures:
    """One picture fitted for the screen; pixel art stays on its own grid. uint8 [s, s, 4]."""
    if pixel_art:
        side = max(1, max(rgba.shape[:2]) // scale)
    return fit_picture(rgba, side, fit, pixel_art, scale)


def fitted_example(example: Example, fit: str) -> Pictures:
    """How one fit takes the artist's picture, uint8 [s, s, 4]."""
    return small(example.rgba, fit, _EXAMPLE_SIDE, example.pixel_art, example.scale)
