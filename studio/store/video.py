"""Frames to MP4 and WebM, by PyAV where the `video` extra is installed, else by an ffmpeg on the PATH."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from studio.core.errors import StudioError
from studio.core.pixels import Pictures, over

ENDINGS = (".mp4", ".webm")
_PRIMARIES = _MATRIX = "bt709"
_TRANSFER = "iec61966-2-1"  # that of sRGB
"""What is not said, players guess by the height: colours of an MP4 of 768 px were 5.5 levels of 255 off."""
_BT709, _SRGB, _LIMITED = 1, 13, 1  # the same, as ITU-T H.273 numbers them


@dataclass(frozen=True)
class _Kind:
    container: str
    codec: str
    keeps_alpha: bool
    options: dict[str, str]


def _kind(ending: str, quality: int, is_clear: bool) -> _Kind:
    """quality: 1..100; the coders count the other way round."""
    if ending == ".mp4":
        crf = round(40 - 0.28 * quality)  # 80: 18, which looks like the original
        return _Kind("mp4", "libx264", False, {"crf": str(crf), "preset": "medium"})
    crf = round(58 - 0.4 * quality)  # 80: 26
    options = {"crf": str(crf), "b:v": "0", "row-mt": "1"}
    if is_clear:  # alternate reference frames cannot carry transparency
        options["auto-alt-ref"] = "0"
    return _Kind("webm", "libvpx-vp9", is_clear, options)


def can_write_video() -> bool:
    """Whether there is a coder now; both are found as soon as they are installed."""
    return importlib.util.find_spec("av") is not None or shutil.which("ffmpeg") is not None


def write_video(
    path: Path,
    ending: str,
    pictures: Iterator[Pictures],
    fps: float,
    matte: tuple[int, int, int],
    quality: int,
    is_clear: bool = True,
) -> None:
    """MP4 (H.264, on the matte) or WebM (VP9, with transparency where `is_clear`), as `ending` says.

    pictures: uint8 [H, W, 4] each, one size. Raises StudioError where neither coder is there, or it fails.
    """
    kind = _kind(ending, quality, is_clear)
    frames = (_even(rgba if kind.keeps_alpha else over(rgba, matte)) for rgba in pictures)
    first = next(frames)
    rate = Fraction(fps).limit_denominator(1001)
    if importlib.util.find_spec("av") is not None:
        _by_pyav(path, kind, first, frames, rate)
        return
    program = shutil.which("ffmpeg")
    if program is None:
        raise StudioError(
            f"Nothing here can write {ending} files.",
            "Install ffmpeg, or the video extra of this program; GIF and WebP need neither.",
        )
    _by_ffmpeg(program, path, kind, first, frames, rate)


def _even(picture: Pictures) -> Pictures:
    """Coders share colour between two pixels a side: an odd picture repeats its last row or column."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return picture


def _by_pyav(path: Path, kind: _Kind, first: Pictures, frames: Iterator[Pictures], rate: Fraction) -> None:
    av = importlib.import_module("av")  # an extra that most do not have
    try:
        with av.open(str(path), "w", format=kind.container) as container:
            stream = container.add_stream(kind.codec, rate=rate, options=kind.options)
            stream.height, stream.width = first.shape[:2]
            stream.pix_fmt = "yuva420p" if kind.keeps_alpha else "yuv420p"
            told = stream.codec_context
            told.color_primaries, told.color_trc, told.colorspace = _BT709, _SRGB, _BT709
            told.color_range = _LIMITED
            for picture in (first, *frames):
                frame = av.VideoFrame.from_ndarray(picture, format="rgba" if kind.keeps_alpha else "rgb24")
                as_told = {"dst_colorspace": _BT709, "dst_color_range": _LIMITED}
                container.mux(stream.encode(frame.reformat(format=stream.pix_fmt, **as_told)))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise _failed(str(error)) from error


def _by_ffmpeg(
    program: str, path: Path, kind: _Kind, first: Pictures, frames: Iterator[Pictures], rate: Fraction
) -> None:
    height, width = first.shape[:2]
    given, kept = ("rgba", "yuva420p") if kind.keeps_alpha else ("rgb24", "yuv420p")
    command = [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", given]
    command += ["-s", f"{width}x{height}", "-r", str(rate), "-i", "-", "-c:v", kind.codec, "-pix_fmt", kept]
    command += ["-vf", f"scale=out_color_matrix={_MATRIX}:out_range=tv", "-color_range", "tv"]
    command += ["-colorspace", _MATRIX, "-color_primaries", _PRIMARIES, "-color_trc", _TRANSFER]
    for name, value in kind.options.items():
        command += [f"-{name}", value]
    command += ["-f", kind.container, str(path)]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said) as process:
            assert process.stdin is not None
            try:
                for picture in (first, *frames):
                    process.stdin.write(np.ascontiguousarray(picture).tobytes())
                process.stdin.close()
            except BrokenPipeError:
                pass  # it has ended, and says why
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise _failed(said.read().decode(errors="replace"))


def _failed(said: str) -> StudioError:
    last = (said.strip().splitlines() or ["no reason was given"])[-1]
    return StudioError(f"The video could not be written ({last[:200]}).", "Try another format.")
