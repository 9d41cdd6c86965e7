"""A trainer that follows the protocol and trains nothing: a script for tests of the window.

Usage: fake_trainer.py SCRIPT, where SCRIPT is a JSON file: {"mode": "...", "steps": N, "bundle_from": DIR}.
Modes: "finish" (runs N steps and leaves a bundle), "wait" (runs until it is told to stop), "fail", "die".
Trials are answered in every mode.
"""

from __future__ import annotations

import json
import queue
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE, COLUMNS, WIDTH = 16, 4, 8  # of a cell, in a row, of a latent


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def sheet(file: Path, rows: int, step: int) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGBA", (SIDE * COLUMNS, SIDE * rows), (step % 255, 90, 200, 255)).save(file)
    return str(file)


def look(previews: Path, step: int) -> dict[str, Any]:
    """One look at the run: its files, and what the timeline says of it. Every second one can be used."""
    latents = previews / f"{step:08d}-latents.npy"
    preview = {
        "step": step,
        "rebuilds": sheet(previews / f"{step:08d}-rebuilds.png", 2, step),
        "samples": sheet(previews / f"{step:08d}-samples.png", 5, 10 * step),
        "side": SIDE,
        "columns": COLUMNS,
        "latents": str(latents),
    }
    values = step / 100 + np.arange(5 * COLUMNS, dtype="<f4")[:, None] / 50
    np.save(latents, np.repeat(values, WIDTH, axis=1).astype("<f4"))
    return {
        "preview": preview,
        "seconds": float(step),
        "error": 40 / step,
        "sharpness": min(1.0, step / 20),
        "copies": 0.0,
        "can_be_used": step % 10 == 1,
    }


def read_commands(commands: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put({"stop": "cancel"})  # the window is gone


def run(script: dict[str, Any], start: dict[str, Any], commands: queue.Queue[dict[str, Any]]) -> None:
    library, name = Path(start["library"]), start["recipe"]["name"]
    run_folder = library / "runs" / name
    run_folder.mkdir(parents=True, exist_ok=True)
    values = {"format": 1, "id": "0" * 16, "recipe": start["recipe"], "paths": start["paths"]}
    (run_folder / "run.json").write_text(json.dumps(values))
    say(event="working", doing="Reading pictures", done=1, total=2)
    say(event="imported", accepted=12, left_out=[{"file": "a.txt", "reason": "not a picture"}], duplicates=[])
    print("a library prints something", flush=True)
    step, paused, keep, moment = 0, False, False, None
    looks: list[dict[str, Any]] = []
    while not keep:
        try:
            command = commands.get_nowait()
        except queue.Empty:
            command = {}
        if command.get("stop") == "cancel":
            say(event="saved", step=step)
            say(event="cancelled")
            return
        keep = command.get("stop") == "keep"
        moment = command.get("moment")
        paused = command.get("pause", paused)
        if paused:
            time.sleep(0.01)
            continue
        step += 1
        left = max(0, script["steps"] - step)
        say(event="progress", step=step, seen=step * 8, seconds=step * 1.0, seconds_left=left * 1.0,
            pictures_per_s=120.0, rebuild_error=12.0)  # fmt: skip
        if step % 5 == 1:
            looks.append(look(run_folder / "previews", step))
            say(event="preview", **looks[-1]["preview"])
            say(event="timeline", looks=looks)
            say(event="advice", sentence="Still improving: more time makes it better.")
        if script["mode"] == "fail" and step == 3:
            say(event="failed", message="The disk is full.", hint="Free some space.")
            return
        if script["mode"] == "die" and step == 3:
            sys.exit(3)
        if script["mode"] == "finish" and step >= script["steps"]:
            break
        time.sleep(0.005)
    chosen = moment if moment is not None else looks[-1]["preview"]["step"]
    reason = "" if keep else "The model is kept as it was before. Later its new pictures lost fine detail."
    say(event="chosen", step=chosen, seconds=float(chosen), reason=reason)
    bundle = library / "models" / name
    shutil.copytree(script["bundle_from"], bundle)
    facts = json.loads((bundle / "bundle.json").read_text())
    (bundle / "bundle.json").write_text(json.dumps({**facts, "name": name}))
    shutil.rmtree(run_folder)
    say(event="finished", bundle=str(bundle), seconds=step * 1.0, pictures_per_s=120.0)


def main() -> None:
    script = json.loads(Path(sys.argv[1]).read_text())
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=read_commands, args=(commands,), daemon=True).start()
    say(event="ready")
    while "trial" in (first := commands.get()):
        print("a library prints something", flush=True)
        if first["trial"]["recipe"]["size"] > 128:
            say(event="failed", message="There is not enough memory.", hint="Choose a smaller size.")
        else:
            say(event="tried", pictures_per_s=100.0, memory_bytes=10**9, disk_bytes=2 * 10**8, device="CPU")
    if "start" in first:
        run(script, first["start"], commands)


main()
