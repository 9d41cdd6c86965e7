"""What was found, as Qt wants it: numbers of pictures, of which some are known and some drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from studio.store.gallery import Entry, State
from studio.store.gallery.query import Ids

from .desk import GalleryDesk
from .loading import Loaded, ThumbnailLoader

PAGE = 100  # rows read together; takes a millisecond
_PAGES = 60
_PIXMAP_BYTES = 64 * 2**20
STATES = {
    State.MISSING: "The file is missing",
    State.CHANGED: "Changed by another program",
    State.UNREADABLE: "The file cannot be read",
}

Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """Keeps the numbers of all, the facts of some pages, and at most _PIXMAP_BYTES of thumbnails."""

    def __init__(self, desk: GalleryDesk, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._loader = desk, loader
        self.ids: Ids = np.empty(0, np.int64)
        self._pages: OrderedDict[int, dict[int, Entry]] = OrderedDict()
        self._pixmaps: OrderedDict[int, tuple[str, int, QPixmap]] = OrderedDict()
        self._room = 1
        self._bytes = 0
        self._looked_at: range = range(0)
        self.notes: dict[int, str] = {}
        """Words on some tiles: which group of doubles each belongs to."""
        loader.loaded.connect(self._on_loaded)

    def show_ids(self, ids: Ids) -> None:
        """What is known of them is read anew; thumbnails stay."""
        self._pages.clear()
        if np.array_equal(ids, self.ids):
            if len(ids):
                self.dataChanged.emit(self.index(0), self.index(len(ids) - 1))
        else:
            self.beginResetModel()
            self.ids = ids
            self.endResetModel()
        self.look_at(self._looked_at)

    def set_room(self, room: int) -> None:
        """Device pixels, a side, that a picture has on its tile; those of another size are loaded anew."""
        self._room = room

    def look_at(self, rows: range) -> None:
        """The view shows these, most important first; what is missing of them is loaded."""
        self._looked_at = rows
        gallery = self._desk.gallery
        if gallery is None:
            return
        missing = []
        for row in rows:
            entry = self.entry(row)
            if entry is None:
                continue
            known = self._pixmaps.get(entry.id)
            if known is None or known[:2] != (entry.hash, self._room):
                missing.append(entry)
        self._loader.ask(gallery, missing, self._room)

    def entry(self, row: int) -> Entry | None:
        """None for a row that is not there (any more)."""
        if not 0 <= row < len(self.ids) or self._desk.gallery is None:
            return None
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            ids = self.ids[number * PAGE : (number + 1) * PAGE].tolist()
            page = {entry.id: entry for entry in self._desk.gallery.entries(ids)}
            self._pages[number] = page
            while len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        return page.get(int(self.ids[row]))

    def pixmap(self, row: int) -> QPixmap | None:
        known = self._pixmaps.get(int(self.ids[row])) if 0 <= row < len(self.ids) else None
        return known[2] if known and not known[2].isNull() else None

    def rows_of(self, ids: Sequence[int]) -> list[int]:
        """Where pictures are, sorted; those that are not among what was found are left out."""
        return np.flatnonzero(np.isin(self.ids, np.array(ids, np.int64))).tolist()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.ids)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            return self.pixmap(index.row())
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            entry = self.entry(index.row())
            return None if entry is None else in_words(entry)
        return None

    def _on_loaded(self, some: list[Loaded]) -> None:
        looked_at = {int(self.ids[row]): row for row in self._looked_at if row < len(self.ids)}
        for loaded in some:
            old = self._pixmaps.pop(loaded.id, None)
            pixmap = QPixmap.fromImage(loaded.image)
            self._bytes += _bytes_of(pixmap) - (_bytes_of(old[2]) if old else 0)
            self._pixmaps[loaded.id] = (loaded.hash, loaded.room, pixmap)
            row = looked_at.get(loaded.id)
            if row is not None:
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
        self._forget(looked_at)

    def _forget(self, needed: Container[int]) -> None:
        """The oldest beyond what is kept, but for those in view: large ones on a large screen need more."""
        for id in list(self._pixmaps):
            if self._bytes <= _PIXMAP_BYTES:
                return
            if id not in needed:
                self._bytes -= _bytes_of(self._pixmaps.pop(id)[2])


def _bytes_of(pixmap: QPixmap) -> int:
    return 4 * pixmap.width() * pixmap.height()


def in_words(entry: Entry) -> str:
    """For a screen reader and a tooltip."""
    stars = f", {entry.stars} star{'s' if entry.stars > 1 else ''}" if entry.stars else ""
    state = STATES.get(entry.state, "")
    return f"{entry.title}{stars}{f'. {state}.' if state else ''}"
