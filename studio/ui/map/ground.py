"""The map from afar: squares of it with all their pictures on one pixmap, or a dot of colour for each."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from studio.core.chart import Chart
from studio.core.pixels import Pictures

from .pictures import MapPictures, Rows

PICTURE_SIDES = (32, 16)
DOT_SIDES = (16, 8, 4, 2)
_SQUARE = 512  # px, side of a pixmap; one takes 1 to 5 ms
_WORK_S = 0.006  # a frame, for new squares; until the others are there, coarser or finer ones stand in
_KEPT = 64  # squares; 64 MB
_DOTS_UNTIL, _PICTURES_FROM = 10.0, 13.0
"""Device px of a picture between which dots turn into pictures."""
_DOT = 0.8  # of a cell, across
_GAP = 1 / 32  # of a cell, around a picture's ground
_FAINT = 0.35  # how much shows of the land under dots, and of a dot whose colour is not known yet


class Square(NamedTuple):
    """A part of the map, drawn with `side` px a picture."""

    side: int
    is_dots: bool
    column: int
    row: int

    @property
    def across(self) -> int:
        """Cells, each way."""
        return _SQUARE // self.side

    @property
    def rect(self) -> QRectF:
        """In units: a cell's centre is at whole numbers."""
        across = self.across
        return QRectF(self.column * across - 0.5, self.row * across - 0.5, across, across)


