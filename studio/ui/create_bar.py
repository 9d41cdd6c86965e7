"""The bar above the canvas: the model, how many new pictures, how diverse, the seed, a name, the backdrop."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QPixmap, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLineEdit,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.generate.drawing import named
from studio.store.bundle import Bundle

from .actions import Command
from .backdrop import Backdrop, to_pixmap
from .backdrop_choice import BACKDROPS, ask_colour, swatch
from .canvas.commands import CanvasCommands
from .decoding import Answer, DecodeQueue
from .icons import MUTED, icon
from .jobs import timer
from .seeds import MOST_SEED
from .sheets import cells_of_sides
from .sliders import JumpingSlider
from .state import CreateState, Preferences, Shelf, show
from .widgets import PicturePanel, command_button, command_icon, frame, icon_button, label, row

_NAME_WIDTH = 130  # px
_TYPED_MS = 60  # after the last key the picture of a name is asked for


def new_seed() -> int:
    """Short enough to be remembered and typed."""
    return secrets.randbelow(1_000_000)


class BundlePicker(QComboBox):
    """Own models first, then the starters, each with its preview."""

    def __init__(self, shelf: Shelf, state: CreateState) -> None:
        super().__init__()
        self.setAccessibleName("Model")
        self.setToolTip("The model that makes the pictures")
        self.setIconSize(QSize(22, 22))
        self.setMinimumWidth(132)
        self.setMaximumWidth(220)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(11)
        self._shelf, self._state = shelf, state
        shelf.changed.connect(self._fill)
        state.bundle.changed.connect(self._show_current)
        self.activated.connect(self._on_activated)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for bundle in self._shelf.bundles:
            name = self.fontMetrics().elidedText(bundle.facts.name, Qt.TextElideMode.ElideRight, _NAME_WIDTH)
            self.addItem(QIcon(preview_icon(bundle)), name, bundle)
            self.setItemData(self.count() - 1, bundle.facts.name, Qt.ItemDataRole.ToolTipRole)
        self.setEnabled(self.count() > 0)
        self._show_current()

    def _show_current(self) -> None:
        current = self._state.bundle.value
        places = [i for i, bundle in enumerate(self._shelf.bundles) if bundle is current]
        self.setCurrentIndex(places[0] if places else -1)

    def _on_activated(self, place: int) -> None:
        self._state.bundle.set(self._shelf.bundles[place])


def preview_icon(bundle: Bundle) -> QPixmap:
    """The first picture of a bundle's preview sheet."""
    file = bundle.preview_file
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return QPixmap()
    return QPixmap.fromImage(_first_picture(file, changed, (bundle.facts.picture_side, bundle.facts.size)))


@lru_cache(maxsize=512)
def _first_picture(file: Path, changed: int, sides: tuple[int, int]) -> QImage:
    """Cut out once: a sheet takes 5 ms to decode, and lists of models are filled often."""
    sheet = QPixmap(str(file))
    return sheet.copy(cells_of_sides(sheet, sides)[0].toRect()).toImage()


class NameField(QWidget):
    """Type a name, get its picture: live beside the field, on the canvas on Enter."""

    chosen = Signal(object)  # Picture

    def __init__(self, queue: DecodeQueue, state: CreateState, backdrop: Backdrop) -> None:
        super().__init__()
        self._queue, self._state = queue, state
        self._number = 0
        self.field = QLineEdit()
        self.field.setAccessibleName("Name to picture")
        self.field.setPlaceholderText("Name…")
        self.field.setToolTip("Type a name, get its picture; the same name always gives the same (Ctrl+K)")
        self.field.setMaxLength(80)
        self.field.addAction(icon("user", MUTED), QLineEdit.ActionPosition.LeadingPosition)
        self.field.setMinimumWidth(110)
        self.field.setMaximumWidth(220)
        self._face = PicturePanel("Picture of the name", backdrop, side=34, inset=2, radius=6)
        self._face.hide()
        self.setLayout(row(self.field, self._face, spacing=6))
        soon = timer(_TYPED_MS, self, self._ask)
        self.field.textEdited.connect(lambda _: soon.start())
        self.field.returnPressed.connect(self._choose)
        state.bundle.changed.connect(self._ask)
        queue.answered.connect(self._on_answered)

    def picture(self) -> Picture | None:
        bundle, name = self._state.bundle.value, self.field.text().strip()
        return named(bundle, name) if bundle and name else None

    def _ask(self) -> None:
        picture, bundle = self.picture(), self._state.bundle.value
        self._face.setVisible(picture is not None)
        if picture is not None and bundle is not None:
            self._number = self._queue.ask_live(bundle, picture.latent[None], "name")

    def _on_answered(self, answer: Answer) -> None:
        bundle = self._state.bundle.value
        if answer.number == self._number and bundle is not None:
            self._face.show_pixmap(to_pixmap(answer.pictures[0]), bundle.facts.kind == "pixel")

    def _choose(self) -> None:
        picture = self.picture()
        if picture is not None:
            self.chosen.emit(picture)


