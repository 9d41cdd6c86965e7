"""The camera over the canvas: where it looks, how near, and never losing what it looks at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from studio.core.canvas import Place

from ..state import Value
from .places import Places, bounds_of
from .state import CanvasState
from .tiles import FULL_SIDE

NEAR_SIDE = 33
"""Device px of a card from which on each has its own item."""
LEAST_SIDE, MOST_SIDE = 2.0, 8.0 * FULL_SIDE  # px of a card
_REACH = 100_000.0  # units each way from the origin
_MARGIN = 0.35  # units left free around what is fitted
_EDGE = 0.15  # units left free around what is brought into view
MOST_FITTED = 150
"""Cards; until the view is moved they are all kept in sight."""


class Camera(QGraphicsView):
    """Pans and zooms over a CanvasState; what is seen is drawn by who inherits."""

    view_changed = Signal()

    def __init__(self, state: CanvasState) -> None:
        super().__init__()
        self.state = state
        self.places = Places(state)
        self.zoom: Value[float] = Value(float(FULL_SIDE), self)  # px of a card
        self.covered_below = 0  # px at the bottom, by what lies over the view
        self._wants_fit = True
        self._kept: Place | None = None  # stays in the middle, however large the view becomes
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._scene)
        self.setSceneRect(-_REACH, -_REACH, 2 * _REACH, 2 * _REACH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self._apply_zoom(self.zoom.value)

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
        """centre: what is in the middle, in units, until the view is moved. zoom: px of a card."""
        self._wants_fit, self._kept = False, centre
        size = self.viewport().size()
        self._apply_zoom(zoom)
        self._scroll_to(
            centre.x * self.zoom.value - size.width() / 2, centre.y * self.zoom.value - size.height() / 2
        )
        self._on_view_changed()

    def pan(self, dx: float, dy: float) -> None:
        """By px: what lies at the right comes into view for dx > 0."""
        self._wants_fit, self._kept = False, None
        self._scroll_to(self.horizontalScrollBar().value() + dx, self.verticalScrollBar().value() + dy)
        self._on_view_changed()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """What lies under a point of the view stays there."""
        self._wants_fit, self._kept = False, None
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
        size, below = self.viewport().size(), self.covered_below
        if size.height() < 4 * below:
            below = 0
        zoom = min(size.width() / room.width(), (size.height() - below) / room.height(), 2.0 * FULL_SIDE)
        self.look_from(Place(rect.center().x(), rect.center().y() + below / 2 / zoom), zoom)

    def ensure_seen(self, ids: Sequence[int]) -> None:
        """Move no more than is needed to see these cards, or to see some of them where they are many."""
        ids = [card_id for card_id in ids if card_id in self.state]
        if not ids or (self._wants_fit and len(self.state) <= MOST_FITTED):
            return
        wanted = bounds_of(self.state, tuple(ids)).adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        seen = self.seen
        if self.viewport().height() > 4 * self.covered_below:
            seen.setHeight(seen.height() - self.covered_below / self.zoom.value)
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

    @property
    def is_near(self) -> bool:
        """Whether cards are large enough to have an item each."""
        return self.device_side >= NEAR_SIDE

    @property
    def device_side(self) -> float:
        """Device px of a card."""
        return self.zoom.value * self.devicePixelRatioF()

    def _on_view_changed(self) -> None:
        self.view_changed.emit()
