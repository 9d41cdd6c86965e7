"""Time from starting the program to its first painted picture, against `python -c "import torch"`.

Run by hand: python tests/benchmarks/window_start.py. Both are whole processes, one after the other, five
times; the window's time includes closing it again, so the truth is a little better. Prints only.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]
RUNS = 5


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def library(folder: Path) -> Path:
    """An empty one; with a toy model in it while the project has no starters."""
    if not any((PROJECT / "models").glob("*/bundle.json")):
        from bundles import make_bundle

        make_bundle(folder / "models", "toy", size=64, latent_width=64)
        print("(no starters yet: with a toy model)")
    return folder


def main() -> None:
    environment = {**os.environ, "STUDIO_QUIT_AFTER_FIRST_PICTURE": "1"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        window = [sys.executable, "main.py", "--library", str(library(Path(folder)))]
        torch = [sys.executable, "-c", "import torch"]
        seconds(window, environment)  # both once, so that neither pays for the disk
        seconds(torch, environment)
        times = [(seconds(window, environment), seconds(torch, environment)) for _ in range(RUNS)]
    for ours, theirs in times:
        print(f"window {ours:.2f} s   import torch {theirs:.2f} s")
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"medians: window {ours:.2f} s, import torch {theirs:.2f} s")
    print(f"ratio {ours / theirs:.2f} (must be below 1)")


main()
