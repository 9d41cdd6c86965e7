"""Icons from QtAwesome's Phosphor font, drawn in the palette's colours whenever they are painted.

QtAwesome's own loader imports all of Qt through qtpy and reads every font it has: 0.15 to 0.3 s of a start
that should take half a second. Its files are read directly instead.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)

_FONT, _CHARMAP = "phosphor-1.3.0.ttf", "phosphor-charmap-1.3.0.json"

TEXT = QPalette.ColorRole.WindowText
MUTED = QPalette.ColorRole.PlaceholderText
ACCENT = QPalette.ColorRole.Accent
WARN = QPalette.ColorRole.LinkVisited
DANGER = QPalette.ColorRole.BrightText
ON_ACCENT = QPalette.ColorRole.HighlightedText


@cache
def _folder() -> Path:
    found = importlib.util.find_spec("qtawesome")
    if found is None or not found.submodule_search_locations:
        raise ImportError("QtAwesome is not installed")
    return Path(next(iter(found.submodule_search_locations))) / "fonts"


@cache
def _letters() -> dict[str, str]:
    values = json.loads((_folder() / _CHARMAP).read_text(encoding="utf-8"))
    return {name: chr(int(code, 16)) for name, code in values.items()}


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(_folder() / _FONT))
    return QFontDatabase.applicationFontFamilies(number)[0]


class _GlyphEngine(QIconEngine):
    """One glyph at any size, in a role of the palette that is current when it is painted."""

    def __init__(self, letter: str, role: QPalette.ColorRole) -> None:
        super().__init__()
        self._letter, self._role = letter, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        group = QPalette.ColorGroup.Disabled if mode is QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        role = ACCENT if state is QIcon.State.On and self._role is TEXT else self._role
        font = QFont(_family())
        font.setPixelSize(max(1, rect.height()))
        painter.save()
        painter.setFont(font)
        painter.setPen(QGuiApplication.palette().color(group, role))
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if size.isEmpty():  # a button that has no room yet
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._letter, self._role)


def icon(name: str, role: QPalette.ColorRole = TEXT) -> QIcon:
    """A Phosphor icon by name ("plus", "gear-bold"). Raises KeyError for one that is not there."""
    return QIcon(_GlyphEngine(_letters()[name], role))
