"""What is left of the grid: smart filters, collections, tags and models, with how many pictures each has."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from studio.store.gallery import Collection, Gallery, Search
from studio.ui.icons import icon
from studio.ui.model_words import number
from studio.ui.widgets import column, icon_button, label, row

from .grid import CARRIED, carried_ids
from .model import Index
from .state import ALL, GalleryState, Place

_PLACE = Qt.ItemDataRole.UserRole
_COUNT = Qt.ItemDataRole.UserRole + 1
_HEADING = Qt.ItemDataRole.UserRole + 2
COLLECTIONS = "Collections"
_DAY_MS = 24 * 3600 * 1000
FAVOURITE = 4  # stars


@dataclass(frozen=True, eq=False)
class Listing:
    """Everything the sidebar shows, read in one go."""

    smart: list[tuple[Place, str, int]]  # place, icon, count
    collections: list[Collection]
    tags: list[tuple[str, int]]
    models: list[tuple[str, str, int]]


def smart_places() -> list[tuple[Place, str]]:
    week = int(time.time() * 1000) - 7 * _DAY_MS
    return [
        (ALL, "image"),
        (Place("favourites", "Favourites", Search(least_stars=FAVOURITE)), "star"),
        (Place("new", "Last seven days", Search(since_ms=week)), "clock"),
        (Place("unrated", "Without stars", Search(is_unrated=True)), "star-half"),
        (Place("untagged", "Without tags", Search(is_untagged=True)), "tag"),
        (Place("loose", "In no collection", Search(is_loose=True)), "folder-simple"),
        (Place("not-well", "Missing or changed", Search(is_not_well=True)), "warning"),
    ]


def read_listing(gallery: Gallery) -> Listing:
    """On any thread."""
    smart = [
        (place, name, gallery.count(None if place is ALL else place.search)) for place, name in smart_places()
    ]
    return Listing(smart, gallery.collections.all(), gallery.tags(), gallery.models())


def collection_place(id: int, name: str) -> Place:
    return Place(f"collection:{id}", name, Search(collection=id))


class _LineDelegate(QStyledItemDelegate):
    """A line with its count at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        count, tree = index.data(_COUNT), option.widget
        if isinstance(tree, _Tree) and tree.taking == index.row():
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            accent = option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Accent)
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 6, 6)
            painter.restore()
        if count is None:
            return
        painter.save()
        if tree.hasFocus() and option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(option.palette.color(QPalette.ColorRole.Accent), 2))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        where = option.rect.adjusted(0, 0, -10, 0)
        side = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(where, side, number(count))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, 30)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the selection shows where the keyboard is
        if index.data(_COUNT) is not None:
            option.textElideMode = Qt.TextElideMode.ElideRight


