"""The wizard's fourth page: watching a run, going back on it, and stopping it without loss."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from studio.core.errors import StudioError
from studio.core.events import Progress, Working
from studio.core.steps import time_in_words

from .backdrop import Backdrop
from .icons import ACCENT, icon
from .run_view import RunView
from .state import show
from .training import Phase, TrainingDesk
from .widgets import Banner, button, column, frame, label, reword, row


class TrainingPage(QWidget):
    """Shows a TrainingDesk: what comes back of the artist's pictures, what is new, how it goes."""

    background_wanted = Signal()
    again_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, desk: TrainingDesk, backdrop: Backdrop) -> None:
        super().__init__()
        self._desk = desk
        self.banner = Banner()
        self.warning = Banner()
        self.view = RunView(desk, backdrop)
        pictures = column(self.banner, self.view, spacing=8)
        pictures.setStretch(1, 1)
        whole = row(spacing=24)
        whole.addLayout(pictures, 1)
        whole.addWidget(self._build_side())
        self.setLayout(whole)
        show(desk.phase, self._show_phase)
        show(desk.progress, self._show_progress)
        show(desk.working, self._show_working)
        show(desk.advice, self._show_advice)
        show(desk.warning, self._show_warning)
        show(desk.error, self._show_error)

    def _build_side(self) -> QFrame:
        side = frame("panel")
        side.setFixedWidth(316)
        self._name = label("", "muted", wrap=True)
        self._phase = label("", "heading", wrap=True)
        self._percent = label("", "figure")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Training progress")
        self._left = label("", "muted", wrap=True)
        self._speed = label("", "small", wrap=True)
        self._advice_box = self._build_advice()
        desk = self._desk
        self.pausing = button("Pause", self._pause_or_go_on, "", "pause")
        self.keeping = button(
            "Stop and keep", desk.stop_and_keep, "", "check", "Make the model out of what is learnt so far"
        )
        self.stopping = button(
            "Stop for now", desk.stop_for_now, "", "stop", "Save the run; go on with it another time"
        )
        self.leaving = button(
            "Go on in the background", self.background_wanted.emit, "primary", "arrow-square-out"
        )
        self.resuming = button("Resume", self.resume_wanted.emit, "primary", "play")
        self.again = button("New model…", self.again_wanted.emit, "", "plus")
        layout = column(
            self._name,
            self._phase,
            self._percent,
            self.bar,
            self._left,
            self._speed,
            self._advice_box,
            self.warning,
            None,
            self.pausing,
            self.keeping,
            self.stopping,
            self.leaving,
            self.resuming,
            self.again,
            spacing=9,
            margins=20,
        )
        side.setLayout(layout)
        return side

    def _build_advice(self) -> QFrame:
        made = QFrame()
        self.advice = label("", wrap=True)
        self.advice.setAccessibleName("Advice")
        bulb = QLabel()
        bulb.setPixmap(icon("lightbulb", ACCENT).pixmap(QSize(18, 18)))
        layout = row(column(bulb, None), self.advice, spacing=10)
        layout.setStretch(1, 1)
        layout.setContentsMargins(0, 8, 0, 8)
        made.setLayout(layout)
        made.hide()
        return made

    def _pause_or_go_on(self) -> None:
        if self._desk.phase.value is Phase.PAUSED:
            self._desk.go_on()
        else:
            self._desk.pause()

    def _show_phase(self, phase: Phase) -> None:
        self._name.setText(self._desk.recipe.name if self._desk.recipe else "")
        self._phase.setText(phase.value)
        is_under_way = self._desk.is_under_way
        for made in (self.pausing, self.keeping):
            made.setVisible(is_under_way)
            made.setEnabled(self._desk.can_be_told)
        self.stopping.setVisible(is_under_way)
        self.stopping.setEnabled(phase in (Phase.STARTING, Phase.RUNNING, Phase.PAUSED))
        reword(self.pausing, "Go on" if phase is Phase.PAUSED else "Pause")
        self.pausing.setIcon(icon("play" if phase is Phase.PAUSED else "pause"))
        self.leaving.setVisible(is_under_way)
        self.resuming.setVisible(phase in (Phase.STOPPED, Phase.FAILED))
        self.again.setVisible(phase in (Phase.STOPPED, Phase.FAILED))
        if phase is Phase.STARTING:
            self._left.setText("Starting the trainer…")
        if phase is Phase.DONE:
            self._announce(f"The model {self._name.text()} is done.")
        self._show_fraction()

    def _show_progress(self, progress: Progress | None) -> None:
        if progress is None:
            self._left.setText("")
            self._speed.setText("")
        else:
            self._left.setText(f"{time_in_words(progress.seconds_left).capitalize()} left")
            seen = f"{progress.seen:,}".replace(",", "\u202f")
            rate = progress.pictures_per_s
            self._speed.setText(f"{seen} pictures looked at, {rate:.{0 if rate >= 10 else 1}f} a second")
        self._show_fraction()

    def _show_fraction(self) -> None:
        fraction = self._desk.fraction()
        self._percent.setText(f"{round(100 * fraction)} %")
        working = self._desk.working.value
        phase = self._desk.phase.value
        is_paused = phase is Phase.PAUSED  # then nothing may look as if it moved
        if self._desk.is_under_way and working is not None and not is_paused:
            self.bar.setRange(0, working.total)
            self.bar.setValue(working.done)
        elif phase is Phase.STARTING:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * fraction))

    def _show_working(self, working: Working | None) -> None:
        self._show_fraction()
        if working is not None and self._desk.is_under_way:
            counted = f": {working.done} of {working.total}" if working.total else "…"
            is_paused = self._desk.phase.value is Phase.PAUSED
            self._left.setText("It waits for you." if is_paused else f"{working.doing}{counted}")

    def _show_advice(self, sentence: str) -> None:
        self.advice.setText(sentence)
        self._advice_box.setVisible(bool(sentence))
        if sentence:
            self._announce(sentence)

    def _show_warning(self, sentence: str) -> None:
        if sentence:
            self.warning.say(sentence, "warn")
        else:
            self.warning.hide()

    def _show_error(self, error: StudioError | None) -> None:
        if error is None:
            self.banner.hide()
        else:
            self.banner.show_error(error)

    def _announce(self, sentence: str) -> None:
        """To screen readers: nobody watches a run the whole time."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
