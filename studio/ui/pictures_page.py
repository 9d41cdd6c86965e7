"""The wizard's first page: give pictures, see what is taken and what is not, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from studio.core.errors import StudioError
from studio.core.events import LeftOut, Working
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.steps import Found

from .backdrop import Backdrop, to_pixmap
from .dropping import local_paths
from .found_list import FoundList
from .jobs import Job
from .sheets import ContactSheet
from .widgets import Banner, EmptyState, button, column, frame, label, restyle, row, stacked

MOST_THUMBNAILS = 80
_SIDE_WIDTH = 340  # px


@dataclass(frozen=True, eq=False)
class Looked:
    """What looking through the given pictures found, for this page."""

    found: Found
    scale: int  # of enlarged pixel art
    transparent: int  # how many have transparency
    left_out: tuple[LeftOut, ...]
    duplicates: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """One picture of the set, small."""

    rgba: Pictures  # uint8 [h, w, 4]


@dataclass(frozen=True, eq=False)
class Double:
    """One picture, small, of a group that shows the same."""

    group: int  # among Looked.duplicates
    rgba: Pictures  # uint8 [s, s, 4]


@dataclass(frozen=True, eq=False)
class Example:
    """One picture of the set, as each fit would take it."""

    by_fit: dict[str, Pictures]  # uint8 [s, s, 4]
    pixel_art: bool


Said = Looked | Thumbnail | Double | Example
Say = Callable[[Said], None]
LookThrough = Callable[[Sequence[Path], Progress, Say], Looked]
"""Looks through the files on a thread. Says up to MOST_THUMBNAILS thumbnails while it reads, Looked when it
knows, then what can be shown only then: examples, doubles, and the thumbnails of pixel art once more."""


class PicturesPage(QWidget):
    """Announces what is given and what was found in it; keeps nothing else."""

    given = Signal(list)  # of Path
    looked = Signal(object)  # Looked
    example_read = Signal(object)  # Example

    def __init__(self, look_through: LookThrough, backdrop: Backdrop) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._look_through = look_through
        self._job: Job | None = None
        self.banner = Banner()
        self._sheet = ContactSheet("Thumbnails of your pictures", backdrop)
        self._is_pixel_art = False
        holder = QWidget()
        self._pages = stacked(holder, self._build_empty(), self._build_set())
        layout = column(self.banner, holder, spacing=12)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    @property
    def is_busy(self) -> bool:
        return self._job is not None and self._job.is_running

    def _build_empty(self) -> QWidget:
        self._drop = EmptyState(
            "image-square",
            "Drop a folder of pictures here",
            "Single pictures and zip files work too. PNG, JPEG, WebP, AVIF, GIF, BMP and TIFF are read; "
            "transparency is kept. Nothing leaves this computer.",
            button("Choose a folder…", self._choose_folder, "primary", "folder-open"),
            button("Choose files…", self._choose_files, "", "files"),
        )
        return self._drop

    def _build_set(self) -> QWidget:
        """The thumbnails, and beside them what is going on or what was found."""
        side = QWidget()
        side.setFixedWidth(_SIDE_WIDTH)
        self._sides = stacked(side, self._build_looking(), self._build_found())
        page = QWidget()
        whole = row(self._sheet, side, spacing=20)
        whole.setStretch(0, 1)
        page.setLayout(whole)
        return page

    def _build_looking(self) -> QWidget:
        side = frame("panel")
        self._doing = label("", "heading", wrap=True)
        self._counted = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Looking through the pictures")
        cancelling = row(button("Cancel", self.cancel), None)
        side.setLayout(
            column(self._doing, self._bar, self._counted, None, cancelling, spacing=10, margins=18)
        )
        return side

    def _build_found(self) -> QWidget:
        side = frame("panel")
        self._figure = label("", "figure")
        self._kind = label("", "muted", wrap=True)
        self._warnings = Banner()
        self.left_out = FoundList("Left out, with the reason")
        self.doubles = FoundList("Pictures that show the same", is_pictured=True)
        others = row(
            button("Other folder…", self._choose_folder, "", "folder-open"),
            button("Other files…", self._choose_files, "", "files"),
            None,
        )
        layout = column(
            self._figure,
            self._kind,
            self._warnings,
            self.left_out,
            self.doubles,
            None,
            others,
            spacing=10,
            margins=18,
        )
        layout.setStretch(3, 2)
        layout.setStretch(4, 3)
        side.setLayout(layout)
        return side

    # Giving pictures

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder of pictures", str(Path.home()))
        if folder:
            self.give([Path(folder)])

    def _choose_files(self) -> None:
        patterns = "*.png *.jpg *.jpeg *.webp *.avif *.gif *.bmp *.tif *.tiff *.zip"
        kinds = f"Pictures and zips ({patterns});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self, "Choose pictures", str(Path.home()), kinds)
        if names:
            self.give([Path(name) for name in names])

    def give(self, paths: list[Path]) -> None:
        """Look through these instead of what was given before."""
        if self._job is not None and self._job.is_running:
            self._job.cancel()
        self.banner.hide()
        self.given.emit(paths)
        self._doing.setText("Looking for pictures")
        self._counted.setText("")
        self._bar.setRange(0, 0)
        self._sheet.clear(0, False)
        self._sides.setCurrentIndex(0)
        self._pages.setCurrentIndex(1)
        job = Job(lambda progress, say: self._look_through(paths, progress, say), self)
        self._job = job
        job.progressed.connect(lambda working: self._on_progressed(job, working))
        job.said.connect(lambda said: self._on_said(job, said))
        job.failed.connect(lambda error: self._on_failed(job, error))
        job.cancelled.connect(lambda: self._on_cancelled(job))
        job.ended.connect(job.deleteLater)
        job.start()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def leave(self, seconds: float = 5.0) -> None:
        """For quitting."""
        if self._job is not None and self._job.is_running:
            self._job.cancel()
            self._job.wait(seconds)

    def reset(self) -> None:
        self.cancel()
        self._job = None
        self.banner.hide()
        self._pages.setCurrentIndex(0)

    # Hearing from the job; one that was replaced is not listened to

    def _on_progressed(self, job: Job, working: Working) -> None:
        if job is not self._job:
            return
        self._doing.setText(working.doing)
        self._bar.setRange(0, working.total)
        self._bar.setValue(working.done)
        counted = f"{working.done} of {working.total}" if working.total else f"{working.done} so far"
        self._counted.setText(counted if working.done else "")
        if self._sides.currentIndex() == 0:
            self._sheet.expect(min(working.total, MOST_THUMBNAILS))

    def _on_said(self, job: Job, said: Said) -> None:
        if job is not self._job:
            return
        if isinstance(said, Looked):
            self._show_looked(said)
            self.looked.emit(said)
        elif isinstance(said, Example):
            self.example_read.emit(said)
        elif isinstance(said, Double):
            self.doubles.add_picture(said.group, to_pixmap(said.rgba), self._is_pixel_art)
        else:
            self._sheet.add(to_pixmap(said.rgba))

    def _on_failed(self, job: Job, error: StudioError) -> None:
        if job is self._job:
            self.banner.show_error(error)
            self._pages.setCurrentIndex(0)
            self.given.emit([])

    def _on_cancelled(self, job: Job) -> None:
        if job is self._job:
            self._pages.setCurrentIndex(0)
            self.given.emit([])

    def _show_looked(self, looked: Looked) -> None:
        accepted = looked.found.accepted
        self._is_pixel_art = looked.found.pixel_art
        if self._is_pixel_art:  # they come again, on their own grid
            self._sheet.clear(min(accepted, MOST_THUMBNAILS), is_pixel_art=True)
        else:
            self._sheet.expect(0)
        counted = f"{accepted:,}".replace(",", "\u202f")
        self._figure.setText(counted + (" picture" if accepted == 1 else " pictures"))
        self._kind.setText(kind_in_words(looked))
        if looked.warnings:
            self._warnings.say("\n".join(looked.warnings), "warn")
        else:
            self._warnings.hide()
        lines = [f"{left.file}: {left.reason}" for left in looked.left_out]
        self.left_out.show_lines(f"Left out: {len(lines)}", lines)
        groups = ["  =  ".join(group) for group in looked.duplicates]
        words = "1 group shows" if len(groups) == 1 else f"{len(groups)} groups show"
        self.doubles.show_lines(f"{words} the same", groups)
        self._sides.setCurrentIndex(1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event):
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(False)
        paths = local_paths(event)
        if paths:
            event.acceptProposedAction()
            self.give(paths)

    def _set_over(self, is_over: bool) -> None:
        self._drop.setProperty("over", is_over)
        restyle(self._drop)


def kind_in_words(looked: Looked) -> str:
    """What was recognised in the set."""
    words = []
    if looked.found.pixel_art:
        enlarged = f" (each pixel is {looked.scale} × {looked.scale})" if looked.scale > 1 else ""
        words.append(f"Pixel art{enlarged}; it is never blurred.")
    if looked.transparent:
        share = "all" if looked.transparent == looked.found.accepted else f"{looked.transparent}"
        words.append(f"Transparency in {share} of them is kept.")
    return " ".join(words) or "Opaque pictures."
