"""Layouts that break into lines: cards of one width, and chips of any."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class _Lines(QLayout):
    """Items in lines, the height by the width; `_arrange` says where each lies."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def _arrange(self, rect: QRect, place: bool) -> int:
        """The height that the items take in the width of `rect`; puts them there where told to."""
        raise NotImplementedError


class FlowLayout(_Lines):
    """Items of one width in rows, as many as fit; the rows are filled evenly."""

    def __init__(self, least_width: int, spacing: int = 16) -> None:
        super().__init__(spacing)
        self._least_width = least_width

    def minimumSize(self) -> QSize:
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(self._least_width, height)

    def _arrange(self, rect: QRect, place: bool) -> int:
        gap = self.spacing()
        columns = max(1, (rect.width() + gap) // (self._least_width + gap))
        width = (rect.width() - gap * (columns - 1)) // columns
        top = rect.y()
        for start in range(0, len(self._items), columns):
            line = self._items[start : start + columns]
            height = max(item.sizeHint().height() for item in line)
            if place:
                for place_in_line, item in enumerate(line):
                    left = rect.x() + place_in_line * (width + gap)
                    item.setGeometry(QRect(QPoint(left, top), QSize(width, height)))
            top += height + gap
        return max(0, top - gap - rect.y())


class ChipFlow(_Lines):
    """Items of any width, as words are set in a paragraph."""

    def __init__(self, spacing: int = 6) -> None:
        super().__init__(spacing)

    def minimumSize(self) -> QSize:
        sizes = [item.sizeHint() for item in self._items]
        return QSize(min((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _arrange(self, rect: QRect, place: bool) -> int:
        left, top, height = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(max(1, rect.width()), 10_000))
            if left > rect.x() and left + size.width() > rect.right() + 1:
                left, top, height = rect.x(), top + height + self.spacing(), 0
            if place:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self.spacing()
            height = max(height, size.height())
        return top + height - rect.y()
