"""The bar above the grid: what is searched for, what narrows it, how it is ordered, how large it is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QMenu, QToolButton

from studio.store.gallery import SHADES, Sort
from studio.store.gallery.notes import MOST_STARS
from studio.ui.icons import icon
from studio.ui.jobs import after
from studio.ui.sliders import JumpingSlider
from studio.ui.state import Preferences, show
from studio.ui.widgets import button, icon_button, label, row, search_field

from .state import GalleryState
from .tile_grid import LEAST_SIDE, MOST_SIDE

_LEAST_FOR_ALL = 600  # px
_TYPED_MS = 60  # pause after a letter before it is searched
_SWATCHES = (
    "#d9362b", "#ec7d1e", "#f2cf2e", "#3aa655", "#25b0b0", "#2f6fe0",
    "#7b4fd0", "#e86aa6", "#7c5130", "#1a1a1a", "#8a8a8a", "#fafafa",
)  # fmt: skip
"""One for each of SHADES: these are pictures' colours, not the theme's."""


def swatch(colour: QColor, side: int = 14) -> QPixmap:
    """A round dot with an edge."""
    pixmap = QPixmap(QSize(2 * side, 2 * side))
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(128, 128, 128, 140))
    painter.setBrush(colour)
    painter.drawEllipse(1, 1, side - 2, side - 2)
    painter.end()
    return pixmap


class GalleryBar(QFrame):
    """Shows and sets a GalleryState."""

    add_wanted = Signal()
    doubles_wanted = Signal()

    def __init__(self, state: GalleryState, preferences: Preferences) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._state, self._preferences = state, preferences
        tools = row(
            self._build_field(),
            self._build_stars(),
            self._build_colours(),
            self._build_sort(),
            self._build_size(),
            icon_button("Find doubles", "copy", self.doubles_wanted.emit),
            icon_button("Add pictures from files…", "plus", self.add_wanted.emit, "Ctrl+O"),
            spacing=8,
        )
        tools.setContentsMargins(16, 10, 14, 10)
        tools.setStretch(0, 1)
        self.setLayout(tools)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where all has no room, the slider goes: Ctrl and the wheel do the same."""
        self.zoom.setVisible(self.width() >= _LEAST_FOR_ALL)
        super().resizeEvent(event)

    def _build_field(self) -> QLineEdit:
        self.field = search_field("Search the gallery", "Search…")
        self.field.setToolTip("Finds words in names, notes, tags and models")
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumWidth(130)
        self.field.setMaximumWidth(360)
        self._soon = after(0, self, lambda: self._state.text.set(self.field.text()))
        self.field.textChanged.connect(lambda _: self._soon.start(_TYPED_MS))
        self._state.text.changed.connect(self._on_text_changed)
        return self.field

    def _on_text_changed(self, text: str) -> None:
        if text != self.field.text():
            self.field.setText(text)

    def _build_stars(self) -> QToolButton:
        menu = QMenu(self)
        for stars in range(MOST_STARS + 1):
            words = "Any stars" if stars == 0 else "★" * stars + ("" if stars == MOST_STARS else " or more")
            menu.addAction(words, partial(self._state.least_stars.set, stars))
        made = _menu_button("Stars", "star", menu)

        def draw(stars: int) -> None:
            made.setText(f"{stars}+" if stars else "")
            made.setToolTip(f"At least {stars} stars" if stars else "Show only pictures with stars")
            _mark(made, bool(stars))

        show(self._state.least_stars, draw)
        return made

    def _build_colours(self) -> QToolButton:
        menu = QMenu(self)
        menu.addAction("Any colour", lambda: self._state.shade.set(None))
        for shade, (name, colour) in enumerate(zip(SHADES, _SWATCHES, strict=True)):
            act = QAction(QIcon(swatch(QColor(colour))), name.capitalize(), menu)
            act.triggered.connect(lambda _=False, shade=shade: self._state.shade.set(shade))
            menu.addAction(act)
        made = _menu_button("Colour", "palette", menu)

        def draw(shade: int | None) -> None:
            is_any = shade is None
            made.setIcon(icon("palette") if shade is None else QIcon(swatch(QColor(_SWATCHES[shade]))))
            made.setToolTip("Show only pictures of a colour" if shade is None else f"Mostly {SHADES[shade]}")
            _mark(made, not is_any)

        show(self._state.shade, draw)
        return made

    def _build_sort(self) -> QComboBox:
        self.sort = QComboBox()
        self.sort.setAccessibleName("Order")
        self.sort.setToolTip("The order of the pictures")
        self.sort.setMinimumWidth(112)
        self.sort.setMaximumWidth(170)
        self.sort.activated.connect(lambda i: self._state.sort.set(self.sort.itemData(i)))
        self._state.changed.connect(self._show_sorts)
        self._show_sorts()
        return self.sort

    def _show_sorts(self) -> None:
        """Those that can be had here."""
        is_collection = self._state.place.value.collection is not None
        possible = [s for s in Sort if s is not Sort.ALIKE and (s is not Sort.PLACE or is_collection)]
        if [self.sort.itemData(i) for i in range(self.sort.count())] != possible:
            self.sort.clear()
            for sort in possible:
                self.sort.addItem("Its own order" if sort is Sort.PLACE else sort.value, sort)
        self.sort.setCurrentIndex(
            possible.index(self._state.sort.value) if self._state.sort.value in possible else 0
        )
        self.sort.setEnabled(self._state.alike.value is None)

    def _build_size(self) -> JumpingSlider:
        self.zoom = JumpingSlider()
        self.zoom.setAccessibleName("Size of the pictures")
        self.zoom.setToolTip("Size of the pictures (Ctrl+wheel)")
        self.zoom.setRange(LEAST_SIDE, MOST_SIDE)
        self.zoom.setFixedWidth(84)
        show(self._preferences.gallery_tile, self.zoom.setValue)
        self.zoom.valueChanged.connect(self._preferences.gallery_tile.set)
        return self.zoom


def _menu_button(name: str, icon_name: str, menu: QMenu) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setIconSize(QSize(18, 18))
    made.setAccessibleName(name)
    made.setProperty("kind", "outlined")
    made.setMenu(menu)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _mark(made: QToolButton, is_on: bool) -> None:
    made.setCheckable(True)
    made.setChecked(is_on)
    style = Qt.ToolButtonStyle
    made.setToolButtonStyle(style.ToolButtonTextBesideIcon if made.text() else style.ToolButtonIconOnly)


class Chips(QFrame):
    """What narrows the grid now, in words, and how to have all again."""

    cleared = Signal()
    best_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "muted")
        self._best = button("Select all but the best", self.best_wanted.emit, "", "checks")
        self._best.setToolTip("The one with most stars stays, then the largest, then the oldest")
        clear = button("Show all", self.cleared.emit, "", "x")
        line = row(self.words, None, self._best, clear, spacing=10)
        line.setContentsMargins(20, 8, 18, 0)
        self.setLayout(line)

    def show_words(self, words: str, can_choose: bool = False) -> None:
        self.words.setText(words)
        self._best.setVisible(can_choose)
        self.setVisible(bool(words))
