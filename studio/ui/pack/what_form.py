"""Which pictures go into the pack: those a room handed over, or new ones of a model."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QRadioButton, QSlider, QWidget

from studio.store.bundle import Bundle

from ..create_bar import new_seed, preview_icon
from ..seeds import MOST_SEED
from ..widgets import column, icon_button, label
from .parts import Form, choice, number, show_choice, tick
from .request import Chosen, New, What

MOST = 100_000
_FIRST_COUNT = 300
_WILDEST = 30  # twentieths of diversity, as Create's slider has them


class WhatForm(QWidget):
    """Says what is chosen whenever the user changes it."""

    edited = Signal(object)  # Chosen or New

    def __init__(self, bundles: list[Bundle]) -> None:
        super().__init__()
        self._bundles = bundles
        self._chosen: Chosen | None = None
        self._group = QButtonGroup(self)
        self.given = QRadioButton("No picture is chosen")
        self.new = QRadioButton("New pictures of a model")
        for made in (self.given, self.new):
            self._group.addButton(made)
        self._group.buttonToggled.connect(lambda _, is_on: self._say() if is_on else None)
        self._fields = self._build_fields()
        self.setLayout(column(self.given, self.new, self._fields, spacing=6))
        self.new.toggled.connect(self._fields.setVisible)
        self._fields.setVisible(False)
        self.new.setEnabled(bool(bundles))

    def _build_fields(self) -> QWidget:
        form = Form()
        names = [(bundle.facts.name, at) for at, bundle in enumerate(self._bundles)]
        self.bundle = choice("Model", names, lambda _: self._on_bundle_picked())
        self.bundle.setIconSize(QSize(22, 22))
        self.bundle.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.bundle.setMinimumContentsLength(12)  # a long name must not widen the whole form
        for at, bundle in enumerate(self._bundles):
            self.bundle.setItemIcon(at, preview_icon(bundle))
        form.add("Model", self.bundle)
        self.count = number("How many", 1, MOST, lambda _: self._say(), value=_FIRST_COUNT)
        form.add("How many", self.count)
        form.add("Diversity", *self._build_diversity())
        self.seed = QLineEdit(str(new_seed()))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed always gives the same set")
        self.seed.setFixedWidth(104)
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,9}"), self))
        self.seed.editingFinished.connect(self._say)
        form.add("Seed", self.seed, icon_button("New seed", "dice-five", self._throw, kind="outlined"))
        self.unique = tick(
            "Refuse near-copies",
            lambda _: self._say(),
            "Of the pictures the model learned from, and of each other",
            is_on=True,
        )
        form.add_wide(self.unique)
        made = QWidget()
        made.setLayout(form)
        form.setContentsMargins(26, 0, 0, 0)
        return made

    def _build_diversity(self) -> tuple[QWidget, QWidget]:
        self.diversity = QSlider(Qt.Orientation.Horizontal)
        self.diversity.setAccessibleName("Diversity")
        self.diversity.setToolTip("Left: safe and alike. Right: bold and strange.")
        self.diversity.setRange(0, _WILDEST)
        self.diversity.setPageStep(4)
        self.diversity.setFixedWidth(150)
        value = label("1.00", "muted")
        self.diversity.valueChanged.connect(lambda twentieths: value.setText(f"{twentieths / 20:.2f}"))
        self.diversity.setValue(20)
        self.diversity.valueChanged.connect(lambda _: self._say())
        return self.diversity, value

    def offer(self, chosen: Chosen | None, bundle: Bundle | None) -> None:
        """What was handed over, if anything was, and the model that is open."""
        blockers = [QSignalBlocker(each) for each in (self, self._group)]
        self._chosen = chosen if chosen is not None and chosen.count else None
        count = self._chosen.count if self._chosen else 0
        words = "1 picture that you chose" if count == 1 else f"{count} pictures that you chose"
        self.given.setText(words if count else "No picture is chosen")
        self.given.setEnabled(count > 0)
        at = next((at for at, each in enumerate(self._bundles) if each is bundle), 0)
        show_choice(self.bundle, at)
        self._on_bundle_picked()
        (self.given if count else self.new).setChecked(True)
        self._fields.setVisible(not count)
        del blockers

    def what(self) -> What | None:
        """None where there is neither a picture nor a model."""
        if self.given.isChecked():
            return self._chosen
        at = self.bundle.currentIndex()
        if at < 0:
            return None
        return New(
            self._bundles[at],
            self.count.value(),
            min(int(self.seed.text() or "0"), MOST_SEED),
            self.diversity.value() / 20,
            self.unique.isChecked() and self.unique.isEnabled(),
        )

    def _on_bundle_picked(self) -> None:
        at = self.bundle.currentIndex()
        knows = at >= 0 and bool(self._bundles[at].facts.novelty)
        self.unique.setEnabled(knows)
        self.unique.setText(
            "Refuse near-copies" if knows else "Refuse near-copies (this model cannot tell: train it again)"
        )
        self._say()

    def _throw(self) -> None:
        self.seed.setText(str(new_seed()))
        self._say()

    def _say(self) -> None:
        what = self.what()
        if what is not None:
            self.edited.emit(what)
