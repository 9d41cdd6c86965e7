"""The wall: an endless, evenly filled grid of generated pictures, by mouse and by keyboard."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
)

from .backdrop import Backdrop
from .tile import TileDelegate, tick_of
from .wall_model import WallModel

_BETWEEN = 10  # px between tiles


class Wall(QListView):
    """Click or Enter opens a picture, the tick or Space selects it, dragging takes it out."""

    opened = Signal(int)  # row
    selection_changed = Signal(list)  # rows, sorted
    drag_wanted = Signal(list)  # rows
    tile_side_wanted = Signal(int)
    first_painted = Signal()  # a decoded picture was drawn, for the first time

    def __init__(self, model: WallModel, backdrop: Backdrop) -> None:
        super().__init__()
        self.setAccessibleName("Wall of pictures")
        self.setAccessibleDescription("Arrow keys move, Enter opens, Space selects.")
        self._model = model
        self._tile_side = 112
        self._delegate = TileDelegate(backdrop, self)
        self._delegate.first_painted.connect(self.first_painted)
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
        self._pressed_row = -1
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().selectionChanged.connect(
            lambda: self.selection_changed.emit(self.selected_rows())
        )
        model.modelReset.connect(self._on_reset)
        backdrop.changed.connect(self.viewport().update)

    def set_tile_side(self, side: int) -> None:
        self._tile_side = side
        self._fill_width()

    def set_pixel_art(self, is_pixel_art: bool) -> None:
        self._delegate.set_pixel_art(is_pixel_art)
        self.viewport().update()

    def selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def show_row(self, row: int) -> None:
        """Make it the current one, in view."""
        while row >= self._model.rowCount():
            self._model.grow()
        index = self._model.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(index)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // (self._tile_side + _BETWEEN))

    def _fill_width(self) -> None:
        """Cells share the width evenly, so that the wall has no ragged edge."""
        # Qt puts a cell into the next line unless some room is left over.
        width = (self.viewport().width() - 2) // self._columns()
        if width > 0 and self.gridSize() != QSize(width, width):
            self.setGridSize(QSize(width, width))
        self._settled.start(0)

    def _on_reset(self) -> None:
        self.scrollToTop()
        self.selection_changed.emit([])
        if self._model.rowCount():
            first = self._model.index(0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._settled.start(0)

    def _on_scrolled(self) -> None:
        bar = self.verticalScrollBar()
        if bar.value() > bar.maximum() - 2 * self.viewport().height():
            self._model.grow()
        if not self._settled.isActive():
            self._settled.start(16)

    def _look(self) -> None:
        """Tell the model what is in view, and then one screen ahead."""
        cell = self.gridSize()
        if cell.isEmpty() or not self.isVisible():
            return
        columns, top = self._columns(), self.verticalScrollBar().value()
        lines = -(-self.viewport().height() // cell.height()) + 1
        first = top // cell.height() * columns
        self._model.look_at(range(first, first + 2 * lines * columns))

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Plain clicks and arrows leave the selection alone: a click opens, the tick and Space select."""
        flag = QItemSelectionModel.SelectionFlag
        if isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Space:
                return flag.Toggle
            is_extending = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            return flag.SelectCurrent if is_extending else flag.NoUpdate
        if isinstance(event, QMouseEvent):
            if event.type() != QEvent.Type.MouseButtonPress or event.button() != Qt.MouseButton.LeftButton:
                return flag.NoUpdate
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                return flag.SelectCurrent
            is_toggling = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if index.isValid() and (is_toggling or self._is_on_tick(index, event.position())):
                return flag.Toggle
            return flag.NoUpdate
        return super().selectionCommand(index, event)

    def _is_on_tick(self, index: QModelIndex | QPersistentModelIndex, position: QPointF) -> bool:
        return tick_of(self.visualRect(index)).adjusted(-4, -4, 4, 4).contains(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_row = -1
        self._delegate.shows_keyboard = False
        index = self.indexAt(event.position().toPoint())
        is_plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if index.isValid() and is_plain and not self._is_on_tick(index, event.position()):
            self._pressed_row = index.row()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_row = self._pressed_row, -1
        super().mouseReleaseEvent(event)
        if pressed >= 0 and self.indexAt(event.position().toPoint()).row() == pressed:
            self.opened.emit(pressed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._delegate.shows_keyboard = True
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._delegate.shows_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        if event.key() == Qt.Key.Key_Escape and self.selected_rows():
            self.clearSelection()
            return
        super().keyPressEvent(event)

    def startDrag(self, supported: Qt.DropAction) -> None:
        self._pressed_row = -1
        rows = self.selected_rows()
        current = self.currentIndex().row()
        self.drag_wanted.emit(rows if current in rows else [current])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.tile_side_wanted.emit(self._tile_side + (12 if event.angleDelta().y() > 0 else -12))
            event.accept()
            return
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fill_width()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill_width()
