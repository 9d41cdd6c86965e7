"""Asking a trainer process how fast this machine is, before a run is begun."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from studio.core.errors import Cancelled, StudioError
from studio.core.events import Tried
from studio.core.progress import Progress
from studio.core.recipe import Recipe

from .jobs import Job
from .state import Value
from .trainer_process import TrainerProcess, TrainerStarter

_SETTLES_MS = 400  # a choice that is changed at once is not tried


@dataclass(frozen=True)
class Asked:
    """What a trial depends on."""

    paths: tuple[Path, ...]
    count: int
    size: int
    fit: str
    device: str

    def message(self) -> dict[str, object]:
        recipe = Recipe(name="trial", size=self.size, fit=self.fit, device=self.device)
        return {"recipe": recipe.to_json(), "paths": [str(path) for path in self.paths], "count": self.count}


class TrialDesk(QObject):
    """One trial at a time; of those that wait, only the newest is made. What was found is remembered."""

    def __init__(self, starter: TrainerStarter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._starter = starter
        self._wanted: Asked | None = None
        self._found: dict[Asked, Tried] = {}
        self._process: TrainerProcess | None = None
        self._job: Job | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLES_MS)
        self._settling.timeout.connect(self._begin)
        self.outcome: Value[Tried | StudioError | None] = Value(None, self)  # None: not known yet

    def ask(self, asked: Asked) -> None:
        """The outcome follows; at once where it is known."""
        if asked == self._wanted:
            return
        self._wanted = asked
        self.outcome.set(self._found.get(asked))
        if asked not in self._found:
            self._settling.start()

    def forget(self) -> None:
        """Nobody waits for an answer any more, and a run may want the processor."""
        self._settling.stop()
        self._wanted = None
        if self._job is not None and self._process is not None:
            self._job.cancel()
            self._process.process.kill()  # it has nothing to save

    def leave(self, seconds: float = 5.0) -> None:
        """For quitting."""
        self.forget()
        if self._job is not None:
            self._job.wait(seconds)

    def _begin(self) -> None:
        asked = self._wanted
        if asked is None or asked in self._found or self._job is not None:
            return
        try:
            process = self._starter.take()
        except StudioError as error:
            self.outcome.set(error)
            return
        job = Job(lambda progress, say: _answer(process, asked, progress), self)
        self._process, self._job = process, job
        job.finished.connect(lambda tried: self._on_tried(asked, process, tried))
        job.failed.connect(lambda error: self._on_failed(asked, error))
        job.ended.connect(self._on_ended)
        job.start()

    def _on_tried(self, asked: Asked, process: TrainerProcess, tried: Tried) -> None:
        self._found[asked] = tried
        self._starter.give_back(process)
        if asked == self._wanted:
            self.outcome.set(tried)

    def _on_failed(self, asked: Asked, error: StudioError) -> None:
        if asked == self._wanted:
            self.outcome.set(error)

    def _on_ended(self) -> None:
        assert self._job is not None
        self._job.deleteLater()
        self._job = self._process = None
        if not isinstance(self.outcome.value, StudioError):
            self._begin()  # what was asked for meanwhile


def _answer(process: TrainerProcess, asked: Asked, progress: Progress) -> Tried:
    """On the job's thread: ask, and read up to the answer. The process lives on where one came."""
    stream = process.process.stdout
    assert stream is not None
    process.say({"trial": asked.message()})
    try:
        for line in stream:
            progress.update("Measuring", 0, 0)
            answer = _parsed(line)
            if isinstance(answer, Tried):
                return answer
            if answer is not None:
                raise answer
        progress.update("Measuring", 0, 0)
        raise StudioError("How fast this computer is could not be measured.")
    except (StudioError, Cancelled):
        process.end(0.5)
        stream.close()
        raise


def _parsed(line: bytes) -> Tried | StudioError | None:
    """None for what is no answer."""
    try:
        values = json.loads(line)
        kind = values.pop("event")
        if kind == "tried":
            return Tried(**values)
        if kind == "failed":
            return StudioError(values["message"], values.get("hint", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return None
