"""The map on the screen: a camera over the islands, drawn from afar or near, with what is found there."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QMarginsF, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from studio.core.chart import Chart
from studio.store.bundle import Bundle

from ..backdrop import Backdrop
from ..canvas.pictures import Look
from ..canvas.tiles import TileMaker
from ..jobs import timer
from ..state import Value
from .ground import Ground, mean_colour
from .live import LivePlace
from .near import FILLED, FROM_SIDE, NearTiles
from .pictures import Found, MapPictures, Rows

LEAST_SIDE, MOST_SIDE = 1.0, 512.0  # px of a cell
LIVE_SIDE = 136  # px of the tile that follows the pointer
_SHARP_SIDE = 40
"""Device px of a picture from which on the small one is not enough."""
_WORK_S = 0.005
_SETTLED_MS, _ARRIVED_MS = 90, 150
_MARGIN = 0.04  # of the view, around the whole map
_NEAREST_FIT = 160.0  # px of a cell at most when everything is shown
_AWAY = 20  # px from the pointer to its tile
_RING = 3.0  # px around a place


class MapView(QWidget):
    """Shows one map. What mouse and keyboard do is in hands.py."""

    view_changed = Signal()
    live_painted = Signal()  # the place under the pointer is on the screen

    def __init__(self, pictures: MapPictures, live: LivePlace, tiles: TileMaker, backdrop: Backdrop) -> None:
        super().__init__()
        self.setAccessibleName("Map of the model's pictures")
        self.setMinimumSize(200, 200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.pictures, self.live = pictures, live
        self._tiles, self._backdrop = tiles, backdrop
        self.bundle: Bundle | None = None
        self.chart: Chart | None = None
        self.ground = Ground(pictures)
        self._near = NearTiles(pictures, tiles)
        self.zoom: Value[float] = Value(16.0, self)  # px of a cell
        self.centre = QPointF(0, 0)  # in units
        self.rings: list[QPointF] = []  # where the selected cards lie
        self.outline: list[QPointF] = []  # what is being lassoed, or was, in units
        self.cursor_place: QPointF | None = None  # of the keyboard
        self.shows_keyboard = False  # whether it was led here by keyboard
        self._seen_rows: Rows = np.empty(0, np.int64)
        self._stale_rows: list[Rows] = []
        self._live_tile: tuple[int, QPixmap] | None = None
        self._live_drawn = QRect()
        self._live_number = 0
        self._wants_fit = True
        self._working = timer(1, self, self._work)
        self._settling = timer(_SETTLED_MS, self, self._on_settled)
        self._arriving = timer(_ARRIVED_MS, self, self._take_in)
        self._rest = timer(0, self, self.update)
        self._listen()
        self._recolour()

    def _listen(self) -> None:
        self.pictures.found.connect(self._on_found)
        self.pictures.arrived.connect(self._on_arrived)
        self.live.changed.connect(self._on_live)
        self._tiles.changed.connect(self._recolour)

    def clear(self) -> None:
        """No map, until the next one is found."""
        self.bundle = self.chart = None
        self.ground.show(None)
        self.live.show(None, None)
        self._near.forget()
        self.rings, self.outline, self.cursor_place = [], [], None
        self._stale_rows.clear()
        self.update()

    def _on_found(self, found: Found) -> None:
        self.clear()
        self.bundle, self.chart = found.bundle, found.chart
        self.ground.show(found.chart)
        self.live.show(found.bundle, found.chart)
        self.fit()

    def _recolour(self) -> None:
        brush = self._backdrop.brush
        is_pattern = brush.style() is Qt.BrushStyle.TexturePattern
        land = mean_colour(brush.textureImage()) if is_pattern else brush.color()
        self.ground.recolour(land, self.palette().color(QPalette.ColorRole.PlaceholderText))
        self._near.forget()
        self._live_tile = None
        self._work_soon()
        self.update()

    # The camera

    @property
    def seen(self) -> QRectF:
        """What is in view, in units."""
        size = QSizeF(self.size()) / self.zoom.value
        return QRectF(self.centre - QPointF(size.width() / 2, size.height() / 2), size)

    def to_view(self, point: QPointF) -> QPointF:
        """Units of the map to px of the view."""
        return (point - self.seen.topLeft()) * self.zoom.value

    def to_map(self, point: QPointF) -> QPointF:
        return point / self.zoom.value + self.seen.topLeft()

    def look_from(self, centre: QPointF, zoom: float) -> None:
        self._wants_fit = False
        self.centre = self._held(centre)
        self.zoom.set(min(MOST_SIDE, max(LEAST_SIDE, zoom)))
        self._on_view_changed()

    def _held(self, centre: QPointF) -> QPointF:
        """The map does not leave the view for good."""
        columns, rows = self.chart.size if self.chart is not None else (1, 1)
        return QPointF(min(columns, max(-1.0, centre.x())), min(rows, max(-1.0, centre.y())))

    def pan(self, dx: float, dy: float) -> None:
        """By px: what lies at the right comes into view for dx > 0."""
        self.look_from(self.centre + QPointF(dx, dy) / self.zoom.value, self.zoom.value)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """What lies under a point of the view stays there."""
        fixed = self.to_map(point)
        zoom = min(MOST_SIDE, max(LEAST_SIDE, self.zoom.value * factor))
        middle = QPointF(self.width() / 2, self.height() / 2)
        self.look_from(fixed + (middle - point) / zoom, zoom)

    def zoom_in(self) -> None:
        self.zoom_at(QPointF(self.rect().center()), 1.4)

    def zoom_out(self) -> None:
        self.zoom_at(QPointF(self.rect().center()), 1 / 1.4)

    def fit(self) -> None:
        """The whole map, as large as it goes."""
        if self.chart is not None and self.width() > 1:
            columns, rows = self.chart.size
            room = 1 - 2 * _MARGIN
            zoom = min(self.width() * room / columns, self.height() * room / rows, _NEAREST_FIT)
            self.look_from(QPointF((columns - 1) / 2, (rows - 1) / 2), zoom)
        self._wants_fit = True

    def ensure_seen(self, point: QPointF) -> None:
        """Move no more than is needed to have it well in view."""
        inner = self.seen
        inner = inner.marginsRemoved(_sides(min(inner.width(), inner.height()) * 0.12))
        if not inner.contains(point):
            dx = min(0.0, point.x() - inner.left()) + max(0.0, point.x() - inner.right())
            dy = min(0.0, point.y() - inner.top()) + max(0.0, point.y() - inner.bottom())
            self.look_from(self.centre + QPointF(dx, dy), self.zoom.value)

    def _on_view_changed(self) -> None:
        self._settling.start()
        self._see()
        self.update()
        self.view_changed.emit()

    @property
    def _side(self) -> float:
        """Device px of a cell."""
        return self.zoom.value * self.devicePixelRatioF()

    def _see(self) -> None:
        self._seen_rows = self.ground.rows_within(self.seen)

    def _on_settled(self) -> None:
        """The view rests: what is in it is asked for, and tiles are made for just this size."""
        self.pictures.look_at(self._seen_rows, self._side >= _SHARP_SIDE)
        self._work_soon()

    # What comes

    def _on_arrived(self, rows: Rows) -> None:
        self._stale_rows.append(rows)
        if not self._arriving.isActive():
            self._arriving.start()
        self._work_soon()

    def _take_in(self) -> None:
        if self._stale_rows:
            self.ground.stale(np.concatenate(self._stale_rows))
            self._stale_rows.clear()
            self.update()

    def _work_soon(self) -> None:
        if self._side >= FROM_SIDE and not self._working.isActive():
            self._working.start()

    def _work(self) -> None:
        if self._side < FROM_SIDE or self._settling.isActive():
            return
        side = round(self._side * FILLED)
        was_made, is_left = self._near.work(self._seen_rows, side, time.perf_counter() + _WORK_S)
        if was_made:
            self.update()
        if is_left:
            self._work_soon()

    def _on_live(self) -> None:
        if self.live.point is not None:
            self.pictures.wait_for_live()
        self.update(self._live_drawn)
        self.update(self._live_area())

    # What is drawn

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Window))
        if self.chart is not None:
            seen = self.seen
            if not self.ground.draw(painter, seen, self.zoom.value, self.devicePixelRatioF()):
                self._rest.start()
            if self._side >= FROM_SIDE:
                self._near.draw(painter, self.chart, self._seen_rows, seen, self.zoom.value)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_outline(painter)
            self._draw_rings(painter)
            self._draw_live(painter)
        if self.shows_keyboard:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_outline(self, painter: QPainter) -> None:
        if len(self.outline) < 2:
            return
        colour = QColor(self.palette().color(QPalette.ColorRole.Accent))
        painter.setPen(QPen(colour, 1.5))
        colour.setAlpha(36)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([self.to_view(point) for point in self.outline]))

    def _draw_rings(self, painter: QPainter) -> None:
        """Where the selected cards lie: seen on every ground, since it is light and dark."""
        half = max(7.0, self.zoom.value * FILLED / 2 + _RING)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for point in self.rings:
            middle = self.to_view(point)
            area = QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)
            round_by = min(half, max(5.0, half * 0.2)) if half > 14 else half
            for colour, width in (
                (self.palette().color(QPalette.ColorRole.Window), 5.5),
                (self.palette().color(QPalette.ColorRole.Accent), 2.5),
            ):
                painter.setPen(QPen(colour, width))
                painter.drawRoundedRect(area, round_by, round_by)

    def _live_area(self) -> QRect:
        """Where the live tile and its pin are, px, with some room."""
        if self.live.point is None:
            return QRect()
        pin = self.to_view(self.live.point)
        spot = QRectF(pin.x() - 12, pin.y() - 12, 24, 24)
        return self._tile_of(pin).united(spot).adjusted(-6, -6, 6, 6).toAlignedRect()

    def _tile_of(self, pin: QPointF) -> QRectF:
        """Beside the pointer, on the side where there is room."""
        left, top = pin.x() + _AWAY, pin.y() + _AWAY
        if left + LIVE_SIDE > self.width() - 4:
            left = pin.x() - _AWAY - LIVE_SIDE
        if top + LIVE_SIDE > self.height() - 4:
            top = pin.y() - _AWAY - LIVE_SIDE
        return QRectF(round(max(4.0, left)), round(max(4.0, top)), LIVE_SIDE, LIVE_SIDE)

    def _draw_live(self, painter: QPainter) -> None:
        self._live_drawn = self._live_area()
        if self.live.point is None:
            return
        pin = self.to_view(self.live.point)
        self._draw_pin(painter, pin)
        if self.live.look is None:
            return
        area = self._tile_of(pin)
        painter.setPen(Qt.PenStyle.NoPen)
        for grown, alpha in ((5, 26), (3, 34), (1, 46)):  # a soft shadow
            painter.setBrush(QColor(0, 0, 0, alpha))
            painter.drawRoundedRect(area.adjusted(-grown, -grown + 1, grown, grown + 1), 11, 11)
        painter.setBrush(QBrush(self.palette().color(QPalette.ColorRole.Window)))
        painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), 9, 9)
        tile = self._tile_for(self.live.look)
        painter.drawPixmap(area, tile, QRectF(tile.rect()))
        if self.live.look.number != self._live_number:
            self._live_number = self.live.look.number
            self.live_painted.emit()

    def _tile_for(self, look: Look) -> QPixmap:
        if self._live_tile is None or self._live_tile[0] != look.number:
            side = round(LIVE_SIDE * self.devicePixelRatioF())
            self._live_tile = (look.number, self._tiles.picture(look, side))
        return self._live_tile[1]

    def _draw_pin(self, painter: QPainter, pin: QPointF) -> None:
        is_cursor = self.cursor_place is not None
        size = 6.0 if is_cursor else 3.5
        painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Window), 2))
        painter.drawEllipse(pin, size, size)
        if is_cursor:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 1.5))
            painter.drawEllipse(pin, size + 3, size + 3)

    def show_rings(self, points: Sequence[QPointF]) -> None:
        if list(points) != self.rings:
            self.rings = list(points)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._wants_fit:
            self.fit()
        else:
            self._on_view_changed()


def _sides(width: float) -> QMarginsF:
    return QMarginsF(width, width, width, width)
