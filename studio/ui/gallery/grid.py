"""The grid of the gallery: choose as in a file manager, open, rate, drag out or into a collection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)

from studio.store.gallery import Entry
from studio.ui.backdrop import Backdrop

from .model import GalleryModel
from .tile import TileDelegate, room_of
from .tile_grid import TileGrid

CARRIED = "application/x-morpho-gallery"
"""Numbers of pictures that are dragged inside the window, with commas between."""


class GalleryGrid(TileGrid):
    """Enter or a double click opens. Shown anew, what was selected stays selected."""

    opened = Signal(int)  # row
    chosen_changed = Signal()
    menu_wanted = Signal(object)  # QPoint, global
    reordered = Signal(list, object)  # numbers of pictures; before which, None: at the end

    def __init__(self, model: GalleryModel, backdrop: Backdrop) -> None:
        super().__init__(model, TileDelegate(model, backdrop), backdrop)
        self.setAccessibleName("Pictures of the gallery")
        self.setAccessibleDescription("Arrow keys move, Enter opens, 0 to 5 give stars.")
        self._gallery_model = model
        self.is_ordered = False  # whether pictures can be moved by dragging them
        self._gap: int | None = None  # before which row what is dragged would lie
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self._kept: tuple[list[int], int | None, int] = ([], None, 0)
        self.looked_at.connect(model.look_at)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.selectionModel().selectionChanged.connect(lambda: self.chosen_changed.emit())
        self.selectionModel().currentChanged.connect(lambda: self.chosen_changed.emit())
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._recall)

    def chosen(self) -> list[int]:
        """Numbers of the pictures that commands are about: the selected ones, else the current one."""
        rows = self.selected_rows()
        if not rows and self.currentIndex().isValid() and self.hasFocus():
            rows = [self.currentIndex().row()]
        ids = self._gallery_model.ids
        return [int(ids[row]) for row in rows if row < len(ids)]

    def choose(self, ids: Sequence[int]) -> None:
        """Select these, and show the first."""
        rows = self._select(ids)
        if rows:
            self.make_current(rows[0])

    def _select(self, ids: Sequence[int]) -> list[int]:
        """Their rows, of those that are here."""
        model, selection = self._gallery_model, QItemSelection()
        rows = model.rows_of(ids)
        for first, last in _runs(rows):
            selection.select(model.index(first), model.index(last))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return rows

    def current_entry(self) -> Entry | None:
        return self._gallery_model.entry(self.currentIndex().row())

    def _remember(self) -> None:
        ids, current = self._gallery_model.ids, self.currentIndex().row()
        selected = [int(ids[row]) for row in self.selected_rows()]
        self._kept = (selected, int(ids[current]) if 0 <= current < len(ids) else None, max(0, current))

    def _recall(self) -> None:
        selected, current, place = self._kept
        count = self._gallery_model.rowCount()
        if selected:
            self._select(selected)
        if count:
            there = self._gallery_model.rows_of([current]) if current is not None else []
            if there or current is not None:
                self.make_current(there[0] if there else min(place, count - 1))
            else:
                self.scrollToTop()
        self.chosen_changed.emit()
        self._look_soon()

    def _look(self) -> None:
        self._gallery_model.set_room(room_of(self.gridSize(), self.devicePixelRatioF()))
        super()._look()

    def startDrag(self, supported: Qt.DropAction) -> None:
        self.drag_wanted.emit(self.selected_rows())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.is_ordered and event.mimeData().hasFormat(CARRIED):
            event.acceptProposedAction()
        else:
            event.ignore()  # files are for the room

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        is_ours = self.is_ordered and event.mimeData().hasFormat(CARRIED)
        event.setAccepted(is_ours)
        self._mark_gap(self._gap_at(event.position().toPoint()) if is_ours else None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:
        if not (self.is_ordered and event.mimeData().hasFormat(CARRIED)):
            event.ignore()
            return
        event.acceptProposedAction()
        self._mark_gap(None)
        row, ids = self._gap_at(event.position().toPoint()), self._gallery_model.ids
        before = int(ids[row]) if row < len(ids) else None
        self.reordered.emit(carried_ids(event.mimeData()), before)

    def _gap_at(self, at: QPoint) -> int:
        """Before which row something would lie that is dropped here."""
        index = self.indexAt(at)
        if not index.isValid():
            return len(self._gallery_model.ids)
        return index.row() + (at.x() > self.visualRect(index).center().x())  # right half of a tile: after it

    def _mark_gap(self, gap: int | None) -> None:
        if gap != self._gap:
            self._gap = gap
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        count = self._gallery_model.rowCount()
        if self._gap is None or not count:
            return
        is_end = self._gap >= count
        tile = self.visualRect(self._gallery_model.index(count - 1 if is_end else self._gap))
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
        x = tile.right() + 1 if is_end else tile.left()
        painter.drawRoundedRect(QRectF(x - 1.5, tile.top() + 6, 3, tile.height() - 12), 1.5, 1.5)
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._delegate.shows_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Escape and self.selected_rows():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows in rising order as first and last of each unbroken stretch."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def carried_ids(data: QMimeData) -> list[int]:
    """The pictures of a drag that began in this grid."""
    text = bytes(data.data(CARRIED).data()).decode("ascii", "replace")
    return [int(part) for part in text.split(",") if part.isdigit()]
