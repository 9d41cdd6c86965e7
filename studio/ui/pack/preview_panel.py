"""Page one of the pack that is asked for, and its figures."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from studio.store.pack.preview import Preview

from ..backdrop import Backdrop, fitted, to_pixmap
from ..model_words import size_in_words
from ..widgets import Banner, PicturePanel, column, label, row
from .previewer import Ahead

_INSET = 12  # px around the page


class _PagePanel(PicturePanel):
    """The page with its edge: what is clear of it can be told from the ground."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.pixmap is None:
            return
        inner = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        place = fitted(self.pixmap.size(), inner, self.is_pixel_art, self.devicePixelRatioF())
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.end()


class PreviewPanel(QWidget):
    """Shows an Ahead; what was shown before stays until then."""

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.banner = Banner()
        self._page = _PagePanel("First page of the pack", backdrop, inset=_INSET)
        self._figures = label("", "strong", wrap=True)
        self._figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = label("", "muted", wrap=True)
        self._busy = label("", "muted")
        head = row(label("First page", "heading"), None, self._busy)
        layout = column(head, self.banner, self._page, self._figures, self._more, spacing=8, margins=20)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    @property
    def text(self) -> str:
        """The figures, as they are read."""
        return f"{self._figures.text()} {self._more.text()}"

    def show_busy(self, words: str) -> None:
        self._busy.setText(words)

    def show_nothing(self, hint: str) -> None:
        self._page.show_pixmap(None, False)
        self._figures.setText("")
        self._more.setText("")
        self.banner.say(hint, "info")

    def show_ahead(self, ahead: Ahead) -> None:
        found = ahead.preview
        if found is not None:
            self._page.show_pixmap(to_pixmap(found.page), found.is_pixel_art)
            self._figures.setText(_figures(found))
            self._more.setText(_more(found, ahead.seen))
            self._page.setAccessibleDescription(self.text)
        if ahead.problem is not None:
            self.banner.show_error(ahead.problem)
        elif found is not None and found.scattered:
            names = ", ".join(found.scattered[:5])
            self.banner.say(
                f"Too large for one page, so PixiJS would play only a part: {names}. Allow larger pages.",
                "warn",
            )
        else:
            self.banner.hide()


def _figures(found: Preview) -> str:
    pictures = "1 picture" if found.count == 1 else f"{found.count:,} pictures"
    pages = "1 page" if found.pages == 1 else f"{found.pages:,} pages"
    size = f"{found.size.width} × {found.size.height} px"
    about = f"about {size_in_words(found.bytes)}"
    return "  ·  ".join((f"{pictures} on {pages}", size, f"{found.fill:.0%} filled", about))


def _more(found: Preview, seen: int) -> str:
    words = [f"{found.file} and {found.files - 1} more files" if found.files > 1 else found.file]
    if found.animations:
        words.append("1 animation" if found.animations == 1 else f"{found.animations} animations")
    if found.merged:
        words.append(f"{found.merged} that look like another share its place")
    words.append("pixel art" if found.is_pixel_art else "smooth art")
    line = ", ".join(words) + "."
    if found.count > seen:
        line += f" Shown with the first {seen}, so the figures are estimates."
    return line
