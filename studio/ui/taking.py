"""Pictures that are taken along by the clipboard or a drag: files that are made on a thread meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMetaType, QMimeData, QObject, QUrl
from PySide6.QtGui import QImage

from studio.core.progress import Progress

from .jobs import Job

_FILES, _IMAGE = "text/uri-list", "application/x-qt-image"
_LONGEST_WAIT_S = 20.0


@dataclass(frozen=True, eq=False)
class Taken:
    """What others get: files, and the first of them as an image."""

    files: list[Path]
    image: QImage

    @property
    def urls(self) -> list[QUrl]:
        return [QUrl.fromLocalFile(str(file)) for file in self.files]


Make = Callable[[Progress], Taken]
"""For a thread. Raises StudioError."""


def as_mime(taken: Taken, also: Mapping[str, bytes] | None = None) -> QMimeData:
    """For the clipboard. also: other formats and their content."""
    data = QMimeData()
    data.setUrls(taken.urls)
    data.setImageData(taken.image)
    for kind, content in (also or {}).items():
        data.setData(kind, content)
    return data


class PromisedMime(QMimeData):
    """For a drag, which begins at once: the files are made while the mouse is on its way.

    Whoever asks for them before they are there waits; where they cannot be made, there are none.
    """

    def __init__(
        self, make: Make, failed: Callable[[object], object], owner: QObject, also: Mapping[str, bytes]
    ) -> None:
        """failed: told of a StudioError on the UI thread. owner: outlives the drag."""
        super().__init__()
        self._taken: Taken | None = None
        self._job = job = Job(lambda progress, say: self._make(make, progress), owner)
        job.failed.connect(failed)
        job.ended.connect(job.deleteLater)
        for kind, content in also.items():
            self.setData(kind, content)
        job.start()

    def _make(self, make: Make, progress: Progress) -> None:
        self._taken = make(progress)

    def formats(self) -> list[str]:
        return [_FILES, _IMAGE, *super().formats()]

    def hasFormat(self, kind: str) -> bool:
        return kind in self.formats()

    def retrieveData(self, kind: str, wanted: QMetaType | QMetaType.Type) -> Any:
        if kind not in (_FILES, _IMAGE):
            return super().retrieveData(kind, wanted)
        if self._taken is None:
            self._job.wait(_LONGEST_WAIT_S)
        if self._taken is None:
            return None
        return self._taken.urls if kind == _FILES else self._taken.image
