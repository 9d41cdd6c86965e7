"""Seconds and memory of packing many pictures, and what PNG encoding alone would take.

    python3 tests/benchmarks/packing.py [--count 10000] [--side 128] [--targets png json] [--bundle lorelei]

Makes soft pictures with trimmed sizes that differ, packs them in a child process through the command line,
and reads its peak memory. With --bundle, new unique pictures of that model are drawn and packed in one go.
Raw: the same files encoded by Pillow alone, same settings, in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
_MOST_HELD = 500  # pages that are decoded at a time for the raw measurement


def make_pictures(folder: Path, count: int, side: int) -> None:
    """Soft blobs cut by an ellipse of another size each."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]

    def one(index: int) -> None:
        random = np.random.default_rng(index)
        small = random.integers(0, 256, (6, 6, 4), dtype=np.uint8)
        rgba = np.array(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))
        width, height = random.uniform(0.5, 1, 2)
        reach = np.hypot(x / width, y / height)
        rgba[..., 3] = (np.clip((1 - reach) * side / 4, 0, 1) * 255).astype(np.uint8)
        rgba[rgba[..., 3] == 0] = 0
        Image.fromarray(rgba).save(folder / f"sprite_{index:06d}.png", compress_level=1)

    folder.mkdir()
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(one, range(count)):
            pass


def packed(given: list[str], out: Path, target: str) -> tuple[dict[str, object], float]:
    """What the command says at its end, and its peak MiB."""
    command = [sys.executable, str(ROOT / "main.py"), "pack", *given, "--out", str(out), "--json"]
    command += ["--target", target, "--name", "sheet", "--library", str(out.parent / "library")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    last = process.stdout.read().splitlines()[-1]
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"packing for {target} failed: {last.decode()}")
    return json.loads(last), usage.ru_maxrss / 1024


def raw_encoding(files: list[Path], threads: int) -> float:
    """Seconds of Pillow for these files, decoding not counted."""
    seconds = 0.0
    for begin in range(0, len(files), _MOST_HELD):
        images = []
        for file in files[begin : begin + _MOST_HELD]:
            with Image.open(file) as image:
                images.append(np.array(image))

        def save(rgba: np.ndarray) -> None:
            with open(os.devnull, "wb") as nowhere:
                Image.fromarray(rgba).save(nowhere, "PNG", compress_level=1, compress_type=zlib.Z_RLE)

        begun = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(save, images))
        seconds += time.perf_counter() - begun
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--targets", nargs="+", default=["png", "json"])
    parser.add_argument("--bundle", default="")
    answers = parser.parse_args()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as scratch:
        if answers.bundle:
            given = ["--from", answers.bundle, "--count", str(answers.count), "--unique", "--seed", "1"]
            print(f"{answers.count} new unique pictures of {answers.bundle}, {threads} threads", flush=True)
        else:
            pictures = Path(scratch) / "in"
            make_pictures(pictures, answers.count, answers.side)
            given = [str(pictures)]
            print(f"{answers.count} pictures of {answers.side} px, {threads} threads", flush=True)
        for target in answers.targets:
            out = Path(scratch) / target
            said, peak = packed(given, out, target)
            seconds = said["seconds"]
            assert isinstance(seconds, dict)
            split = ", ".join(f"{kind} {value:.2f}" for kind, value in seconds.items())
            raw = raw_encoding(sorted(out.glob("*.png")), threads)
            total = sum(seconds.values())
            print(
                f"{target:10} {split} = {total:.2f} s; {said['pages']} files, {said['fill']:.1%} full, "
                f"peak {peak:.0f} MiB\n"
                f"{'':10} PNG {seconds['writing']:.2f} s, Pillow alone {raw:.2f} s: "
                f"{raw / seconds['writing']:.2f} of its rate; all / Pillow alone = {total / raw:.2f}"
                + (f"; {said['refused']} refused" if "refused" in said else ""),
                flush=True,
            )


if __name__ == "__main__":
    main()
