"""Small pieces of the export dialog: a section that folds, and rows of a form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFrame, QGridLayout, QSpinBox, QWidget

from ..icons import MUTED, icon
from ..widgets import Elided, column, icon_button, label, row

_LABEL_WIDTH = 104  # px


class Section(QFrame):
    """A numbered part of the dialog. One that folds says in a line what is in it."""

    def __init__(self, number: int, title: str, content: QWidget, folds: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._content, self._title = content, title
        self.summary = Elided("", "muted")
        badge = label(f"{number}", "badge")
        badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        badge.setFixedSize(28, 20)
        head = row(badge, label(title, "strong"), self.summary, spacing=10)
        head.setStretch(2, 1)
        self._fold = icon_button(f"Show {title.lower()}", "caret-right", self.toggle)
        if folds:
            head.addWidget(self._fold)
        self._head = QWidget()
        self._head.setLayout(head)
        self._folds = folds
        layout = column(self._head, content, spacing=10)
        layout.setContentsMargins(14, 8, 10 if folds else 14, 10)
        self.setLayout(layout)
        if folds:
            self._head.setCursor(Qt.CursorShape.PointingHandCursor)
            self.open(False)

    @property
    def is_open(self) -> bool:
        return not self._content.isHidden()

    def toggle(self) -> None:
        self.open(not self.is_open)

    def open(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.summary.setVisible(not is_open)
        words = f"{'Hide' if is_open else 'Show'} {self._title.lower()}"
        self._fold.setIcon(icon("caret-down" if is_open else "caret-right", MUTED))
        self._fold.setIconSize(QSize(14, 14))
        self._fold.setAccessibleName(words)
        self._fold.setToolTip(words)

    def summarise(self, text: str) -> None:
        self.summary.setText(text)
        self.summary.setToolTip(text)
        self._fold.setAccessibleDescription(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._folds and self._head.geometry().contains(event.position().toPoint()):
            self.toggle()
        else:
            super().mousePressEvent(event)


class Form(QGridLayout):
    """Labels on the left, fields on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(8)
        self.setColumnMinimumWidth(0, _LABEL_WIDTH)
        self.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QWidget] = {}

    def add(self, words: str, *fields: QWidget) -> QWidget:
        """A line of the form; the widget that holds its fields."""
        named = label(words, "muted")
        named.setBuddy(fields[0])
        holder = QWidget()
        layout = row(*fields, None, spacing=10)
        holder.setLayout(layout)
        self._labels[holder] = named
        at = self.rowCount()
        self.addWidget(named, at, 0)
        self.addWidget(holder, at, 1)
        return holder

    def add_wide(self, field: QWidget) -> None:
        self.addWidget(field, self.rowCount(), 0, 1, 2)

    def show_row(self, holder: QWidget, is_shown: bool) -> None:
        holder.setVisible(is_shown)
        self._labels[holder].setVisible(is_shown)


def choice(name: str, entries: Sequence[tuple[str, Any]], picked: Callable[[Any], None]) -> QComboBox:
    """A box of words that stand for values; `picked` hears of the user's choices only."""
    made = QComboBox()
    made.setAccessibleName(name)
    for words, value in entries:
        made.addItem(words, value)
    made.activated.connect(lambda at: picked(made.itemData(at)))
    return made


def show_choice(box: QComboBox, value: Any) -> None:
    at = next((at for at in range(box.count()) if box.itemData(at) == value), -1)
    box.setCurrentIndex(at)


def number(
    name: str, least: int, most: int, changed: Callable[[int], None], suffix: str = "", value: int = 0
) -> QSpinBox:
    made = QSpinBox()
    _dress(made, name, suffix)
    made.setRange(least, most)
    made.setValue(value)
    made.valueChanged.connect(changed)
    return made


def decimal(
    name: str, least: float, most: float, step: float, changed: Callable[[float], None], suffix: str = ""
) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    _dress(made, name, suffix)
    made.setRange(least, most)
    made.setSingleStep(step)
    made.setDecimals(1 if step >= 0.1 else 2)
    made.valueChanged.connect(changed)
    return made


def _dress(made: QSpinBox | QDoubleSpinBox, name: str, suffix: str) -> None:
    made.setAccessibleName(name)
    made.setSuffix(suffix)
    made.setFixedWidth(84)
    made.lineEdit().setTextMargins(7, 0, 4, 0)
    made.setKeyboardTracking(False)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls the dialog


def tick(words: str, changed: Callable[[bool], None], tip: str = "", is_on: bool = False) -> QCheckBox:
    """What is set here is not heard of."""
    made = QCheckBox(words)
    made.setChecked(is_on)
    made.setToolTip(tip)
    made.toggled.connect(changed)
    return made
