"""Thumbnails from the disk, on a thread: what is in view comes first, what was scrolled past is dropped."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage

from studio.core.errors import StudioError
from studio.store.gallery import Entry, Gallery
from studio.ui.backdrop import fitted
from studio.ui.jobs import Mailbox

_AT_ONCE = 4  # handed over together: each wakes the UI thread once


@dataclass(frozen=True, eq=False)
class Loaded:
    """The picture of an entry in the size that it is shown; a null image where the file gives none."""

    id: int
    hash: str
    room: int
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
        self._room = 1
        self._is_stopped = False
        self._thread: threading.Thread | None = None

    def ask(self, gallery: Gallery, entries: Sequence[Entry], room: int) -> None:
        """In this order; takes the place of what was asked before. room: px, a side, that each has."""
        with self._wanted:
            self._gallery, self._room, self._waiting = gallery, room, list(entries)
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
            gallery, room, entries = some
            self._mailbox.put([_load(gallery, entry, room) for entry in entries])

    def _next(self) -> tuple[Gallery, int, list[Entry]] | None:
        """Wait for something to do. None: stop."""
        with self._wanted:
            self._wanted.wait_for(lambda: self._is_stopped or bool(self._waiting))
            if self._is_stopped or self._gallery is None:
                return None
            some, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            return self._gallery, self._room, some


def _load(gallery: Gallery, entry: Entry, room: int) -> Loaded:
    try:
        image = QImage.fromData(gallery.thumbnails.get(entry))
    except (StudioError, OSError):
        return Loaded(entry.id, entry.hash, room, QImage())
    if not image.isNull():
        image.convertTo(QImage.Format.Format_ARGB32_Premultiplied)
        place = fitted(image.size(), QRectF(0, 0, room, room), entry.is_pixel_art, 1.0)
        how = Qt.TransformationMode.FastTransformation
        if not entry.is_pixel_art:
            how = Qt.TransformationMode.SmoothTransformation
        size = QSize(max(1, round(place.width())), max(1, round(place.height())))
        image = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
    return Loaded(entry.id, entry.hash, room, image)
