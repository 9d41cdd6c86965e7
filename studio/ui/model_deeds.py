"""What can be done to models on the disk, each with its way back. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.store.bin import Binned, bring_back, move_to_bin
from studio.store.bundle import Bundle
from studio.store.rename import note_licence, rename_bundle
from studio.store.runs import Run, remove_run
from studio.store.sharing import copy_bundle, export_bundle, import_bundle

from .jobs import Job
from .state import Shelf

Undo = Callable[[], object]
_MOST_UNDOS = 50


class ModelDeeds(QObject):
    """Every deed ends in `said` or `failed`, and the shelf is read again where it may have changed."""

    said = Signal(str, bool)  # a sentence; whether it can be undone
    failed = Signal(object)  # StudioError
    made = Signal(object)  # Bundle: a copy, or one from someone else

    def __init__(self, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._undos: list[Undo] = []
        self._jobs: list[Job] = []

    @property
    def is_busy(self) -> bool:
        return bool(self._jobs)

    def rename(self, bundle: Bundle, name: str) -> None:
        """Raises StudioError: the place where the name is typed shows it."""
        try:
            renamed = rename_bundle(bundle, name)
        finally:
            self._shelf.read()
        before = bundle.facts.name
        self._can_undo(lambda: rename_bundle(renamed, before))
        self.said.emit(f"“{before}” is called “{renamed.facts.name}” now.", True)

    def note_licence(self, bundle: Bundle, licence: str) -> None:
        def note() -> None:
            noted = note_licence(bundle, licence)
            self._can_undo(lambda: note_licence(noted, bundle.facts.licence))
            self.said.emit(f"The licence note of “{bundle.facts.name}” is saved.", True)

        self._try(note)

    def move_to_bin(self, folder: Path, words: str = "") -> None:
        """A model's folder, whole or damaged. words: what follows from it."""

        def move() -> None:
            self._put_away(move_to_bin(folder, self._shelf.library.bin), words)

        self._try(move)

    def discard(self, run: Run) -> None:
        """An unfinished run, with all it has learnt so far."""
        self._try(lambda: self._put_away(remove_run(self._shelf.library, run.name), ""))

    def _put_away(self, binned: Binned, words: str) -> None:
        self._can_undo(lambda: bring_back(binned))
        self.said.emit(f"“{binned.original.name}” is in the bin. {words}".strip(), True)

    def duplicate(self, bundle: Bundle) -> None:
        self._start(
            lambda: copy_bundle(bundle, self._shelf.library.bundles),
            lambda made: self._on_made(made, f"“{made.facts.name}” is a copy of “{bundle.facts.name}”."),
        )

    def add(self, paths: Sequence[Path]) -> None:
        """.morpho files and models' folders from someone else, each checked before it is believed."""
        for path in paths:
            self._start(
                partial(import_bundle, path, self._shelf.library.bundles),
                lambda made: self._on_made(made, f"“{made.facts.name}” is added to your models."),
            )

    def share(self, bundle: Bundle, file: Path, thumbnails: bool) -> None:
        own = "Your pictures are in it, small." if thumbnails else "Your own pictures are not in it."
        self._start(
            lambda: export_bundle(bundle, file, thumbnails),
            lambda _: self.said.emit(f"“{file.name}” is ready to be given to others. {own}", False),
        )

    def undo(self) -> None:
        """The last deed that can be undone; nothing where there is none."""
        if self._undos:
            self._try(self._undos.pop())

    def _on_made(self, bundle: Bundle, sentence: str) -> None:
        self._shelf.read()
        self._can_undo(lambda: move_to_bin(bundle.folder, self._shelf.library.bin))
        self.said.emit(sentence, True)
        self.made.emit(bundle)

    def _can_undo(self, undo: Undo) -> None:
        self._undos = [*self._undos[1 - _MOST_UNDOS :], undo]

    def _try(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except StudioError as error:
            self.failed.emit(error)
        self._shelf.read()

    def _start(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        job = Job(lambda progress, say: work(), self)
        self._jobs.append(job)

        def end() -> None:
            self._jobs.remove(job)
            job.deleteLater()

        job.finished.connect(then)
        job.failed.connect(self.failed)
        job.ended.connect(end)
        job.start()
