"""What every test stands on: no screen, no user's own files, and nothing that goes wrong unseen."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before Qt or torch can load. One thread: on two busy cores more only wait for each other.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from studio.store.files import Library

# Started in the background by a shell, the suite would ignore Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

_GRACE_S = 3.0
"""How long a thread that was told to end may take to do so."""
_KITS = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What asks for the platform's user-data folder, here or in a child process, gets an empty one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(tmp_path_factory.getbasetemp() / "user"))
        yield


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library of the test's own."""
    made = Library(tmp_path / "library")
    made.ensure()
    return made


@pytest.fixture(scope="session")
def kits() -> Path:
    """The folder of picture sets to try on, where it lies beside the project; else the test is skipped."""
    if not _KITS.is_dir():
        pytest.skip("the picture sets are not beside the project")
    return _KITS


class Logged(logging.Handler):
    """Records of WARNING and above. A test that means to cause one takes it out with `expect`."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def expect(self, part: str) -> None:
        """Fails unless at least one record has `part` in its text; those that do are then forgiven."""
        rest = [record for record in self.records if part not in record.getMessage()]
        assert len(rest) < len(self.records), f"nothing was logged with “{part}” in it"
        self.records = rest


@pytest.fixture(autouse=True)
def logged() -> Iterator[Logged]:
    """Fails the test that logs a warning or worse which it did not `expect`."""
    handler = Logged()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    if handler.records:
        pytest.fail("logged: " + "; ".join(f"{r.name}: {r.getMessage()}" for r in handler.records))


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """Fails the test that leaves a thread or an active QTimer behind."""
    before = set(threading.enumerate())
    timers_before = {id(timer) for timer in _active_timers()}
    yield
    threads = _left_over(before)
    assert not threads, f"threads left running: {[thread.name for thread in threads]}"
    timers = [timer for timer in _active_timers() if id(timer) not in timers_before]
    if timers:
        del timers
        gc.collect()  # what only waits for the garbage collector is not left behind
        timers = [timer for timer in _active_timers() if id(timer) not in timers_before]
    assert not timers, f"timers left running: {[_describe(timer) for timer in timers]}"


def _left_over(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads of ours that still run; those that Qt or a library started in C end with the process."""
    deadline = time.monotonic() + _GRACE_S
    while True:
        threads = [
            thread
            for thread in threading.enumerate()
            if thread not in before and not isinstance(thread, threading._DummyThread)
        ]
        if not threads or time.monotonic() > deadline:
            return threads
        threads[0].join(0.05)


def _active_timers() -> list[Any]:
    """The running QTimers that Python knows of; none while no application has been made."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None or core.QCoreApplication.instance() is None:
        return []
    from shiboken6 import isValid  # not before Qt: most tests have none

    return [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), core.QTimer) and isValid(thing) and thing.isActive()
    ]


def _describe(timer: Any) -> str:
    return f"every {timer.interval()} ms, of {type(timer.parent()).__name__}"
