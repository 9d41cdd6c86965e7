"""The window: the rail, the rooms, what is dropped on it, and closing it without losing anything."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QMessageBox,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from studio.core.errors import StudioError
from studio.store.bundle import Bundle
from studio.store.metadata import read_recipe
from studio.store.runs import Run
from studio.store.sharing import is_shared_bundle

from .actions import Command, listed_commands, room_of
from .command_palette import CommandPalette
from .create import CreateRoom
from .dropping import local_paths
from .exchange import Carried, Exchange
from .icons import icon
from .models import ModelsRoom
from .settings_dialog import SettingsDialog
from .shortcut_sheet import ShortcutSheet
from .state import CreateState, Preferences, Shelf
from .training import TrainingDesk
from .training_chip import TrainingChip
from .widgets import Banner, column, frame, row

if TYPE_CHECKING:  # loaded once the first picture is painted, or when they are wanted
    from .gallery.room import GalleryRoom
    from .morph.room import MorphRoom
    from .new_model import NewModel

_MOST_LET_IN = 12  # files dropped on the canvas; more are a set to learn from
_MOST_BROUGHT = 200  # files dropped at once


class LaterRooms(Protocol):
    """Makes the rooms that a first picture does not need."""

    def new_model(self) -> NewModel: ...

    def morph(self) -> MorphRoom: ...

    def gallery(self) -> GalleryRoom: ...


class Window(QWidget):
    """Joins the screens; each of them knows only its own state."""

    closing = Signal()

    def __init__(
        self,
        shelf: Shelf,
        preferences: Preferences,
        create_state: CreateState,
        desk: TrainingDesk,
        exchange: Exchange,
        create: CreateRoom,
        models: ModelsRoom,
        later: Callable[[], LaterRooms],
        device: Callable[[], str],
    ) -> None:
        super().__init__()
        self.setWindowTitle("Morpho Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(1000, 640)
        self._shelf, self._preferences, self._create_state = shelf, preferences, create_state
        self._desk, self._device, self._exchange = desk, device, exchange
        self.create_room, self.models, self._later = create, models, later
        self.banner = Banner((16, 12, 16, 12))
        self.chip = TrainingChip(desk)
        self._build()
        self._connect()
        self._build_actions()
        self._restore_place()

    def _build(self) -> None:
        self.rooms = QStackedWidget()
        for room in (self.models, self.create_room):
            self._let_into_house(room)
        right = column(self.banner, self.rooms, self.chip, spacing=0)
        right.setStretch(1, 1)
        whole = row(self._build_rail(), spacing=0)
        whole.addLayout(right, 1)
        self.setLayout(whole)

    def _let_into_house(self, room: QWidget) -> None:
        room.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.rooms.addWidget(room)

    # Rooms that are made when they are first wanted

    @cached_property
    def new_model(self) -> NewModel:
        room = self._later().new_model()
        self._let_into_house(room)
        room.closed.connect(self.show_models)
        room.use_wanted.connect(self._use)
        room.pictures_wanted.connect(self._meet)
        return room

    @cached_property
    def morph(self) -> MorphRoom:
        room = self._later().morph()
        self._let_into_house(room)
        return room

    @cached_property
    def gallery(self) -> GalleryRoom:
        room = self._later().gallery()
        self._let_into_house(room)
        room.create_wanted.connect(self.show_create)
        room.said_elsewhere.connect(self._on_said_by_gallery)
        return room

    def has(self, room: str) -> bool:
        """Whether that room ("new_model", "morph", "gallery") is made yet."""
        return room in self.__dict__

    def make_rooms(self) -> None:
        """All that are not made yet."""
        _ = self.morph, self.new_model, self.gallery

    def _build_rail(self) -> QFrame:
        rail = frame("rail")
        rail.setFixedWidth(84)
        self._room_group = QButtonGroup(self)
        self.models_button = self._rail_button("Models", "stack", self.show_models, "Ctrl+1")
        self.create_button = self._rail_button("Create", "sparkle", self.show_create, "Ctrl+2")
        self.morph_button = self._rail_button("Morph", "film-strip", self.show_morph, "Ctrl+3")
        self.gallery_button = self._rail_button("Gallery", "image", self.show_gallery, "Ctrl+4")
        settings = self._rail_button("Settings", "gear-six", self.show_settings, "Ctrl+,")
        settings.setCheckable(False)
        rooms = (self.models_button, self.create_button, self.morph_button, self.gallery_button)
        layout = column(*rooms, None, settings, spacing=6, margins=8)
        layout.setContentsMargins(8, 14, 8, 12)
        rail.setLayout(layout)
        return rail

    def _rail_button(self, words: str, icon_name: str, act: Callable[[], None], keys: str) -> QToolButton:
        made = QToolButton()
        made.setProperty("kind", "room")
        made.setText(words)
        made.setIcon(icon(icon_name))
        made.setIconSize(QSize(24, 24))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setFixedWidth(67)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleName(words)
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(f"{words} ({shown})")
        made.clicked.connect(lambda: act())
        if words != "Settings":
            self._room_group.addButton(made)
        return made

    def _connect(self) -> None:
        self.models.open_wanted.connect(self.open_in_create)
        self.models.new_wanted.connect(self.show_new_model)
        self.models.resume_wanted.connect(self._resume)
        self.create_room.models_wanted.connect(self.show_models)
        self._exchange.morph_wanted.connect(self._on_morph_wanted)
        self._exchange.keep_wanted.connect(self._on_keep_wanted)
        self._exchange.create_wanted.connect(self._on_create_wanted)
        self.chip.show_wanted.connect(self._show_run)
        self._desk.left.connect(self._shelf.read)
        self._shelf.changed.connect(self._on_shelf_changed)

    def _build_actions(self) -> None:
        standard = QKeySequence.StandardKey
        for id, words, keys, icon_name, act in (
            ("go.models", "Models", "Ctrl+1", "stack", self.show_models),
            ("go.create", "Create", "Ctrl+2", "sparkle", self.show_create),
            ("go.morph", "Morph", "Ctrl+3", "film-strip", self.show_morph),
            ("go.gallery", "Gallery", "Ctrl+4", "image", self.show_gallery),
            ("models.new", "New model", standard.New, "plus-bold", self.show_new_model),
            ("window.commands", "Find a command", "Ctrl+Shift+P", "magnifying-glass", self.show_palette),
            ("window.shortcuts", "Keyboard shortcuts", ("F1", "?"), "keyboard", self.show_shortcuts),
            ("window.settings", "Settings", "Ctrl+,", "gear-six", self.show_settings),
            ("window.quit", "Quit", standard.Quit, "sign-out", self.close),
        ):
            Command(self, id, words, act, keys, icon_name, everywhere=True)

    # Going from room to room

    def show_models(self) -> None:
        self._go(self.models, self.models_button)

    def show_create(self) -> None:
        self._go(self.create_room, self.create_button)
        self.create_room.view.setFocus()

    def show_morph(self) -> None:
        self._go(self.morph, self.morph_button)

    def show_gallery(self) -> None:
        self._go(self.gallery, self.gallery_button)
        self.gallery.grid.setFocus()

    def _on_morph_wanted(self, pictures: tuple[Carried, ...]) -> None:
        self.morph.bringer.add(pictures)
        self.show_morph()

    def _on_keep_wanted(self, pictures: tuple[Carried, ...]) -> None:
        self.gallery.desk.keep(pictures)

    def _on_said_by_gallery(self, sentence: str, can_undo: bool) -> None:
        offer = ("Undo", self.gallery.desk.undo_stack.undo) if can_undo else None
        self.banner.say(sentence, seconds=6, offer=offer)

    def show_new_model(self) -> None:
        if self._desk.is_under_way or self.rooms.currentWidget() is self.new_model:
            pass
        elif self.new_model.wizard.value.step.name in ("TRAINING", "DONE"):
            self.new_model.start_anew()
        self._go(self.new_model, self.models_button)

    def _show_run(self) -> None:
        """The run under way, or how the last one ended."""
        self._go(self.new_model, self.models_button)

    def _go(self, room: QWidget, rail_button: QToolButton) -> None:
        self.rooms.setCurrentWidget(room)
        room.setFocus()  # and not whatever control comes first
        rail_button.setChecked(True)
        self.chip.set_wanted(not self.has("new_model") or room is not self.new_model)

    def open_in_create(self, bundle: Bundle) -> None:
        self.create_room.welcome(bundle)
        self.show_create()

    def _on_create_wanted(self, pictures: tuple[Carried, ...]) -> None:
        """What no model made cannot lie on the canvas as it is."""
        made = tuple(one for one in pictures if one.picture is not None)
        if made:
            self.show_create()
            self.create_room.place(made)
        left = len(pictures) - len(made)
        if left:
            what = "1 picture was" if left == 1 else f"{left} pictures were"
            self.banner.say(
                f"{what} made by no model: drop the file on the canvas instead.", "warn", seconds=8
            )

    def _meet(self, pictures: tuple[Carried, ...]) -> None:
        """Pictures of the bundle a run just left, which is now the one to create with."""
        self._create_state.bundle.set(pictures[0].bundle)
        self._exchange.create_wanted.emit(pictures)

    def _use(self, folder: Path) -> None:
        """The bundle a run just left."""
        bundle = self._shelf.by_folder(folder)
        if bundle is None:
            self._shelf.read()
            bundle = self._shelf.by_folder(folder)
        if bundle is None:
            self.banner.show_error(StudioError("The new model cannot be found.", "Look for it in Models."))
        else:
            self.open_in_create(bundle)

    def _resume(self, run: Run) -> None:
        self.show_new_model()
        self.new_model.resume(run)

    def show_settings(self) -> None:
        dialog = SettingsDialog(self._preferences, self._shelf.library, self._device(), self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_shortcuts(self) -> None:
        self.make_rooms()
        rooms = [room_of(self.rooms.widget(i)) for i in range(self.rooms.count())]
        sheet = ShortcutSheet(listed_commands(self), rooms, self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def show_palette(self) -> None:
        self.make_rooms()
        CommandPalette(listed_commands(self), room_of(self.rooms.currentWidget()), self)

    def _on_shelf_changed(self) -> None:
        """The bundle in use may be gone, renamed or new on the disk."""
        current = self._create_state.bundle.value
        same = self._shelf.same(current) if current else None
        if current is not None and same is None and not self.models.banner.isVisible():
            self.banner.say(f"The model “{current.facts.name}” is not there any more.", "warn")
        if current is None or same is not current:
            bundles = self._shelf.bundles
            self._create_state.bundle.set(same or (bundles[0] if bundles else None))

    # What is dropped on the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not isinstance(event.source(), QWidget) and local_paths(event):
            event.acceptProposedAction()
            self.create_room.get_ready_to_enter()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_paths(event)
        if paths:
            event.acceptProposedAction()
            self.take(paths, event.position().toPoint())

    def take(self, paths: list[Path], at: QPoint | None = None) -> None:
        """Pictures of ours come back, a shared model is added; a few pictures enter the canvas where that is
        open, anything else is for a new model.

        at: where in the window they were dropped.
        """
        try:
            if all(is_shared_bundle(path) for path in paths):
                self.show_models()
                self.models.add(paths)
            elif not self._bring_back(paths, at) and not self._let_in(paths, at):
                self.show_new_model()
                self.new_model.give(paths)
        except StudioError as error:
            self.banner.show_error(error)

    def _bring_back(self, files: list[Path], at: QPoint | None) -> bool:
        """Whether all of the files say how they were made; then they lie on the canvas again."""
        if len(files) > _MOST_BROUGHT or not all(file.is_file() for file in files):
            return False
        pictures = [read_recipe(file) for file in files]
        carried = tuple(
            Carried(picture, self._shelf.by_id(picture.bundle_id), file)
            for picture, file in zip(pictures, files, strict=True)
            if picture is not None
        )
        if len(carried) < len(files):
            return False
        for each in carried:
            if each.bundle is None and each.file is not None:
                raise StudioError(
                    f"The model that made “{each.file.name}” is not in your library.",
                    "Add it in Models, then drop again.",
                )
        self.show_create()
        self.create_room.place(carried, None if at is None else self.create_room.place_under(at, self))
        return True

    def _let_in(self, files: list[Path], at: QPoint | None) -> bool:
        """Whether these are some single pictures for the canvas that is being looked at."""
        room = self.create_room
        if self.rooms.currentWidget() is not room or len(files) > _MOST_LET_IN:
            return False
        if not all(file.is_file() and file.suffix.lower() != ".zip" for file in files):
            return False
        return room.enter(files, None if at is None else room.place_under(at, self))

    # Coming and going

    def changeEvent(self, event: QEvent) -> None:
        """Coming back from another program: it may have changed the library's folder."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._shelf.is_whole:
            self._shelf.read()

    def _restore_place(self) -> None:
        place = QByteArray(base64.b64decode(self._preferences.window.value.encode(), validate=False))
        if place.isEmpty() or not self.restoreGeometry(place):
            # The frame and its title need room too on a small screen.
            self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize() * 0.92))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._desk.is_under_way and not self._may_stop_training():
            event.ignore()
            return
        self._preferences.window.set(base64.b64encode(self.saveGeometry().data()).decode())
        self.hide()  # saving the run may take some seconds
        self.closing.emit()
        event.accept()

    def _may_stop_training(self) -> bool:
        name = self._desk.recipe.name if self._desk.recipe else ""
        box = QMessageBox(
            QMessageBox.Icon.NoIcon, "Morpho Studio", f"“{name}” is still being trained.", parent=self
        )
        box.setInformativeText("It will be saved, and you can go on with it from Models at the next start.")
        leave = box.addButton("Save and close", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        may_stop = box.clickedButton() is leave
        box.deleteLater()
        return may_stop


def application_icon(assets: Path) -> QIcon:
    return QIcon(str(assets / "icon.png"))
