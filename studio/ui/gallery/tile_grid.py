"""A grid of square tiles that fills its width evenly, zooms, and says what is in view. Knows no pictures."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from studio.ui.backdrop import Backdrop

from .tile import TileDelegate

_BETWEEN = 10  # px between tiles
LEAST_SIDE, MOST_SIDE = 64, 288  # px
_STEP = 12


class TileGrid(QListView):
    """A list view whose cells share the width, so that it has no ragged edge."""

    drag_wanted = Signal(list)  # rows
    tile_side_wanted = Signal(int)
    looked_at = Signal(object)  # range of rows: what is in view, and then one screen ahead

    def __init__(self, model: QAbstractListModel, delegate: TileDelegate, backdrop: Backdrop) -> None:
        super().__init__()
        self._tile_side = 112
        self._delegate = delegate
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setViewportMargins(11, 6, 0, 0)
        self.setItemDelegate(delegate)
        self.setModel(model)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look_soon())
        backdrop.changed.connect(self.viewport().update)

    def set_tile_side(self, side: int) -> None:
        self._tile_side = side
        self._fill_width()

    @property
    def tile_side(self) -> int:
        return self._tile_side

    def selected_rows(self) -> list[int]:
        """In order; from the selection's ranges, which are few even when all is selected."""
        rows: list[int] = []
        selection = self.selectionModel().selection()
        for i in range(selection.count()):
            rows += range(selection.at(i).top(), selection.at(i).bottom() + 1)
        return sorted(rows)

    def make_current(self, row: int) -> None:
        """Bring it into view, without a change of the selection."""
        index = self.model().index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(index)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // (self._tile_side + _BETWEEN))

    def _fill_width(self) -> None:
        # Qt puts a cell into the next line unless some room is left over.
        width = (self.viewport().width() - 2) // self._columns()
        if width > 0 and self.gridSize() != QSize(width, width):
            self.setGridSize(QSize(width, width))
        self._settled.start(0)

    def _look_soon(self) -> None:
        if not self._settled.isActive():
            self._settled.start(16)

    def _look(self) -> None:
        cell = self.gridSize()
        if cell.isEmpty() or not self.isVisible():
            return
        columns, top = self._columns(), self.verticalScrollBar().value()
        lines = -(-self.viewport().height() // cell.height()) + 1
        first = top // cell.height() * columns
        self.looked_at.emit(range(first, first + 2 * lines * columns))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.tile_side_wanted.emit(self._tile_side + (_STEP if event.angleDelta().y() > 0 else -_STEP))
            event.accept()
            return
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fill_width()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill_width()