class Ground:
    """Makes squares when they are seen, and keeps those seen last."""

    def __init__(self, pictures: MapPictures) -> None:
        self._pictures = pictures
        self._made: OrderedDict[Square, QPixmap] = OrderedDict()
        self._rows: npt.NDArray[np.int64] = np.empty((0, 0), np.int64)  # [columns, rows]; -1: nothing there
        self._chart: Chart | None = None
        self._last_side: dict[bool, int] = {}  # by whether dots: what was drawn when all was there
        self.land, self.unknown = (66, 66, 66), (128, 128, 128)
        """Colours behind pictures, and of dots not known yet."""

    def show(self, chart: Chart | None) -> None:
        self._chart = chart
        self._made.clear()
        columns, rows = chart.size if chart is not None else (0, 0)
        self._rows = np.full((columns, rows), -1, np.int64)
        if chart is not None:
            self._rows[chart.cells[:, 0], chart.cells[:, 1]] = np.arange(len(chart.cells))

    def recolour(self, land: QColor, unknown: QColor) -> None:
        self.land = (land.red(), land.green(), land.blue())
        self.unknown = (unknown.red(), unknown.green(), unknown.blue())
        self._made.clear()

    def stale(self, rows: Rows) -> None:
        """These look different now."""
        if self._chart is None:
            return
        cells = self._chart.cells[rows]
        for square in list(self._made):
            inside = (cells // square.across == (square.column, square.row)).all(axis=1)
            if inside.any():
                del self._made[square]

    def row_at(self, column: int, row: int) -> int | None:
        """The picture in a cell."""
        if 0 <= column < self._rows.shape[0] and 0 <= row < self._rows.shape[1]:
            found = int(self._rows[column, row])
            return found if found >= 0 else None
        return None

    def rows_within(self, area: QRectF) -> Rows:
        """The pictures that are in sight, those in the middle first. area: in units."""
        left, top = max(0, math.floor(area.left() + 0.5)), max(0, math.floor(area.top() + 0.5))
        right, bottom = math.ceil(area.right() + 0.5), math.ceil(area.bottom() + 0.5)
        part = self._rows[left : max(left, right), top : max(top, bottom)]
        found: Rows = part[part >= 0]
        if self._chart is None or not len(found):
            return found
        middle = np.array([area.center().x(), area.center().y()])
        far = ((self._chart.cells[found] - middle) ** 2).sum(axis=1)
        return found[np.argsort(far, kind="stable")]

    def draw(self, painter: QPainter, seen: QRectF, zoom: float, ratio: float) -> bool:
        """seen: what is in view, in units. zoom: px of a cell, ratio: device px of each.

        Whether all was there; if not, it should be drawn again soon.
        """
        until = time.perf_counter() + _WORK_S
        is_all = True
        side = zoom * ratio
        share = min(1.0, max(0.0, (side - _DOTS_UNTIL) / (_PICTURES_FROM - _DOTS_UNTIL)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if share < 1:
            is_all &= self._draw_layer(painter, seen, zoom, _finest(DOT_SIDES, side), True, until)
        if share > 0:
            painter.setOpacity(share)
            is_all &= self._draw_layer(painter, seen, zoom, _finest(PICTURE_SIDES, side), False, until)
            painter.setOpacity(1)
        return is_all

    def _draw_layer(
        self, painter: QPainter, seen: QRectF, zoom: float, side: int, is_dots: bool, until: float
    ) -> bool:
        """Whether all squares in view are there."""
        squares = self._squares(seen, side, is_dots)
        ready = [square for square in squares if self._is_ready(square, until)]
        is_all = len(ready) == len(squares)
        if is_all:
            self._last_side[is_dots] = side
        else:
            others = self._squares(seen, self._last_side.get(is_dots, side), is_dots)
            ready = [square for square in others if square in self._made and square not in ready] + ready
        for square in ready:
            where = square.rect
            corner = (where.topLeft() - seen.topLeft()) * zoom
            pixmap = self._made[square]
            target = QRectF(corner, where.size() * zoom)
            painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        return is_all

    def _squares(self, seen: QRectF, side: int, is_dots: bool) -> list[Square]:
        """Those of this fineness that are in view."""
        across = _SQUARE // side
        columns, rows = self._rows.shape
        left = max(0, math.floor((seen.left() + 0.5) / across))
        top = max(0, math.floor((seen.top() + 0.5) / across))
        right = min((columns - 1) // across, math.floor((seen.right() + 0.5) / across))
        bottom = min((rows - 1) // across, math.floor((seen.bottom() + 0.5) / across))
        return [
            Square(side, is_dots, column, row)
            for column in range(left, right + 1)
            for row in range(top, bottom + 1)
        ]

    def _is_ready(self, square: Square, until: float) -> bool:
        """Made before, or now if there is time."""
        if square not in self._made:
            if time.perf_counter() > until:
                return False
            self._made[square] = self._make(square)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(square)
        return True

    def _make(self, square: Square) -> QPixmap:
        across, side = square.across, square.side
        first = square.column * across, square.row * across
        part = self._rows[first[0] : first[0] + across, first[1] : first[1] + across]
        cells = np.zeros((across, across, side, side, 4), np.uint8)  # [row, column, y, x, rgba]
        column, row = np.nonzero(part >= 0)
        rows = part[column, row]
        if len(rows):
            cells[row, column] = self._dots(rows, side) if square.is_dots else self._tiles(rows, side)
        whole = np.ascontiguousarray(cells.transpose(0, 2, 1, 3, 4)).reshape(_SQUARE, _SQUARE, 4)
        image = QImage(whole.data, _SQUARE, _SQUARE, 4 * _SQUARE, QImage.Format.Format_RGBA8888_Premultiplied)
        return QPixmap.fromImage(image)  # with memory of its own

    def _tiles(self, rows: Rows, side: int) -> Pictures:
        """Pictures on their ground, uint8 [n, side, side, 4], premultiplied."""
        looks = self._pictures.looks
        source = looks.small if side == PICTURE_SIDES[0] else looks.middle
        tiles = source[rows]  # a copy
        gap = max(1, round(side * _GAP))
        inner = tiles[:, gap:-gap, gap:-gap]
        shares = (255 - np.arange(256))[:, None] / 255  # of the ground, by the picture's alpha
        ground = (shares * [*self.land, 255]).astype(np.uint8)  # [256, 4]; rounded down, so sums fit
        inner += ground[inner[..., 3]]
        return tiles

    def _dots(self, rows: Rows, side: int) -> Pictures:
        """A disc of each picture's colour, uint8 [n, side, side, 4], premultiplied."""
        colours = self._pictures.looks.colours[rows].astype(np.float32)
        is_known = self._pictures.is_known[rows]
        colours[~is_known, :3] = self.unknown
        colours[:, 3] = 255
        land = np.array([*self.land, 255], np.float32) * _FAINT
        over_land = (colours - land) * np.where(is_known, 1, _FAINT)[:, None].astype(np.float32)
        dots = np.empty((len(rows), side, side, 4), np.uint8)
        for (y, x), cover in np.ndenumerate(_disc(side)):  # pixel by pixel: a third of the time
            dots[:, y, x] = land + cover * over_land
        return dots


def _finest(sides: tuple[int, ...], side: float) -> int:
    """The smallest of the sides, largest first, that is not shown enlarged."""
    return next((s for s in reversed(sides) if s >= side), sides[0])


def _disc(side: int) -> npt.NDArray[np.float32]:
    """How much of each pixel a disc in the middle covers, 0..1, measured at 8 × 8 points."""
    points = (np.arange(side * 8) + 0.5) / (side * 8) - 0.5
    inside = (np.hypot(points[:, None], points[None, :]) < _DOT / 2).astype(np.float32)
    return np.asarray(inside.reshape(side, 8, side, 8).mean(axis=(1, 3)), np.float32)


def mean_colour(brush_image: QImage) -> QColor:
    """What a pattern looks like from afar."""
    scaled = brush_image.scaled(
        1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    return scaled.pixelColor(0, 0)
