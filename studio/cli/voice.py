"""How a command speaks: sentences and a bar for people on standard error, JSON lines for programs."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from studio.core.errors import Cancelled, StudioError
from studio.core.progress import CallbackProgress, Progress

KNOWN_ERROR, INTERRUPTED = 1, 130
_EVERY_S = 10.0
"""How often work is mentioned where there is no terminal to draw a bar on."""
_MOST_LINES = 20
"""Of a list that a person reads; programs get all of it."""


class Voice:
    """What one command says, from its start to its end."""

    def __init__(self, is_json: bool) -> None:
        self.is_json = is_json
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar: Bar | None = None
        self._last_mention = time.monotonic()

    @property
    def progress(self) -> Progress:
        """For functions that report how far they are."""
        return CallbackProgress(self.work)

    def say(self, sentence: str) -> None:
        """For people only. The text is shown as it is: names of files are not markup."""
        if not self.is_json:
            self._console.print(sentence, markup=False)

    def listing(self, heading: str, lines: list[str]) -> None:
        """For people only: nothing at all for an empty list."""
        if lines:
            self.say(heading)
            for line in lines[:_MOST_LINES]:
                self.say(f"  {line}")
            if len(lines) > _MOST_LINES:
                self.say(f"  … and {len(lines) - _MOST_LINES} more (--json lists all)")

    def answer(self, line: str) -> None:
        """For people only, on standard output: what was asked for, fit to be piped on."""
        if not self.is_json:
            self.end_work()
            print(line)

    def event(self, values: dict[str, Any]) -> None:
        """For programs only."""
        if self.is_json:
            print(json.dumps(values, ensure_ascii=False, allow_nan=False), flush=True)

    def finished(self, **values: Any) -> None:
        """The last word of a command that did what it should."""
        self.end_work()
        self.event({"event": "finished", **values})

    def failed(self, message: str, hint: str) -> None:
        """The last word of a command that did not."""
        self.end_work()
        self.event({"event": "failed", "message": message, "hint": hint})
        self._console.print(f"{message}\n{hint}".rstrip(), markup=False)

    def work(self, doing: str, done: int, total: int) -> None:
        """How far something is; total 0: not known."""
        self.show(f"{doing}: {done} of {total}" if total else doing, done / total if total else None)

    def show(self, text: str, share: float | None) -> None:
        """What is going on, and which share of it is done. On a terminal, a bar that redraws itself."""
        if self.is_json:
            return
        if not self._console.is_terminal:
            self._mention(text)
            return
        if self._bar is None:
            self._bar = Bar(
                BarColumn(), TextColumn("{task.description}"), console=self._console, transient=True
            )
            self._bar.add_task("")
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], description=text, completed=share or 0, total=share and 1)

    def _mention(self, text: str) -> None:
        now = time.monotonic()
        if now - self._last_mention >= _EVERY_S:
            self._last_mention = now
            self.say(text)

    def end_work(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


@contextmanager
def speaking(is_json: bool, log_file: Callable[[], Path]) -> Iterator[Voice]:
    """Turns however a command ends into its last words and its exit status; a traceback goes to the log."""
    voice = Voice(is_json)
    try:
        with _interruptible():
            yield voice
    except (KeyboardInterrupt, Cancelled):
        voice.failed("Stopped.", "What was finished before is kept.")
        raise typer.Exit(INTERRUPTED) from None
    except StudioError as error:
        _fail(voice, error.message, error.hint)
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        _fail(voice, *_bug(error, log_file))
    finally:
        voice.end_work()


def _fail(voice: Voice, message: str, hint: str) -> NoReturn:
    voice.failed(message, hint)
    raise typer.Exit(KNOWN_ERROR) from None


def _bug(error: Exception, log_file: Callable[[], Path]) -> tuple[str, str]:
    """Writes down a fault of ours. The sentence and where to look."""
    message = f"Something went wrong inside the program ({type(error).__name__}: {error})."
    try:
        file = log_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as target:
            target.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(sys.argv)}\n")
            target.write("".join(traceback.format_exception(error)))
    except OSError as problem:
        return message, f"The details could not be written down ({problem.strerror})."
    return message, f"The details are in {file}; please report them."


@contextmanager
def _interruptible() -> Iterator[None]:
    """`kill` ends a command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, _raise_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _raise_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def stopping_gently(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C or `kill` only calls `stop`; the next one interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def first(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, _raise_interrupt)
        stop()

    previous = {each: signal.signal(each, first) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def duration(seconds: float) -> str:
    """As people say it: "40 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 picture", "2 pictures"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
