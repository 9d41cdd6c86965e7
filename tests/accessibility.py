"""What a control must have to be usable by everybody: a name, a way by keyboard, a size, its whole text."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)

from studio.ui.widgets import Elided

ACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
)
"""What can be used; a screen reader must also name QProgressBar."""
_WHOLE = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar)
"""What Qt puts inside these is theirs."""
LEAST_TARGET = 24  # px: WCAG 2.2, 2.5.8
LEAST_LETTERS = 8
"""A name that is cut off shows at least so many."""


def controls(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        is_ours = isinstance(widget, (*ACTIVE, QProgressBar)) and not isinstance(widget, QScrollBar)
        if is_ours and not _is_inside(widget):
            yield widget


def _is_inside(widget: QWidget) -> bool:
    above = widget.parent()
    while isinstance(above, QWidget):
        if isinstance(above, _WHOLE) or type(above).__name__ == "QComboBoxPrivateContainer":
            return True
        above = above.parent()
    return False


def words_of(widget: QWidget) -> str:
    name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
    return name.replace("&", "").strip()


def describe(widget: QWidget) -> str:
    owner = widget.parent()
    while owner is not None and type(owner).__module__.startswith("PySide6"):
        owner = owner.parent()
    return f"{type(widget).__name__} “{words_of(widget)}” of {type(owner).__name__}"


def nameless(root: QWidget) -> list[str]:
    return [f"no name: {describe(each)}" for each in controls(root) if not words_of(each)]


def out_of_reach(root: QWidget, commands: set[str]) -> list[str]:
    """Neither by Tab nor by a command. A button that only repeats one says so by its property `command`."""
    return [
        f"no keyboard way: {describe(each)}"
        for each in controls(root)
        if isinstance(each, ACTIVE)
        and each.isVisible()
        and each.isEnabled()
        and not each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.property("command") not in commands
        and not _is_one_of_several(each)
    ]


def _is_one_of_several(widget: QWidget) -> bool:
    """Of buttons that exclude each other Tab stops at the chosen one; arrow keys lead to the rest."""
    return isinstance(widget, QAbstractButton) and (
        widget.autoExclusive() or (widget.group() is not None and widget.group().exclusive())
    )


def too_small(root: QWidget) -> list[str]:
    return [
        f"{each.width()} × {each.height()} px: {describe(each)}"
        for each in controls(root)
        if isinstance(each, ACTIVE) and each.isVisible() and min(each.width(), each.height()) < LEAST_TARGET
    ]


def cut_off(root: QWidget) -> list[str]:
    found = []
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and not _is_inside(widget) and not widget.visibleRegion().isEmpty():
            lack = _lack(widget)
            if lack > 1:
                text = widget.text() if isinstance(widget, QLabel) else words_of(widget)
                found.append(f"{lack} px too few for “{text}”: {describe(widget)}")
    return found


def _lack(widget: QWidget) -> int:
    """px that a text has too few of."""
    metrics = QFontMetrics(widget.font())
    if isinstance(widget, Elided):
        least = min(len(widget.text()), LEAST_LETTERS)
        return metrics.horizontalAdvance(widget.text()[:least]) - widget.width()
    if isinstance(widget, QLabel):
        if not widget.text():
            return 0
        if widget.wordWrap():
            return widget.heightForWidth(widget.width()) - widget.height()
        return widget.sizeHint().width() - widget.width()
    if isinstance(widget, QPushButton | QCheckBox | QRadioButton):
        return widget.minimumSizeHint().width() - widget.width()
    if (
        isinstance(widget, QToolButton)
        and widget.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly
    ):
        return metrics.horizontalAdvance(widget.text()) - widget.width() + 2
    return 0
