"""Threads report through the mailbox, end exactly once, and leave nothing behind."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError
from studio.core.events import Preview, Progress, Saved, Working
from studio.core.recipe import Recipe
from studio.ui.jobs import Job, Mailbox
from studio.ui.trainer_process import TrainerJob, TrainerStarter


def progress(step: int) -> Progress:
    return Progress(step, step * 8, 1.0, 2.0, 8.0, None)


class Heard:
    """What a job said, in order, and on which thread."""

    def __init__(self, job: Job | TrainerJob) -> None:
        self.ends: list[Any] = []
        self.threads: set[str] = set()
        job.finished.connect(lambda result: self._end(("finished", result)))
        job.failed.connect(lambda error: self._end(("failed", error)))
        job.cancelled.connect(lambda: self._end(("cancelled", None)))

    def _end(self, end: tuple[str, Any]) -> None:
        self.ends.append(end)
        self.threads.add(threading.current_thread().name)


def test_the_mailbox_keeps_the_newest_progress_and_every_other_message(qtbot: QtBot) -> None:
    heard: list[Any] = []
    mailbox = Mailbox(heard.append)
    woken: list[int] = []
    mailbox._woken.connect(lambda: woken.append(1))
    preview = [Preview(i, Path("r"), Path("s"), 8, 4) for i in range(2)]

    def flood() -> None:
        for step in range(20_000):
            mailbox.put(progress(step))
        mailbox.put(preview[0])
        mailbox.put(Saved(1))
        mailbox.put(preview[1])
        mailbox.put(Saved(2))

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(heard) == 4)
    assert heard == [progress(19_999), Saved(1), preview[1], Saved(2)]
    assert len(woken) == 1


def test_a_job_finishes_on_the_ui_thread(qtbot: QtBot) -> None:
    job = Job(lambda reporter, say: say("half") or 42)
    heard, said = Heard(job), []
    job.said.connect(said.append)
    with qtbot.waitSignal(job.ended):
        job.start()
    assert heard.ends == [("finished", 42)]
    assert heard.threads == {"MainThread"}
    assert said == ["half"]


def test_known_errors_pass_and_bugs_are_logged(qtbot: QtBot, logged: Any) -> None:
    for error, words in ((StudioError("The disk is full."), "disk is full"), (ZeroDivisionError(), "inside")):

        def work(reporter: Any, say: Any, error: Exception = error) -> None:
            raise error

        job = Job(work)
        heard = Heard(job)
        with qtbot.waitSignal(job.ended):
            job.start()
        ((kind, failure),) = heard.ends
        assert kind == "failed"
        assert words in str(failure)
    logged.expect("ended by a bug")


def test_cancelling_stops_at_the_next_report(qtbot: QtBot) -> None:
    started = threading.Event()

    def work(reporter: Any, say: Any) -> None:
        while True:
            reporter.update("Counting", 1, 2)
            started.set()

    job = Job(work)
    heard, seen = Heard(job), []
    job.progressed.connect(seen.append)
    job.start()
    started.wait(5)
    qtbot.waitUntil(lambda: bool(seen))
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert heard.ends == [("cancelled", None)]
    assert seen[0] == Working("Counting", 1, 2)
    assert job.wait(5)


RECIPE = Recipe(name="owls")


def trained(qtbot: QtBot, command: list[str], library: Path, **told: Any) -> tuple[Heard, list[Any]]:
    job = TrainerJob(TrainerStarter(command).take())
    heard, events = Heard(job), []
    job.happened.connect(events.append)
    if told:
        act = next(iter(told))
        job.happened.connect(
            lambda event: getattr(job, act)() if isinstance(event, Progress) and event.step < 4 else None
        )
    with qtbot.waitSignal(job.ended, timeout=20_000):
        job.start(RECIPE, [Path("x")], library, resume=False)
    assert job.wait(5)
    return heard, events


def test_a_run_in_a_process_ends_with_its_bundle(
    qtbot: QtBot, trainer: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    heard, events = trained(qtbot, trainer("finish"), tmp_path)
    ((kind, result),) = heard.ends
    assert kind == "finished"
    assert result.bundle == tmp_path / "models" / "owls"
    assert (result.bundle / "bundle.json").exists()
    kinds = {type(event).__name__ for event in events}
    assert kinds >= {"Imported", "Progress", "Preview", "Advice"}


@pytest.mark.parametrize(("act", "end"), [("stop_for_now", "cancelled"), ("stop_and_keep", "finished")])
def test_a_run_can_be_stopped_without_loss(
    qtbot: QtBot, trainer: Callable[..., list[str]], tmp_path: Path, act: str, end: str
) -> None:
    (tmp_path / "models").mkdir()
    heard, _ = trained(qtbot, trainer("wait"), tmp_path, **{act: True})
    assert [kind for kind, _ in heard.ends] == [end]


@pytest.mark.parametrize(("mode", "words"), [("fail", "disk is full"), ("die", "stopped by itself")])
def test_a_run_that_ends_badly_says_so_once(
    qtbot: QtBot, trainer: Callable[..., list[str]], tmp_path: Path, mode: str, words: str
) -> None:
    heard, _ = trained(qtbot, trainer(mode), tmp_path)
    ((kind, error),) = heard.ends
    assert kind == "failed"
    assert words in error.message


def test_a_trainer_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="could not be started"):
        TrainerStarter([str(tmp_path / "no such program")]).take()


def test_one_warm_trainer_is_kept_and_ended(qapp: QApplication) -> None:
    starter = TrainerStarter([sys.executable, "-c", "import sys; sys.stdin.read()"])
    starter.warm()
    first = starter._warm
    starter.warm()
    assert first is not None
    assert starter._warm is first
    starter.end()
    assert not first.is_alive()
