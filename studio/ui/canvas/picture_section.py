"""The first section beside the canvas: the selected picture, what it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QSizePolicy, QWidget

from studio.core.canvas import Card

from ..backdrop import Backdrop, to_pixmap
from ..decoding import Answer, DecodeQueue
from ..jobs import timer
from ..large_view import LikenessPanel
from ..nearest import Likeness, NearestFinder
from ..state import Preferences, show
from ..widgets import PicturePanel, column, command_button, label, reword
from .commands import CanvasCommands
from .pictures import CardPictures
from .state import CanvasState

_SETTLED_MS = 250
_MADE_BY = {
    "drawn": "New from the model",
    "varied": "Varied from another",
    "slid": "Made with sliders",
    "mixed": "Mixed of others",
    "bred": "Bred from others",
    "entered": "Your own picture, as the model sees it",
    "found": "Found on the map",
}


class PictureSection(QWidget):
    """Of several selected pictures the last one is shown; the buttons are about all of them."""

    def __init__(
        self,
        canvas: CanvasState,
        pictures: CardPictures,
        preferences: Preferences,
        queue: DecodeQueue,
        finder: NearestFinder,
        backdrop: Backdrop,
        deeds: CanvasCommands,
    ) -> None:
        super().__init__()
        self._canvas, self._pictures, self._preferences = canvas, pictures, preferences
        self._queue, self._finder = queue, finder
        self._number = 0
        self.picture = PicturePanel("Selected picture", backdrop, inset=8, radius=10)
        """For the panel to keep in view above all sections; not in this one's own layout."""
        self.title = label("", "heading", wrap=True)
        self.facts = label("", "muted", wrap=True)
        self.facts.setAccessibleName("How this picture was made")
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.likeness = LikenessPanel(backdrop)
        layout = column(self.title, self.facts, 4, self._buttons(deeds), 6, self.likeness, spacing=8)
        self.setLayout(layout)
        self._settled = timer(_SETTLED_MS, self, self._ask_likeness)
        self._connect()
        self._show()

    def _connect(self) -> None:
        self._canvas.selection.changed.connect(self._show)
        self._canvas.changed.connect(self._on_changed)
        self._canvas.shown_meanwhile.connect(lambda card_id: self._on_changed((card_id,)))
        self._pictures.arrived.connect(self._on_arrived)
        self._pictures.reset.connect(self._show)
        self._queue.answered.connect(self._on_answered)
        self._finder.found.connect(self._show_likeness)

    def _buttons(self, deeds: CanvasCommands) -> QGridLayout:
        self.children_box = QComboBox()
        self.children_box.setAccessibleName("How many children")
        self.children_box.setProperty("fit", "compact")
        self.children_box.setToolTip("How many children a picture gets")
        for count in (4, 8):
            self.children_box.addItem(f"× {count}", count)
        show(self._preferences.vary_count, lambda n: self.children_box.setCurrentIndex((4, 8).index(n)))
        self.children_box.activated.connect(lambda i: self._preferences.vary_count.set((4, 8)[i]))
        grid = QGridLayout()
        grid.setSpacing(6)
        near = compact(command_button(deeds.vary_near, "Vary near", "primary"))
        rows: tuple[tuple[QWidget, ...], ...] = (
            (near, compact(command_button(deeds.vary_far, "Vary far")), self.children_box),
            tuple(
                compact(command_button(command, words))
                for command, words in ((deeds.star, "Star"), (deeds.save, "Save…"), (deeds.copy, "Copy"))
            ),
            (
                compact(command_button(deeds.morph, "Morph these")),
                compact(command_button(deeds.pack, "Pack these")),
                compact(command_button(deeds.remove, "Remove", "danger")),
            ),
        )
        for line, widgets in enumerate(rows):
            for place, widget in enumerate(widgets):
                widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                grid.addWidget(widget, line, place)
        for place in range(3):
            grid.setColumnStretch(place, 1)
        return grid

    @property
    def _card(self) -> Card | None:
        """The one that is shown."""
        selected = self._canvas.selected
        return selected[-1] if selected else None

    def _show(self) -> None:
        selected, card = self._canvas.selected, self._card
        self._finder.forget()
        self._number = 0
        self.likeness.clear()
        if card is None:
            return
        self._show_facts()
        bundle = self._pictures.bundle(card.id)
        self.likeness.setVisible(len(selected) == 1 and bundle is not None and bool(bundle.facts.novelty))
        self._show_picture(card)
        self._settled.start()

    def _show_facts(self) -> None:
        selected, card = self._canvas.selected, self._card
        if card is None:
            return
        bundle = self._pictures.bundle(card.id)
        lines = [_MADE_BY[card.how]]
        if len(selected) > 1:
            self.title.setText(f"{len(selected)} pictures selected")
            lines = ["The buttons are about all of them."]
        else:
            self.title.setText(card.picture.name or f"Picture {card.id}")
        if bundle is None:
            lines.append("Its model is not in your library; add it in Models.")
        elif len(selected) == 1:
            picture = self._canvas.shown(card.id)
            lines[0] += f" · {bundle.facts.name}"
            side = picture.finish.side or bundle.facts.picture_side
            seed = [] if picture.seed is None else [f"Seed {picture.seed}"]
            lines.append(" · ".join([*seed, f"Diversity {picture.diversity:.2f}", f"{side} px"]))
            if card.locked is not None:
                lines.append("A part of it is locked")
        self.facts.setText("\n".join(lines))

    def _show_picture(self, card: Card) -> None:
        bundle = self._pictures.bundle(card.id)
        look = self._pictures.look(card.id) or self._pictures.small_look(card.id)
        pixmap = None if look is None or bundle is None else QPixmap.fromImage(look.image)
        self.picture.show_pixmap(pixmap, look is not None and look.is_pixel_art)

    def _on_changed(self, ids: tuple[int, ...]) -> None:
        card = self._card
        if card is not None and card.id in ids:
            self._show_facts()
            self._settled.start()

    def _on_arrived(self, ids: tuple[int, ...]) -> None:
        card = self._card
        if card is not None and card.id in ids:
            self._show_picture(card)

    def _ask_likeness(self) -> None:
        """Once nothing has moved for a moment; the picture is decoded for it as it is measured."""
        card = self._card
        bundle = self._pictures.bundle(card.id) if card is not None else None
        if card is None or bundle is None or not self.isVisible():
            return
        wants_picture = self._pictures.look(card.id) is None
        if wants_picture or self.likeness.isVisibleTo(self):
            latent = self._canvas.shown(card.id).latent
            self._number = self._queue.ask_live(bundle, latent[None], "side panel")

    def _on_answered(self, answer: Answer) -> None:
        card = self._card
        if answer.number != self._number or card is None:
            return
        bundle = self._pictures.bundle(card.id)
        if bundle is None:
            return
        rgba = self._pictures.with_detail(card.id, answer.pictures[0])
        self.picture.show_pixmap(to_pixmap(rgba), bundle.facts.kind == "pixel")
        if self.likeness.isVisibleTo(self):
            self._finder.ask(bundle, rgba)

    def _show_likeness(self, likeness: Likeness) -> None:
        card = self._card
        bundle = self._pictures.bundle(card.id) if card is not None else None
        if bundle is not None and self.isVisible():  # else it is the large view that asked
            self.likeness.show_likeness(likeness, bundle.facts.kind == "pixel")


def compact(made: QPushButton) -> QPushButton:
    """Three of them fit side by side: words alone."""
    made.setIcon(QIcon())
    made.setProperty("fit", "compact")
    reword(made, made.accessibleName())
    return made
