"""The Create room: the endless canvas, the bar above it, the panel beside it, and one picture large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QFrame, QSplitter, QWidget

from studio.core.canvas import Place
from studio.core.errors import StudioError
from studio.core.events import Working
from studio.core.picture import Picture
from studio.generate.drawing import draw
from studio.store.bundle import Bundle

from .actions import Command, name_room
from .backdrop import Backdrop
from .canvas.acts import CardActs
from .canvas.commands import CanvasCommands
from .canvas.hands import Canvas
from .canvas.hints import EmptyCanvas, hint_line, nothing_selected
from .canvas.picture_section import PictureSection
from .canvas.pictures import CardPictures
from .canvas.side import SidePanel, any_selected
from .canvas.state import CanvasState
from .canvas.tiles import TileMaker
from .canvas.zoom_bar import ZoomBar
from .create_bar import CreateBar, new_seed
from .decoding import DecodeQueue
from .details import Details
from .dropping import ENDINGS
from .entering import Entering
from .exchange import Carried, Exchange
from .jobs import Job
from .large_view import LargeView
from .map.panel import MapPanel
from .nearest import NearestFinder
from .saving import PassingFolder, Saver
from .state import CreateState, Preferences, Shelf
from .theme import Theme
from .widgets import Banner, EmptyState, button, column, row, stacked

FIRST_WALL = 40
"""Pictures on a canvas that was never used."""
_FEW_OWN = 8  # own pictures


class CreateRoom(QWidget):
    """Shows a CreateState and a CanvasState. Other rooms' work appears in `side`, as sections of it."""

    first_picture_painted = Signal()
    models_wanted = Signal()

    def __init__(
        self,
        state: CreateState,
        canvas: CanvasState,
        shelf: Shelf,
        preferences: Preferences,
        queue: DecodeQueue,
        finder: NearestFinder,
        saver: Saver,
        passing: PassingFolder,
        backdrop: Backdrop,
        theme: Theme,
        exchange: Exchange,
        details: Details,
        entering: Entering,
    ) -> None:
        super().__init__()
        name_room(self, "Create")
        self._state, self._preferences = state, preferences
        self.canvas, self._entering = canvas, entering
        self._large_card: int | None = None
        self._next = 0  # number of the next new picture in the series of the seed
        self._jobs: list[Job] = []
        self.pictures = CardPictures(canvas, shelf, queue, details, self)
        self.tiles = TileMaker(backdrop, theme, self)
        self.view = Canvas(canvas, self.pictures, self.tiles)
        self.acts = CardActs(self, canvas, self.pictures, preferences, exchange, saver, passing, self.chosen)
        self.large = LargeView(queue, finder, backdrop)
        self.banner = Banner((16, 10, 16, 10))
        self._build_commands()
        self.bar = CreateBar(state, shelf, preferences, queue, backdrop, self._generate, self.commands)
        self.bar.add_command(
            Command(
                self, "create.own", "Bring your own picture…", self.ask_for_own, "Ctrl+Shift+O", "image",
                "From a file, as the model sees it, with what the model would lose of it",
            )
        )  # fmt: skip
        self.side = SidePanel(canvas)
        self.section = PictureSection(
            canvas, self.pictures, preferences, queue, finder, backdrop, self.commands
        )
        self.side.pin(self.section.picture)
        self.side.add_section("", self.section, any_selected)
        self.side.add_section("", nothing_selected(), lambda cards: not cards)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(5)
        self._split.addWidget(self.view)
        left = column(hint_line(self._preferences), self._split, spacing=0)
        left.setStretch(1, 1)
        beside = row(left, self.side, spacing=0)
        beside.setStretch(0, 1)
        canvas_page = QWidget()
        canvas_page.setLayout(beside)
        self._empty = EmptyCanvas(self.canvas, self.view.viewport())
        no_model = EmptyState(
            "sparkle",
            "There is no model to create with yet",
            "A model is made from a folder of your own pictures. Open Models to make the first one.",
            button("Open Models", self.models_wanted.emit, "primary"),
        )
        empty_page = QWidget()
        empty_page.setLayout(column(None, no_model, None, margins=48))
        inside = QFrame()
        self._pages = stacked(inside, canvas_page, self.large, empty_page)
        layout = column(self.bar, self.banner, inside, spacing=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _build_commands(self) -> None:
        self._generate = Command(
            self,
            "create.generate",
            "Generate",
            self.generate,
            "Ctrl+G",
            "sparkle",
            "New pictures, in new rows",
        )
        Command(self, "create.seed", "New seed", self.set_new_seed, "Ctrl+R", "dice-five")
        Command(self, "create.name", "Go to the name", self._go_to_name, "Ctrl+K", "user")
        self.commands = CanvasCommands(self, self.view, self.acts, self.open_card)
        self.zoom_bar = ZoomBar(
            self.view, self.view.zoom, self.commands.out, self.commands.in_, self.commands.fit
        )

    def _connect(self) -> None:
        self._state.bundle.changed.connect(self._on_bundle_changed)
        self._state.seed.changed.connect(self._start_series)
        self.view.opened.connect(self.open_card)
        self.view.menu_wanted.connect(self._show_menu)
        self.view.drag_out_wanted.connect(self.acts.drag_out)
        self.view.first_painted.connect(self.first_picture_painted)
        self.pictures.failed.connect(self.banner.show_error)
        self.acts.said.connect(lambda words: self._banner.say(words, seconds=8))
        self.acts.working.connect(lambda words: self._banner.say(words))
        self.acts.refused.connect(self.say_error)
        self.canvas.changed.connect(self._on_changed)
        self.canvas.removed.connect(self._on_removed)
        self.large.closed.connect(self.close_large)
        self.large.stepped.connect(self._step)
        self.large.save_wanted.connect(self.acts.save)
        self.large.copy_wanted.connect(self.acts.copy)
        self.large.star_wanted.connect(self.acts.star)
        self.large.drag_wanted.connect(lambda: self.acts.drag_out(self.chosen()))
        self.bar.name_chosen.connect(self._on_name_chosen)
        self.bar.refused.connect(self.banner.show_error)
        self._entering.laid.connect(self.view.ensure_seen)
        self._entering.working.connect(self._say_entering)
        self._entering.said.connect(lambda words: self._banner.say(words, seconds=15))
        self._entering.refused.connect(self.say_error)

    def add_map(self, panel: MapPanel) -> None:
        """The map, at the right of the canvas when it is wanted."""
        self.map = panel
        panel.hide()
        panel.closed.connect(self.show_map)
        self._split.addWidget(panel)
        command = Command(
            self, "create.map", "Map", self.show_map, "Shift+M", "map-trifold",
            "The model's pictures as islands, and every place between them as a picture",
        )  # fmt: skip
        self.bar.add_command(command)

    def show_map(self) -> None:
        """Open the map, or close it."""
        is_wanted = not self.map.isVisible()
        if is_wanted:
            half = self._split.width() // 2
            self._split.setSizes([self._split.width() - half, half])
        self.map.setVisible(is_wanted)
        (self.map.view if is_wanted else self.view).setFocus()

    def begin(self, has_canvas: bool) -> None:
        """has_canvas: one of last time lies there already; else the first wall is made."""
        self._on_bundle_changed()
        if not has_canvas and self._state.bundle.value is not None:
            self._make(FIRST_WALL, self._lay_first)
        if has_canvas:
            self._empty.sort_out()

    # New pictures

    def generate(self) -> None:
        """As many as the bar says, in new rows; the view goes there."""
        self._make(self._preferences.count.value)

    def _make(self, count: int, then: Callable[[list[Picture]], None] | None = None) -> None:
        """The latents of a thousand pictures take 0.1 s, so they are drawn beside the window."""
        bundle = self._state.bundle.value
        if bundle is None:
            return
        seed, diversity, start = self._state.seed.value, self._state.diversity.value, self._next
        self._next += count
        job = Job(lambda progress, say: draw(bundle, seed, count, diversity, start), self)
        job.finished.connect(then or self._lay_new)
        job.failed.connect(self.banner.show_error)
        job.ended.connect(lambda: self._on_made(job))
        self._jobs.append(job)
        job.start()

    def _on_made(self, job: Job) -> None:
        self._jobs.remove(job)
        job.deleteLater()

    def _lay_new(self, pictures: list[Picture]) -> None:
        words = f"Generate {len(pictures)} pictures" if len(pictures) > 1 else "Generate picture"
        ids = self.canvas.add(pictures, "drawn", words=words, selects=False)
        self.view.ensure_seen(ids)

    def _lay_first(self, pictures: list[Picture]) -> None:
        """The artist did not make this wall: there is nothing before it to go back to."""
        is_untouched = not self.canvas.undo.count()
        self._lay_new(pictures)
        if is_untouched:
            self.canvas.undo.clear()

    def welcome(self, bundle: Bundle) -> None:
        """A model is to be worked with: where nothing of it lies on the canvas, some pictures are made."""
        self._state.bundle.set(bundle)
        ids = [card.id for card in self.canvas.cards if card.picture.bundle_id == bundle.facts.id]
        if ids:
            self.view.ensure_seen(ids[-1:])
        elif not self._jobs:
            self.generate()

    def set_new_seed(self) -> None:
        self._state.seed.set(new_seed())

    def _start_series(self) -> None:
        self._next = 0

    def _go_to_name(self) -> None:
        self.bar.name_field.field.setFocus()

    def _on_name_chosen(self, picture: Picture) -> None:
        self.place((Carried(picture, self._state.bundle.value),))

    def place(self, carried: Sequence[Carried], around: Place | None = None) -> None:
        """Pictures from elsewhere onto the canvas: selected, and in view."""
        pictures = [each.picture for each in carried if each.picture is not None]
        if not pictures:
            return
        how = "drawn" if all(picture.seed is not None for picture in pictures) else "found"
        if all(picture.detail for picture in pictures):
            how = "entered"
        words = "Bring picture" if len(pictures) == 1 else f"Bring {len(pictures)} pictures"
        if self._large_card is not None:
            self.close_large()
        self._pages.setCurrentIndex(0)
        self.view.ensure_seen(self.canvas.add(pictures, how, words=words, around=around))

    # The artist's own pictures

    def ask_for_own(self) -> None:
        """Choose pictures to bring onto the canvas."""
        before = self._preferences.save_folder.value or str(Path.home())
        kinds = f"Pictures ({' '.join(f'*{ending}' for ending in ENDINGS)});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self, "Bring your own pictures", before, kinds)
        if names:
            self.enter([Path(name) for name in names])

    def enter(self, paths: Sequence[Path], around: Place | None = None) -> bool:
        """Bring own pictures onto the canvas; whether there is a model for that."""
        bundle = self._state.bundle.value
        if bundle is None or not paths:
            return False
        if self._large_card is not None:
            self.close_large()
        self._entering.enter(bundle, paths, around)
        return True

    def _say_entering(self, working: Working) -> None:
        """A few are there before the words are read."""
        if working.total > _FEW_OWN:
            self._banner.say(working.text, seconds=4)

    def get_ready_to_enter(self) -> None:
        """Files are being dragged over the window: they may be pictures for the canvas."""
        bundle = self._state.bundle.value
        if bundle is not None and self.isVisible():
            self._entering.get_ready(bundle)

    def place_under(self, point: QPoint, of: QWidget) -> Place | None:
        """Where on the canvas a point of another widget lies; None beside the view."""
        port = self.view.viewport()
        inside = port.mapFrom(of, point)
        if not port.isVisible() or not port.rect().contains(inside):
            return None
        found = self.view.to_canvas(inside)
        return Place(found.x(), found.y())

    # What is shown

    def _on_bundle_changed(self) -> None:
        bundle = self._state.bundle.value
        self._start_series()
        self._generate.setEnabled(bundle is not None)
        if bundle is None and not len(self.canvas):
            self._pages.setCurrentIndex(2)
            return
        if self.banner.tone == "error":
            self.banner.hide()
        if self._pages.currentIndex() == 2:
            self._pages.setCurrentIndex(0)
            self._make(FIRST_WALL, self._lay_first)

    def _show_menu(self, where: QPoint) -> None:
        menu = self.commands.menu(self._generate)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def chosen(self) -> Sequence[int]:
        """What an act is about: the large picture, else the selection."""
        if self.large.isVisible() and self._large_card is not None:
            return (self._large_card,)
        return self.canvas.selection.value

    # One picture, large

    def open_card(self, card_id: int) -> None:
        bundle = self.pictures.bundle(card_id)
        if bundle is None:
            error = "The model that made this picture is not in your library."
            self.banner.show_error(StudioError(error, "Add it in Models."))
            return
        self._large_card = card_id
        if card_id not in self.canvas.selection.value:
            self.canvas.select((card_id,))
        picture = self.canvas.card(card_id).picture
        title = picture.name or f"Picture {card_id}"
        self.large.show_picture(bundle, picture, title, lambda rgba: self.pictures.with_detail(card_id, rgba))
        self.large.show_star(self.canvas.card(card_id).is_starred)
        look = self.pictures.look(card_id)
        if look is not None:
            self.large.show_meanwhile(QPixmap.fromImage(look.image))
        self._pages.setCurrentIndex(1)
        self.large.setFocus()

    def close_large(self) -> None:
        """Back to the canvas, with the picture that was looked at selected."""
        self._pages.setCurrentIndex(0)
        if self._large_card is not None and self._large_card in self.canvas:
            self.canvas.select((self._large_card,))
            self.view.overlay.focused = self._large_card
            self.view.ensure_seen((self._large_card,))
        self._large_card = None
        self.view.setFocus()

    def _on_changed(self, ids: tuple[int, ...]) -> None:
        """Undone, while it is looked at large."""
        if self._large_card is not None and self._large_card in ids:
            self.open_card(self._large_card)

    def _on_removed(self, ids: tuple[int, ...]) -> None:
        if self._large_card is not None and self._large_card in ids:
            self.close_large()

    def _step(self, by: int) -> None:
        """To the next card whose model is there, in the order in which they were laid."""
        ids = [card.id for card in self.canvas.cards]
        if self._large_card not in ids:
            return
        at = ids.index(self._large_card) + by
        while 0 <= at < len(ids):
            if self.pictures.bundle(ids[at]) is not None:
                self.open_card(ids[at])
                return
            at += by

    @property
    def _banner(self) -> Banner:
        return self.large.banner if self.large.isVisible() else self.banner

    def say_error(self, error: StudioError) -> None:
        self._banner.show_error(error)
