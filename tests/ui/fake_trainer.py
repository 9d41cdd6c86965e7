"""A trainer that follows the protocol and trains nothing: a script for tests of the window.

Usage: fake_trainer.py SCRIPT, where SCRIPT is a JSON file: {"mode": "...", "steps": N, "bundle_from": DIR}.
Modes: "finish" (runs N steps and leaves a bundle), "wait" (runs until it is told to stop), "fail", "die".
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

from PIL import Image

SIDE, COLUMNS = 16, 4


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def sheet(file: Path, rows: int, step: int) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGBA", (SIDE * COLUMNS, SIDE * rows), (step % 255, 90, 200, 255)).save(file)
    return str(file)


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
    step, paused, keep = 0, False, False
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
        paused = command.get("pause", paused)
        if paused:
            time.sleep(0.01)
            continue
        step += 1
        left = max(0, script["steps"] - step)
        say(event="progress", step=step, seen=step * 8, seconds=step * 1.0, seconds_left=left * 1.0,
            pictures_per_s=120.0, rebuild_error=12.0)  # fmt: skip
        if step % 5 == 1:
            previews = run_folder / "previews"
            say(event="preview", step=step, side=SIDE, columns=COLUMNS,
                rebuilds=sheet(previews / f"r{step}.png", 2, step),
                samples=sheet(previews / f"s{step}.png", 3, step))  # fmt: skip
            say(event="advice", sentence="Still improving: more time makes it better.")
        if script["mode"] == "fail" and step == 3:
            say(event="failed", message="The disk is full.", hint="Free some space.")
            return
        if script["mode"] == "die" and step == 3:
            sys.exit(3)
        if script["mode"] == "finish" and step >= script["steps"]:
            break
        time.sleep(0.005)
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
    first = commands.get()
    if "start" in first:
        run(script, first["start"], commands)


main()
