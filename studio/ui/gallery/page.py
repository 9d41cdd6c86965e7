"""The middle of the room: the bar, what narrows the grid, the grid or why it is empty, long work."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from studio.core.errors import StudioError
from studio.core.events import Working
from studio.store.gallery import SHADES
from studio.ui.widgets import Banner, EmptyState, button, column, frame, label, row, stacked

from .bar import Chips, GalleryBar
from .grid import GalleryGrid
from .state import GalleryState

_SHOWN_AFTER_MS = 400  # shorter work is not worth a flicker


class GridPage(QWidget):
    add_wanted = Signal()
    create_wanted = Signal()
    retry_wanted = Signal()
    cleared = Signal()
    best_wanted = Signal()  # of doubles, select all but the best
    stopped = Signal()  # long work

    def __init__(self, bar: GalleryBar, grid: GalleryGrid) -> None:
        super().__init__()
        self.banner = Banner((16, 10, 16, 0))
        self.chips = Chips()
        self.chips.cleared.connect(self.cleared)
        self.chips.best_wanted.connect(self.best_wanted)
        self.chips.hide()
        inside = QFrame()
        empty, nothing, problem = self._build_empty(), self._build_nothing(), self._build_problem()
        self._pages = stacked(inside, grid, empty, nothing, problem)
        layout = column(bar, self.banner, self.chips, inside, self._build_progress(), spacing=0)
        layout.setStretch(3, 1)
        self.setLayout(layout)

    def _build_empty(self) -> QWidget:
        state = EmptyState(
            "image",
            "Keep what you like here",
            "Press the star beside a picture in Create and it is kept, with everything needed to make it "
            "again. Or drop pictures and folders on this window. Then give stars with the keys 1 to 5, add "
            "tags, and gather what belongs together in collections.",
            button("Add pictures…", self.add_wanted.emit, "", "plus"),
            button("Open Create", self.create_wanted.emit, "primary", "sparkle"),
        )
        return _centred(state)

    def _build_nothing(self) -> QWidget:
        self._nothing = label("", "heading")
        self._nothing_hint = label("", "muted")
        self._all = button("Show all", self.cleared.emit, "", "x")
        made = QWidget()
        made.setLayout(
            column(
                None,
                row(None, self._nothing, None),
                row(None, self._nothing_hint, None),
                row(None, self._all, None),
                None,
                spacing=10,
            )
        )
        return made

    def _build_problem(self) -> QWidget:
        self._problem = label("", wrap=True)
        made = frame("panel")
        inside = column(
            label("The gallery cannot be opened", "heading"),
            self._problem,
            row(button("Try again", self.retry_wanted.emit, "primary"), None),
            spacing=12,
            margins=24,
        )
        made.setLayout(inside)
        return _centred(made)

    def _build_progress(self) -> QWidget:
        self._words = label("", "muted")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        line = row(self._words, self._progress, button("Stop", self._stop), spacing=14)
        line.setStretch(1, 1)
        line.setContentsMargins(20, 8, 16, 8)
        self._foot = frame("foot")
        self._foot.setLayout(line)
        self._foot.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SHOWN_AFTER_MS)
        self._soon.timeout.connect(self._foot.show)
        return self._foot

    def show_found(self, found: int, count: int, state: GalleryState) -> None:
        """found: what the grid shows, of count pictures in all."""
        words = ""
        if state.alike.value is not None:
            words = f"Most like “{state.alike.value.title}” first"
        elif state.is_narrowed:
            narrowed = _narrowed(state)
            words = f"{_pictures(found)}{narrowed}"
        self.chips.show_words(words if found else "")  # where nothing is found, the page itself says so
        if found:
            self._pages.setCurrentIndex(0)
        elif not count and not state.is_narrowed and state.place.value.id == "all":
            self._pages.setCurrentIndex(1)
        else:
            title, hint = _why_nothing(state)
            self._nothing.setText(title)
            self._nothing_hint.setText(hint)
            self._all.setVisible(state.is_narrowed)
            self._pages.setCurrentIndex(2)

    def show_doubles(self, words: str, is_any: bool) -> None:
        self.chips.show_words(words, can_choose=is_any)
        if is_any:
            self._pages.setCurrentIndex(0)
        else:
            self._nothing.setText(words)
            self._nothing_hint.setText("Compared were the pixels, and how alike pictures look.")
            self._all.show()
            self._pages.setCurrentIndex(2)

    def show_problem(self, error: StudioError | None) -> None:
        if error is not None:
            self._problem.setText(str(error))
            self._pages.setCurrentIndex(3)

    def show_progress(self, working: Working) -> None:
        of = f": {working.done + 1} of {working.total}" if working.total else ""
        self._words.setText(f"{working.doing}{of}")
        self._progress.setRange(0, working.total)
        self._progress.setValue(working.done)
        if not self._soon.isActive() and not self._foot.isVisible():
            self._soon.start()

    def hide_progress(self) -> None:
        self._soon.stop()
        self._foot.hide()

    def _stop(self) -> None:
        self._words.setText("Stopping…")
        self.stopped.emit()


def _centred(widget: QWidget) -> QWidget:
    made = QWidget()
    made.setLayout(column(None, widget, None, margins=20))
    return made


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _narrowed(state: GalleryState) -> str:
    """What narrows it, to follow the number of pictures."""
    parts = []
    if state.text.value.strip():
        parts.append(f"with “{state.text.value.strip()}”")
    if state.shade.value is not None:
        parts.append(f"mostly {SHADES[state.shade.value]}")
    if state.least_stars.value:
        parts.append(f"of {state.least_stars.value} stars or more")
    return " " + ", ".join(parts) if parts else ""


def _why_nothing(state: GalleryState) -> tuple[str, str]:
    if state.is_narrowed:
        return f"No pictures{_narrowed(state)}", f"in “{state.place.value.title}”"
    if state.place.value.collection is not None:
        return "This collection is empty", "Drag pictures onto its name, or drop files here."
    return "Nothing here", f"“{state.place.value.title}” fills by itself."
