"""The wizard's third page: the model's name, how long to train, and what few ever change."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from studio.core.recipe import DEVICES, PRESET_MINUTES
from studio.core.steps import OWN_TIME, Answers

from .widgets import button, column, label, row, scrolling

_TIMES = {
    "quick": ("Quick", "A first look"),
    "balanced": ("Balanced", "Good for most sets"),
    "best": ("Best", "Finest detail"),
    OWN_TIME: ("My own time", "As long as you like"),
}
_DEVICES = {
    "auto": "The fastest there is",
    "cpu": "The processor",
    "cuda": "The NVIDIA graphics card",
    "mps": "The Apple graphics processor",
}
_SPIN_MARGINS = (8, 0, 0, 0)  # px; a style sheet's padding does not reach the text of a spin box


class TimeCard(QPushButton):
    """A length of time and what it brings."""

    def __init__(self, words: str, promise: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("kind", "choice")
        self.setMinimumHeight(92)
        self._words = words
        self._time, self.promise = label("", "small"), label(promise, "strong", wrap=True)
        layout = column(row(label(words, "heading"), None, self._time), self.promise, None, spacing=6)
        layout.setContentsMargins(14, 12, 14, 12)
        self.setLayout(layout)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_minutes(self, minutes: float) -> None:
        self._time.setText(f"{minutes:g} min")
        self.setAccessibleName(f"{self._words}, {minutes:g} minutes")
        self.setAccessibleDescription(self.promise.text())


class TimePage(QWidget):
    """Shows Answers and says when the artist changed them."""

    changed = Signal(object)  # Answers

    def __init__(self) -> None:
        super().__init__()
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
        holder = QWidget()
        layout = row(None, inner, None)
        layout.setStretch(1, 20)
        holder.setLayout(layout)
        self.setLayout(column(scrolling(holder)))

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
        for preset, (words, promise) in _TIMES.items():
            card = TimeCard(words, promise)
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
        made = QWidget()
        made.setLayout(column(line, row(None, self.minutes), spacing=10))
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
        for preset, card in self.presets.items():
            card.show_minutes(PRESET_MINUTES.get(preset, answers.own_minutes))
        self.presets[answers.preset].setChecked(True)
        self.minutes.setVisible(answers.preset == OWN_TIME)
        self.minutes.setValue(answers.own_minutes)
        self.device.setCurrentIndex(DEVICES.index(answers.device))
        self.seed.setValue(answers.seed)
        self._is_drawing = False


def _titled(title: str, help: str, content: QWidget) -> QWidget:
    made = QWidget()
    layout = column(label(title, "heading"), spacing=8)
    if help:
        layout.addWidget(label(help, "muted"))
    layout.addWidget(content)
    made.setLayout(layout)
    return made
