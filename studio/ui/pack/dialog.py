"""The export dialog: target, what, picture, sheet, names, where; a live preview; and doing it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QProgressBar, QPushButton, QWidget

from studio.core.errors import StudioError
from studio.core.events import Working
from studio.store.bundle import Bundle
from studio.store.pack import FAINT, TARGETS, Packed, PackOptions
from studio.store.pack.naming import safe_name
from studio.store.pack.options import CHARACTERS, STRIPS
from studio.store.pack.outlet import There

from ..backdrop import Backdrop
from ..jobs import Job
from ..widgets import Elided, button, column, frame, row, scrolling, stacked
from .choices import PackMemory
from .forms import NamesForm, OptionsForm, PictureForm, SheetForm
from .parts import Section
from .place_form import PlaceForm, TargetForm
from .preview_panel import PreviewPanel
from .previewer import Ahead, Previewer
from .request import Chosen, Folder, New, Packer, Request, What
from .what_form import WhatForm

_LEFT_WIDTH = 460  # px
_FIRST_NAME = "sprites"


class PackDialog(QDialog):
    """Asks, shows what will come, and makes it. Stopping it leaves nothing."""

    exported = Signal(object)  # Request, when its pack is in place
    remembered = Signal(object)  # PackMemory

    def __init__(
        self,
        packer: Packer,
        bundles: list[Bundle],
        memory: PackMemory,
        says_recipes: bool,
        backdrop: Backdrop,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pack for a game")
        self.setSizeGripEnabled(True)
        self._packer, self._memory, self._says_recipes = packer, memory, says_recipes
        self._what: What | None = None
        self._name = _FIRST_NAME
        self._is_name_own = False  # typed by the user
        self._ahead: Ahead | None = None
        self._job: Job | None = None
        self._is_leaving = False
        self._previewer = Previewer(packer, self)
        self.target, self.place = TargetForm(), PlaceForm()
        self.what = WhatForm(bundles, self._folder())
        self.picture, self.sheet, self.names = PictureForm(), SheetForm(), NamesForm()
        self.preview = PreviewPanel(backdrop)
        self._options = self._options_for(memory.target)
        self._out = self._folder() / self._name
        self._build()
        self._connect()
        self._draw()

    @property
    def _forms(self) -> tuple[OptionsForm, ...]:
        return self.picture, self.sheet, self.names

    def _build(self) -> None:
        self.folded = tuple(
            Section(number, title, form, folds=True)
            for number, title, form in (
                (3, "Picture", self.picture),
                (4, "Sheet", self.sheet),
                (5, "Names and metadata", self.names),
            )
        )
        self._form = QWidget()
        self._form.setLayout(
            column(
                Section(1, "Target", self.target),
                Section(2, "What", self.what),
                *self.folded,
                Section(6, "Where", self.place),
                None,
                spacing=10,
                margins=16,
            )
        )
        left = scrolling(self._form)
        left.setFixedWidth(_LEFT_WIDTH)
        middle = row(left, spacing=0)
        middle.addWidget(self.preview, 1)
        whole = column(spacing=0)
        whole.addLayout(middle, 1)
        whole.addWidget(self._build_foot())
        self.setLayout(whole)
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(False)  # Enter in a field must not press one
        self.setMinimumSize(860, 540)
        self.resize(QSize(1120, 740).boundedTo(self.screen().availableSize() * 0.92))

    def _build_foot(self) -> QFrame:
        """Three feet, one above the other: asking, working, done."""
        self._say = Elided("", "muted")
        self.export_button = button("Export", self.export, "primary", "export", _keys("Ctrl+E"))
        asking = row(self._say, button("Cancel", self.reject), self.export_button, spacing=10)
        asking.setStretch(0, 1)
        self._bar = QProgressBar()
        self._bar.setAccessibleName("How far the export is")
        self._bar.setTextVisible(False)
        self._working = Elided("", "muted")
        self.stop_button = button("Stop", self.stop, "", "x", "Esc: leaves nothing behind")
        working = row(self._working, self._bar, self.stop_button, spacing=14)
        working.setStretch(0, 1)
        working.setStretch(1, 1)
        self._done = Elided("", "strong")
        self.again_button = button("Export again", self.export, "", "arrow-clockwise", _keys("Ctrl+E"))
        show = button("Show in folder", self.show_in_folder, "", "folder-open")
        done = row(self._done, self.again_button, show, button("Done", self.accept, "primary"), spacing=10)
        done.setStretch(0, 1)
        pages = [QWidget() for _ in range(3)]
        for page, layout in zip(pages, (asking, working, done), strict=True):
            layout.setContentsMargins(20, 12, 20, 12)  # the stack that holds them would ignore its own
            page.setLayout(layout)
        foot = frame("foot")
        self._feet = stacked(foot, *pages)
        return foot

    def _connect(self) -> None:
        self.target.picked.connect(self._on_target)
        self.what.edited.connect(self._on_what)
        for form in self._forms:
            form.edited.connect(self._on_options)
        self.place.edited.connect(self._on_out)
        self.place.replace_toggled.connect(lambda may: self._on_options(replace(self._options, replace=may)))
        self._previewer.busy.connect(self.preview.show_busy)
        self._previewer.shown.connect(self._on_ahead)
        again = QShortcut(QKeySequence("Ctrl+E"), self)
        again.activated.connect(self.export)

    # What is asked for

    def offer(self, chosen: Chosen | None, bundle: Bundle | None) -> None:
        """Begin with pictures that were handed over, or else with new ones of the model that is open."""
        self.what.offer(chosen, bundle)
        self._on_what(self.what.what())

    @property
    def request(self) -> Request | None:
        return Request(self._what, self._options, self._out) if self._what is not None else None

    def _options_for(self, target: str) -> PackOptions:
        """What was chosen last for it; the name and what numbers mean go with the pictures."""
        options = self._memory.options(target)
        is_own = self._what is not None and self._what.is_files_only
        is_moving = is_own or TARGETS[target].arrangement in (STRIPS, CHARACTERS)  # about animations
        says = options.recipes and self._says_recipes
        faint = 0 if is_own else FAINT
        return replace(options, name=self._name, animations=is_moving, recipes=says, faint=faint)

    def _folder(self) -> Path:
        return Path(self._memory.folder) if self._memory.folder else Path.home()

    def _on_target(self, target: str) -> None:
        self._memory = self._memory.remembering(self._options, self._folder())
        self._options = replace(self._options_for(target), faint=self._options.faint)
        self._draw()
        self._look_ahead()

    def _on_what(self, what: What | None) -> None:
        is_other_kind = type(what) is not type(self._what)
        self._what = what
        if what is None:
            self._show_nothing()
            return
        if not self._is_name_own:
            self._rename(self._name_for(what))
        if is_other_kind:
            suited = self._options_for(self._options.target)
            self._options = replace(self._options, animations=suited.animations, faint=suited.faint)
        self._draw()
        self._look_ahead()

    def _show_nothing(self) -> None:
        self._previewer.drop()
        self.preview.show_nothing("Choose the folder with the pictures to pack, or drop it at the left.")
        self.export_button.setEnabled(False)
        self._say.setText("")

    def _name_for(self, what: What) -> str:
        """After the model or the folder; never so that the pack would lie where its pictures do."""
        if isinstance(what, New):
            return what.bundle.facts.name
        if isinstance(what, Folder):
            is_there = self._out.with_name(_folder_name(what.path.name)) == what.path
            return f"{what.path.name} pack" if is_there else what.path.name
        return _FIRST_NAME

    def _on_options(self, options: PackOptions) -> None:
        self._options = options
        if options.name != self._name:
            self._is_name_own = True
            self._rename(options.name)
        self._draw()
        self._look_ahead()

    def _rename(self, name: str) -> None:
        """The folder is called after the set until the user chooses another."""
        if self._out.name == _folder_name(self._name):
            self._out = self._out.with_name(_folder_name(name))
        self._name = name
        self._options = replace(self._options, name=name)

    def _on_out(self, out: Path) -> None:
        self._out = out
        self._options = replace(self._options, replace=False)
        self._memory = replace(self._memory, folder=str(out.parent))
        self._draw()
        self._look_ahead()

    def _draw(self) -> None:
        self.target.show_target(self._options.target)
        for form, section in zip(self._forms, self.folded, strict=True):
            form.show_options(self._options)
            section.summarise(form.summary())
        self.place.show_out(self._out, _folder_name(self._name))

    def _look_ahead(self) -> None:
        request = self.request
        if request is None or self._is_working:
            return
        self._ahead = None
        self._feet.setCurrentIndex(0)
        self._previewer.ask(request)

    def _on_ahead(self, ahead: Ahead) -> None:
        if self._what is None:  # it was found meanwhile
            return
        self._ahead = ahead
        self.preview.show_ahead(ahead)
        self.place.show_there(ahead.there, self._options.replace)
        self.export_button.setEnabled(ahead.problem is None)
        self._say.setText("" if ahead.preview is None else f"{ahead.preview.files} files into {self._out}")

    # Doing it

    @property
    def _is_working(self) -> bool:
        return self._job is not None

    def export(self) -> None:
        """Make the pack that is asked for; what is in the way is told before the first byte."""
        request = self.request
        if request is None or self._is_working:
            return
        self._memory = self._memory.remembering(request.options, request.out.parent)
        self.remembered.emit(self._memory)
        packer = self._packer
        self._job = Job(lambda progress, say: packer.export(request, progress), self)
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(lambda packed: self._on_packed(request, packed))
        self._job.failed.connect(self.preview.banner.show_error)
        self._job.ended.connect(self._on_ended)
        self._form.setEnabled(False)
        self.preview.banner.hide()
        self._working.setText("Beginning")
        self._bar.setRange(0, 0)
        self._feet.setCurrentIndex(1)
        self.stop_button.setFocus()
        self._job.start()

    def stop(self) -> None:
        if self._job is not None:
            self._working.setText("Stopping")
            self._job.cancel()

    def _on_progress(self, working: Working) -> None:
        self._working.setText(working.text)
        self._bar.setRange(0, working.total)
        self._bar.setValue(working.done)

    def _on_packed(self, request: Request, packed: Packed) -> None:
        pages = "1 page" if packed.pages == 1 else f"{packed.pages} pages"
        told = f"{packed.count} pictures on {pages} are in {packed.out}"
        if packed.left_out:
            left = len(packed.left_out)
            told += "; 1 file was no picture" if left == 1 else f"; {left} files were no pictures"
        self._done.setText(told)
        self._done.setToolTip(told)
        self.place.show_there(There(tuple(f"{packed.out.name}/{name}" for name in packed.files), ()), False)
        self._feet.setCurrentIndex(2)
        self.again_button.setFocus()
        self.exported.emit(request)

    def _on_ended(self) -> None:
        assert self._job is not None
        self._job.deleteLater()
        self._job = None
        self._form.setEnabled(True)
        if self._feet.currentIndex() == 1:  # stopped, or failed
            self._feet.setCurrentIndex(0)
            self.export_button.setFocus()
        if self._is_leaving:
            self.reject()

    def show_in_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._out)))

    # Leaving

    def reject(self) -> None:
        """Escape stops an export first; then it leaves."""
        if self._is_working:
            self.stop()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_working:
            self._is_leaving = True
            self.stop()
            event.ignore()
        else:
            super().closeEvent(event)

    def done(self, result: int) -> None:
        super().done(result)  # out of sight first: the preview ends with the picture it is at
        self._previewer.stop()

    def leave(self, seconds: float = 5.0) -> None:
        """End everything now: the window is being closed."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait(seconds)
        self._previewer.stop(seconds)


def _folder_name(name: str) -> str:
    try:
        return safe_name(name)
    except StudioError:  # a device of Windows: told with the preview
        return _FIRST_NAME


def _keys(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
