"""Thumbnails from the disk, on a thread: what is in view comes first, what was scrolled past is dropped."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.core.errors import StudioError
from studio.store.gallery import Entry, Gallery
from studio.ui.jobs import Mailbox

_AT_ONCE = 4  # handed over together: each wakes the UI thread once


@dataclass(frozen=True, eq=False)
class Loaded:
    """The small picture of an entry; a null image where the file gives none."""

    id: int
    hash: str
    image: QImage


class ThumbnailLoader(QObject):
    """Lives on the UI thread; its thread runs from the first question on."""

    loaded = Signal(object)  # list of Loaded

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self.loaded.emit, self)
        self._wanted = threading.Condition()
        self._waiting: list[Entry] = []
        self._gallery: Gallery | None = None
        self._is_stopped = False
        self._thread: threading.Thread | None = None

    def ask(self, gallery: Gallery, entries: Sequence[Entry]) -> None:
        """In this order; takes the place of what was asked before."""
        with self._wanted:
            self._gallery, self._waiting = gallery, list(entries)
            self._wanted.notify()
        if self._thread is None and not self._is_stopped:
            self._thread = threading.Thread(target=self._run, name="ThumbnailLoader", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End the thread."""
        with self._wanted:
            self._is_stopped = True
            self._wanted.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while (some := self._next()) is not None:
            gallery, entries = some
            self._mailbox.put([_load(gallery, entry) for entry in entries])

    def _next(self) -> tuple[Gallery, list[Entry]] | None:
        """Wait for something to do. None: stop."""
        with self._wanted:
            self._wanted.wait_for(lambda: self._is_stopped or bool(self._waiting))
            if self._is_stopped or self._gallery is None:
                return None
            some, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            return self._gallery, some


def _load(gallery: Gallery, entry: Entry) -> Loaded:
    try:
        image = QImage.fromData(gallery.thumbnails.get(entry))
    except (StudioError, OSError):
        return Loaded(entry.id, entry.hash, QImage())
    if not image.isNull():
        image.convertTo(QImage.Format.Format_ARGB32_Premultiplied)
    return Loaded(entry.id, entry.hash, image)
