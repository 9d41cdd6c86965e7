"""The trainer process, spoken to as the window does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from studio.core.events import from_json
from studio.core.recipe import Recipe
from studio.store.files import Library

_ROOT = Path(__file__).resolve().parents[2]


def _begin(library: Library, sprites: Path, steps: int) -> subprocess.Popen[str]:
    code = "import sys; from studio.trainer import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert _next(process) == {"event": "ready"}
    recipe = Recipe("toy", size=16, steps=steps, precision="fp32", device="cpu")
    _send(
        process,
        {
            "start": {
                "recipe": recipe.to_json(),
                "paths": [str(sprites)],
                "library": str(library.root),
                "resume": False,
            }
        },
    )
    return process


def _send(process: subprocess.Popen[str], command: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(command) + "\n")
    process.stdin.flush()


def _next(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    values: dict[str, Any] = json.loads(process.stdout.readline())
    return values


def _until(process: subprocess.Popen[str], *wanted: str) -> dict[str, Any]:
    while (values := _next(process))["event"] not in wanted:
        from_json(values)  # every line in between is an event of the run
    return values


def _end(process: subprocess.Popen[str]) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    return process.wait(timeout=60)


def test_a_run_from_start_to_finish(library: Library, sprites: Path) -> None:
    process = _begin(library, sprites, steps=4)
    assert _until(process, "finished", "failed")["bundle"] == str(library.bundles / "toy")
    assert _end(process) == 0


def test_stop_and_keep_and_stop_for_now(library: Library, sprites: Path) -> None:
    process = _begin(library, sprites, steps=100_000)
    _until(process, "progress")
    _send(process, {"stop": "cancel"})
    assert _until(process, "cancelled", "failed", "finished")["event"] == "cancelled"
    assert _end(process) == 0
    assert (library.runs / "toy" / "checkpoint.safetensors").exists()


def test_it_ends_with_the_window_and_loses_nothing(library: Library, sprites: Path) -> None:
    process = _begin(library, sprites, steps=100_000)
    _until(process, "progress")
    assert _end(process) == 0
    assert (library.runs / "toy" / "checkpoint.safetensors").exists()


def test_the_worlds_faults_arrive_as_sentences(library: Library, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    process = _begin(library, tmp_path / "none", steps=4)
    failed = _until(process, "failed", "finished")
    assert failed["message"].endswith(".")
    assert failed["hint"]
    assert _end(process) == 1
