"""Small pictures side by side: thumbnails of a set, and the sheets a training run makes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.store.bundle import Bundle

from .backdrop import Backdrop, fitted

_GAP = 6  # px between cells
_WIDEST_GAP = 16  # px between the pictures of a preview
_LARGEST_CELL = 168.0  # px
PIXEL_SIDE = 32  # px; cells up to this are shown with hard pixels


def cells_of(sheet: QPixmap, bundle: Bundle) -> list[QRectF]:
    """Where the pictures lie on a bundle's preview; all of it as one if it is not a grid of them."""
    return cells_of_sides(sheet, (bundle.facts.picture_side, bundle.facts.size))


def cells_of_sides(sheet: QPixmap, sides: Sequence[int]) -> list[QRectF]:
    """The same for the first of `sides` (px) of which a grid is made."""
    width, height = sheet.width(), sheet.height()
    for side in sides:
        for gap in range(_WIDEST_GAP + 1):
            step = side + gap
            if side <= min(width, height) and (width + gap) % step == 0 and (height + gap) % step == 0:
                return [
                    QRectF(left, top, side, side)
                    for top in range(0, height, step)
                    for left in range(0, width, step)
                ]
    return [QRectF(sheet.rect())]


class ContactSheet(QWidget):
    """As many square thumbnails as fit, on the backdrop; places that are still empty are shown as such."""

    def __init__(self, name: str, backdrop: Backdrop, side: int = 76) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._backdrop, self._side = backdrop, side
        self._pixmaps: list[QPixmap] = []
        self._expected = 0
        self._is_pixel_art = False
        backdrop.changed.connect(self.update)

    def clear(self, expected: int, is_pixel_art: bool) -> None:
        self._pixmaps, self._expected, self._is_pixel_art = [], expected, is_pixel_art
        self.update()

    def expect(self, count: int) -> None:
        """So many places are shown while they fill."""
        if count != self._expected:
            self._expected = count
            self.update()

    def add(self, pixmap: QPixmap) -> None:
        self._pixmaps.append(pixmap)
        self.update()

    @property
    def count(self) -> int:
        return len(self._pixmaps)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * self._side, 2 * self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = max(1, (self.width() + _GAP) // (self._side + _GAP))
        step = (self.width() + _GAP) / columns
        side = step - _GAP
        rows = max(1, int((self.height() + _GAP) / step))
        for i in range(min(columns * rows, max(self._expected, self.count))):
            cell = QRectF(i % columns * step, i // columns * step, side, side)
            self._backdrop.draw(painter, cell, 6)
            if i < self.count:
                pixmap = self._pixmaps[i]
                inner = cell.adjusted(3, 3, -3, -3)
                target = fitted(pixmap.size(), inner, self._is_pixel_art, self.devicePixelRatioF())
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_pixel_art)
                painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        painter.end()


class Sheet(QWidget):
    """A PNG sheet of square cells, cut up and laid out with gaps, each row with its label."""

    def __init__(self, name: str, backdrop: Backdrop, row_labels: Sequence[str] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._backdrop, self._row_labels = backdrop, tuple(row_labels)
        self._sheet = QPixmap()
        self._side = 0
        self._shape = (2 if row_labels else 4, 8)  # rows, columns: what the empty places look like
        backdrop.changed.connect(self.update)

    def show_sheet(self, sheet: QPixmap, side: int) -> None:
        """side: of a cell, px. A sheet that cannot be read is ignored: the next one comes soon."""
        if sheet.isNull() or side <= 0:
            return
        self._sheet, self._side = sheet, side
        self._shape = (max(1, sheet.height() // side), max(1, sheet.width() // side))
        self.update()

    def clear(self) -> None:
        self._sheet, self._side = QPixmap(), 0
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 40 * self._shape[0])

    def _best_columns(self, room: float) -> tuple[int, float]:
        """How many cells to put in a row so that they are largest, and their side in px.

        Where rows mean something (they have labels) the sheet's own columns are kept.
        """
        rows, columns = self._shape
        count = rows * columns
        choices = [columns] if self._row_labels else range(1, count + 1)

        def side(across: int) -> float:
            down = -(-count // across)
            return min((room + _GAP) / across, (self.height() + _GAP) / down) - _GAP

        best = max(choices, key=side)
        return best, max(8.0, min(side(best), _LARGEST_CELL))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows, columns = self._shape
        margin = 58 if self._row_labels else 0
        shown_columns, cell = self._best_columns(self.width() - margin)
        is_pixel_art = 0 < self._side <= PIXEL_SIDE
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_pixel_art)
        step, size = cell + _GAP, QSize(self._side, self._side)
        for i in range(rows * columns):
            place = QRectF(margin + i % shown_columns * step, i // shown_columns * step, cell, cell)
            self._backdrop.draw(painter, place, 6)
            if self._side:
                source = QRectF(i % columns * self._side, i // columns * self._side, self._side, self._side)
                inner = place.adjusted(3, 3, -3, -3)
                target = fitted(size, inner, is_pixel_art, self.devicePixelRatioF())
                painter.drawPixmap(target, self._sheet, source)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for row, words in enumerate(self._row_labels):
            painter.drawText(
                QRectF(0, row * (cell + _GAP), margin, cell), int(Qt.AlignmentFlag.AlignVCenter), words
            )
        painter.end()
