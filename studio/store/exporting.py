"""What a morph can become: the kinds of files, what each can keep, and how large one will be."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures, over
from studio.core.progress import Progress

from .animation import (
    GIF_DELAYS_MS,
    LARGEST_HELD,
    LARGEST_SHEET,
    SEEN_ALPHA,
    Colour,
    Frame,
    Playing,
    real_fps,
    write_animation,
    write_sheet,
)
from .video import ENDINGS as VIDEO_ENDINGS
from .video import can_write_video

GIF_FPS = tuple(1000 / delay for delay in GIF_DELAYS_MS)
"""The rates to choose from; slower ones are possible."""


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    words: str  # as the user chooses it
    ending: str  # "" for a folder of PNGs
    about: str  # a sentence
    clear: str = "soft"  # transparency it can keep: "soft", "hard" (a pixel is clear or not) or "none"
    has_quality: bool = False
    is_sheet: bool = False

    @property
    def plays(self) -> bool:
        """Whether the file says how fast it goes."""
        return bool(self.ending) and not self.is_sheet

    @property
    def is_video(self) -> bool:
        return self.ending in VIDEO_ENDINGS


KINDS = {
    "gif": Kind(
        "GIF", ".gif", "Plays everywhere. 255 colours, the same in every frame; edges are hard.", "hard"
    ),
    "webp": Kind("WebP", ".webp", "Small, with soft transparency. Every browser shows it.", has_quality=True),
    "apng": Kind("APNG", ".png", "Exact to the pixel, with soft transparency. Large."),
    "avif": Kind(
        "AVIF", ".avif", "The smallest with soft transparency. Recent browsers only.", has_quality=True
    ),
    "mp4": Kind("MP4 video", ".mp4", "For players, phones and social sites. No transparency.", "none", True),
    "webm": Kind("WebM video", ".webm", "A video with soft transparency, for web pages.", "soft", True),
    "frames": Kind("PNG sequence", "", "A folder of numbered pictures for editors and engines."),
    "sheet": Kind("Sprite sheet", ".png", "One PNG, frames in rows, side by side.", is_sheet=True),
    "strip": Kind("Sprite strip", ".png", "One PNG, all frames in one row.", is_sheet=True),
}


@dataclass(frozen=True)
class Export:
    """What the artist asked for; remembered, so that it can be had again with one key."""

    kind: str = "gif"
    side: int = 0  # px; 0: as the model makes them
    fps: float = 0.0  # 0: as the morph is planned
    is_clear: bool = True  # keeps transparency where the kind can
    matte: Colour = (255, 255, 255)
    quality: int = 80  # 1..100, of kinds that have one
    path: str = ""

    def rate(self, planned: float) -> float:
        """Frames a second that the file will have: of those asked for or planned, the nearest that it can."""
        return real_fps(KINDS[self.kind].ending, self.fps or planned)

    @property
    def keeps_clear(self) -> bool:
        return self.is_clear and KINDS[self.kind].clear != "none"

    @property
    def needs_matte(self) -> bool:
        """Whether any pixel stands on the matte: everywhere, or at the edges of a GIF."""
        return not self.keeps_clear or KINDS[self.kind].clear == "hard"


def why_not(kind: str) -> str:
    """Why this kind cannot be written here and how to get it, as sentences; "" if it can."""
    if KINDS[kind].is_video and not can_write_video():
        return (
            "Videos need ffmpeg, or this program's video extra (pip install av); "
            "it is found at once, without a restart."
        )
    return ""


def check_fits(export: Export, frames: int, side: int) -> None:
    """Raises StudioError for what would be too large, before anything is made."""
    kind = KINDS[export.kind]
    columns = frames if export.kind == "strip" else int(np.ceil(np.sqrt(frames)))
    if kind.is_sheet and columns * side > LARGEST_SHEET:
        most = LARGEST_SHEET // side
        most = most if export.kind == "strip" else most**2
        raise StudioError(
            f"{frames} frames of {side} px are too many for one {kind.words.lower()}.",
            f"At this size it holds {most}: take a smaller size, fewer frames a second, or a PNG sequence.",
        )
    if export.kind in ("apng", "webp", "avif") and 4 * side * side * frames > LARGEST_HELD:
        raise StudioError(
            f"{frames} frames of {side} px do not fit into the memory at once.",
            "Take a smaller size, a video or a PNG sequence.",
        )


def write_export(
    export: Export,
    path: Path,
    frames: Callable[[], Iterator[Frame]],
    playing: Playing,
    sample: Callable[[], Pictures],
    progress: Progress,
) -> None:
    """Write it, whole or not at all. Raises StudioError; Cancelled when `progress` does, leaving nothing.

    sample: as `write_animation` wants it.
    """
    check_replaceable(export, path)
    playing = replace(playing, is_clear=export.keeps_clear)

    def each() -> Iterator[Frame]:
        for number, (rgba, picture) in enumerate(frames()):
            progress.update("Making frames", number, playing.frames)
            yield _on_ground(rgba, export), picture
        progress.update("Writing the file", 0, 0)

    if KINDS[export.kind].is_sheet:
        columns = playing.frames if export.kind == "strip" else 0
        write_sheet(path, each(), columns, playing.frames, progress)
    else:
        write_animation(path, each(), playing, lambda: _on_ground(sample(), export), progress)


def check_replaceable(export: Export, path: Path) -> None:
    """Raises StudioError where something lies that is not an older export of ours."""
    if not path.is_dir():
        return
    if KINDS[export.kind].ending:
        raise StudioError(f"“{path.name}” is a folder.", "Choose another name.")
    if any(path.iterdir()) and not is_sequence(path):
        raise StudioError(f"“{path.name}” is a folder that holds other things.", "Name a new folder.")


def is_sequence(folder: Path) -> bool:
    """Whether a folder holds nothing but the frames of an older morph, so that it may be replaced."""
    frame = re.compile(rf"{re.escape(folder.name)}_[0-9]{{4,}}\.png")
    return all(frame.fullmatch(file.name) for file in folder.iterdir())


def size_of(path: Path) -> int:
    """Bytes of what was written: a file, or a folder of frames."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _on_ground(rgba: Pictures, export: Export) -> Pictures:
    """On the matte where transparency is not to be kept. uint8 [..., 4]."""
    if export.keeps_clear:
        return rgba
    opaque = np.full_like(rgba, 255)
    opaque[..., :3] = over(rgba, export.matte)
    return opaque


