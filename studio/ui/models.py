"""The Models room: the artist's own models, runs that can go on, the starters, and what is damaged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.store.bundle import Bundle, DamagedBundle
from studio.store.rename import rename_bundle
from studio.store.runs import Run, remove_run
from studio.store.sharing import SUFFIX, export_bundle, import_bundle

from .actions import name_room
from .backdrop import Backdrop
from .jobs import Job
from .model_cards import CARD_WIDTH, BundleCard, MenuItem, damaged_row, run_row
from .state import Shelf
from .training import TrainingDesk
from .widgets import Banner, EmptyState, FlowLayout, button, clear_layout, column, label, row, scrolling


class ModelsRoom(QWidget):
    """Shows a Shelf; what is asked for that other screens do goes out as signals."""

    open_wanted = Signal(object)  # Bundle
    new_wanted = Signal()
    resume_wanted = Signal(object)  # Run

    def __init__(self, shelf: Shelf, desk: TrainingDesk, backdrop: Backdrop) -> None:
        super().__init__()
        name_room(self, "Models")
        self._shelf, self._desk, self._backdrop = shelf, desk, backdrop
        self._job: Job | None = None
        self.banner = Banner()
        self._content: QVBoxLayout = column(spacing=14)
        inner = QWidget()
        inside = column(self._head(), self.banner, self._content, None, spacing=18)
        inside.setContentsMargins(32, 28, 32, 32)
        inner.setLayout(inside)
        layout = column(scrolling(inner), spacing=0)
        self.setLayout(layout)
        shelf.changed.connect(self._fill)
        desk.phase.changed.connect(self._fill)
        self._fill()

    def _head(self) -> QWidget:
        made = QWidget()
        words = column(
            label("Models", "title"),
            label("A model learns from a folder of your pictures, then makes new ones.", "muted"),
            spacing=4,
        )
        layout = row(
            words,
            None,
            button("Add a shared model…", self.add_shared, "", "tray"),
            button("New model…", self.new_wanted.emit, "primary", "plus-bold", "Ctrl+N"),
            spacing=10,
        )
        made.setLayout(layout)
        return made

    def _fill(self) -> None:
        clear_layout(self._content)
        running = self._desk.recipe.name if self._desk.is_under_way and self._desk.recipe else ""
        runs = [run for run in self._shelf.runs if run.name != running]
        if runs:
            self._section("Unfinished")
            for run in runs:
                self._content.addWidget(run_row(run, self.resume_wanted.emit, self._remove_run))
        self._section("Yours")
        if self._shelf.own:
            self._cards(self._shelf.own, is_starter=False)
        else:
            self._content.addWidget(
                EmptyState(
                    "image-square",
                    "No models of your own yet",
                    "Drop a folder of pictures anywhere on this window, or choose one. "
                    "A few hundred pictures that belong together work best.",
                    button("New model…", self.new_wanted.emit, "primary", "plus-bold"),
                )
            )
        if self._shelf.starters:
            self._section("Starters")
            self._cards(self._shelf.starters, is_starter=True)
        if self._shelf.damaged:
            self._section("Cannot be used")
            for found in self._shelf.damaged:
                self._content.addWidget(damaged_row(found, self._remove_damaged))

    def _section(self, title: str) -> None:
        made = label(title, "heading")
        made.setContentsMargins(0, 8, 0, 0)
        self._content.addWidget(made)

    def _cards(self, bundles: list[Bundle], is_starter: bool) -> None:
        holder = QWidget()
        flow = FlowLayout(CARD_WIDTH)
        share: MenuItem = ("Share as a file…", "export", self._share)
        own: list[MenuItem] = [
            ("Rename…", "pencil-simple", self._rename),
            share,
            ("Move to the bin…", "trash", self._remove),
        ]
        for bundle in bundles:
            card = BundleCard(
                bundle, self._backdrop, is_starter, self.open_wanted.emit, [share] if is_starter else own
            )
            flow.addWidget(card)
        holder.setLayout(flow)
        self._content.addWidget(holder)

    # What the artist can do

    def _rename(self, bundle: Bundle) -> None:
        name, accepted = QInputDialog.getText(self, "Rename", "New name", text=bundle.facts.name)
        if accepted and name.strip() != bundle.facts.name:
            self.rename(bundle, name)

    def rename(self, bundle: Bundle, name: str) -> None:
        try:
            rename_bundle(bundle, name)
        except StudioError as error:
            self.banner.show_error(error)
        self._shelf.read()

    def _remove(self, bundle: Bundle) -> None:
        if self._is_sure(
            f"Move “{bundle.facts.name}” to the bin?",
            "Pictures you saved stay. Their recipes need this model to bring them back.",
            "Move to the bin",
        ):
            self.move_to_bin(bundle.folder)

    def _remove_damaged(self, found: DamagedBundle) -> None:
        if self._is_sure(f"Move “{found.path.name}” to the bin?", found.sentence, "Move to the bin"):
            self.move_to_bin(found.path)

    def move_to_bin(self, folder: Path) -> None:
        moved = QFile.moveToTrash(str(folder))
        if not (moved[0] if isinstance(moved, tuple) else moved):
            self.banner.show_error(
                StudioError(f"“{folder.name}” could not be moved to the bin.", f"It is in {folder.parent}.")
            )
        self._shelf.read()

    def _remove_run(self, run: Run) -> None:
        if self._is_sure(
            f"Remove the unfinished run “{run.name}”?",
            "What it has learnt so far is lost; your pictures are not touched.",
            "Remove",
        ):
            try:
                remove_run(self._shelf.library, run.name)
            except StudioError as error:
                self.banner.show_error(error)
            self._shelf.read()

    def _is_sure(self, question: str, text: str, yes: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Morpho Studio", question, parent=self)
        box.setInformativeText(text)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        is_sure = box.clickedButton() is accept
        box.deleteLater()
        return is_sure

    def _share(self, bundle: Bundle) -> None:
        proposed = str(Path.home() / f"{bundle.facts.name}{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self, "Share a model", proposed, f"Models (*{SUFFIX})")
        if name:
            self.share(bundle, Path(name).with_suffix(SUFFIX))

    def share(self, bundle: Bundle, file: Path) -> None:
        """Without thumbnails: the artist's own pictures stay theirs unless they say otherwise."""
        job = Job(lambda progress, say: export_bundle(bundle, file), self)
        job.finished.connect(
            lambda _: self.banner.say(
                f"“{file.name}” is ready to be given to others. Your own pictures are not in it.", seconds=10
            )
        )
        self._start(job)

    def add_shared(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Add a shared model", "", f"Models (*{SUFFIX})")
        if name:
            self.add(Path(name))

    def add(self, file: Path) -> None:
        """A .morpho file from someone else, checked before it is believed."""
        job = Job(lambda progress, say: import_bundle(file, self._shelf.library.bundles), self)
        job.finished.connect(self._on_added)
        self._start(job)

    def _on_added(self, bundle: Bundle) -> None:
        self._shelf.read()
        self.banner.say(f"“{bundle.facts.name}” is added to your models.", seconds=10)

    def _start(self, job: Job) -> None:
        self._job = job
        job.failed.connect(self.banner.show_error)
        job.ended.connect(job.deleteLater)
        job.start()
