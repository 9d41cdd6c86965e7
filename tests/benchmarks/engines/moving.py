"""Animation files through PyAV and Chromium: frames, time, loop, transparency, how near the pixels are."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.core.pixels import Pictures, over
from studio.store.animation import Playing, write_animation
from studio.store.video import can_write_video

from .browser import ask
from .kit import Absent

_COUNT, _SIDE, _FPS = 24, 64, 25.0
_SECONDS = _COUNT / _FPS
_TYPES = {
    ".gif": "image/gif",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
_OPAQUE = {".mp4"}
_MATTE = (255, 255, 255)
_FARTHEST = {".png": 0.01, ".webp": 5.0, ".avif": 10.0, ".gif": 7.0, ".mp4": 5.0, ".webm": 5.0}
"""Levels of 255 that opaque pixels may be off on average: all but PNG are lossy."""
_FARTHEST_ALPHA = {".png": 0.01, ".webp": 1.0, ".avif": 3.0, ".webm": 4.0}
_HERE = Path(__file__).parent


@dataclass
class Read:
    program: str
    frames: Pictures  # uint8 [N, H, W, 4]
    seconds: float
    more: str


def read_animations(python: str) -> int:
    """Prints a line for each file and program; the number of wrong ones."""
    frames = _frames()
    wrong, left_out = 0, set()
    print(f"\n{'file':6} {'read by':14} frames  seconds  size     off: colour  alpha  more")
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for ending in _TYPES:
            if ending in (".mp4", ".webm") and not can_write_video():
                left_out.add("Nothing here writes videos.")
                continue
            files.append(Path(scratch) / f"moving{ending}")
            write_animation(files[-1], ((rgba, None) for rgba in frames), _playing(), lambda: frames)
        by_browser = _by_browser(files, left_out)
        for file in files:
            for read in (_by_av(python, file, left_out), by_browser.get(file.name)):
                if read is not None:
                    wrong += _told(file.suffix, read, frames)
    for sentence in sorted(left_out):
        print(f"Left out: {sentence}")
    return wrong


def _frames() -> Pictures:
    """uint8 [N, H, W, 4]: a soft disc that wanders and changes its colour before a still ramp."""
    y, x = np.mgrid[:_SIDE, :_SIDE]
    frames = np.zeros((_COUNT, _SIDE, _SIDE, 4), np.uint8)
    for index in range(_COUNT):
        angle = 2 * np.pi * index / _COUNT
        distance = np.hypot(x - 32 - 12 * np.cos(angle), y - 32 - 12 * np.sin(angle))
        frames[index, ..., 3] = np.clip(24 * (16 - distance), 0, 255)
        frames[index, ..., :3] = (60 + 5 * index, 200 - 4 * index, 90)
    frames[:, 8:24, 40:] = np.stack([40 + 3 * x, 20 + 9 * y, 250 - 3 * x, 255 + 0 * x], axis=-1)[8:24, 40:]
    frames[frames[..., 3] == 0] = 0
    return frames


def _playing() -> Playing:
    return Playing(frames=_COUNT, fps=_FPS, matte=_MATTE)


def _by_av(python: str, file: Path, left_out: set[str]) -> Read | None:
    command = [python, str(_HERE / "by_av.py"), file.suffix, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1]
        left_out.add(
            "PyAV is not installed." if "No module" in last else f"PyAV cannot open {file.suffix}: {last}"
        )
        return None
    told = json.loads(done.stdout)
    return Read(told["program"], np.load(f"{file}.npy"), told["seconds"], told["kind"])


def _by_browser(files: list[Path], left_out: set[str]) -> dict[str, Read]:
    given = {"files": [(file.name, _TYPES[file.suffix]) for file in files], "count": _COUNT}
    try:
        told = ask("moving.html", given, {"/made/": files[0].parent})
    except Absent as missing:
        left_out.add(str(missing))
        return {}
    reads = {}
    for name, each in told["found"].items():
        across, down = each["size"]
        frames = np.frombuffer(base64.b64decode(each["frames"]), np.uint8).reshape(-1, down, across, 4)
        repeats = f"repeats {each['repeats']}" if each["repeats"] != "" else ""
        reads[name] = Read(told["program"], frames, each["seconds"], repeats)
    return reads


def _told(ending: str, read: Read, frames: Pictures) -> int:
    wanted = frames
    if ending in _OPAQUE:
        flat = np.stack([over(rgba, _MATTE) for rgba in frames])
        wanted = np.concatenate([flat, np.full_like(flat[..., :1], 255)], axis=-1)
    mistakes = []
    if read.frames.shape != wanted.shape:
        mistakes.append(f"{read.frames.shape} instead of {wanted.shape}")
    if abs(read.seconds - _SECONDS) > 0.5 / _FPS:
        mistakes.append(f"lasts {read.seconds:.3f} s instead of {_SECONDS:.3f}")
    if "repeats" in read.more and read.more != "repeats for ever":
        mistakes.append(read.more)
    colour = alpha = float("nan")
    if not mistakes:
        opaque = wanted[..., 3] == 255
        difference = np.abs(read.frames.astype(int) - wanted)
        colour, alpha = difference[opaque][:, :3].mean(), difference[..., 3].mean()
        if colour > _FARTHEST[ending]:
            mistakes.append("other colours")
        if ending == ".gif":  # clear or not, from the half on
            alpha = np.abs((read.frames[..., 3] > 0).astype(int) - (wanted[..., 3] >= 128)).mean()
        if alpha > _FARTHEST_ALPHA.get(ending, 0.01):
            mistakes.append("other transparency")
    count, height, width = read.frames.shape[:3]
    print(f"{ending:6} {read.program:14} {count:6}  {read.seconds:7.3f}  {width} × {height}  {colour:11.2f}  "
          f"{alpha:5.2f}  {read.more}", flush=True)  # fmt: skip
    for mistake in mistakes:
        print(f"    {mistake}")
    return len(mistakes)
