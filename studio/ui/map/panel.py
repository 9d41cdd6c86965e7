"""The map beside the canvas: opened for a model, and what is found on it made on the canvas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QSpinBox, QWidget

from studio.core.canvas import Card
from studio.core.events import Working
from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.store.bundle import Bundle

from ..actions import Command, Gesture, name_room
from ..backdrop import Backdrop
from ..canvas.state import CanvasState
from ..canvas.tiles import TileMaker
from ..decoding import DecodeQueue
from ..jobs import Job
from ..seeds import fresh_seeds
from ..state import CreateState
from ..widgets import Banner, Elided, button, column, frame, icon_button, label, reword, row, stacked
from .hands import Map
from .live import LivePlace
from .pictures import Found, MapPictures

_MOST_GATHERED = 64
_GATHERED = 8
_MOST_RINGS = 24
"""Selected cards that are shown on the map: finding one takes some ms on a large map."""
Floats = npt.NDArray[np.float64]
_HINT = "Hover to look, click to make it, drag around pictures to gather them."


class MapPanel(QFrame):
    """Looks for the map when it is first shown, so that one who never opens it pays nothing."""

    closed = Signal()

    def __init__(
        self,
        state: CreateState,
        canvas: CanvasState,
        pictures: MapPictures,
        queue: DecodeQueue,
        tiles: TileMaker,
        backdrop: Backdrop,
    ) -> None:
        super().__init__()
        name_room(self, "Map")
        self._state, self._canvas, self._pictures = state, canvas, pictures
        self._job: Job | None = None
        self._made_at: dict[bytes, QPointF] = {}  # by latent: where pictures of this map were found
        self.live = LivePlace(queue, self)
        self.view = Map(pictures, self.live, tiles, backdrop)
        self.banner = Banner((12, 8, 12, 8))
        self._build()
        self._build_commands()
        self._connect()

    def _build(self) -> None:
        self._title = Elided("Map", "strong")
        close = icon_button("Close the map", "x", self.closed.emit)
        head = frame("bar")
        self._drawn = label("", "small")
        self._drawn.setAccessibleName("How much of the map is drawn")
        line = row(
            self._title,
            self._drawn,
            8,
            icon_button("Zoom out", "magnifying-glass-minus", self.view.zoom_out),
            icon_button("Zoom in", "magnifying-glass-plus", self.view.zoom_in),
            icon_button("Show the whole map", "corners-out", self.view.fit),
            close,
            spacing=2,
        )
        line.setStretch(0, 1)
        line.setContentsMargins(14, 4, 6, 4)
        head.setLayout(line)
        inside = QWidget()
        self._pages = stacked(inside, self._build_waiting(), self.view)
        layout = column(head, self.banner, inside, self._build_foot(), spacing=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setMinimumWidth(260)

    def _build_waiting(self) -> QWidget:
        self._doing = label("", "muted")
        self._doing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName("Laying out the map")
        waiting = QWidget()
        waiting.setLayout(column(None, self._doing, row(None, self._bar, None), None, spacing=10, margins=16))
        return waiting

    def _build_foot(self) -> QWidget:
        """What the map is for; while something is gathered, what to do with it."""
        foot = frame("foot")
        self._hint = label(_HINT, "small", wrap=True)
        self._gathered = QLabel()
        self._gathered.setWordWrap(True)
        self._count = QSpinBox()
        self._count.setRange(1, _MOST_GATHERED)
        self._count.setValue(_GATHERED)
        self._count.setFixedWidth(58)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setAccessibleName("New pictures to add from here")
        self._add = button("", self.add_from_here, "primary", "plus")
        self._count.valueChanged.connect(self._name_add)
        self._name_add(_GATHERED)
        drop = icon_button("Let go of what is gathered", "x", self.view.let_go)
        line = row(self._gathered, self._count, self._add, drop, spacing=8)
        line.setStretch(0, 1)
        line.setContentsMargins(0, 0, 0, 0)
        self._gathering = QWidget()
        self._gathering.setLayout(line)
        self._gathering.hide()
        both = column(self._hint, self._gathering, spacing=0)
        both.setContentsMargins(14, 8, 10, 8)
        foot.setLayout(both)
        return foot

    def _name_add(self, count: int) -> None:
        reword(self._add, f"Add {count} new")
        words = "picture" if count == 1 else "pictures"
        self._add.setToolTip(f"{count} new {words} like those gathered, onto the canvas")

    def _build_commands(self) -> None:
        view = self.view
        for id, words, act, keys in (
            ("map.in", "Zoom in", view.zoom_in, ("+", "=", "Ctrl++", "Ctrl+=")),
            ("map.out", "Zoom out", view.zoom_out, ("-", "Ctrl+-")),
            ("map.fit", "Show the whole map", view.fit, ("0",)),
        ):
            Command(view, id, words, act, keys)
        Gesture(view, "See what lies somewhere on the map", "Hover, arrows")
        Gesture(view, "Make what lies there", "Click, Enter")
        Gesture(view, "Gather pictures", "Drag around them, Shift+Enter")

    def _connect(self) -> None:
        self._state.bundle.changed.connect(self._on_bundle_changed)
        self._pictures.found.connect(self._on_found)
        self._pictures.progressed.connect(self._on_progressed)
        self._pictures.arrived.connect(self._show_share)
        self._pictures.failed.connect(self.banner.show_error)
        self.live.failed.connect(self.banner.show_error)
        self.view.chosen.connect(self.make)
        self.view.outlined.connect(self._on_outlined)
        self.view.left.connect(self.closed)
        for signal in (self._canvas.selection.changed, self._canvas.changed, self._canvas.reset):
            signal.connect(self._show_rings)

    # Which map

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_bundle_changed(self._state.bundle.value)
        self._show_rings()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.live.leave()
        self._pictures.look_at(np.empty(0, np.int64), False)

    def _on_bundle_changed(self, bundle: Bundle | None) -> None:
        if not self.isVisible() or bundle is None or bundle is self._pictures.bundle:
            return
        self.banner.hide()
        self.view.clear()
        self._made_at.clear()
        self._on_outlined()
        self._title.setText(f"Map of {bundle.facts.name}")
        self._title.setToolTip(self._title.text())
        self._on_progressed(Working("Opening the map", 0, 0))
        self._drawn.setText("")
        self._pages.setCurrentIndex(0)
        self._pictures.open(bundle)

    def _on_progressed(self, working: Working) -> None:
        self._doing.setText(f"{working.doing} …")
        self._bar.setRange(0, max(0, working.total))
        self._bar.setValue(working.done)

    def _on_found(self, found: Found) -> None:
        self._pages.setCurrentIndex(1)
        self._show_share()
        self.view.fit()
        self._show_rings()

    def _show_share(self) -> None:
        """Of a model that came without its pictures, each is drawn once by the decoder: it takes a while."""
        share = self._pictures.share_known
        self._drawn.setText("" if share == 1 else f"{100 * share:.0f} % drawn")

    # Making

    def make(self, place: QPointF) -> None:
        """The picture of a place, onto the canvas."""
        bundle, chart = self.view.bundle, self.view.chart
        if bundle is None or chart is None:
            return
        latent = chart.latents_at(np.array([[place.x(), place.y()]]))[0]
        self._made_at[latent.tobytes()] = place
        self._canvas.add([Picture(bundle.facts.id, latent)], "found", words="Make picture from the map")

    def add_from_here(self) -> None:
        """New pictures like those inside the outline, onto the canvas."""
        bundle, chart = self.view.bundle, self.view.chart
        if bundle is None or chart is None or len(self.view.outline) < 3 or self._job is not None:
            return
        outline, seeds, bundle_id = self._outline(), fresh_seeds(self._count.value()), bundle.facts.id
        job = Job(lambda progress, say: chart.from_here(outline, bundle_id, seeds), self)
        job.finished.connect(lambda latents: self._lay(bundle_id, latents))
        job.failed.connect(self.banner.show_error)
        job.ended.connect(self._on_made)
        self._job = job
        job.start()

    def _on_made(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def _lay(self, bundle_id: str, latents: Latents) -> None:
        pictures = [Picture(bundle_id, latent) for latent in latents]
        words = "picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
        self._canvas.add(pictures, "found", words=f"Add {words} from the map")

    def _on_outlined(self) -> None:
        chart = self.view.chart if len(self.view.outline) > 2 else None
        if chart is not None:
            count = len(chart.inside(self._outline()))
            words = "1 picture here" if count == 1 else f"{count} pictures here"
            self._gathered.setText(words if count else "No pictures here, only what lies between")
        self._gathering.setVisible(chart is not None)
        self._hint.setVisible(chart is None)

    def _outline(self) -> Floats:
        """[P, 2]: x and y."""
        return np.array([(point.x(), point.y()) for point in self.view.outline])

    # Where the selected cards lie

    def _show_rings(self) -> None:
        chart = self.view.chart
        if not self.isVisible() or chart is None:
            return
        self.view.show_rings([self._place_of(card) for card in self._shown_cards()])

    def _shown_cards(self) -> list[Card]:
        bundle = self.view.bundle
        assert bundle is not None
        cards = [card for card in self._canvas.selected if card.picture.bundle_id == bundle.facts.id]
        return [card for card in cards if len(card.picture.latent) == bundle.facts.latent_width][
            -_MOST_RINGS:
        ]

    def _place_of(self, card: Card) -> QPointF:
        chart = self.view.chart
        assert chart is not None
        key = card.picture.latent.tobytes()
        if key not in self._made_at:
            self._made_at[key] = QPointF(*chart.place_of(card.picture.latent))
        return self._made_at[key]

    def stop(self) -> None:
        """For quitting."""
        if self._job is not None:
            self._job.wait(5.0)
        self._pictures.stop()
