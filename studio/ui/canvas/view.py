"""The canvas on the screen: what the camera sees, drawn from near or from afar."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QGraphicsView

from ..jobs import timer
from .camera import MOST_FITTED, Camera
from .chip import FrameChip
from .far import FarLayer
from .near import SHARP_SIDE, NearLayer
from .overlay import Overlay
from .pictures import CardPictures
from .places import bounds_of
from .state import CanvasState
from .tiles import TileMaker

_WORK_S = 0.005  # at a time, for tiles and squares
_SETTLED_MS = 90
_LOOK_MS = 80
_DOTS = 28  # px between the dots of the ground
_MOST_SMOOTH = 1_300_000
"""Device px of the view up to which scaling is smooth while the zoom moves."""


class CanvasView(Camera):
    """Shows a CanvasState. What mouse and keyboard do is in hands.py."""

    first_painted = Signal()  # a decoded picture was drawn, for the first time

    def __init__(self, state: CanvasState, pictures: CardPictures, tiles: TileMaker) -> None:
        super().__init__(state)
        self.setAccessibleName("Canvas of pictures")
        self.setAccessibleDescription("Arrow keys go from picture to picture, Enter opens, Space selects.")
        self.pictures = pictures
        self._near = NearLayer(self._scene, state, pictures, tiles)
        self._far = FarLayer(self._scene, state, self.places, pictures, tiles)
        self.overlay = Overlay(state, self.to_view)
        self.chip = FrameChip(self)
        self._dots: tuple[QColor, QPixmap] | None = None
        self._has_painted = False
        self._moved_at = 0.0
        self._timers()
        self._set_up()
        self._listen(tiles)

    def _timers(self) -> None:
        self._working = timer(1, self, self._work)
        self._settling = timer(_SETTLED_MS, self, self._on_settled)
        self._looking = timer(_LOOK_MS, self, self._look)

    def _set_up(self) -> None:
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)

    def _listen(self, tiles: TileMaker) -> None:
        self.state.added.connect(self._on_added)
        self.state.removed.connect(self._on_removed)
        self.state.moved.connect(self._on_moved)
        self.state.changed.connect(self._on_changed)
        self.state.reset.connect(self._on_reset)
        self.state.selection.changed.connect(self._on_selection_changed)
        self._selected_before: tuple[int, ...] = self.state.selection.value
        self.pictures.arrived.connect(self._on_arrived)
        self.pictures.reset.connect(self._on_looks_reset)
        self.pictures.device_known.connect(self.chip.set_device)
        tiles.changed.connect(self._on_looks_reset)

    def _on_view_changed(self) -> None:
        self._moved_at = time.perf_counter()
        self._sync()
        self._far.set_smooth(self._near.is_smooth)
        self._settling.start()
        self._look_in(_LOOK_MS)
        self.viewport().update()
        super()._on_view_changed()

    # What is drawn

    def _sync(self) -> None:
        """The layers hold what is in view, as it was last made."""
        if self.is_near:
            side = self._near.side or round(self.device_side)
            self._near.show(self.places.within(self.seen).tolist(), side)
        else:
            self._near.hide()
            self._far.show(self.seen, self.device_side)
        self._work_soon()

    def _on_settled(self) -> None:
        """The view rests: tiles are made for just this size."""
        self._far.set_smooth(True)
        if self.is_near:
            side = round(self.device_side)
            self._near.show(self.places.within(self.seen).tolist(), side)
        self._work_soon()
        self._look()

    def _work_soon(self) -> None:
        if not self._working.isActive():
            self._working.start()

    def _work(self) -> None:
        until = time.perf_counter() + _WORK_S
        if self.is_near:
            is_left = self._near.work(until)
            if not is_left:
                self._far.hide()
        else:
            is_left = self._far.work(until)
        if is_left:
            self._work_soon()

    def _look_in(self, ms: int) -> None:
        if not self._looking.isActive():
            self._looking.start(ms)

    def _look(self) -> None:
        """Have decoded what is in view, the middle first, then a little around it."""
        if not self.isVisible():
            return
        self._looking.stop()
        seen = self.seen
        ids = self.places.from_middle(seen)
        if self.is_near and len(ids) < 400:
            around = seen.adjusted(-seen.width() / 4, -seen.height() / 4, seen.width() / 4, seen.height() / 4)
            known = set(ids)
            ids += [card_id for card_id in self.places.from_middle(around) if card_id not in known]
        self.pictures.look_at(ids, self.device_side >= SHARP_SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if time.perf_counter() - self._moved_at < 0.2:
            self.chip.count_frame()
        if not self._has_painted and (self._near.has_picture or self._far.has_picture):
            self._has_painted = True
            self.first_painted.emit()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.resetTransform()
        area = self.viewport().rect()
        painter.fillRect(area, self.palette().color(QPalette.ColorRole.Window))
        if self.zoom.value >= 24:
            self._draw_dots(painter)

    def _draw_dots(self, painter: QPainter) -> None:
        """They show that the ground moves where there are no cards. One tile is drawn over and over."""
        colour = self.palette().color(QPalette.ColorRole.Mid)
        if self._dots is None or self._dots[0] != colour:
            tile = QPixmap(_DOTS, _DOTS)
            tile.fill(Qt.GlobalColor.transparent)
            on_tile = QPainter(tile)
            on_tile.setPen(colour)
            on_tile.drawPoint(0, 0)
            on_tile.end()
            self._dots = (colour, tile)
        offset = QPoint(self.horizontalScrollBar().value() % _DOTS, self.verticalScrollBar().value() % _DOTS)
        painter.drawTiledPixmap(self.viewport().rect(), self._dots[1], offset)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.resetTransform()
        ids = self._near.ids if self.is_near else ()
        self.overlay.draw(painter, self.palette(), self.zoom.value, ids)

    # What happens to the cards

    def carry(self, ids: Sequence[int], dx: float, dy: float) -> None:
        """Show cards moved by so much, in units; the state learns of it when they are let go."""
        self.overlay.carried = (dx, dy)
        if self.is_near:
            for card_id in ids:
                self._near.lay(self.state.card(card_id), dx, dy)
        else:
            self.overlay.outline = bounds_of(self.state, tuple(ids)).translated(dx, dy)
        self.viewport().update()

    def put_down(self, ids: Sequence[int]) -> None:
        """They are carried no longer, and lie where the state says."""
        self.overlay.outline, self.overlay.carried = None, (0.0, 0.0)
        for card_id in ids:
            if card_id in self.state:
                self._near.lay(self.state.card(card_id))
        self.viewport().update()

    def _on_added(self, ids: tuple[int, ...]) -> None:
        self._far.stale([self.state.card(card_id) for card_id in ids])
        if self._wants_fit and self.isVisible() and len(self.state) <= MOST_FITTED:
            self.fit()
        else:
            self._changed()

    def _on_removed(self, ids: tuple[int, ...]) -> None:
        if self.overlay.hovered in ids:
            self.overlay.hovered = None
        self._far.stale_all()
        self._changed()

    def _on_moved(self, ids: tuple[int, ...]) -> None:
        self._far.stale_all()
        for card_id in ids:
            self._near.lay(self.state.card(card_id))
        self._changed()

    def _on_changed(self, ids: tuple[int, ...]) -> None:
        self._near.stale(ids)
        self._changed()
        self._look()

    def _changed(self) -> None:
        self._sync()
        self._look_in(0)
        self.viewport().update()

    def _on_reset(self) -> None:
        self._near.forget()
        self._far.forget()
        self.overlay.hovered = self.overlay.focused = None
        self._changed()

    def _on_looks_reset(self) -> None:
        self._near.stale_all()
        self._far.stale_all()
        self._changed()

    def _on_arrived(self, ids: tuple[int, ...]) -> None:
        self._far.stale([self.state.card(card_id) for card_id in ids])
        if self.is_near and len(ids) == 1:
            self._near.renew(ids[0])
        else:
            self._near.stale(ids)
        self._work_soon()

    def _on_selection_changed(self, selection: tuple[int, ...]) -> None:
        other = set(selection) ^ set(self._selected_before)
        self._selected_before = selection
        self._far.stale([self.state.card(card_id) for card_id in other if card_id in self.state])
        if not self.is_near:
            self._work_soon()
        self.viewport().update()

    # Coming and going

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chip.settle(self.viewport().rect())
        size = self.viewport().width() * self.viewport().height() * self.devicePixelRatioF() ** 2
        self._near.is_smooth = size <= _MOST_SMOOTH
        if self._wants_fit:
            self.fit()
        elif self._kept is not None:
            self.look_from(self._kept, self.zoom.value)
        self._on_view_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wants_fit:
            self.fit()
        self._on_view_changed()