class CreateBar(QFrame):
    """Shows and sets a CreateState, how many pictures Generate makes, and the backdrop."""

    name_chosen = Signal(object)  # Picture
    refused = Signal(object)  # StudioError

    def __init__(
        self,
        state: CreateState,
        shelf: Shelf,
        preferences: Preferences,
        queue: DecodeQueue,
        backdrop: Backdrop,
        generate: Command,
        commands: CanvasCommands,
    ) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._state, self._preferences = state, preferences
        self.picker = BundlePicker(shelf, state)
        self.name_field = NameField(queue, state, backdrop)
        self.name_field.chosen.connect(self.name_chosen)
        self.generate_button = command_button(generate, "Generate", "primary")
        layout = row(
            self.picker,
            _line(),
            self.generate_button,
            self._build_count(),
            *self._build_diversity(),
            self._dice(),
            self._build_seed(),
            _line(),
            self.name_field,
            None,
            command_icon(commands.undo),
            command_icon(commands.redo),
            command_icon(commands.pack),
            self._build_backdrop(),
            spacing=8,
        )
        layout.setContentsMargins(16, 10, 12, 10)
        self._line = layout
        self.setLayout(layout)

    def add_command(self, command: Command) -> None:
        """As an icon, before packing."""
        self._line.insertWidget(self._line.count() - 2, command_icon(command))

    def _build_count(self) -> QSpinBox:
        self.count = QSpinBox()
        self.count.setAccessibleName("How many")
        self.count.setToolTip("How many new pictures Generate makes")
        self.count.setRange(1, 1000)
        self.count.setFixedWidth(58)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        show(self._preferences.count, self.count.setValue)
        self.count.valueChanged.connect(self._preferences.count.set)
        return self.count

    def _build_seed(self) -> QLineEdit:
        self.seed_field = QLineEdit()
        self.seed_field.setAccessibleName("Seed")
        self.seed_field.setToolTip("Seed: the same one gives the same pictures again, in the same order")
        self.seed_field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self))
        self.seed_field.setFixedWidth(78)
        show(self._state.seed, lambda seed: self.seed_field.setText(str(seed)))
        self.seed_field.editingFinished.connect(self._on_seed_edited)
        return self.seed_field

    def _on_seed_edited(self) -> None:
        text = self.seed_field.text()
        if text and int(text) <= MOST_SEED:
            self._state.seed.set(int(text))
        else:
            if text:
                self.refused.emit(StudioError("That seed is too large.", f"The largest is {MOST_SEED}."))
            self.seed_field.setText(str(self._state.seed.value))

    def _dice(self) -> QToolButton:
        return icon_button(
            "New seed", "dice-five", lambda: self._state.seed.set(new_seed()), "Ctrl+R", "outlined"
        )

    def _build_diversity(self) -> tuple[QWidget, QWidget, QWidget]:
        self.diversity = JumpingSlider()
        self.diversity.setAccessibleName("Diversity")
        self.diversity.setToolTip("Left: safe and alike. Right: bold and strange.")
        self.diversity.setRange(0, 30)  # twentieths
        self.diversity.setPageStep(4)
        self.diversity.setMinimumWidth(70)
        self.diversity.setMaximumWidth(130)
        value = label("", "muted")
        value.setFixedWidth(30)
        show(self._state.diversity, lambda d: self.diversity.setValue(round(d * 20)))
        show(self._state.diversity, lambda d: value.setText(f"{d:.2f}"))
        self.diversity.valueChanged.connect(lambda steps: self._state.diversity.set(steps / 20))
        return label("Diversity", "muted"), self.diversity, value

    def _build_backdrop(self) -> QToolButton:
        made = icon_button("Backdrop", "square-half", lambda: None, kind="outlined")
        menu = QMenu(made)
        menu.setAccessibleName("Backdrop")
        actions: dict[str, QAction] = {}
        for words, choice in BACKDROPS:
            action = menu.addAction(swatch(choice), words)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, c=choice: self._preferences.backdrop.set(c))
            actions[choice] = action
        menu.addSeparator()
        menu.addAction("Own colour…").triggered.connect(self._choose_colour)

        def tick(choice: str) -> None:
            for key, action in actions.items():
                action.setChecked(key == choice)

        show(self._preferences.backdrop, tick)
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _choose_colour(self) -> None:
        colour = ask_colour(self._preferences.backdrop.value, self)
        if colour:
            self._preferences.backdrop.set(colour)


def _line() -> QFrame:
    made = frame("line")
    made.setFixedSize(1, 22)
    return made
