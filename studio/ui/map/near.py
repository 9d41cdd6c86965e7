"""The map from near: one tile for each picture in view, at the size it is shown."""

from __future__ import annotations

import time
from collections import OrderedDict

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

from studio.core.chart import Chart

from ..canvas.tiles import TileMaker
from .pictures import MapPictures, Rows

FROM_SIDE = 34
"""Device px of a picture from which on each has its own tile; small pictures have 32."""
FILLED = 0.94
"""Of a cell: what a tile takes of it."""
_KEPT_BYTES = 48 * 2**20


class NearTiles:
    """Tiles of another size are shown scaled until there is time to make them anew."""

    def __init__(self, pictures: MapPictures, tiles: TileMaker) -> None:
        self._pictures, self._tiles = pictures, tiles
        self._made: OrderedDict[int, tuple[int, QPixmap]] = OrderedDict()  # by row: number of the look, tile
        self._bytes = 0
        self.has_picture = False

    def forget(self) -> None:
        self._made.clear()
        self._bytes = 0

    def draw(self, painter: QPainter, chart: Chart, rows: Rows, seen: QRectF, zoom: float) -> None:
        """rows: in view. seen: what is in view, in units. zoom: px of a cell."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        corner = QPointF(seen.left() + FILLED / 2, seen.top() + FILLED / 2)
        for row in rows.tolist():
            made = self._made.get(row)
            if made is None:
                continue
            x, y = chart.cells[row]
            side = zoom * FILLED
            target = QRectF((x - corner.x()) * zoom, (y - corner.y()) * zoom, side, side)
            if made[1].width() == round(side * painter.device().devicePixelRatioF()):
                ratio = painter.device().devicePixelRatioF()
                target.moveTo(round(target.x() * ratio) / ratio, round(target.y() * ratio) / ratio)
                target.setSize(made[1].size().toSizeF() / ratio)
            painter.drawPixmap(target, made[1], QRectF(made[1].rect()))

    def work(self, rows: Rows, side: int, until: float) -> tuple[bool, bool]:
        """Make what is missing or of another size until then (perf_counter).

        rows: in view. side: device px of a tile. Whether anything was made, and whether some is left.
        """
        was_made = False
        for row in rows.tolist():
            look = self._pictures.near(row)
            before = self._made.get(row)
            if look is None or (
                before is not None and before[0] == look.number and before[1].width() == side
            ):
                continue
            if time.perf_counter() > until:
                return was_made, True
            self._keep(row, look.number, self._tiles.picture(look, side))
            was_made = self.has_picture = True
        return was_made, False

    def _keep(self, row: int, number: int, tile: QPixmap) -> None:
        before = self._made.pop(row, None)
        self._bytes += 4 * tile.width() ** 2 - (4 * before[1].width() ** 2 if before else 0)
        self._made[row] = (number, tile)
        while self._bytes > _KEPT_BYTES and len(self._made) > 1:
            self._bytes -= 4 * self._made.popitem(last=False)[1][1].width() ** 2
