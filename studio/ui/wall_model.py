"""The endless wall as data: picture number i of a seed, decoded when it is looked at, forgotten later."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap

from studio.core.errors import StudioError
from studio.core.latent import Latents, picture_seed
from studio.core.picture import Picture
from studio.store.bundle import Bundle

from .backdrop import to_pixmap
from .decoding import Answer, DecodeQueue

FIRST_ROWS, MORE_ROWS = 120, 120
MOST_ROWS = 1_000_000  # where "endless" ends
PIXMAP_BYTES = 48 * 2**20
_FRAME_MS = 16

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Series:
    """All pictures of a bundle that follow from one seed; row i of it is the same on every machine."""

    bundle: Bundle
    seed: int
    diversity: float

    def picture_seeds(self, rows: Sequence[int]) -> list[int]:
        return [picture_seed(self.seed, i) for i in rows]

    def latents(self, rows: Sequence[int]) -> Latents:
        """float32 [len(rows), D]."""
        return self.bundle.density.draw_seeds(self.bundle.facts.id, self.picture_seeds(rows), self.diversity)

    def picture(self, i: int) -> Picture:
        return Picture(
            bundle_id=self.bundle.facts.id,
            latent=self.latents([i])[0],
            seed=self.picture_seeds([i])[0],
            diversity=self.diversity,
        )

    def continues(self, other: Series | None) -> bool:
        """Whether the same rows show the same places, only nearer to the middle or farther out."""
        return other is not None and other.bundle is self.bundle and other.seed == self.seed


@dataclass(frozen=True, eq=False)
class _Asked:
    number: int
    series: Series
    rows: list[int]


class WallModel(QAbstractListModel):
    """Keeps at most PIXMAP_BYTES of pictures; the rest is decoded again from the seed when needed."""

    failed = Signal(object)  # StudioError

    def __init__(self, queue: DecodeQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.series: Series | None = None
        self._count = 0
        self._pixmaps: OrderedDict[int, tuple[QPixmap, Series]] = OrderedDict()
        self._looked_at: list[int] = []
        self._asked: _Asked | None = None
        self._heard_of_asked = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask)
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    def show_series(self, series: Series | None) -> None:
        """Another seed or bundle starts the wall anew; another diversity redraws it in place."""
        if series is not None and series.continues(self.series):
            self.series = series
            self._ask_soon()
            return
        self.beginResetModel()
        self.series = series
        self._count = FIRST_ROWS if series else 0
        self._pixmaps.clear()
        self._looked_at = []
        self._forget_asked()
        self.endResetModel()

    def look_at(self, rows: Sequence[int]) -> None:
        """The view shows these, most important first; what is missing of them is decoded."""
        self._looked_at = [i for i in rows if 0 <= i < self._count]
        self._ask_soon()

    def grow(self) -> None:
        more = min(MORE_ROWS, MOST_ROWS - self._count)
        if self.series is None or more <= 0:
            return
        self.beginInsertRows(QModelIndex(), self._count, self._count + more - 1)
        self._count += more
        self.endInsertRows()

    def pixmap(self, i: int) -> QPixmap | None:
        """What there is of row i, perhaps of the diversity just left; None before it is decoded."""
        entry = self._pixmaps.get(i)
        return entry[0] if entry else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.series is None:
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return self.pixmap(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Picture {index.row() + 1}"
        return None

    def _ask_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start(0)

    def _ask(self) -> None:
        """One question at a time: what is looked at now and not there yet."""
        series = self.series
        if series is None:
            return
        if self._asked and not self._heard_of_asked and series.continues(self._asked.series):
            # A slider moves faster than the decoder: let it say something before it is asked anew.
            self._soon.start(_FRAME_MS)
            return
        missing = [i for i in self._looked_at if i not in self._pixmaps or self._pixmaps[i][1] is not series]
        if self._asked and self._asked.series is series and set(missing) <= set(self._asked.rows):
            return
        self._forget_asked()
        if missing:
            number = self._queue.ask_batch(series.bundle, series.latents(missing))
            self._asked, self._heard_of_asked = _Asked(number, series, missing), False

    def _forget_asked(self) -> None:
        if self._asked is not None:
            self._queue.cancel(self._asked.number)
            self._asked = None

    def _on_answered(self, answer: Answer) -> None:
        asked = self._asked
        if asked is None or answer.number != asked.number:
            return
        self._heard_of_asked = True
        for offset, rgba in enumerate(answer.pictures):
            self._keep(asked.rows[answer.start + offset], to_pixmap(rgba), asked.series)
        if answer.is_last:
            self._asked = None
            self._ask_soon()

    def _keep(self, i: int, pixmap: QPixmap, series: Series) -> None:
        self._pixmaps[i] = (pixmap, series)
        self._pixmaps.move_to_end(i)
        most = max(256, PIXMAP_BYTES // max(1, 4 * pixmap.width() * pixmap.height()))
        while len(self._pixmaps) > most:
            self._pixmaps.popitem(last=False)
        index = self.index(i)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def _on_failed(self, number: int, error: StudioError) -> None:
        if self._asked is not None and number == self._asked.number:
            self._asked = None
            self._looked_at = []
            self.failed.emit(error)
