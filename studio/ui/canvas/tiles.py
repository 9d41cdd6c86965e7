"""A card as it is drawn from near: ground, picture and marks put together once, at the size it is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFont,
    QGuiApplication,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QTransform,
)

from ..backdrop import Backdrop, fitted
from ..icons import MUTED, icon
from ..marks import HEIGHT, draw_lock, draw_stars, stars_width
from ..theme import Theme
from .pictures import Look

FULL_SIDE = 136
"""px of a card at 100 %: pictures of 128 px are then shown as they are."""
_INSET, _RADIUS = 4 / FULL_SIDE, 8 / FULL_SIDE
_LEAST_SIDE_FOR_WORDS = 96  # px
_MARK = 16 / FULL_SIDE  # height of the marks
_LEAST_MARK = 11.0  # px


class TileMaker(QObject):
    """Makes pixmaps of device pixels; the ground is drawn once for each size."""

    changed = Signal()  # everything made so far looks out of date

    def __init__(self, backdrop: Backdrop, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backdrop = backdrop
        self._grounds: dict[int, QPixmap] = {}
        self._missing: dict[int, QPixmap] = {}
        backdrop.changed.connect(self._forget)
        theme.changed.connect(self._forget)

    def _forget(self) -> None:
        self._grounds.clear()
        self._missing.clear()
        self.changed.emit()

    def ground(self, side: int) -> QPixmap:
        """A card without a picture yet. side: device px."""
        made = self._grounds.get(side)
        if made is None:
            if len(self._grounds) > 8:
                self._grounds.clear()
            made, painter = _canvas(side)
            ratio = _device_ratio()
            painter.scale(ratio, ratio)  # its squares and its line are as large as elsewhere
            self._backdrop.draw(painter, QRectF(0, 0, side / ratio, side / ratio), radius(side / ratio))
            painter.end()
            self._grounds[side] = made
        return made

    def picture(self, look: Look, side: int, is_starred: bool = False, is_locked: bool = False) -> QPixmap:
        """side: device px."""
        if look.is_opaque and not look.is_pixel_art:
            made, painter = _canvas(side)
            _fill_rounded(painter, look, side)
        else:
            made = _blank(side) if look.is_opaque else QPixmap(self.ground(side))
            painter = QPainter(made)
            inset = max(1, round(side * _INSET))
            inner = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
            target = fitted(look.image.size(), inner, look.is_pixel_art, 1)
            # Averaged when it gets smaller: leaving pixels out would make nonsense of pixel art too.
            blurs = not look.is_pixel_art or target.width() < look.image.width()
            if target.width() * 2 < look.image.width():
                size = target.size().toSize()
                smooth, whole = (
                    Qt.TransformationMode.SmoothTransformation,
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                )
                painter.drawImage(target.topLeft(), look.image.scaled(size, whole, smooth))
            else:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, blurs)
                painter.drawImage(target, look.image)
        if is_starred or is_locked:
            _draw_marks(painter, side, is_starred, is_locked)
        painter.end()
        return made

    def missing(self, side: int) -> QPixmap:
        """A card whose model is not in the library."""
        if side not in self._missing:
            if len(self._missing) > 8:
                self._missing.clear()
            self._missing[side] = _draw_missing(side)
        return self._missing[side]


def _device_ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0


def radius(side: float) -> float:
    """Of a card's corners, in the unit of its side."""
    return side * _RADIUS


def _draw_marks(painter: QPainter, side: int, is_starred: bool, is_locked: bool) -> None:
    """In the lower left corner, as on the gallery's tiles. side: device px."""
    height = max(_LEAST_MARK * _device_ratio(), side * _MARK)
    away = height * 5 / HEIGHT
    place = QPointF(away, side - away - height)
    if is_starred:
        draw_stars(painter, place, 1, height)
        place += QPointF(stars_width(1, height) + away / 2, 0)
    if is_locked:
        draw_lock(painter, place, height)


def _blank(side: int) -> QPixmap:
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    return made


def _canvas(side: int) -> tuple[QPixmap, QPainter]:
    made = _blank(side)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return made, painter


def _fill_rounded(painter: QPainter, look: Look, side: int) -> None:
    """An opaque picture fills its card; a clip would leave the corners rough."""
    smooth, whole = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.IgnoreAspectRatio
    image = look.image
    if image.width() >= side:
        image = image.scaled(side, side, whole, smooth)
    brush = QBrush(image)
    brush.setTransform(QTransform.fromScale(side / image.width(), side / image.height()))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(QRectF(0, 0, side, side), radius(side), radius(side))


def _draw_missing(side: int) -> QPixmap:
    made, painter = _canvas(side)
    palette = QGuiApplication.palette()
    pen = QPen(palette.color(QPalette.ColorRole.Mid), max(1.0, side / 110), Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(QRectF(1, 1, side - 2, side - 2), radius(side), radius(side))
    has_words = side >= _LEAST_SIDE_FOR_WORDS
    sign = max(8, side // 4)
    top = side * (0.24 if has_words else 0.5) - (0 if has_words else sign / 2)
    painter.drawPixmap(QPointF((side - sign) / 2, top), icon("puzzle-piece", MUTED).pixmap(QSize(sign, sign)))
    if has_words:
        font = QFont(QGuiApplication.font())
        font.setPixelSize(max(9, round(side * 0.085)))
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        where = QRectF(side * 0.06, side * 0.54, side * 0.88, side * 0.36)
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(where, int(centred), "Model not in library")
    painter.end()
    return made
