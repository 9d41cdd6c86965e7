"""A titled list of what was found in a set: lines that can be read, selected and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QIcon,
    QKeySequence,
    QPainter,
    QPixmap,
    QShortcut,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from .backdrop import fitted
from .widgets import column, icon_button, label, row

_PICTURE_SIDE = 34  # px
_MOST_PICTURES = 4  # a line


class FoundList(QWidget):
    """Hidden while there is nothing to tell."""

    def __init__(self, name: str, is_pictured: bool = False) -> None:
        """is_pictured: each line has room for some small pictures at its left."""
        super().__init__()
        self._title = label("", "strong")
        self._copy = icon_button(f"Copy: {name}", "copy", self.copy)
        self.model = QStandardItemModel(self)
        self.view = QListView()
        self.view.setProperty("role", "list")
        self.view.setAccessibleName(name)
        self.view.setModel(self.model)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setWordWrap(True)
        self.view.setUniformItemSizes(False)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setMinimumHeight(72)
        if is_pictured:
            self.view.setIconSize(QSize(_MOST_PICTURES * _PICTURE_SIDE, _PICTURE_SIDE))
        self._pictures: dict[int, list[QPixmap]] = {}
        keys = QShortcut(QKeySequence.StandardKey.Copy, self.view)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self.copy)
        layout = column(row(self._title, None, self._copy), self.view, spacing=4)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def show_lines(self, title: str, lines: Sequence[str]) -> None:
        self._title.setText(title)
        self._pictures = {}
        self.model.clear()
        for line in lines:
            item = QStandardItem(line)
            item.setToolTip(line)
            self.model.appendRow(item)
        self.setVisible(bool(lines))

    def add_picture(self, line: int, pixmap: QPixmap, is_pixel_art: bool) -> None:
        """One more small picture at the left of a line; those beyond its room are left out."""
        pictures = self._pictures.setdefault(line, [])
        item = self.model.item(line)
        if item is None or len(pictures) >= _MOST_PICTURES:
            return
        pictures.append(pixmap)
        ratio = self.devicePixelRatioF()
        item.setIcon(QIcon(_side_by_side(pictures, is_pixel_art, ratio)))

    @property
    def lines(self) -> list[str]:
        return [self.model.item(i).text() for i in range(self.model.rowCount())]

    def copy(self) -> None:
        """The chosen lines, or all of them, as text."""
        chosen = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        lines = self.lines
        QGuiApplication.clipboard().setText("\n".join(lines[i] for i in chosen or range(len(lines))))


def _side_by_side(pictures: Sequence[QPixmap], is_pixel_art: bool, ratio: float) -> QPixmap:
    sheet = QPixmap(QSize(len(pictures) * _PICTURE_SIDE, _PICTURE_SIDE) * ratio)
    sheet.setDevicePixelRatio(ratio)
    sheet.fill(Qt.GlobalColor.transparent)
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_pixel_art)
    for i, pixmap in enumerate(pictures):
        room = QRectF(i * _PICTURE_SIDE, 0, _PICTURE_SIDE, _PICTURE_SIDE).adjusted(1, 1, -1, -1)
        painter.drawPixmap(fitted(pixmap.size(), room, is_pixel_art, ratio), pixmap, QRectF(pixmap.rect()))
    painter.end()
    return sheet
