"""The trainer process: runs what the window asks for and says how it goes, as lines of JSON.

A process of its own, because importing torch and exporting freeze a window that shares its interpreter,
and because running out of memory must not end the artist's session. No Qt here.

In, one object a line: any number of {"trial": {"recipe", "paths", "count"}}, each answered by "tried" or
"failed"; then {"start": {"recipe", "paths", "library", "resume"}}, then any of {"stop": "keep"} (with
"moment": the step of the look whose weights are wanted, if not those of now), {"stop": "cancel"} and
{"pause": true or false}. Out: {"event": "ready"} once it is warm, the run's events (core.events), and at the
end one of finished, cancelled, failed. When its input closes, the window is gone: the run is saved and the
process ends.
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from studio.core.errors import Cancelled, StudioError
from studio.core.events import to_json
from studio.core.progress import Control
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.train.loop import train
from studio.train.machine import lower_priority
from studio.train.trial import try_out

_CORES_FOR_THE_WINDOW = 1


def main() -> int:
    """Serve one run on standard input and output; the exit status is 0 unless the run failed."""
    # Whatever prints (an exporter, a library's notice) must not stand between the lines of JSON.
    out, sys.stdout = sys.stdout, sys.stderr
    lower_priority()
    _say(out, {"event": "ready"})
    commands = _lines(sys.stdin)
    for command in commands:
        if "trial" in command:
            _say(out, _tried(command["trial"]))
        elif "start" in command:
            return _serve(command["start"], commands, out)
        else:
            return 0
    return 0


def _serve(start: dict[str, Any], commands: Iterator[dict[str, Any]], out: TextIO) -> int:
    control = Control()
    threading.Thread(target=_obey, args=(commands, control), name="commands", daemon=True).start()
    last = _run(start, control, out)
    _say(out, last)
    return 1 if last["event"] == "failed" else 0


def _tried(asked: dict[str, Any]) -> dict[str, Any]:
    """What a short trial finds; a failure is said and costs nothing but the answer."""
    try:
        recipe, paths = Recipe.from_json(asked["recipe"]), [Path(path) for path in asked["paths"]]
        return to_json(try_out(recipe, paths, int(asked["count"]), _CORES_FOR_THE_WINDOW))
    except StudioError as error:
        return {"event": "failed", "message": error.message, "hint": error.hint}
    except Exception as error:
        return _fault(error)


def _run(start: dict[str, Any], control: Control, out: TextIO) -> dict[str, Any]:
    """Run to the end, saying every event but the last, which is returned."""
    try:
        recipe, library = Recipe.from_json(start["recipe"]), Library(Path(start["library"]))
        paths = [Path(path) for path in start["paths"]]
        last: dict[str, Any] = {}
        for event in train(recipe, paths, library, start["resume"], control, _CORES_FOR_THE_WINDOW):
            last = to_json(event)
            if last["event"] != "finished":
                _say(out, last)
        return last
    except Cancelled:
        return {"event": "cancelled"}
    except StudioError as error:
        return {"event": "failed", "message": error.message, "hint": error.hint}
    except Exception as error:
        return _fault(error)


def _fault(error: Exception) -> dict[str, Any]:
    """A bug, as the last word; called while it is handled."""
    traceback.print_exc()  # to standard error, which the window keeps in its log
    return {
        "event": "failed",
        "message": f"Training stopped because of a fault in the program ({type(error).__name__}).",
        "hint": "Resume it from the last save; the log has the details.",
    }


def _obey(commands: Iterator[dict[str, Any]], control: Control) -> None:
    try:
        for command in commands:
            if command.get("stop") == "keep":
                control.moment = command.get("moment")
                control.finish = True
            elif command.get("stop") == "cancel":
                control.stop = True
            elif "pause" in command:
                control.paused = bool(command["pause"])
    finally:  # also when a line is no JSON: nobody could stop this run any more
        control.stop = True


def _lines(stream: TextIO) -> Iterator[dict[str, Any]]:
    for line in stream:
        if line.strip():
            yield json.loads(line)


def _say(out: TextIO, values: dict[str, Any]) -> None:
    """One line. If nobody listens any more, the closed input ends the run; a lost line changes nothing."""
    try:
        out.write(json.dumps(values) + "\n")
        out.flush()
    except (OSError, ValueError):
        return
