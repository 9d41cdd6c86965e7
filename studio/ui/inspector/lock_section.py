"""Locking a part of the selected picture, beside the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from studio.core.canvas import Card
from studio.core.events import Working
from studio.core.lock import Mask
from studio.store.bundle import Bundle

from ..backdrop import Backdrop, to_pixmap
from ..canvas.pictures import CardPictures
from ..canvas.state import CanvasState
from ..decoding import Answer, DecodeQueue
from ..icons import icon
from ..widgets import Banner, button, column, label, row
from .locks import LockDesk
from .mask_panel import BRUSH, ERASER, RECTANGLE, MaskPanel
from .slider_row import StillSlider

SIDE = 267  # px, of the picture
_ASKER = "lock panel"
_TOOLS = (
    (BRUSH, "Brush", "paint-brush"),
    (RECTANGLE, "Rectangle", "selection"),
    (ERASER, "Eraser", "eraser"),
)
_WHAT = "Mark what should stay as it is when you vary, breed or move sliders."
_LOCKED = "The marked part now stays as it is, as far as the model can hold it."


class LockSection(QWidget):
    """About the one selected card. Works while it is seen."""

    def __init__(
        self,
        canvas: CanvasState,
        desk: LockDesk,
        pictures: CardPictures,
        queue: DecodeQueue,
        backdrop: Backdrop,
    ) -> None:
        super().__init__()
        self._canvas, self._desk, self._pictures, self._queue = canvas, desk, pictures, queue
        self._number = 0
        self.banner = Banner()
        self.panel = MaskPanel(backdrop, SIDE)
        self.note = label(_WHAT, "small", wrap=True)
        self.clear = button("Unlock", self.unlock, icon_name="lock-open")
        self.setLayout(column(self.banner, self.panel, self._build_tools(), self.note, self.clear, spacing=8))
        self.panel.marked.connect(self._on_marked)
        canvas.selection.changed.connect(lambda _: self._show())
        pictures.arrived.connect(self._on_arrived)
        desk.changed.connect(self._on_marks)
        desk.working.connect(self._show_working)
        desk.failed.connect(self.banner.show_error)
        queue.answered.connect(self._on_answered)

    def _build_tools(self) -> QWidget:
        self.tools = QButtonGroup(self)
        buttons = [self._tool(*each) for each in _TOOLS]
        self.brush = StillSlider("Size of the brush", 1, 30, round(100 * self.panel.brush))
        self.brush.setToolTip("Size of the brush")
        self.brush.valueChanged.connect(lambda value: setattr(self.panel, "brush", value / 100))
        whole = QWidget()
        layout = row(*buttons, self.brush, spacing=4)
        layout.setStretch(len(buttons), 1)
        whole.setLayout(layout)
        return whole

    def _tool(self, tool: str, name: str, icon_name: str) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(icon_name))
        made.setIconSize(QSize(18, 18))
        made.setCheckable(True)
        made.setChecked(tool == self.panel.tool)
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setProperty("kind", "tool")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: setattr(self.panel, "tool", tool))
        self.tools.addButton(made)
        return made

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    @property
    def _card(self) -> Card | None:
        selected = self._canvas.selected
        return selected[0] if len(selected) == 1 and self.isVisible() else None

    @property
    def _bundle(self) -> Bundle | None:
        card = self._card
        return None if card is None else self._pictures.bundle(card.id)

    def _show(self) -> None:
        card, bundle = self._card, self._bundle
        self._number = 0
        self.setEnabled(bundle is not None)
        if card is None or bundle is None:
            return
        self.panel.show_pixmap(None, False)
        self.panel.show_mask(self._desk.mask(card.id), bundle.facts.size)
        self._show_picture()
        self._show_state()

    def _show_state(self) -> None:
        card = self._card
        is_locked = card is not None and self._desk.mask(card.id) is not None
        self.note.setText(_LOCKED if is_locked else _WHAT)
        self.clear.setEnabled(is_locked)

    def _show_working(self, doing: Working | None) -> None:
        if doing is None:
            self._show_state()
        else:
            share = f" {100 * doing.done // doing.total} %" if doing.total else ""
            self.note.setText(f"{doing.doing} …{share}")

    def _show_picture(self) -> None:
        """As the canvas shows it; decoded for this panel only where the canvas is looked at from afar."""
        card, bundle = self._card, self._bundle
        if card is None or bundle is None:
            return
        look = self._pictures.look(card.id)
        if look is not None:
            self._number = 0
            self.panel.show_pixmap(QPixmap.fromImage(look.image), look.is_pixel_art)
        else:
            self._number = self._queue.ask_live(bundle, self._canvas.shown(card.id).latent[None], _ASKER)

    def _on_answered(self, answer: Answer) -> None:
        card, bundle = self._card, self._bundle
        if answer.number == self._number and card is not None and bundle is not None:
            rgba = self._pictures.with_detail(card.id, answer.pictures[0])
            self.panel.show_pixmap(to_pixmap(rgba), bundle.facts.kind == "pixel")

    def _on_arrived(self, ids: tuple[int, ...]) -> None:
        if self._card is not None and self._card.id in ids:
            self._show_picture()

    def _on_marked(self, mask: Mask) -> None:
        if self._card is not None:
            self._desk.mark(self._card.id, mask, "Lock a part")

    def _on_marks(self, card_id: int) -> None:
        """Also by undo."""
        card, bundle = self._card, self._bundle
        if card is not None and bundle is not None and card.id == card_id:
            self.panel.show_mask(self._desk.mask(card_id), bundle.facts.size)
            self._show_state()

    def unlock(self) -> None:
        if self._card is not None:
            self._desk.mark(self._card.id, None, "Unlock")
