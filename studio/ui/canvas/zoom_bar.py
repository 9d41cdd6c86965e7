"""The small bar in the corner of the canvas: how large everything is shown, and buttons to change that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame

from ..actions import Command
from ..state import Value, show
from ..widgets import command_icon, label, row
from .camera import Camera
from .tiles import FULL_SIDE

_AWAY = 12  # px from the corner


class ZoomBar(QFrame):
    """Lies over the lower left corner of a view."""

    def __init__(self, over: Camera, zoom: Value[float], out: Command, in_: Command, fit: Command) -> None:
        super().__init__(over)
        self.setProperty("role", "floating")
        self._over = over
        self.words = label("", "small")
        self.words.setAccessibleName("Zoom")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setFixedWidth(46)
        layout = row(command_icon(out), self.words, command_icon(in_), command_icon(fit), spacing=0)
        layout.setContentsMargins(3, 3, 3, 3)
        self.setLayout(layout)
        show(zoom, lambda side: self.words.setText(f"{100 * side / FULL_SIDE:.0f} %"))
        over.installEventFilter(self)
        self._settle()
        over.covered_below = self.height() + _AWAY // 2

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _settle(self) -> None:
        self.adjustSize()
        self.move(_AWAY, self._over.height() - self.height() - _AWAY)
