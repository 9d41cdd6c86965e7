"""The New-model wizard: shows where a core.steps.Wizard stands and walks it on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from studio.core.errors import StudioError
from studio.core.steps import STEPS, Answers, Step, Wizard
from studio.store.runs import Run

from .actions import Gesture, name_room
from .backdrop import Backdrop
from .decoding import Decoders
from .done_page import DonePage
from .fit_page import FitPage
from .pictures_page import Looked, LookThrough, PicturesPage
from .state import Shelf, Value
from .time_page import TimePage
from .training import Phase, TrainingDesk
from .training_page import TrainingPage
from .trial import TrialDesk
from .widgets import Banner, button, column, frame, icon_button, label, restyle, reword, row, stacked


class NewModel(QWidget):
    """From a folder of pictures to a bundle. Leaving it while a run is under way leaves the run alone."""

    closed = Signal()
    use_wanted = Signal(object)  # Path of a bundle
    pictures_wanted = Signal(object)  # tuple of Carried: onto the canvas

    def __init__(
        self,
        shelf: Shelf,
        desk: TrainingDesk,
        trials: TrialDesk,
        decoders: Decoders,
        backdrop: Backdrop,
        look_through: LookThrough,
    ) -> None:
        super().__init__()
        name_room(self, "New model")
        Gesture(self, "Close; a run goes on", "Esc")
        self._shelf, self._desk = shelf, desk
        self.wizard: Value[Wizard] = Value(Wizard(), self)
        self.banner = Banner()
        self.pictures = PicturesPage(look_through, backdrop)
        self.fit = FitPage(backdrop)
        self._trials = trials
        self.time = TimePage(trials)
        self.training = TrainingPage(desk, backdrop)
        self.done = DonePage(shelf, desk, decoders, backdrop)
        self._build()
        self._connect()
        self._draw()

    def _build(self) -> None:
        self._marks: list[QLabel] = []
        steps = row(spacing=8)
        for number, step in enumerate(STEPS, 1):
            mark = label(f"{number}   {step.value}", "step")
            self._marks.append(mark)
            steps.addWidget(mark)
        head = row(label("New model", "title"), 24, steps, None, spacing=8)
        self._close = icon_button("Close", "x", self.closed.emit, "Esc")
        head.addWidget(self._close)
        holder = QWidget()
        self._pages = stacked(holder, self.pictures, self.fit, self.time, self.training, self.done)
        body = column(head, self.banner, holder, spacing=18)
        body.setContentsMargins(32, 22, 32, 18)
        body.setStretch(2, 1)
        self.foot = self._build_foot()
        whole = column(spacing=0)
        whole.addLayout(body, 1)
        whole.addWidget(self.foot)
        self.setLayout(whole)

    def _build_foot(self) -> QFrame:
        foot = frame("foot")
        self.back = button("Back", lambda: self.wizard.set(self.wizard.value.back()), "", "arrow-left")
        self._problem = label("", "muted")
        self.next = button("Next", self.go_on, "primary")
        layout = row(self.back, None, self._problem, self.next, spacing=14)
        layout.setContentsMargins(32, 12, 32, 12)
        foot.setLayout(layout)
        return foot

    def _connect(self) -> None:
        self.wizard.changed.connect(self._draw)
        self._shelf.changed.connect(self._draw)
        self.pictures.given.connect(self._on_given)
        self.pictures.looked.connect(self._on_looked)
        self.pictures.example_read.connect(self.fit.show_example)
        self.fit.changed.connect(self._on_answered)
        self.time.changed.connect(self._on_answered)
        self.training.background_wanted.connect(self.closed)
        self.training.again_wanted.connect(self.start_anew)
        self.done.use_wanted.connect(self.use_wanted)
        self.done.pictures_wanted.connect(self.pictures_wanted)
        self.done.again_wanted.connect(self.start_anew)
        self.training.resume_wanted.connect(self._resume_last)
        self._desk.phase.changed.connect(self._on_phase_changed)

    def leave(self) -> None:
        """For quitting: end what goes on in threads."""
        self.pictures.leave()
        self._trials.leave()
        self.training.view.leave()
        self.done.leave()

    # What the artist does

    def give(self, paths: list[Path]) -> None:
        """Pictures that were dropped on the window or given at the start."""
        if self.wizard.value.step in (Step.TRAINING, Step.DONE):
            if self._desk.is_under_way:
                self.training.banner.show_error(
                    StudioError("A model is being trained.", "New pictures can be given when it is done.")
                )
                return
            self.start_anew()
        self.wizard.set(Wizard(Step.PICTURES, self.wizard.value.answers))
        self.pictures.give(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def start_anew(self) -> None:
        """The first page, with nothing answered."""
        self.pictures.reset()
        self.wizard.set(Wizard())

    def go_on(self) -> None:
        """To the next step; from the last question that starts the run."""
        try:
            further = self.wizard.value.next(self._shelf.taken_names())
            if further.step is Step.TRAINING:
                self._trials.forget()
                answers = further.answers
                self._desk.start(answers.recipe(), answers.paths)
        except StudioError as error:
            self.banner.show_error(error)
            return
        self.banner.hide()
        self.wizard.set(further)

    def resume(self, run: Run) -> None:
        """Go on with a run from the disk."""
        self.banner.hide()
        recipe = run.recipe
        try:
            self._desk.start(recipe, run.paths, resume=True)
        except StudioError as error:
            self.banner.show_error(error)
            return
        answers = Answers(paths=run.paths, name=recipe.name, size=recipe.size)
        self.wizard.set(Wizard(Step.TRAINING, answers))

    def _resume_last(self) -> None:
        recipe = self._desk.recipe
        if recipe is None:
            return
        self._shelf.read()
        run = next((run for run in self._shelf.runs if run.name == recipe.name), None)
        if run is None:  # it failed before anything was saved
            wizard = self.wizard.value
            self.wizard.set(Wizard(Step.TIME, wizard.answers) if wizard.answers.found else Wizard())
        else:
            self.resume(run)

    # What is heard

    def _on_given(self, paths: list[Path]) -> None:
        self.fit.forget_examples()
        self.wizard.set(self.wizard.value.give_pictures(paths, self._shelf.taken_names()))

    def _on_looked(self, looked: Looked) -> None:
        self.wizard.set(self.wizard.value.looked_through(looked.found))

    def _on_answered(self, answers: Answers) -> None:
        self.wizard.set(Wizard(self.wizard.value.step, answers))

    def _on_phase_changed(self, phase: Phase) -> None:
        wizard = self.wizard.value
        if phase is Phase.DONE and wizard.step is Step.TRAINING:
            self.wizard.set(wizard.next())
        self._draw()

    def _draw(self) -> None:
        wizard = self.wizard.value
        self._pages.setCurrentIndex(STEPS.index(wizard.step))
        for mark, step in zip(self._marks, STEPS, strict=True):
            place = STEPS.index(step) - STEPS.index(wizard.step)
            mark.setProperty("at", "now" if place == 0 else "done" if place < 0 else "later")
            restyle(mark)
        self.fit.show_answers(wizard.answers)
        self.time.show_answers(wizard.answers)
        if wizard.step is Step.TIME and not self._desk.is_under_way:
            self.time.measure()
        problem = wizard.problem(self._shelf.taken_names())
        is_asking = wizard.step in (Step.PICTURES, Step.FIT, Step.TIME)
        self.foot.setVisible(is_asking)
        self.back.setVisible(wizard.can_go_back())
        self.next.setEnabled(problem is None)
        reword(self.next, "Start training" if wizard.step is Step.TIME else "Next")
        self._problem.setText(str(problem) if problem is not None else "")
