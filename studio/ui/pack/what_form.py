"""Which pictures go into the pack: those a room handed over, those of a folder, or new ones of a model."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRegularExpression, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QRadioButton,
    QWidget,
)

from studio.store.bundle import Bundle

from ..create_bar import new_seed, preview_icon
from ..dropping import local_paths
from ..seeds import MOST_SEED
from ..sliders import JumpingSlider
from ..widgets import Elided, button, column, icon_button, label, row
from .parts import Form, choice, number, show_choice, tick
from .request import Chosen, Folder, New, What

MOST = 100_000
_FIRST_COUNT = 300
_WILDEST = 30  # twentieths of diversity, as Create's slider has them


class WhatForm(QWidget):
    """Says what is chosen whenever the user changes it."""

    edited = Signal(object)  # What, or None while there is nothing to pack

    def __init__(self, bundles: list[Bundle], start: Path) -> None:
        """start: the folder where looking for one begins."""
        super().__init__()
        self.setAcceptDrops(True)
        self._bundles, self._start = bundles, start
        self._chosen: Chosen | None = None
        self._folder: Path | None = None
        self._group = QButtonGroup(self)
        self.given = QRadioButton("No picture is chosen")
        self.own = QRadioButton("Pictures in a folder")
        self.new = QRadioButton("New pictures of a model")
        for made in (self.given, self.own, self.new):
            self._group.addButton(made)
        self._group.buttonToggled.connect(lambda _, is_on: self._say() if is_on else None)
        self._place, self._fields = self._build_place(), self._build_fields()
        self.setLayout(column(self.given, self.own, self._place, self.new, self._fields, spacing=6))
        for made, below in ((self.own, self._place), (self.new, self._fields)):
            made.toggled.connect(below.setVisible)
            below.setVisible(False)
        self.new.setEnabled(bool(bundles))

    def _build_place(self) -> QWidget:
        self._where = Elided("No folder is chosen", "muted")
        choose = button("Choose…", self.choose_folder, "", "folder-open")
        choose.setAccessibleName("Choose the folder with the pictures")
        line = row(self._where, choose, spacing=10)
        line.setStretch(0, 1)
        line.setContentsMargins(26, 0, 0, 0)
        made = QWidget()
        made.setLayout(line)
        return made

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
        self.diversity = JumpingSlider()
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
        first = self.given if count else self.new if self._bundles else self.own
        first.setChecked(True)
        for made, below in ((self.own, self._place), (self.new, self._fields)):
            below.setVisible(made is first)
        del blockers

    def what(self) -> What | None:
        """None where there is neither a picture nor a model, or no folder is chosen."""
        if self.given.isChecked():
            return self._chosen
        if self.own.isChecked():
            return Folder(self._folder) if self._folder else None
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

    def choose_folder(self) -> None:
        """Ask; where nothing is chosen, what was chosen before stays."""
        start = self._folder or self._start
        chosen = QFileDialog.getExistingDirectory(self, "Folder with the pictures to pack", str(start))
        if chosen:
            self.take_folder(Path(chosen))

    def take_folder(self, folder: Path) -> None:
        self._folder = folder
        self._where.setText(str(folder))
        if self.own.isChecked():
            self._say()
        else:
            self.own.setChecked(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(path.is_dir() for path in local_paths(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = next((path for path in local_paths(event) if path.is_dir()), None)
        if folder is not None:
            event.acceptProposedAction()
            self.take_folder(folder)

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
        self.edited.emit(self.what())
