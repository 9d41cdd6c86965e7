"""The trainer process as the window sees it: started warm, spoken to in JSON lines, watched by a thread."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from PySide6.QtCore import QObject, Signal

from studio.core.errors import Cancelled, StudioError
from studio.core.events import Event, Finished, from_json
from studio.core.recipe import Recipe

from .jobs import End, Mailbox, as_studio_error

log = logging.getLogger(__name__)

_PATIENCE_S = 20.0  # a trainer told to stop saves within this; after that it is ended


class TrainerProcess:
    """One trainer process: JSON lines out, JSON lines in. Starting it loads torch there, not here."""

    def __init__(self, command: Sequence[str], log_file: Path | None, environment: Mapping[str, str]) -> None:
        """Raises StudioError when the process cannot be started."""
        quiet = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "PYTHONIOENCODING": "utf-8"}
        self._errors: IO[bytes] | None = None
        try:
            self._errors = _opened(log_file)
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors or subprocess.DEVNULL,
                env={**environment, **quiet},
                creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
                | getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._close_log()
            raise StudioError("The trainer could not be started.", str(error)) from error
        if hasattr(os, "setpriority"):  # its imports must not compete with the wall's first pictures
            with contextlib.suppress(OSError):  # it may be gone again, or be of lower priority already
                os.setpriority(os.PRIO_PROCESS, self.process.pid, 10)

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def say(self, message: dict[str, Any]) -> None:
        """A line to the trainer. One that is gone already is noticed by whoever reads its lines."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # ValueError: its input is closed already
            log.info("The trainer had ended before it could be told %s", list(message))

    def end(self, seconds: float) -> None:
        """Close its input, by which it saves and leaves; end it if that takes longer than `seconds`."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except OSError:
            log.info("The trainer had ended before its input was closed")
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_log()

    def _close_log(self) -> None:
        errors, self._errors = self._errors, None  # at once: two threads may come by
        if errors is not None:
            errors.close()


def _opened(log_file: Path | None) -> IO[bytes] | None:
    """None where it may not be written: a run is worth more than what is said of it."""
    try:
        return log_file.open("ab") if log_file else None
    except OSError as error:
        log.info("The trainer's errors are not kept: %s", error)
        return None


class TrainerStarter:
    """Keeps one trainer warm, so that a run starts at once. Nothing is started before `warm` or `take`."""

    def __init__(self, command: Sequence[str], log_file: Path | None = None) -> None:
        self.command = tuple(command)
        self._log_file = log_file
        self._warm: TrainerProcess | None = None

    def warm(self) -> None:
        if self._warm is None or not self._warm.is_alive():
            try:
                self._warm = self._start()
            except StudioError as error:  # shown when a run is asked for, which tries again
                log.warning("No warm trainer: %s", error)

    def take(self) -> TrainerProcess:
        """The warm one if it lives, else a new one. Raises StudioError."""
        process, self._warm = self._warm, None
        if process is not None and process.is_alive():
            return process
        return self._start()

    def give_back(self, process: TrainerProcess) -> None:
        """One that was taken and is still warm: it serves the next who asks."""
        if self._warm is not None and self._warm.is_alive():
            threading.Thread(target=process.end, args=(2.0,), name="ending a trainer", daemon=True).start()
        else:
            self._warm = process

    def end(self) -> None:
        if self._warm is not None:
            self._warm.end(seconds=0.5)  # it has nothing to save
            self._warm.process.stdout.close()  # type: ignore[union-attr]
            self._warm = None

    def _start(self) -> TrainerProcess:
        return TrainerProcess(self.command, self._log_file, os.environ)


class TrainerJob(QObject):
    """One run in a trainer process, watched from the UI thread.

    Ends with exactly one of finished(Finished), failed(StudioError), cancelled(); `ended` follows each.
    """

    happened = Signal(object)  # core.events.Event, but for Finished
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, process: TrainerProcess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = process
        self._mailbox = Mailbox(self._receive, self)
        self._thread = threading.Thread(target=self._read, name="TrainerJob", daemon=True)
        self._start: dict[str, Any] = {}
        self.is_running = False

    def start(self, recipe: Recipe, paths: Sequence[Path], library: Path, resume: bool) -> None:
        self.is_running = True
        self._start = {
            "recipe": recipe.to_json(),
            "paths": [str(path) for path in paths],
            "library": str(library),
            "resume": resume,
        }
        self._thread.start()

    def pause(self, paused: bool) -> None:
        self._process.say({"pause": paused})

    def stop_and_keep(self, moment: int | None = None) -> None:
        """Make the bundle out of what is there; `finished` follows.

        moment: the step of the look whose weights are wanted, if not those of now.
        """
        self._process.say({"stop": "keep"} if moment is None else {"stop": "keep", "moment": moment})

    def stop_for_now(self) -> None:
        """Save, so that the run can be resumed; `cancelled` follows."""
        self._process.say({"stop": "cancel"})

    def wait(self, seconds: float = _PATIENCE_S) -> bool:
        """Close the trainer's input and wait for its end. For quitting; nothing is delivered meanwhile."""
        self._process.end(seconds)
        self._thread.join(5.0)
        return not self._thread.is_alive()

    def _read(self) -> None:
        """On the thread: every line up to the last, whatever it is, and then one end."""
        stream = self._process.process.stdout
        assert stream is not None
        end: End | None = None
        # Said from here: a trainer that still loads torch does not read, and a long line would wait for it.
        self._process.say({"start": self._start})
        try:
            for line in stream:
                message = _parsed(line)
                if isinstance(message, End):
                    end = message
                    break
                if message is not None:
                    self._mailbox.put(message)
        except Exception as error:  # as in Job: a surprise on this thread becomes a value
            end = End(error=error)
        if end is None:
            code = self._process.process.wait()
            end = End(error=_died(code))
        self._mailbox.put(end)
        self._process.end(_PATIENCE_S)
        stream.close()

    def _receive(self, message: Any) -> None:
        if not isinstance(message, End):
            self.happened.emit(message)
            return
        self.is_running = False
        if message.error is None:
            self.finished.emit(message.result)
        elif isinstance(message.error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(as_studio_error(message.error))
        self.ended.emit()


def _parsed(line: bytes) -> Event | End | None:
    """One line of the trainer. What is no line of ours (a library that prints) is logged and left out."""
    try:
        values = json.loads(line)
        kind = values["event"]
        if kind == "ready":
            return None
        if kind == "cancelled":
            return End(error=Cancelled())
        if kind == "failed":
            return End(error=StudioError(values["message"], values.get("hint", "")))
        event = from_json(values)
    except (ValueError, KeyError, TypeError):
        log.info("The trainer printed %r", line[:500])
        return None
    return End(event) if isinstance(event, Finished) else event


def _died(code: int) -> StudioError:
    """The trainer left without a word."""
    reason = "the system ended it, perhaps for want of memory" if code < 0 else f"exit status {code}"
    return StudioError(
        f"The training stopped by itself ({reason}).",
        "Nothing that was saved is lost: resume it, or train smaller pictures.",
    )
