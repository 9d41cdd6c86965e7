"""One picture of the grid as it is drawn: on the backdrop, with its ring, its tick and its stars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.store.gallery import State
from studio.ui.backdrop import Backdrop, fitted
from studio.ui.icons import WARN, icon

from .model import GalleryModel, Index
from .stars import draw_badge

_GAP = 5  # px around a tile
_INSET = 5  # px between a tile's edge and its picture
_TICK = 22  # px, side of the box that selects
_RADIUS = 8.0
_SELECTED = QStyle.StateFlag.State_Selected.value
_UNDER_MOUSE = QStyle.StateFlag.State_MouseOver.value
_FOCUSED = QStyle.StateFlag.State_HasFocus.value


def tile_of(cell: QRect) -> QRect:
    return cell.adjusted(_GAP, _GAP, -_GAP, -_GAP)


def tick_of(cell: QRect) -> QRectF:
    tile = QRectF(tile_of(cell))
    return QRectF(tile.right() - _TICK - 5, tile.top() + 5, _TICK, _TICK)


def room_of(cell: QSize, ratio: float) -> int:
    """Device pixels, a side, that a picture has in a cell."""
    return max(1, round((cell.width() - 2 * (_GAP + _INSET)) * ratio))


class TileDelegate(QStyledItemDelegate):
    """Two blits a tile: the ground, drawn once for all, and a picture that comes in the size it is shown.

    Scaling pictures while painting took 30 ms a frame where this takes 3.
    """

    def __init__(self, model: GalleryModel, backdrop: Backdrop) -> None:
        super().__init__()
        self._model, self._backdrop = model, backdrop
        self._ground: QPixmap | None = None
        self.shows_keyboard = False  # whether to show where the keyboard is
        backdrop.changed.connect(self._forget_ground)

    def _forget_ground(self) -> None:
        self._ground = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = option.widget
        return view.gridSize() if isinstance(view, QListView) else QSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: QRect = option.rect
        state: int = option.state.value  # as a number: Python's flags cost more than the drawing
        entry, pixmap = self._model.entry(index.row()), self._model.pixmap(index.row())
        tile = tile_of(cell)
        ratio = option.widget.devicePixelRatioF()
        painter.drawPixmap(tile.topLeft(), self._ground_of(tile.size(), ratio))
        if pixmap is not None:
            self._draw_picture(painter, tile, pixmap, ratio, entry is not None and entry.is_pixel_art)
        is_selected = bool(state & _SELECTED)
        is_under_mouse = bool(state & _UNDER_MOUSE)
        has_focus = self.shows_keyboard and bool(state & _FOCUSED)
        words = self._model.notes.get(entry.id, "") if entry is not None else ""
        is_plain = entry is None or (not entry.stars and entry.state is State.WELL and not words)
        if is_plain and not (is_selected or is_under_mouse or has_focus):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        where, palette = QRectF(tile), option.palette
        if is_selected or is_under_mouse or has_focus:
            _draw_ring(painter, where, palette, is_selected, has_focus)
        if is_selected:
            _draw_tick(painter, tick_of(cell), palette)
        if entry is not None and entry.state is not State.WELL:
            _draw_sign(painter, where)
        elif words:
            _draw_words(painter, where, words)
        if entry is not None and entry.stars:
            draw_badge(painter, where, entry.stars, ratio)
        painter.restore()

    def _ground_of(self, size: QSize, ratio: float) -> QPixmap:
        """size: px."""
        made = self._ground
        if made is None or made.size() != size * ratio or made.devicePixelRatio() != ratio:
            made = QPixmap(size * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._backdrop.draw(painter, QRectF(0, 0, size.width(), size.height()), _RADIUS)
            painter.end()
            self._ground = made
        return made

    def _draw_picture(
        self, painter: QPainter, tile: QRect, pixmap: QPixmap, ratio: float, is_pixel_art: bool
    ) -> None:
        """As it is where it has the size of its place, else (the size was just changed) scaled meanwhile."""
        room = QRectF(tile).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        target = fitted(pixmap.size(), room, is_pixel_art, ratio)
        if abs(target.width() * ratio - pixmap.width()) <= 1:
            target.setSize(QSizeF(pixmap.size()) / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_pixel_art)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))


def _draw_ring(
    painter: QPainter, tile: QRectF, palette: QPalette, is_selected: bool, has_focus: bool
) -> None:
    role, width = QPalette.ColorRole.PlaceholderText, 1.5
    if is_selected:
        role, width = QPalette.ColorRole.Accent, 2.5
    elif has_focus:
        role, width = QPalette.ColorRole.WindowText, 2.5
    painter.setPen(QPen(palette.color(role), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(tile, _RADIUS, _RADIUS)
    if is_selected and has_focus:  # seen without telling colours apart
        painter.setPen(QPen(palette.color(QPalette.ColorRole.WindowText), 1.5, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(tile.adjusted(4, 4, -4, -4), _RADIUS - 3, _RADIUS - 3)


def _draw_tick(painter: QPainter, box: QRectF, palette: QPalette) -> None:
    painter.setPen(QPen(QColor("#ffffff"), 1.6))
    painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
    painter.drawEllipse(box.adjusted(2, 2, -2, -2))
    middle = box.center()
    points = [QPointF(-4.2, 0.4), QPointF(-1.2, 3.4), QPointF(4.4, -2.8)]
    painter.setPen(QPen(QColor("#ffffff"), 2.0, c=Qt.PenCapStyle.RoundCap))
    painter.drawPolyline([middle + p for p in points])


def _draw_sign(painter: QPainter, tile: QRectF) -> None:
    ground = QRectF(tile.left() + 6, tile.top() + 6, 22, 22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawEllipse(ground)
    pixmap = icon("warning-fill", WARN).pixmap(QSize(16, 16))
    painter.drawPixmap(ground.adjusted(3, 3, -3, -3), pixmap, QRectF(pixmap.rect()))


def _draw_words(painter: QPainter, tile: QRectF, words: str) -> None:
    width = painter.fontMetrics().horizontalAdvance(words) + 14
    ground = QRectF(tile.left() + 6, tile.top() + 6, min(width, tile.width() - 12), 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 160))
    painter.drawRoundedRect(ground, 10, 10)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(ground, int(Qt.AlignmentFlag.AlignCenter), words)
