"""Kill a training run at random moments, resume it, and see what was lost.

    python3 tests/benchmarks/kills.py [--kills 40] [--steps 240] [--seed 0]

Runs are killed (SIGKILL) anywhere between their first instruction and their end: while reading pictures,
training, saving, exporting. After each kill the bundle must be whole or absent; each resumed run must go on
from at most 30 s of training before; each finished bundle must equal that of a run nobody disturbed.
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
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from studio.core.errors import StudioError
from studio.store.bundle import load_bundle

TRAINED = ("encoder.onnx", "decoder.onnx", "prior.npz")


@dataclass
class Sitting:
    """One process of a run, from its start to its end or its kill."""

    was_killed: bool = False
    phase: str = "starting"
    first_s: float | None = None  # training time at its first step, over all sittings
    last_s: float = 0.0
    error: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)


def make_pictures(folder: Path, count: int = 300, side: int = 64) -> None:
    folder.mkdir()
    random_ = np.random.default_rng(0)
    for index in range(count):
        small = random_.integers(0, 256, (5, 5, 4), dtype=np.uint8)
        Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"{index}.png")


def sit(pictures: Path, library: Path, steps: int, resume: bool, kill_after_s: float | None) -> Sitting:
    command = [sys.executable, str(ROOT / "main.py"), "train", str(pictures), "--name", "victim"]
    command += ["--size", "32", "--steps", str(steps), "--precision", "fp32", "--device", "cpu", "--json"]
    command += ["--library", str(library)] + (["--resume"] if resume else [])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = threading.Timer(kill_after_s or 0, process.kill)
    if kill_after_s is not None:
        timer.start()
    sitting = Sitting()
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the kill cut this line
        read(sitting, event)
    sitting.error = process.stderr.read()
    timer.cancel()
    sitting.was_killed = process.wait() == -9
    process.stdout.close()
    process.stderr.close()
    return sitting


def read(sitting: Sitting, event: dict[str, Any]) -> None:
    if event["event"] == "imported":
        sitting.phase = "imported"
    elif event["event"] == "progress":
        sitting.first_s = event["seconds"] if sitting.first_s is None else sitting.first_s
        sitting.last_s, sitting.phase = event["seconds"], "training"
        if event["seconds_left"] <= 0:
            sitting.phase = "exporting"
    elif event["event"] == "failed":
        sitting.error = event["message"]
    elif event["event"] == "finished":
        sitting.phase = "finished"


def bundle_state(folder: Path) -> str:
    if not folder.exists():
        return "absent"
    try:
        load_bundle(folder)
    except StudioError as error:
        return f"DAMAGED: {error}"
    return "whole"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--seed", type=int, default=0)
    answers = parser.parse_args()
    dice = random.Random(answers.seed)
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        make_pictures(pictures)
        start = time.perf_counter()
        whole = Path(scratch) / "unbroken"
        if sit(pictures, whole, answers.steps, False, None).phase != "finished":
            sys.exit("the undisturbed run did not finish")
        full_s = time.perf_counter() - start
        wanted = {name: (whole / "models" / "victim" / name).read_bytes() for name in TRAINED}
        print(f"an undisturbed run takes {full_s:.0f} s")
        kills, runs, lost, phases, states = 0, 0, [0.0], Counter[str](), Counter[str]()
        while kills < answers.kills:
            library, last = Path(scratch) / f"run-{runs}", 0.0
            while True:
                began = (library / "runs" / "victim" / "run.json").exists()
                after = dice.uniform(0.2, full_s) if kills < answers.kills else None
                sitting = sit(pictures, library, answers.steps, began, after)
                if sitting.first_s is not None:
                    lost.append(max(0.0, last - sitting.first_s))
                last = max(last, sitting.last_s)
                state = bundle_state(library / "models" / "victim")
                if not sitting.was_killed:
                    break
                kills += 1
                phases[sitting.phase] += 1
                states[state] += 1
                if state == "whole" and not (library / "runs" / "victim" / "run.json").exists():
                    break  # killed after everything was in place
            runs += 1
            given = {name: (library / "models" / "victim" / name) for name in TRAINED}
            is_equal = all(path.exists() and path.read_bytes() == wanted[n] for n, path in given.items())
            outcome = "equal to the undisturbed run" if is_equal else f"NOT EQUAL {sitting.error[-200:]}"
            print(f"run {runs}: {kills} kills so far, {outcome}", flush=True)
        print(f"{kills} kills over {runs} runs; killed while: {dict(phases)}")
        print(f"bundle after a kill: {dict(states)}; most training lost: {max(lost):.1f} s")


if __name__ == "__main__":
    main()
