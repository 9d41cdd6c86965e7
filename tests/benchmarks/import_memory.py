"""Peak memory of `train` on many pictures above that on few.

    python3 tests/benchmarks/import_memory.py [--many 50000] [--few 500] [--side 128] [--steps 20]

Makes the pictures in a temporary folder (some GB for 50,000 of 128 px), trains in child processes through
the command line, and reads each child's peak resident memory from the system.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


def make_pictures(folder: Path, count: int, side: int) -> None:
    """Soft blobs with a little noise: every file differs, and none compresses to nothing."""

    def one(index: int) -> None:
        random = np.random.default_rng(index)
        small = random.integers(0, 256, (6, 6, 4), dtype=np.uint8)
        Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC).save(
            folder / f"{index:06d}.png", compress_level=1
        )

    folder.mkdir()
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(one, range(count)):
            pass


def peak_of_training(pictures: Path, library: Path, side: int, steps: int) -> tuple[float, float]:
    """(peak MiB, seconds) of a whole run: import, training, export."""
    command = [sys.executable, str(ROOT / "main.py"), "train", str(pictures), "--name", pictures.name]
    command += ["--size", str(side), "--steps", str(steps), "--library", str(library)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"training on {pictures.name} failed with status {status}")
    return usage.ru_maxrss / 1024, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--many", type=int, default=50_000)
    parser.add_argument("--few", type=int, default=500)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--steps", type=int, default=20)
    answers = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        peaks = []
        for count in (answers.few, answers.many):
            pictures = Path(scratch) / f"set-{count}"
            make_pictures(pictures, count, answers.side)
            peak, seconds = peak_of_training(pictures, Path(scratch) / "library", answers.side, answers.steps)
            peaks.append(peak)
            print(
                f"{count:6d} pictures of {answers.side} px: peak {peak:6.0f} MiB, {seconds:6.1f} s",
                flush=True,
            )
        print(f"difference: {peaks[1] - peaks[0]:.0f} MiB")


if __name__ == "__main__":
    main()
