"""Frames to animation files: GIF, APNG, WebP, AVIF, numbered PNGs, sheets. Videos are in video.py.

Every writer takes the frames one after another and leaves a whole file or none.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures, grid, over
from studio.core.progress import Progress

from .files import atomic_file, atomic_folder
from .metadata import XMP, packed_png_bytes, signed_notes
from .video import ENDINGS as VIDEO_ENDINGS
from .video import write_video

Frame = tuple[Pictures, Picture | None]
"""uint8 [H, W, 4] straight alpha, and how it was made where that is known."""
ENDINGS = (".gif", ".png", ".webp", ".avif", *VIDEO_ENDINGS)
GIF_DELAYS_MS = (20, 30, 40, 50, 60, 80, 100)
"""A GIF counts in hundredths of a second, and browsers slow down what is faster than 20 ms."""
LARGEST_SHEET = 16_384  # px a side
LARGEST_HELD = 2**31
"""Bytes of frames that APNG, WebP and AVIF may take at once: their coders want all of them."""
_WRITING = "Writing the file"
SEEN_ALPHA = 128  # and more: a GIF's pixel is clear or opaque
_CLEAR = 255  # its index
_SAMPLED_PIXELS = 65_536

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Playing:
    """How an animation is shown and kept."""

    frames: int
    fps: float
    is_endless: bool = True
    is_pixel_art: bool = False
    matte: Colour = (255, 255, 255)  # stands behind what a format cannot keep transparent
    quality: int = 80  # of WebP, AVIF and videos, 1..100; pixel art is kept exactly where a format can
    is_clear: bool = True  # False: no frame has a transparent pixel, so a video needs none to be kept


def real_fps(ending: str, fps: float) -> float:
    """The rate that a file with this ending can have: a GIF knows only some."""
    return 1000 / _gif_delay_ms(fps) if ending == ".gif" else fps


def write_animation(
    path: Path,
    frames: Iterable[Frame],
    playing: Playing,
    sample: Callable[[], Pictures],
    progress: Progress | None = None,
) -> None:
    """Write an animation, whole or not at all, as the ending of `path` says; without one, a folder of PNGs.

    sample: gives some frames, uint8 [N, H, W, 4], from all over the animation, to choose colours by.
    Raises StudioError for an ending that is none of ENDINGS, and when the disk refuses; Cancelled when
    `progress` says so, even when the coder is done.
    """
    progress = progress or Progress()
    ending = path.suffix.lower()
    if not ending:
        _write_sequence(path, frames, playing, progress)
        return
    if ending not in ENDINGS:
        raise StudioError(
            f"“{path.name}” is not an animation that can be written.",
            f"Let it end in {', '.join(ENDINGS)}, or name a folder.",
        )
    pictures = (rgba for rgba, _ in frames)
    with atomic_file(path) as temporary:
        if ending in VIDEO_ENDINGS:
            write_video(
                temporary, ending, pictures, playing.fps, playing.matte, playing.quality, playing.is_clear
            )
        elif ending == ".gif":
            _write_gif(temporary, pictures, playing, sample())
        else:
            _write_with_alpha(temporary, ending, pictures, playing)
        progress.update(_WRITING, 0, 0)


def write_sheet(
    path: Path, frames: Iterable[Frame], columns: int, count: int, progress: Progress | None = None
) -> None:
    """All frames on one PNG, row by row, cells side by side. columns: 0 for as square as it gets.

    Raises StudioError, Cancelled as `write_animation` does.
    """
    columns = columns or int(np.ceil(np.sqrt(count)))
    first, rest = _peek(rgba for rgba, _ in frames)
    side = max(first.shape[1] * columns, first.shape[0] * -(-count // columns))
    if side > LARGEST_SHEET:
        raise StudioError(
            f"The sheet would be {side} pixels long.", "Make fewer or smaller frames, or use --sheet."
        )
    sheet = grid(np.stack([first, *rest]), min(columns, count))
    with atomic_file(path) as temporary:
        temporary.write_bytes(packed_png_bytes(sheet, None, is_generated=True))
        (progress or Progress()).update(_WRITING, 0, 0)


def _write_sequence(folder: Path, frames: Iterable[Frame], playing: Playing, progress: Progress) -> None:
    """folder/name_0001.png …, each saying how it was made."""
    digits = max(4, len(str(playing.frames)))
    with atomic_folder(folder) as temporary:
        for number, (rgba, picture) in enumerate(frames, 1):
            file = temporary / f"{folder.name}_{number:0{digits}}.png"
            file.write_bytes(packed_png_bytes(rgba, picture, is_generated=True))
        progress.update(_WRITING, 0, 0)


def _peek(pictures: Iterator[Pictures]) -> tuple[Pictures, Iterator[Pictures]]:
    return next(pictures), pictures


def durations_ms(playing: Playing) -> list[int]:
    """Whole milliseconds for each frame that add up to the right time."""
    ends = np.rint(np.arange(playing.frames + 1) * 1000 / playing.fps).astype(int)
    return [int(length) for length in np.diff(ends)]


# With soft transparency ------------------------------------------------------------------------------


def _write_with_alpha(path: Path, ending: str, pictures: Iterator[Pictures], playing: Playing) -> None:
    """APNG, WebP or AVIF. Equal neighbours are kept as one longer frame."""
    first, rest = _peek(pictures)
    if first.nbytes * playing.frames > LARGEST_HELD:
        raise StudioError(
            f"An animation of {playing.frames} frames of this size does not fit into the memory.",
            "Make fewer or smaller frames, a video, or a folder of PNGs.",
        )
    loop = {"loop": 0 if playing.is_endless else 1}
    options: dict[str, Any] = {
        ".png": {"format": "PNG", "pnginfo": _noted(), "compress_level": 6, **loop},
        ".webp": {"format": "WEBP", "xmp": XMP.encode(), **loop, **_webp_quality(playing)},
        ".avif": {"format": "AVIF", "xmp": XMP.encode(), "speed": 8, **_avif_quality(playing)},
    }[ending]
    Image.fromarray(first).save(
        path,
        save_all=True,
        append_images=[Image.fromarray(rgba) for rgba in rest],  # the coders go through them twice
        duration=durations_ms(playing),
        **options,
    )


def _noted() -> Any:
    notes = signed_notes()
    notes.add_itxt("XML:com.adobe.xmp", XMP)
    return notes


def _webp_quality(playing: Playing) -> dict[str, Any]:
    if playing.is_pixel_art:
        return {"lossless": True, "exact": False, "quality": 0, "method": 0}
    return {"quality": playing.quality, "method": 4}


def _avif_quality(playing: Playing) -> dict[str, Any]:
    if playing.is_pixel_art:
        return {"quality": 100, "subsampling": "4:4:4"}
    return {"quality": playing.quality}


# GIF -------------------------------------------------------------------------------------------------


def _write_gif(path: Path, pictures: Iterator[Pictures], playing: Playing, sample: Pictures) -> None:
    """One palette for all frames: smaller and steadier than one for each (measured: 535 against 696 KiB)."""
    colours = _gif_palette(sample, playing)
    first, rest = _peek(pictures)
    frames = (_gif_frame(rgba, colours, playing) for rgba in itertools.chain([first], rest))
    start = next(frames)
    start.save(
        path,
        format="GIF",
        save_all=True,
        append_images=frames,
        duration=_gif_delay_ms(playing.fps),
        disposal=2,  # or what was shown before would stand behind clear pixels
        transparency=_CLEAR,
        optimize=False,
        **({"loop": 0} if playing.is_endless else {}),
    )


def _gif_delay_ms(fps: float) -> int:
    wanted = 1000 / fps
    if wanted > GIF_DELAYS_MS[-1]:
        return round(wanted / 10) * 10
    return min(GIF_DELAYS_MS, key=lambda delay: abs(delay - wanted))


def _gif_palette(sample: Pictures, playing: Playing) -> Image.Image:
    """At most 255 colours of what can be seen, on the matte; the last index is left for what is clear."""
    seen = over(sample, playing.matte)[sample[..., 3] >= SEEN_ALPHA]
    seen = seen[:: -(-len(seen) // _SAMPLED_PIXELS) or 1]
    if not len(seen):
        seen = np.zeros((1, 3), np.uint8)
    colours = np.unique(seen, axis=0)
    if len(colours) > _CLEAR:
        strip = Image.fromarray(seen[None])
        reduced = strip.quantize(_CLEAR, Image.Quantize.MEDIANCUT, kmeans=3)
        colours = np.array(reduced.getpalette("RGB"), np.uint8).reshape(-1, 3)[:_CLEAR]
    padded = np.concatenate([colours, np.repeat(colours[:1], 256 - len(colours), axis=0)])
    holder = Image.new("P", (1, 1))
    holder.putpalette(padded.tobytes())
    return holder


def _gif_frame(rgba: Pictures, colours: Image.Image, playing: Playing) -> Image.Image:
    dither = Image.Dither.NONE if playing.is_pixel_art else Image.Dither.FLOYDSTEINBERG
    shown = Image.fromarray(over(rgba, playing.matte)).quantize(palette=colours, dither=dither)
    indices: npt.NDArray[np.uint8] = np.array(shown)
    indices[indices == _CLEAR] = 0  # that entry repeats the first
    indices[rgba[..., 3] < SEEN_ALPHA] = _CLEAR
    frame = Image.fromarray(indices)
    frame.putpalette(colours.getpalette("RGB") or [])
    return frame
