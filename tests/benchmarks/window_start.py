"""Time from starting the program to its first painted picture, against `python -c "import torch"`.

Run by hand: python tests/benchmarks/window_start.py [--models 50]. Both are whole processes, one after the
other, five times; the window's time includes closing it again, so the truth is a little better. With
--models, the library holds so many copies of a starter as the user's own. Prints only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
from studio.store.bundle import list_bundles
from studio.store.files import Library
from studio.store.sharing import copy_bundle

RUNS = 5


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def library(folder: Path, models: int) -> Path:
    """With so many copies of the smallest starter."""
    bundles, _ = list_bundles([PROJECT / "models"])
    smallest = min(bundles, key=lambda bundle: bundle.facts.size)
    made = Library(folder)
    made.ensure()
    for _ in range(models):
        copy_bundle(smallest, made.bundles)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=0)
    models = parser.parse_args().models
    environment = {**os.environ, "STUDIO_QUIT_AFTER_FIRST_PICTURE": "1"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        window = [sys.executable, "main.py", "--library", str(library(Path(folder), models))]
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
