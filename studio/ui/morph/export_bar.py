"""What is being exported, how far it is, and stopping it."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QFrame, QProgressBar

from studio.core.events import Working
from studio.core.steps import time_in_words

from ..widgets import button, label, row
from .exporting import Exporter

_TOLD_AFTER_S = 2.0  # before that, how long it takes is a guess


class ExportBar(QFrame):
    """Shows an Exporter while it is at work."""

    def __init__(self, exporter: Exporter) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self._exporter = exporter
        self._begun = 0.0
        self._words, self._left = label("", "strong"), label("", "muted")
        self._progress = QProgressBar()
        self._progress.setAccessibleName("Export")
        self._progress.setTextVisible(False)
        self.cancel = button("Cancel", self._cancel, icon_name="x")
        layout = row(self._words, self._progress, self._left, self.cancel, spacing=14)
        layout.setStretch(1, 1)
        layout.setContentsMargins(16, 8, 16, 8)
        self.setLayout(layout)
        self.hide()
        exporter.running_changed.connect(self._show_running)
        exporter.progressed.connect(self._show_progress)

    def _show_running(self, is_running: bool) -> None:
        self.setVisible(is_running)
        self.cancel.setEnabled(True)
        if is_running:
            self._begun = time.monotonic()
            self._words.setText(f"Exporting “{self._exporter.name}”")
            self._left.setText("")
            self._progress.setRange(0, 0)

    def _show_progress(self, working: Working) -> None:
        self._progress.setRange(0, working.total)
        self._progress.setValue(working.done)
        if not working.total:
            self._left.setText(working.doing)
            return
        words = f"{working.done} of {working.total}"
        taken = time.monotonic() - self._begun
        if working.done and taken > _TOLD_AFTER_S:
            left = taken / working.done * (working.total - working.done)
            words += f", {time_in_words(left)} left"
        self._left.setText(f"{working.doing}, {words}")

    def _cancel(self) -> None:
        self._exporter.cancel()
        self.cancel.setEnabled(False)
        self._words.setText("Stopping…")
