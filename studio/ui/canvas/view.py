"""The canvas on the screen: a camera over the cards, drawn from near or from afar."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent, QShowEvent, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from studio.core.canvas import Place

from ..state import Value
from .chip import FrameChip
from .far import FarLayer
from .near import SHARP_SIDE, NearLayer
from .overlay import Overlay
from .pictures import CardPictures
from .places import Places, bounds_of
from .state import CanvasState
from .tiles import FULL_SIDE, TileMaker

NEAR_SIDE = 33
"""Device px of a card from which on each has its own item."""
LEAST_SIDE, MOST_SIDE = 2.0, 8.0 * FULL_SIDE  # px of a card
_REACH = 100_000.0  # units each way from the origin
_WORK_S = 0.005  # at a time, for tiles and squares
_SETTLED_MS = 90
_LOOK_MS = 40
_MARGIN = 0.35  # units left free around what is fitted
_EDGE = 0.15  # units left free around what is brought into view
_MOST_FITTED = 150  # cards; until the view is moved they are all kept in sight
_DOTS = 28  # px between the dots of the ground
_MOST_SMOOTH = 1_300_000
"""Device px of the view up to which scaling is smooth while the zoom moves."""


class CanvasView(QGraphicsView):
    """Shows a CanvasState. What mouse and keyboard do is in hands.py."""

    first_painted = Signal()  # a decoded picture was drawn, for the first time
    view_changed = Signal()

    def __init__(self, state: CanvasState, pictures: CardPictures, tiles: TileMaker) -> None:
        super().__init__()
        self.setAccessibleName("Canvas of pictures")
        self.setAccessibleDescription("Arrow keys go from picture to picture, Enter opens, Space selects.")
        self.state, self.pictures = state, pictures
        self.places = Places(state)
        self.zoom: Value[float] = Value(float(FULL_SIDE), self)  # px of a card
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._near = NearLayer(self._scene, state, pictures, tiles)
        self._far = FarLayer(self._scene, state, self.places, pictures, tiles)
        self.overlay = Overlay(state, self.to_view)
        self.chip = FrameChip(self)
        self._has_painted = False
        self._moved_at = 0.0
        self._wants_fit = True
        self._timers()
        self._set_up()
        self._listen(tiles)

    def _timers(self) -> None:
        self._working = self._timer(1, self._work)
        self._settling = self._timer(_SETTLED_MS, self._on_settled)
        self._looking = self._timer(_LOOK_MS, self._look)

    def _timer(self, ms: int, act: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(ms)
        made.timeout.connect(act)
        return made

    def _set_up(self) -> None:
        self.setScene(self._scene)
        self.setSceneRect(-_REACH, -_REACH, 2 * _REACH, 2 * _REACH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._apply_zoom(self.zoom.value)

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

    # The camera

    def to_view(self, x: float, y: float) -> QPointF:
        """Units of the canvas to px of the view."""
        zoom = self.zoom.value
        return QPointF(
            x * zoom - self.horizontalScrollBar().value(), y * zoom - self.verticalScrollBar().value()
        )

    def to_canvas(self, point: QPointF | QPoint) -> QPointF:
        zoom = self.zoom.value
        return QPointF(
            (point.x() + self.horizontalScrollBar().value()) / zoom,
            (point.y() + self.verticalScrollBar().value()) / zoom,
        )

    @property
    def seen(self) -> QRectF:
        """What is in view, in units."""
        size = self.viewport().size()
        return QRectF(self.to_canvas(QPointF(0, 0)), self.to_canvas(QPointF(size.width(), size.height())))

    @property
    def shows_all(self) -> bool:
        """Whether the view keeps everything in sight: nobody moved it since that was asked for."""
        return self._wants_fit

    @property
    def centre(self) -> Place:
        middle = self.seen.center()
        return Place(middle.x(), middle.y())

    def look_from(self, centre: Place, zoom: float) -> None:
        """centre: what is in the middle, in units. zoom: px of a card."""
        self._wants_fit = False
        size = self.viewport().size()
        self._apply_zoom(zoom)
        self._scroll_to(
            centre.x * self.zoom.value - size.width() / 2, centre.y * self.zoom.value - size.height() / 2
        )
        self._on_view_changed()

    def pan(self, dx: float, dy: float) -> None:
        """By px: what lies at the right comes into view for dx > 0."""
        self._wants_fit = False
        self._scroll_to(self.horizontalScrollBar().value() + dx, self.verticalScrollBar().value() + dy)
        self._on_view_changed()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """What lies under a point of the view stays there."""
        self._wants_fit = False
        fixed = self.to_canvas(point)
        before = self.zoom.value
        self._apply_zoom(before * factor)
        if self.zoom.value == before and factor != 1:  # a whole px at least
            self._apply_zoom(before + (1 if factor > 1 else -1))
        zoom = self.zoom.value
        self._scroll_to(fixed.x() * zoom - point.x(), fixed.y() * zoom - point.y())
        self._on_view_changed()

    def zoom_in(self) -> None:
        self.zoom_at(QPointF(self.viewport().rect().center()), 1.25)

    def zoom_out(self) -> None:
        self.zoom_at(QPointF(self.viewport().rect().center()), 0.8)

    def zoom_full(self) -> None:
        """100 %: pictures of 128 px as they are."""
        self.zoom_at(QPointF(self.viewport().rect().center()), FULL_SIDE / self.zoom.value)

    def fit(self) -> None:
        """All cards, as large as they go."""
        bounds = self.places.bounds()
        if bounds is not None:
            self._fit_rect(bounds)
        self._wants_fit = True

    def fit_selection(self) -> None:
        if self.state.selection.value:
            self._fit_rect(bounds_of(self.state, self.state.selection.value))
        else:
            self.fit()

    def _fit_rect(self, rect: QRectF) -> None:
        room = rect.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        size = self.viewport().size()
        zoom = min(size.width() / room.width(), size.height() / room.height(), 2.0 * FULL_SIDE)
        self.look_from(Place(rect.center().x(), rect.center().y()), zoom)

    def ensure_seen(self, ids: Sequence[int]) -> None:
        """Move no more than is needed to see these cards, or to see some of them where they are many."""
        ids = [card_id for card_id in ids if card_id in self.state]
        if not ids or (self._wants_fit and len(self.state) <= _MOST_FITTED):
            return
        wanted = bounds_of(self.state, tuple(ids)).adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        seen = self.seen
        if seen.contains(wanted):
            return
        if wanted.width() > seen.width() or wanted.height() > seen.height():
            if max(wanted.width() / seen.width(), wanted.height() / seen.height()) < 4:
                self._fit_rect(wanted)
                return
            wanted = QRectF(wanted.topLeft(), seen.size())
        dx = min(0.0, wanted.left() - seen.left()) + max(0.0, wanted.right() - seen.right())
        dy = min(0.0, wanted.top() - seen.top()) + max(0.0, wanted.bottom() - seen.bottom())
        self.pan(dx * self.zoom.value, dy * self.zoom.value)

    def _scroll_to(self, x: float, y: float) -> None:
        self.horizontalScrollBar().setValue(round(x))
        self.verticalScrollBar().setValue(round(y))

    def _apply_zoom(self, zoom: float) -> None:
        """Whole device px a card from near, so that tiles are drawn as they were made."""
        ratio = self.devicePixelRatioF()
        zoom = min(MOST_SIDE, max(LEAST_SIDE, zoom))
        if zoom * ratio >= NEAR_SIDE:
            zoom = round(zoom * ratio) / ratio
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.zoom.set(zoom)

    def _on_view_changed(self) -> None:
        self._moved_at = time.perf_counter()
        self._sync()
        self._settling.start()
        if not self._looking.isActive():
            self._looking.start()
        self.viewport().update()
        self.view_changed.emit()

    # What is drawn

    @property
    def _is_near(self) -> bool:
        return self.zoom.value * self.devicePixelRatioF() >= NEAR_SIDE

    def _sync(self) -> None:
        """The layers hold what is in view, as it was last made."""
        if self._is_near:
            side = self._near.side or round(self.zoom.value * self.devicePixelRatioF())
            self._near.show(self.places.within(self.seen).tolist(), side)
        else:
            self._near.hide()
            self._far.show(self.seen, self.zoom.value * self.devicePixelRatioF())
        self._work_soon()

    def _on_settled(self) -> None:
        """The zoom rests: tiles are made for just this size."""
        if self._is_near:
            side = round(self.zoom.value * self.devicePixelRatioF())
            self._near.show(self.places.within(self.seen).tolist(), side)
        self._work_soon()
        self._look()

    def _work_soon(self) -> None:
        if not self._working.isActive():
            self._working.start()

    def _work(self) -> None:
        until = time.perf_counter() + _WORK_S
        if self._is_near:
            is_left = self._near.work(until)
            if not is_left:
                self._far.hide()
        else:
            is_left = self._far.work(until)
        if is_left:
            self._work_soon()

    def _look(self) -> None:
        """Have decoded what is in view, the middle first, then a little around it."""
        if not self.isVisible():
            return
        self._looking.stop()
        seen = self.seen
        ids = self.places.from_middle(seen)
        if self._is_near and len(ids) < 400:
            around = seen.adjusted(-seen.width() / 4, -seen.height() / 4, seen.width() / 4, seen.height() / 4)
            known = set(ids)
            ids += [card_id for card_id in self.places.from_middle(around) if card_id not in known]
        self.pictures.look_at(ids, self.zoom.value * self.devicePixelRatioF() >= SHARP_SIDE)

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
        """They show that the ground moves where there are no cards."""
        colour = QColor(self.palette().color(QPalette.ColorRole.Mid))
        painter.setPen(colour)
        left = -self.horizontalScrollBar().value() % _DOTS
        top = -self.verticalScrollBar().value() % _DOTS
        width, height = self.viewport().width(), self.viewport().height()
        painter.drawPoints(
            [QPoint(x, y) for x in range(left, width, _DOTS) for y in range(top, height, _DOTS)]
        )

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.resetTransform()
        ids = self._near.ids if self._is_near else ()
        self.overlay.draw(painter, self.palette(), self.zoom.value, ids)

    # What happens to the cards

    def carry(self, ids: Sequence[int], dx: float, dy: float) -> None:
        """Show cards moved by so much, in units; the state learns of it when they are let go."""
        self.overlay.carried = (dx, dy)
        if self._is_near:
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
        if self._wants_fit and self.isVisible() and len(self.state) <= _MOST_FITTED:
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
        if not self._looking.isActive():
            self._looking.start(0)
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
        if self._is_near and len(ids) == 1:
            self._near.renew(ids[0])
        else:
            self._near.stale(ids)
        self._work_soon()

    def _on_selection_changed(self, selection: tuple[int, ...]) -> None:
        other = set(selection) ^ set(self._selected_before)
        self._selected_before = selection
        self._far.stale([self.state.card(card_id) for card_id in other if card_id in self.state])
        if not self._is_near:
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
        self._on_view_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wants_fit:
            self.fit()
        self._on_view_changed()
