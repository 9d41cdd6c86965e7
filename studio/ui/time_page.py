"""The wizard's third page: the name, how long to train and what to expect of it, what few ever change."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.events import Tried
from studio.core.expectation import Expectation, expect
from studio.core.recipe import DEVICES, PRESET_MINUTES
from studio.core.steps import OWN_TIME, Answers

from .trial import Asked, TrialDesk
from .widgets import button, centred, column, label, row, scrolling

_TIMES = {"quick": "Quick", "balanced": "Balanced", "best": "Best", OWN_TIME: "My own time"}
_DEVICES = {
    "auto": "The fastest there is",
    "cpu": "The processor",
    "cuda": "The NVIDIA graphics card",
    "mps": "The Apple graphics processor",
}
_CARD_HEIGHT = 128  # px
_SPIN_MARGINS = (8, 0, 0, 0)  # px; a style sheet's padding does not reach the text of a spin box


class TimeCard(QPushButton):
    """A length of time and what it brings."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("kind", "choice")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._words = words
        self._time, self.outlook = label("", "small"), label("", "strong", wrap=True)
        self._reason = label("", "small", wrap=True)
        layout = column(
            row(label(words, "heading"), None, self._time), self.outlook, self._reason, None, spacing=6
        )
        layout.setContentsMargins(14, 12, 14, 12)
        self.setLayout(layout)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_time(self, minutes: float, expectation: Expectation | None) -> None:
        self._time.setText(f"{minutes:g} min")
        self.outlook.setText(expectation.outlook.value if expectation else "…")
        self._reason.setText(expectation.reason if expectation else "")
        self.setAccessibleName(f"{self._words}, {minutes:g} minutes")
        self.setAccessibleDescription(f"{self.outlook.text()}. {self._reason.text()}")


