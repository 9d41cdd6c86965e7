"""The run in the background, at the foot of whatever room is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QProgressBar

from studio.core.steps import time_in_words

from .training import Phase, TrainingDesk
from .widgets import button, label, row


class TrainingChip(QFrame):
    """The run in the background, in one line at the foot of the window; a click shows it."""

    show_wanted = Signal()

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._desk = desk
        self._words = label("", "")
        self._left = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName("Training progress")
        self.showing = button("Show", self.show_wanted.emit)
        self.showing.setAccessibleName("Show the training")
        layout = row(self._words, self._bar, self._left, None, self.showing, spacing=14)
        layout.setContentsMargins(20, 6, 12, 6)
        self.setLayout(layout)
        self.is_wanted = False
        self._is_dismissed = False
        self._draw()
        desk.phase.changed.connect(self._on_phase_changed)
        desk.progress.changed.connect(self._draw)

    def set_wanted(self, is_wanted: bool) -> None:
        """Not while the run itself is on the screen; one seen to its end is no news any more."""
        self.is_wanted = is_wanted
        if not is_wanted and not self._desk.is_under_way:
            self._is_dismissed = True
        self._draw()

    def _on_phase_changed(self) -> None:
        self._is_dismissed = not self.is_wanted and not self._desk.is_under_way
        self._draw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_wanted.emit()

    def _draw(self) -> None:
        phase, desk = self._desk.phase.value, self._desk
        is_news = phase not in (Phase.IDLE, Phase.STOPPED) and not self._is_dismissed
        self.setVisible(self.is_wanted and is_news)
        name = desk.recipe.name if desk.recipe else ""
        self._words.setText(f"{phase.value}: {name}")
        self._bar.setValue(round(1000 * desk.fraction()))
        progress = desk.progress.value
        is_running = phase is Phase.RUNNING and progress is not None
        self._left.setText(f"{time_in_words(progress.seconds_left)} left" if is_running and progress else "")
