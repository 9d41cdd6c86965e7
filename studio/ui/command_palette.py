"""A field and a list: type a few letters of what you want done, press Enter (Ctrl+Shift+P)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid

from .actions import EVERYWHERE, Listed, repeats
from .widgets import column, label, search_field

_WIDTH, _LINES, _LINE = 560, 9, 36  # px, lines, px
_ACTION = Qt.ItemDataRole.UserRole
_KEYS = Qt.ItemDataRole.UserRole + 1


class CommandPalette(QFrame):
    """Offers what can be done now, over the window; goes when another thing gets the focus."""

    def __init__(self, lines: Sequence[Listed], room: str, window: QWidget) -> None:
        """room: the one that is shown; its commands come first, those of other rooms are left out."""
        super().__init__(window)
        self.setProperty("role", "floating")
        self.setAccessibleName("Command palette")
        usable = [
            line
            for line in lines
            if line.action is not None and line.action.isEnabled() and line.room in (room, EVERYWHERE)
        ]
        self._lines = sorted(usable, key=lambda line: line.room == EVERYWHERE)
        self._before = window.focusWidget()
        self.field = search_field("What to do", "What would you like to do?", is_in_dialog=True)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose)
        self.field.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._nothing = label("There is no such command here.", "muted")
        self._nothing.setContentsMargins(12, 4, 0, 4)
        self._build_list()
        layout = column(self.field, self._nothing, self.list, spacing=8, margins=10)
        self.setLayout(layout)
        self._fill("")
        self.setGeometry(
            (window.width() - _WIDTH) // 2, window.height() // 8, _WIDTH, self.sizeHint().height()
        )
        self.raise_()
        self.show()
        self.field.setFocus()

    def _build_list(self) -> None:
        self.list = QListView()
        self.list.setAccessibleName("Commands")
        self.list.setProperty("role", "plain")
        repeats(self.list, "window.commands")  # the arrow keys reach it from the field
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.list.setFixedHeight(_LINES * _LINE)
        self.list.clicked.connect(lambda _: self._choose())

    def leave(self) -> None:
        """Gone at once, and the focus where it was."""
        if self.isVisible():
            self.hide()
            if self._before is not None and isValid(self._before):
                self._before.setFocus()
            self.deleteLater()

    def _fill(self, wanted: str) -> None:
        self._model.clear()
        for line in found(self._lines, wanted):
            assert line.action is not None
            item = QStandardItem(line.action.icon(), line.text)
            item.setData(line.action, _ACTION)
            item.setData(line.keys[0] if line.keys else "", _KEYS)
            item.setData(", ".join([line.text, *line.keys[:1]]), Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(line.action.statusTip())
            self._model.appendRow(item)
        self._nothing.setVisible(self._model.rowCount() == 0)
        self._go_to(0)

    def _go_to(self, place: int) -> None:
        count = self._model.rowCount()
        if count:
            self.list.setCurrentIndex(self._model.index(place % count, 0))

    def _choose(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            action: QAction = index.data(_ACTION)
            self.leave()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down of the field walk the list, Escape and a click elsewhere close it."""
        if event.type() == QEvent.Type.FocusOut and watched is self.field:
            self.leave()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _LINES - 1}
            steps[Qt.Key.Key_PageUp] = 1 - _LINES
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                place = self.list.currentIndex().row() + step
                is_page = abs(step) > 1
                self._go_to(min(max(0, place), self._model.rowCount() - 1) if is_page else place)
                return True
        return super().eventFilter(watched, event)


def found(lines: Sequence[Listed], wanted: str) -> list[Listed]:
    """Lines in which every typed word begins a word; then those that only have its letters in order."""
    words = wanted.casefold().split()
    if not words:
        return list(lines)
    begun = [line for line in lines if _begins(line, words)]
    letters = "".join(words)
    return begun + [line for line in lines if line not in begun and _has_letters(line.text, letters)]


def _begins(line: Listed, words: Sequence[str]) -> bool:
    parts = line.text.casefold().split()
    return all(any(part.startswith(word) for part in parts) for word in words)


def _has_letters(text: str, letters: str) -> bool:
    rest = iter(text.casefold())
    return all(letter in rest for letter in letters)


class _LineDelegate(QStyledItemDelegate):
    """The keys of a command stand at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, _LINE)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        palette: QPalette = option.palette
        widget: QWidget = option.widget
        self.initStyleOption(option, index)
        option.text, text = "", option.text
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasDecoration
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        inner = rect.adjusted(12, 0, -14, 0)
        picture: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
        picture.paint(painter, QRect(inner.left(), inner.center().y() - 8, 17, 17))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(inner.adjusted(30, 0, 0, 0), middle, text)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(inner, middle | int(Qt.AlignmentFlag.AlignRight), index.data(_KEYS))