class _Tree(QTreeWidget):
    """Takes pictures that are dropped on a collection, or on the heading of the collections."""

    dropped = Signal(object, list)  # Place, None for the heading; numbers of pictures
    removed = Signal()
    renamed = Signal()
    taking = -1  # row of the line that would take what is dragged

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(CARRIED):
            event.acceptProposedAction()
        else:
            event.ignore()  # files are for the room

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        item = self._taker(event.position().toPoint())
        self._mark(item)
        event.setAccepted(item is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(None)

    def dropEvent(self, event: QDropEvent) -> None:
        item = self._taker(event.position().toPoint())
        self._mark(None)
        if item is not None:
            event.acceptProposedAction()
            self.dropped.emit(item.data(0, _PLACE), carried_ids(event.mimeData()))

    def _taker(self, at: QPoint) -> QTreeWidgetItem | None:
        item = self.itemAt(at)
        if item is None:
            return None
        place = item.data(0, _PLACE)
        is_collection = isinstance(place, Place) and place.collection is not None
        return item if is_collection or item.data(0, _HEADING) == COLLECTIONS else None

    def _mark(self, marked: QTreeWidgetItem | None) -> None:
        row = -1 if marked is None else self.indexOfTopLevelItem(marked)
        if row != self.taking:
            self.taking = row
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.renamed.emit()
        else:
            super().keyPressEvent(event)


class Sidebar(QFrame):
    """Shows and sets the place of a GalleryState."""

    collection_wanted = Signal()  # a new one
    dropped = Signal(object, list)  # Place, None for a new collection; numbers of pictures
    renamed = Signal(object, str)  # Place of a collection, its new name
    removed = Signal(object)  # Place of a collection

    def __init__(self, state: GalleryState) -> None:
        super().__init__()
        self.setProperty("role", "left side")
        self.setFixedWidth(216)
        self._state = state
        self._is_filling = False
        self._to_rename: int | None = None
        self.tree = _Tree()
        self.tree.setAccessibleName("Places of the gallery")
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setUniformRowHeights(True)
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setItemDelegate(_LineDelegate(self.tree))
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.currentItemChanged.connect(lambda item, _: self._on_current(item))
        self.tree.itemChanged.connect(self._on_edited)
        self.tree.dropped.connect(self.dropped)
        self.tree.renamed.connect(self.begin_rename)
        self.tree.removed.connect(self._remove)
        self._new = icon_button("New collection", "plus", self.collection_wanted.emit, "Ctrl+Shift+N")
        head = row(label("Gallery", "title"), None, self._new)
        head.setContentsMargins(18, 18, 10, 8)
        inside = row(self.tree)
        inside.setContentsMargins(8, 0, 8, 0)
        layout = column(head, inside, spacing=0)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        state.place.changed.connect(lambda _: self._show_place())

    def show_listing(self, listing: Listing) -> None:
        """Everything anew; what was chosen stays chosen while it is there."""
        self._is_filling = True
        at = self.tree.verticalScrollBar().value()
        self.tree.clear()
        shown = [line for line in listing.smart if line[0].id != "not-well" or line[2]]
        self._fill("", [(place, name, count) for place, name, count in shown])
        self._fill(
            COLLECTIONS,
            [(collection_place(one.id, one.name), "folder-simple", one.count) for one in listing.collections],
            "Drop pictures here",
        )
        models = [(model_place(id, name), "stack" if id else "image", n) for id, name, n in listing.models]
        self._fill("Models", models)
        self._fill("Tags", [(Place(f"tag:{tag}", tag, Search(tag=tag)), "tag", n) for tag, n in listing.tags])
        self.tree.verticalScrollBar().setValue(at)
        self._is_filling = False
        is_there = self._show_place()
        if self._to_rename is not None:
            if any(one.id == self._to_rename for one in listing.collections):
                self._to_rename = None
                self.begin_rename()
        elif not is_there:
            self._state.place.set(ALL)

    def _fill(self, title: str, lines: list[tuple[Place, str, int]], empty: str = "") -> None:
        if title and (lines or empty):
            heading = QTreeWidgetItem([title])
            heading.setData(0, _HEADING, title)
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDropEnabled)
            heading.setForeground(0, self.palette().color(QPalette.ColorRole.PlaceholderText))
            font = heading.font(0)
            font.setWeight(font.Weight.DemiBold)
            font.setPixelSize(12)
            heading.setFont(0, font)
            self.tree.addTopLevelItem(heading)
        for place, icon_name, count in lines:
            item = QTreeWidgetItem([place.title])
            item.setIcon(0, icon(icon_name))
            item.setData(0, _PLACE, place)
            item.setData(0, _COUNT, count)
            item.setToolTip(0, place.title)
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{place.title}, {count} pictures")
            if place.collection is not None:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.tree.addTopLevelItem(item)
        if not lines and empty:
            item = QTreeWidgetItem([empty])
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setData(0, _HEADING, title)  # takes what is dropped, as it says
            item.setToolTip(0, empty)
            self.tree.addTopLevelItem(item)

    def _show_place(self) -> bool:
        """Mark the line of the state's place; whether there is one."""
        wanted = self._state.place.value.id
        for i in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(i)
            place = item.data(0, _PLACE) if item is not None else None
            if item is not None and isinstance(place, Place) and place.id == wanted:
                self._is_filling = True
                self.tree.setCurrentItem(item)
                self._is_filling = False
                return True
        return False

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        place = item.data(0, _PLACE) if item is not None else None
        if isinstance(place, Place) and not self._is_filling:
            self._state.place.set(place)

    # Collections

    def _current_collection(self) -> Place | None:
        item = self.tree.currentItem()
        place = item.data(0, _PLACE) if item is not None else None
        return place if isinstance(place, Place) and place.collection is not None else None

    def rename_when_listed(self, id: int) -> None:
        """A collection that was made a moment ago: its name is typed as soon as its line is there."""
        self._to_rename = id

    def begin_rename(self) -> None:
        """The name of the current collection is typed in its line."""
        item = self.tree.currentItem()
        if item is not None and self._current_collection() is not None:
            self.tree.editItem(item, 0)

    def _remove(self) -> None:
        place = self._current_collection()
        if place is not None:
            self.removed.emit(place)

    def _on_edited(self, item: QTreeWidgetItem) -> None:
        place = item.data(0, _PLACE)
        if self._is_filling or not isinstance(place, Place) or item.text(0) == place.title:
            return
        name = item.text(0).strip()
        if name:
            self.renamed.emit(place, name)
        else:
            item.setText(0, place.title)

    def _show_menu(self, at: QPoint) -> None:
        if self._current_collection() is None or self.tree.itemAt(at) is not self.tree.currentItem():
            return
        menu = QMenu(self)
        menu.addAction(icon("pencil-simple"), "Rename\tF2", self.begin_rename)
        menu.addAction(icon("trash"), "Delete the collection\tDel", self._remove)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.tree.viewport().mapToGlobal(at))


def model_place(id: str, name: str) -> Place:
    title = name or (f"Model {id[:8]}" if id else "Other pictures")
    return Place(f"model:{id}", title, Search(model=id))
