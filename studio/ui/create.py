"""The Create room: a wall of new pictures, one of them large, and taking them along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QFrame, QStackedLayout, QWidget

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.store.bundle import Bundle

from .actions import Command, name_room
from .backdrop import Backdrop
from .create_bar import CreateBar, new_seed
from .decoding import DecodeQueue
from .exchange import Carried
from .jobs import Job
from .large_view import LargeView
from .nearest import NearestFinder
from .saving import PassingFolder, Saver, file_stem, free_file
from .state import CreateState, Preferences, Shelf
from .wall import Wall
from .wall_model import Series, WallModel
from .widgets import Banner, EmptyState, button, column, frame, icon_button, label, row


class CreateRoom(QWidget):
    """Shows a CreateState. Pictures shown large come from the wall, from a name or from a dropped file."""

    first_picture_painted = Signal()
    models_wanted = Signal()
    pack_wanted = Signal(object)  # tuple of Carried; empty: new pictures of the model that is open

    def __init__(
        self,
        state: CreateState,
        shelf: Shelf,
        preferences: Preferences,
        queue: DecodeQueue,
        finder: NearestFinder,
        saver: Saver,
        passing: PassingFolder,
        backdrop: Backdrop,
    ) -> None:
        super().__init__()
        name_room(self, "Create")
        self._state, self._preferences = state, preferences
        self._saver, self._passing = saver, passing
        self._large_row: int | None = None
        self._job: Job | None = None
        self.model = WallModel(queue, self)
        self.wall = Wall(self.model, backdrop)
        self.large = LargeView(queue, finder, backdrop)
        self.bar = CreateBar(state, shelf, preferences, queue, backdrop)
        self.banner = Banner((16, 10, 16, 0))
        self._build()
        self._connect()
        self._build_actions()
        self._on_series_changed()

    def _build(self) -> None:
        self.foot = self._build_foot()
        wall_page = QWidget()
        wall_page.setLayout(column(self._hints(), self.wall, self.foot, spacing=0))
        empty_page = QWidget()
        empty_page.setLayout(
            column(
                None,
                EmptyState(
                    "sparkle",
                    "There is no model to create with yet",
                    "A model is made from a folder of your own pictures. Open Models to make the first one.",
                    button("Open Models", self.models_wanted.emit, "primary"),
                ),
                None,
                margins=48,
            )
        )
        self._pages = QStackedLayout()
        for page in (wall_page, self.large, empty_page):
            self._pages.addWidget(page)
        inside = QFrame()
        inside.setLayout(self._pages)
        layout = column(self.bar, self.banner, inside, spacing=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _hints(self) -> QWidget:
        """Three small hints, until they are closed."""
        made = frame("panel")
        text = label(
            "Click a picture to see it large.   Tick several to save them together.   "
            "Type a name to get its picture.",
            "muted",
        )
        close = icon_button("Close the hints", "x", lambda: self._preferences.hints_seen.set(True))
        layout = row(text, None, close)
        layout.setContentsMargins(14, 2, 4, 2)
        made.setLayout(layout)
        outer = QWidget()
        outer_layout = row(made)
        outer_layout.setContentsMargins(16, 10, 16, 2)
        outer.setLayout(outer_layout)
        outer.setVisible(not self._preferences.hints_seen.value)
        self._preferences.hints_seen.changed.connect(lambda seen: outer.setVisible(not seen))
        return outer

    def _build_foot(self) -> QFrame:
        foot = frame("foot")
        self._selected = label("", "strong")
        save = button("Save to a folder…", self.save, "primary", "download-simple", "Ctrl+S")
        copy = button("Copy", self.copy, "", "copy", "Ctrl+C")
        pack = button("Pack…", self.pack, "", "package", "For a game (Ctrl+Shift+E)")
        clear = button("Clear selection", self.wall.clearSelection, "", "x", "Esc")
        layout = row(self._selected, None, clear, copy, pack, save, spacing=10)
        layout.setContentsMargins(20, 10, 20, 10)
        foot.setLayout(layout)
        foot.hide()
        return foot

    def _connect(self) -> None:
        self._state.bundle.changed.connect(self._on_series_changed)
        self._state.seed.changed.connect(self._on_series_changed)
        self._state.diversity.changed.connect(self._on_series_changed)
        self._preferences.tile_side.changed.connect(self.wall.set_tile_side)
        self.wall.set_tile_side(self._preferences.tile_side.value)
        self.wall.opened.connect(self.open_row)
        self.wall.selection_changed.connect(self._on_selection_changed)
        self.wall.drag_wanted.connect(self._drag_rows)
        self.wall.tile_side_wanted.connect(
            lambda side: self._preferences.tile_side.set(min(288, max(64, side)))
        )
        self.wall.first_painted.connect(self.first_picture_painted)
        self.model.failed.connect(self.banner.show_error)
        self.large.closed.connect(self.close_large)
        self.large.stepped.connect(self._step)
        self.large.save_wanted.connect(self.save)
        self.large.copy_wanted.connect(self.copy)
        self.large.drag_wanted.connect(self._drag_large)
        self.bar.name_chosen.connect(lambda picture: self.open_picture(picture, self._state.bundle.value))
        self.bar.refused.connect(self.banner.show_error)
        self.bar.set_wanted.connect(self.pack)

    def _build_actions(self) -> None:
        """Shortcuts of this room; they work wherever the focus is in it."""
        standard = QKeySequence.StandardKey
        for id, words, keys, icon_name, act in (
            ("create.seed", "New seed", "Ctrl+R", "dice-five", lambda: self._state.seed.set(new_seed())),
            ("create.save", "Save pictures", standard.Save, "download-simple", self.save),
            ("create.copy", "Copy pictures", standard.Copy, "copy", self.copy),
            ("create.pack", "Pack pictures for a game", "Ctrl+Shift+E", "package", self.pack),
            ("create.name", "Go to the name", "Ctrl+K", "user", self.bar.name_field.field.setFocus),
            ("create.larger", "Larger pictures", standard.ZoomIn, "plus", lambda: self._zoom(16)),
            ("create.smaller", "Smaller pictures", standard.ZoomOut, "minus", lambda: self._zoom(-16)),
        ):
            Command(self, id, words, act, keys, icon_name)

    def _zoom(self, more: int) -> None:
        side = self._preferences.tile_side
        side.set(min(288, max(64, side.value + more)))

    def _on_series_changed(self) -> None:
        bundle = self._state.bundle.value
        if bundle is None:
            self.model.show_series(None)
            self._pages.setCurrentIndex(2)
            return
        self.wall.set_pixel_art(bundle.facts.kind == "pixel")
        if self.banner.tone == "error":
            self.banner.hide()
        self.model.show_series(Series(bundle, self._state.seed.value, self._state.diversity.value))
        if self.model.series is not None and self._pages.currentIndex() == 2:
            self._pages.setCurrentIndex(0)
        if self.large.isVisible():
            if self._large_row is not None and self.large.bundle is bundle:
                self.open_row(self._large_row)
            else:
                self.close_large()

    def _on_selection_changed(self, rows: list[int]) -> None:
        self.foot.setVisible(bool(rows))
        self._selected.setText("1 picture selected" if len(rows) == 1 else f"{len(rows)} pictures selected")

    # Looking at one picture

    def open_row(self, i: int) -> None:
        series = self.model.series
        if series is None:
            return
        self._large_row = i
        self.large.show_picture(series.bundle, series.picture(i), f"Picture {i + 1}", can_step=True)
        self.large.show_meanwhile(self.model.pixmap(i))
        self._show_large()

    def open_picture(self, picture: Picture, bundle: Bundle | None) -> None:
        """One that is not on the wall: from a name, or dropped as a file."""
        if bundle is None:
            return
        self._large_row = None
        self.large.show_picture(bundle, picture, picture.name or "Your picture", can_step=False)
        self._show_large()

    def close_large(self) -> None:
        self._pages.setCurrentIndex(0)
        if self._large_row is not None:
            self.wall.show_row(self._large_row)
        self.wall.setFocus()

    def _show_large(self) -> None:
        self._pages.setCurrentIndex(1)
        self.large.setFocus()

    def _step(self, by: int) -> None:
        if self._large_row is not None and self._large_row + by >= 0:
            self.wall.show_row(self._large_row + by)
            self.open_row(self._large_row + by)

    # Taking pictures along

    def chosen(self) -> list[Picture]:
        """What an action is about: the large picture, else the selection, else the current tile."""
        if self.large.isVisible() and self.large.picture is not None:
            return [self.large.picture]
        series = self.model.series
        rows = self.wall.selected_rows()
        if not rows and self.wall.currentIndex().isValid():
            rows = [self.wall.currentIndex().row()]
        return [series.picture(i) for i in rows] if series else []

    def _chosen_bundle(self) -> Bundle | None:
        return self.large.bundle if self.large.isVisible() else self._state.bundle.value

    def save(self) -> None:
        """Ask where, then write: one picture to a file, several to a folder."""
        pictures, bundle = self.chosen(), self._chosen_bundle()
        if not pictures or bundle is None:
            return
        before = Path(self._preferences.save_folder.value or Path.home())
        if len(pictures) == 1:
            proposed = free_file(before, file_stem(bundle, pictures[0]))
            name, _ = QFileDialog.getSaveFileName(self, "Save picture", str(proposed), "PNG (*.png)")
            if name:
                self.save_to_file(Path(name).with_suffix(".png"))
        else:
            folder = QFileDialog.getExistingDirectory(self, "Save pictures to a folder", str(before))
            if folder:
                self.save_to_folder(Path(folder))

    def save_to_file(self, file: Path) -> None:
        pictures, bundle = self.chosen(), self._chosen_bundle()
        if not pictures or bundle is None:
            return
        self._preferences.save_folder.set(str(file.parent))
        embed = self._preferences.embed_recipe.value
        picture = pictures[0]
        self._start(Job(lambda progress, say: [self._saver.save_one(bundle, picture, file, embed)], self))

    def save_to_folder(self, folder: Path) -> None:
        pictures, bundle = self.chosen(), self._chosen_bundle()
        if not pictures or bundle is None:
            return
        self._preferences.save_folder.set(str(folder))
        embed = self._preferences.embed_recipe.value
        self._start(
            Job(
                lambda progress, say: self._saver.save_many(bundle, pictures, folder, embed, progress),
                self,
            )
        )

    def _start(self, job: Job) -> None:
        if self._job is not None and self._job.is_running:
            self._banner.say("Pictures are still being saved.", "warn", seconds=4)
            return
        self._job = job
        job.progressed.connect(lambda w: self._banner.say(f"{w.doing}: {w.done} of {w.total}"))
        job.finished.connect(self._on_saved)
        job.failed.connect(self._banner.show_error)
        job.ended.connect(job.deleteLater)
        job.start()

    @property
    def _banner(self) -> Banner:
        return self.large.banner if self.large.isVisible() else self.banner

    def _on_saved(self, files: list[Path]) -> None:
        where = f"“{files[0].name}”" if len(files) == 1 else f"{len(files)} pictures"
        self._banner.say(f"Saved {where} in {files[0].parent}.", seconds=8)

    def pack(self) -> None:
        """For a game: the large picture, or the selection, or else a set of new ones."""
        is_any = self.large.isVisible() or self.wall.selected_rows()
        bundle = self._chosen_bundle()
        pictures = self.chosen() if is_any else []
        self.pack_wanted.emit(tuple(Carried(picture, bundle) for picture in pictures))

    def copy(self) -> None:
        self._take(lambda data: QGuiApplication.clipboard().setMimeData(data), self.chosen())

    def _drag_rows(self, rows: list[int]) -> None:
        series = self.model.series
        if series is not None:
            self._take(self._drag, [series.picture(i) for i in rows])

    def _drag_large(self) -> None:
        if self.large.picture is not None:
            self._take(self._drag, [self.large.picture])

    def _take(self, give: Callable[[QMimeData], object], pictures: list[Picture]) -> None:
        bundle = self._chosen_bundle()
        if not pictures or bundle is None:
            return
        embed = self._preferences.embed_recipe.value
        try:
            give(self._saver.to_mime(bundle, pictures, self._passing.path(), embed))
        except StudioError as error:
            self._banner.show_error(error)

    def _drag(self, data: QMimeData) -> None:
        drag = QDrag(self)
        drag.setMimeData(data)
        pixmap = (
            self.large.pixmap if self.large.isVisible() else self.model.pixmap(self.wall.currentIndex().row())
        )
        if pixmap is not None:
            drag.setPixmap(pixmap.scaled(64, 64, Qt.AspectRatioMode.KeepAspectRatio))
        drag.exec(Qt.DropAction.CopyAction)

    def say_error(self, error: StudioError) -> None:
        self._banner.show_error(error)