def as_kept(rgba: Pictures, export: Export) -> Pictures:
    """How a picture will look in the file but for its colours: the ground and the edges. uint8 [..., 4]."""
    if not (export.keeps_clear and export.needs_matte):
        return _on_ground(rgba, export)
    kept = np.zeros_like(rgba)
    is_seen = rgba[..., 3] >= SEEN_ALPHA
    kept[is_seen, :3] = over(rgba, export.matte)[is_seen]
    kept[is_seen, 3] = 255
    return kept


@dataclass(frozen=True)
class Estimate:
    size: int  # bytes
    seconds: float  # of writing, without making the frames


def estimate(export: Export, sample: Sequence[Pictures], playing: Playing) -> Estimate:
    """From writing some frames that follow each other: what a first frame costs, and each one more.

    sample: uint8 [H, W, 4] each, finished; at least two. Raises StudioError as the writing would.
    """
    few, many = 1, len(sample)
    (small, quick), (large, slow) = (_tried(export, list(sample[:count]), playing) for count in (few, many))
    each = (large - small) / (many - few)
    return Estimate(
        round(max(small, small + each * (playing.frames - few))),
        max(0.0, quick) + max(0.0, slow - quick) / (many - few) * (playing.frames - few),
    )


def _tried(export: Export, sample: list[Pictures], playing: Playing) -> tuple[int, float]:
    """Bytes and seconds of a file with these frames."""
    kind = KINDS[export.kind]
    frames: list[tuple[Pictures, Picture | None]] = [(rgba, None) for rgba in sample]
    shorter = replace(playing, frames=len(frames))
    with tempfile.TemporaryDirectory(prefix="morpho-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"tried{kind.ending}"
        begun = time.perf_counter()
        write_export(export, path, lambda: iter(frames), shorter, lambda: np.stack(sample), Progress())
        return size_of(path), time.perf_counter() - begun
