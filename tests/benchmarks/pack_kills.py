"""Kill exports at random moments and look at what lies in their place.

    python3 tests/benchmarks/pack_kills.py [--kills 30] [--count 400] [--seed 0]

A pack of new pictures replaces an older pack of ours, and a zip beside it; the process is killed (SIGKILL)
anywhere between its first instruction and its end. In place must then be the older pack, whole, or the newer
one, whole, or, for the moment between two renames, the older one beside its place, which the next export
puts back. The next export must leave nothing else behind.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from studio.store.files import sweep_temporary


def export(out: Path, count: int, seed: int, kill_after_s: float | None) -> bool:
    """Whether it was killed."""
    command = [sys.executable, str(ROOT / "main.py"), "pack", "--from", "pixel", "--count", str(count)]
    command += ["--seed", str(seed), "--target", "png", "--gallery", "--zip", "--out", str(out), "--json"]
    command += ["--library", str(out.parent.parent / "library"), "--scale", "1,2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    timer = threading.Timer(kill_after_s or 0, process.kill)
    if kill_after_s is not None:
        timer.start()
    status = process.wait()
    timer.cancel()
    if status not in (0, -9):
        sys.exit(f"an export failed by itself ({status})")
    return status == -9


def state(out: Path) -> str:
    """By the pack's own manifest, every picture decoded."""
    if not out.exists():
        return "ABSENT"
    values = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    if sorted(values["files"]) != sorted(path.name for path in out.iterdir()):
        return "HALF: other files than its manifest lists"
    for file in out.glob("*.png"):
        with Image.open(file) as image:
            image.load()
    return f"whole, of seed {values['drawn']['seed']}"


def zip_state(file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        return "HALF" if archive.testzip() else "whole"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    answers = parser.parse_args()
    dice = random.Random(answers.seed)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "game" / "faces"
        begun = time.perf_counter()
        export(out, answers.count, 1, None)
        full_s = time.perf_counter() - begun
        print(f"an undisturbed export takes {full_s:.1f} s; in place: {state(out)}", flush=True)
        states, zips, left = Counter[str](), Counter[str](), Counter[str]()
        kills, older = 0, 1
        while kills < answers.kills:
            begun = time.perf_counter()
            if not export(out, answers.count, older + 1, dice.uniform(0.1, full_s)):
                older += 1
                full_s = time.perf_counter() - begun  # a busy machine is not always as busy
                continue
            kills += 1
            found = state(out)
            if found == "ABSENT":
                sweep_temporary(out.parent, of=out.name)  # as the next export begins
                found = f"beside its place, put back {state(out)}"
            is_known = found.endswith((f"seed {older}", f"seed {older + 1}"))
            states[found.partition(",")[0] if is_known else f"WRONG: {found}"] += 1
            zips[zip_state(out.with_name("faces.zip"))] += 1
            left["with" if any(p.name.startswith(".tmp-") for p in out.parent.iterdir()) else "without"] += 1
            older = int(found.rpartition(" ")[2])
        export(out, answers.count, older + 1, None)
        rest = sorted(path.name for path in out.parent.iterdir())
        print(f"{kills} kills; in place after each: {dict(states)}; the zip: {dict(zips)}")
        print(f"leavings before the next export: {dict(left)}; after the last one there are {rest}")


if __name__ == "__main__":
    main()
