"""The wizard's second page: name, size, fit and time, in an artist's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from studio.core.pixels import Pictures
from studio.core.recipe import PRESET_MINUTES, SIZES
from studio.core.steps import OWN_TIME, Answers

from .backdrop import to_pixmap
from .pictures_page import Example
from .widgets import button, column, label, row, scrolling

FitExample = Callable[[Example, str], Pictures]
"""(one of the artist's pictures, the fit) -> how it will look, uint8 [s, s, 4]."""

_FITS = {
    "pad": ("Add margins", "The whole picture, with transparency added to make it square"),
    "trim": ("Trim, then add margins", "Cut away empty borders first: the subject is as large as can be"),
    "crop": ("Cut to a square", "The middle of the picture; what sticks out is cut off"),
    "stretch": ("Stretch", "Squeeze the picture into a square"),
}
_MIRRORS: dict[bool | None, str] = {
    None: "Decide from my pictures",
    True: "Learn from them too",
    False: "Leave them out",
}
_PRESETS = {
    "quick": ("Quick", "a first look"),
    "balanced": ("Balanced", "good for most sets"),
    "best": ("Best", "finest detail"),
}
_EXAMPLE_SIDE = 84  # px
_SPIN_MARGINS = (8, 0, 0, 0)  # px; a style sheet's padding does not reach the text of a spin box


class ChoicesPage(QWidget):
    """Shows Answers and says when the artist changed them."""

    changed = Signal(object)  # Answers

    def __init__(self, fit_example: FitExample) -> None:
        super().__init__()
        self._fit_example = fit_example
        self._answers = Answers()
        self._is_drawing = False
        inner = QWidget()
        inner.setMaximumWidth(860)
        inner.setLayout(
            column(
                _titled("Name", "", self._build_name()),
                _titled(
                    "Size",
                    "The side of the new pictures. Larger ones take longer to learn.",
                    self._build_size(),
                ),
                _titled("Fit", "How your pictures become square.", self._build_fit()),
                _titled(
                    "Time", "You can stop earlier and keep what is there, or go on later.", self._build_time()
                ),
                self._build_more(),
                None,
                spacing=26,
                margins=4,
            )
        )
        holder = QWidget()
        holder.setLayout(row(None, inner, None))
        inner.setMinimumWidth(620)
        self.setLayout(column(scrolling(holder)))

    def _build_name(self) -> QWidget:
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the model")
        self.name.setPlaceholderText("What is it called?")
        self.name.setMaxLength(60)
        self.name.setFixedWidth(380)
        self.name.textEdited.connect(lambda text: self._change(name=text))
        return self.name

    def _build_size(self) -> QWidget:
        self.size_box = QComboBox()
        self.size_box.setAccessibleName("Size of the pictures")
        self.size_box.setFixedWidth(250)
        for size in SIZES:
            self.size_box.addItem(f"{size} × {size} px", size)
        self.size_box.activated.connect(lambda i: self._change(size=SIZES[i]))
        return self.size_box

    def _build_fit(self) -> QWidget:
        self.fits: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        line = row(spacing=12)
        for fit, (words, help) in _FITS.items():
            made = QToolButton()
            made.setCheckable(True)
            made.setText(words)
            made.setToolTip(help)
            made.setAccessibleName(words)
            made.setAccessibleDescription(help)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setIconSize(QSize(_EXAMPLE_SIDE, _EXAMPLE_SIDE))
            made.setProperty("kind", "choice")
            made.setMinimumWidth(168)
            made.clicked.connect(lambda _=False, fit=fit: self._change(fit=fit))
            group.addButton(made)
            line.addWidget(made)
            self.fits[fit] = made
        line.addStretch(1)
        self.mirror = QComboBox()
        self.mirror.setAccessibleName("Mirrored pictures")
        self.mirror.setToolTip("Learning from mirrored pictures too doubles the set; not for text or maps")
        for words in _MIRRORS.values():
            self.mirror.addItem(words)
        self.mirror.setFixedWidth(250)
        self.mirror.activated.connect(lambda i: self._change(mirror=list(_MIRRORS)[i]))
        holder = QWidget()
        holder.setLayout(
            column(line, row(label("Mirrored pictures", "muted"), self.mirror, None, spacing=12), spacing=14)
        )
        return holder

    def _build_time(self) -> QWidget:
        self.presets: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        line = row(spacing=12)
        for preset, minutes in PRESET_MINUTES.items():
            words, help = _PRESETS[preset]
            self._add_preset(group, line, preset, f"{words}\n{minutes:g} minutes, {help}", words)
        self._add_preset(group, line, OWN_TIME, "My own time\nas long as you like", "My own time")
        self.minutes = QDoubleSpinBox()
        self.minutes.setAccessibleName("Minutes")
        self.minutes.setRange(0.5, 10_000)
        self.minutes.setDecimals(1)
        self.minutes.setSuffix(" minutes")
        self.minutes.setFixedWidth(150)
        self.minutes.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self.minutes.valueChanged.connect(lambda minutes: self._change(own_minutes=minutes))
        made = QWidget()
        made.setLayout(column(line, row(self.minutes, None), spacing=10))
        return made

    def _add_preset(self, group: QButtonGroup, line: QHBoxLayout, preset: str, words: str, name: str) -> None:
        made = QPushButton(words)
        made.setCheckable(True)
        made.setProperty("kind", "choice")
        made.setAccessibleName(name)
        made.clicked.connect(lambda: self._change(preset=preset))
        group.addButton(made)
        line.addWidget(made, 1)
        self.presets[preset] = made

    def _build_more(self) -> QWidget:
        self._more = QWidget()
        self.licence = QLineEdit()
        self.licence.setAccessibleName("Licence note")
        self.licence.setPlaceholderText("© your name; what others may do with it")
        self.licence.setMaxLength(500)
        self.licence.textEdited.connect(lambda text: self._change(licence=text))
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
                label("Training seed: the same pictures, choices and seed give the same model", "small"),
                row(self.seed, None),
                spacing=6,
            )
        )
        self._more.hide()
        opening = button("More", lambda: self._more.setVisible(not self._more.isVisible()), "", "caret-down")
        opening.setAccessibleDescription("Shows or hides the licence note and the training seed")
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
        found = answers.found
        nearest = min(SIZES, key=lambda s: abs(s - found.suggested_size)) if found else 0
        for i, size in enumerate(SIZES):
            suggested = "   (suggested)" if size == nearest else ""
            self.size_box.setItemText(i, f"{size} × {size} px{suggested}")
        self.size_box.setCurrentIndex(SIZES.index(answers.size))
        self.fits[answers.fit].setChecked(True)
        self.mirror.setCurrentIndex(list(_MIRRORS).index(answers.mirror))
        self.presets[answers.preset].setChecked(True)
        self.minutes.setVisible(answers.preset == OWN_TIME)
        self.minutes.setValue(answers.own_minutes)
        self.seed.setValue(answers.seed)
        self._is_drawing = False

    def show_example(self, example: Example) -> None:
        """One of the artist's pictures, as each fit would take it."""
        for fit, made in self.fits.items():
            made.setIcon(QIcon(_enlarged(to_pixmap(self._fit_example(example, fit)), example.pixel_art)))


def _enlarged(pixmap: QPixmap, is_pixel_art: bool) -> QPixmap:
    how = (
        Qt.TransformationMode.FastTransformation
        if is_pixel_art
        else Qt.TransformationMode.SmoothTransformation
    )
    side = 2 * _EXAMPLE_SIDE
    return pixmap.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, how)


def _titled(title: str, help: str, content: QWidget) -> QWidget:
    made = QWidget()
    layout = column(label(title, "heading"), spacing=8)
    if help:
        layout.addWidget(label(help, "muted"))
    layout.addWidget(content)
    made.setLayout(layout)
    return made