class TimePage(QWidget):
    """Shows Answers and says when the artist changed them."""

    changed = Signal(object)  # Answers

    def __init__(self, trials: TrialDesk) -> None:
        super().__init__()
        self._trials = trials
        self._answers = Answers()
        self._is_drawing = False
        inner = QWidget()
        inner.setMaximumWidth(980)
        inner.setLayout(
            column(
                _titled("Name", "", self._build_name()),
                _titled(
                    "Time",
                    "You can stop earlier and keep what is there.",
                    self._build_times(),
                ),
                self._build_more(),
                None,
                spacing=26,
                margins=4,
            )
        )
        self.setLayout(column(scrolling(centred(inner))))
        trials.outcome.changed.connect(self._draw_expectations)

    def _build_name(self) -> QWidget:
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the model")
        self.name.setPlaceholderText("What is it called?")
        self.name.setMaxLength(60)
        self.name.setFixedWidth(380)
        self.name.textEdited.connect(lambda text: self._change(name=text))
        return self.name

    def _build_times(self) -> QWidget:
        self.presets: dict[str, TimeCard] = {}
        group = QButtonGroup(self)
        line = row(spacing=12)
        for preset, words in _TIMES.items():
            card = TimeCard(words)
            card.clicked.connect(lambda _=False, preset=preset: self._change(preset=preset))
            group.addButton(card)
            line.addWidget(card, 1)
            self.presets[preset] = card
        self.minutes = QDoubleSpinBox()
        self.minutes.setAccessibleName("Minutes")
        self.minutes.setRange(0.5, 10_000)
        self.minutes.setDecimals(1)
        self.minutes.setSuffix(" minutes")
        self.minutes.setFixedWidth(150)
        self.minutes.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self.minutes.valueChanged.connect(lambda minutes: self._change(own_minutes=minutes))
        self.measured = label("", "muted", wrap=True)
        cards, made = QWidget(), QWidget()
        cards.setFixedHeight(_CARD_HEIGHT)  # a height of the cards' own would be the style sheet's
        cards.setLayout(line)
        below = row(self.measured, self.minutes, spacing=12)
        below.setStretch(0, 1)
        made.setLayout(column(cards, below, spacing=10))
        return made

    def _build_more(self) -> QWidget:
        self._more = QWidget()
        self.licence = QLineEdit()
        self.licence.setAccessibleName("Licence note")
        self.licence.setPlaceholderText("© your name; what others may do with it")
        self.licence.setMaxLength(500)
        self.licence.textEdited.connect(lambda text: self._change(licence=text))
        self.device = QComboBox()
        self.device.setAccessibleName("What trains it")
        for device in DEVICES:
            self.device.addItem(_DEVICES[device])
        self.device.setFixedWidth(270)
        self.device.activated.connect(lambda i: self._change(device=DEVICES[i]))
        self.seed = QSpinBox()
        self.seed.setAccessibleName("Training seed")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setFixedWidth(150)
        self.seed.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self.seed.valueChanged.connect(lambda seed: self._change(seed=seed))
        self._more.setLayout(
            column(
                label("Licence note, kept in the model", "small"),
                self.licence,
                6,
                label("What trains it", "small"),
                row(self.device, None),
                6,
                label("Training seed: another number gives another model of the same pictures", "small"),
                row(self.seed, None),
                spacing=6,
            )
        )
        self._more.hide()
        opening = button("More", lambda: self._more.setVisible(not self._more.isVisible()), "", "caret-down")
        opening.setAccessibleDescription("Shows or hides the licence note, the device and the training seed")
        made = QWidget()
        made.setLayout(column(row(opening, None), self._more, spacing=10))
        return made

    def _change(self, **answers: object) -> None:
        if self._is_drawing:
            return
        self._answers = replace(self._answers, **answers)  # type: ignore[arg-type]
        self.changed.emit(self._answers)

    def show_answers(self, answers: Answers) -> None:
        self._answers = answers
        self._is_drawing = True
        for field, text in ((self.name, answers.name), (self.licence, answers.licence)):
            if field.text() != text:
                field.setText(text)
        self._draw_expectations()
        self.presets[answers.preset].setChecked(True)
        self.minutes.setVisible(answers.preset == OWN_TIME)
        self.minutes.setValue(answers.own_minutes)
        self.device.setCurrentIndex(DEVICES.index(answers.device))
        self.seed.setValue(answers.seed)
        self._is_drawing = False

    def measure(self) -> None:
        """Find out what can be expected, if that is not known for these answers."""
        answers, found = self._answers, self._answers.found
        if found is not None:
            asked = Asked(answers.paths, found.accepted, answers.size, answers.fit, answers.device)
            self._trials.ask(asked)

    def _draw_expectations(self) -> None:
        outcome, found = self._trials.outcome.value, self._answers.found
        for preset, card in self.presets.items():
            minutes = PRESET_MINUTES.get(preset, self._answers.own_minutes)
            expectation = None
            if isinstance(outcome, Tried) and found is not None:
                expectation = expect(minutes, outcome.pictures_per_s, found)
            card.show_time(minutes, expectation)
        self.measured.setText(_measured_in_words(outcome))


def _measured_in_words(outcome: Tried | StudioError | None) -> str:
    if outcome is None:
        return "Measuring how fast this computer learns pictures of this size…"
    if isinstance(outcome, StudioError):
        return f"What to expect could not be measured. {outcome}"
    memory = f"{_about(outcome.memory_bytes)} of memory and " if outcome.memory_bytes else ""
    return (
        f"Measured just now: {outcome.pictures_per_s:.0f} pictures a second. Training takes about {memory}"
        f"{_about(outcome.disk_bytes)} on the disk."
    )


def _about(size: int) -> str:
    """Bytes as one says them of an estimate."""
    return f"{size / 1e9:.1f} GB" if size >= 0.95e9 else f"{max(10, round(size / 1e7) * 10)} MB"


def _titled(title: str, help: str, content: QWidget) -> QWidget:
    made = QWidget()
    layout = column(label(title, "heading"), spacing=8)
    if help:
        layout.addWidget(label(help, "muted"))
    layout.addWidget(content)
    made.setLayout(layout)
    return made
