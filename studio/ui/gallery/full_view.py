"""One picture over the whole room; arrows go on, digits give stars."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.store.gallery import Entry
from studio.ui.backdrop import Backdrop
from studio.ui.widgets import Banner, DraggedPicture, button, column, icon_button, label, row

from .stars import StarRow


class FullView(QWidget):
    """Shows what it is given; stepping and rating go out as signals."""

    closed = Signal()
    stepped = Signal(int)  # +1 or -1
    rated = Signal(int)
    drag_wanted = Signal()

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Large picture")
        self.entry: Entry | None = None
        self.panel = DraggedPicture("Picture", backdrop, inset=16)
        self.panel.drag_wanted.connect(self.drag_wanted)
        self._title, self._place = label("", "heading"), label("", "muted")
        self.stars = StarRow("Stars")
        self.stars.chosen.connect(self.rated)
        self._previous = icon_button("Previous picture", "caret-left", lambda: self.stepped.emit(-1), "Left")
        self._next = icon_button("Next picture", "caret-right", lambda: self.stepped.emit(1), "Right")
        head = row(
            button("Back to the grid", self.closed.emit, "", "squares-four", "Esc"),
            8,
            self._title,
            self._place,
            None,
            self.stars,
            spacing=10,
        )
        middle = row(self._previous, self.panel, self._next, spacing=10)
        middle.setStretch(1, 1)
        self.banner = Banner()
        whole = column(head, self.banner, middle, spacing=12, margins=16)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def show_entry(self, entry: Entry, pixmap: QPixmap | None, row_number: int, count: int) -> None:
        """pixmap: the best there is by now."""
        if self.entry is None or self.entry.id != entry.id:
            self.banner.hide()
        self.entry = entry
        self._title.setText(entry.title)
        self._place.setText(f"{row_number + 1} of {count}")
        self.stars.show_stars(entry.stars)
        self._previous.setEnabled(row_number > 0)
        self._next.setEnabled(row_number + 1 < count)
        self.show_pixmap(entry.id, pixmap)

    def show_pixmap(self, id: int, pixmap: QPixmap | None) -> None:
        if self.entry is not None and self.entry.id == id:
            self.panel.show_pixmap(pixmap, self.entry.is_pixel_art)
            self.panel.setAccessibleName(f"Picture: {self.entry.title}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closed.emit()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
            self.stepped.emit(1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.stepped.emit(-1)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.closed.emit()
