"""The Gallery room: places at the left, the grid, details at the right; large and compared over all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.store.gallery import Gallery
from studio.store.gallery.query import Ids
from studio.store.gallery.similar import DoubleGroup
from studio.ui.actions import name_room
from studio.ui.backdrop import Backdrop, to_pixmap
from studio.ui.decoding import DecodeQueue
from studio.ui.dropping import local_paths
from studio.ui.exchange import Exchange
from studio.ui.lanes import Latest
from studio.ui.nearest import NearestFinder
from studio.ui.saving import PassingFolder
from studio.ui.state import Preferences, Shelf
from studio.ui.widgets import row, stacked

from . import doubles
from .bar import GalleryBar
from .beside import Beside
from .commands import build_commands
from .compare import CompareView, difference
from .deeds import ChosenDeeds
from .desk import GalleryDesk
from .details import DetailsPanel
from .full_view import FullView
from .grid import CARRIED, GalleryGrid
from .loading import ThumbnailLoader
from .model import GalleryModel
from .page import GridPage
from .sidebar import Listing, Sidebar, collection_place, read_listing
from .state import ALL, GalleryState, Place
from .tile_grid import LEAST_SIDE, MOST_SIDE


class GalleryRoom(QWidget):
    """Shows a GalleryState by way of a GalleryDesk; what other rooms do goes out by the Exchange."""

    create_wanted = Signal()  # the room where pictures are made
    said_elsewhere = Signal(str, bool)  # a sentence while this room is not shown; whether it can be undone

    def __init__(
        self,
        desk: GalleryDesk,
        shelf: Shelf,
        preferences: Preferences,
        queue: DecodeQueue,
        finder: NearestFinder,
        passing: PassingFolder,
        exchange: Exchange,
        backdrop: Backdrop,
    ) -> None:
        super().__init__()
        name_room(self, "Gallery")
        self.setAcceptDrops(True)
        self.desk, self._preferences = desk, preferences
        self.state = GalleryState(self)
        self.loader = ThumbnailLoader(self)
        self.model = GalleryModel(desk, self.loader, self)
        self.grid = GalleryGrid(self.model, backdrop)
        self.sidebar = Sidebar(self.state)
        self.bar = GalleryBar(self.state, preferences)
        self.page = GridPage(self.bar, self.grid)
        self.banner = self.page.banner
        self.details = DetailsPanel(backdrop)
        self.full, self.compare = FullView(backdrop), CompareView(backdrop)
        self.deeds = ChosenDeeds(desk, self.state, shelf, preferences, passing, exchange, self.chosen, self)
        self.beside = Beside(desk, self.details, shelf, queue, finder, self)
        self._reading, self._listing = Latest(self), Latest(self)
        self._groups: list[DoubleGroup] | None = None
        self._build()
        self._connect()
        self._menu = build_commands(self)

    def _build(self) -> None:
        three = QWidget()
        layout = row(self.sidebar, self.page, self.details, spacing=0)
        layout.setStretch(1, 1)
        three.setLayout(layout)
        self._pages = stacked(self, three, self.full, self.compare)

    def _connect(self) -> None:
        desk, details, page = self.desk, self.details, self.page
        self.state.changed.connect(self._on_state_changed)
        desk.opened.connect(self._refresh)
        desk.changed.connect(self._refresh)
        desk.said.connect(self._on_said)
        desk.warned.connect(lambda text: self.banner.say(text, "warn"))
        desk.failed.connect(self._on_failed)
        desk.progressed.connect(page.show_progress)
        desk.rested.connect(page.hide_progress)
        desk.problem.changed.connect(page.show_problem)
        page.stopped.connect(desk.stop_long_work)
        page.add_wanted.connect(self.deeds.add_files)
        page.create_wanted.connect(self.create_wanted)
        page.retry_wanted.connect(desk.open)
        page.cleared.connect(self._show_all)
        page.best_wanted.connect(self._choose_all_but_the_best)
        self.bar.add_wanted.connect(self.deeds.add_files)
        self.bar.doubles_wanted.connect(self.find_doubles)
        self.sidebar.collection_wanted.connect(self.deeds.make_collection)
        self.sidebar.dropped.connect(self._on_dropped_on_place)
        self.sidebar.renamed.connect(lambda place, name: desk.rename_collection(place.collection, name))
        self.sidebar.removed.connect(lambda place: desk.remove_collection(place.collection, place.title))
        self._preferences.gallery_tile.changed.connect(self.grid.set_tile_side)
        self.grid.set_tile_side(self._preferences.gallery_tile.value)
        self.grid.tile_side_wanted.connect(self.set_tile_side)
        self.grid.opened.connect(self.open_row)
        self.grid.chosen_changed.connect(self._on_chosen_changed)
        self.grid.drag_wanted.connect(lambda rows: self.deeds.drag(self._current_pixmap()))
        self.grid.menu_wanted.connect(self._show_menu)
        self.grid.reordered.connect(self._on_reordered)
        details.rated.connect(self.deeds.rate)
        details.tags_added.connect(lambda tags: desk.add_tags(self.chosen(), tags))
        details.tag_removed.connect(lambda tag: desk.remove_tag(self.chosen(), tag))
        details.words_changed.connect(self._on_words_changed)
        details.picture_wanted.connect(self._go_to)
        details.opened.connect(self._open_chosen)
        details.accepted.connect(lambda: desk.accept_changes(self.chosen()))
        details.acted.connect(self.act)
        self.full.closed.connect(self.show_grid)
        self.full.stepped.connect(self._step)
        self.full.rated.connect(self.deeds.rate)
        self.full.drag_wanted.connect(lambda: self.deeds.drag(self.full.panel.pixmap))
        self.compare.closed.connect(self.show_grid)
        self._reading.failed.connect(self._on_not_read)
        self.deeds.said.connect(lambda text: self.banner.say(text, seconds=8))
        self.deeds.failed.connect(self.banner.show_error)
        self.deeds.collection_made.connect(self._on_collection_made)

    def leave(self) -> None:
        """For quitting: every thread of the room ends."""
        self.beside.leave()
        self.deeds.leave()
        self._reading.leave(4.0)
        self._listing.leave(4.0)
        self.loader.stop()
        self.desk.leave()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.desk.open()

    # What is shown

    def _on_state_changed(self) -> None:
        self._groups = None
        self.model.notes = {}
        self._find()

    def _refresh(self) -> None:
        """Something changed: find again, and count again."""
        gallery = self.desk.gallery
        if gallery is not None:
            self._find()
            self._listing.ask(lambda progress: read_listing(gallery), self._on_listing)

    def _find(self) -> None:
        gallery = self.desk.gallery
        if gallery is None:
            return
        groups, search = self._groups, self.state.search()
        if groups is not None:
            ids = doubles.ids_of(groups).tolist()
            self.desk.looking.ask(
                lambda progress: doubles.still(groups, gallery.entries(ids)), self._show_groups
            )
        else:
            self.desk.looking.ask(lambda progress: (gallery.search(search), gallery.count()), self._on_found)

    def _on_found(self, found: tuple[Ids, int]) -> None:
        ids, count = found
        self.grid.is_ordered = self.state.is_own_order
        self.model.show_ids(ids)
        self.page.show_found(len(ids), count, self.state)
        self.details.setVisible(count > 0)
        self._on_chosen_changed()

    def _on_listing(self, listing: Listing) -> None:
        self.sidebar.show_listing(listing)
        self.details.show_known_tags([tag for tag, _ in listing.tags])

    def _on_said(self, sentence: str, can_undo: bool) -> None:
        if self.isVisible():
            offer = ("Undo", self.desk.undo_stack.undo) if can_undo else None
            self.banner.say(sentence, seconds=8, offer=offer)
        else:
            self.said_elsewhere.emit(sentence, can_undo)

    def _on_failed(self, error: StudioError) -> None:
        self.banner.show_error(error)
        if not self.isVisible():
            self.said_elsewhere.emit(str(error), False)

    def _show_all(self) -> None:
        self._groups = None
        self.model.notes = {}
        self.state.clear()
        self._find()

    def _on_chosen_changed(self) -> None:
        ids = self.grid.chosen() if self._pages.currentIndex() == 0 else self.chosen()
        self.beside.show(ids)
        entry = self.full.entry
        if self._pages.currentIndex() == 1 and entry is not None:
            self._show_full(self._row_of(entry.id))

    # Which pictures are meant

    def chosen(self) -> list[int]:
        """What an action is about: the large picture, else the selection, else the current one."""
        if self._pages.currentIndex() == 1 and self.full.entry is not None:
            return [self.full.entry.id]
        ids = self.grid.chosen()
        if not ids and self.details.details is not None:
            return [self.details.details.entry.id]
        return ids

    def _row_of(self, id: int) -> int | None:
        rows = self.model.rows_of([id])
        return rows[0] if rows else None

    def _go_to(self, id: int) -> None:
        """Select a picture, wherever it is."""
        if self._row_of(id) is None:
            self.state.place.set(ALL)
            self._show_all()
        self._pages.setCurrentIndex(0)
        if self._row_of(id) is None:  # when the search is through
            self.model.modelReset.connect(
                partial(self.grid.choose, [id]), Qt.ConnectionType.SingleShotConnection
            )
        else:
            self.grid.choose([id])

    def _current_pixmap(self) -> QPixmap | None:
        return self.model.pixmap(self.grid.currentIndex().row())

    # Large, and two at once

    def _open_chosen(self) -> None:
        """The picture beside the grid."""
        at = self._row_of(self.chosen()[0]) if self.chosen() else None
        if at is not None:
            self.open_row(at)

    def open_row(self, at: int) -> None:
        self._pages.setCurrentIndex(1)
        self._show_full(at)
        self.full.setFocus()

    def _show_full(self, at: int | None) -> None:
        entry = self.model.entry(at) if at is not None else None
        if entry is None or at is None:
            self.show_grid()
            return
        before = self.full.entry
        same = before is not None and before.id == entry.id and before.hash == entry.hash
        pixmap = self.full.panel.pixmap if same else self.model.pixmap(at)
        self.full.show_entry(entry, pixmap, at, self.model.rowCount())
        if not same:
            self._read(
                lambda gallery: gallery.pixels(entry),
                lambda rgba: self.full.show_pixmap(entry.id, to_pixmap(rgba)),
            )

    def _step(self, by: int) -> None:
        at = self._row_of(self.full.entry.id) if self.full.entry else None
        if at is not None and 0 <= at + by < self.model.rowCount():
            self.grid.setCurrentIndex(self.model.index(at + by))
            self._show_full(at + by)

    def show_grid(self) -> None:
        self._pages.setCurrentIndex(0)
        self.full.entry = None
        self.grid.setFocus()

    def compare_two(self) -> None:
        gallery, ids = self.desk.gallery, self.chosen()
        entries = gallery.entries(ids) if gallery and len(ids) == 2 else []
        if len(entries) != 2:
            self.banner.say("Select two pictures to compare them.", "warn", seconds=5)
            return
        self.compare.begin(*entries)
        self._pages.setCurrentIndex(2)
        self.compare.canvas.setFocus()

        def work(gallery: Gallery) -> tuple[Pictures, Pictures, Pictures, float]:
            a, b = (gallery.pixels(entry) for entry in entries)
            return a, b, *difference(a, b)

        self._read(work, lambda seen: self.compare.show_pictures(*seen))

    def _read(self, work: Callable[[Gallery], Any], then: Callable[[Any], object]) -> None:
        """Pictures at full size, on a thread."""
        gallery = self.desk.gallery
        if gallery is not None:
            self._reading.ask(lambda progress: work(gallery), then)

    def _on_not_read(self, error: StudioError) -> None:
        banners = (self.banner, self.full.banner, self.compare.banner)
        banners[self._pages.currentIndex()].show_error(error)

    # Similar ones and doubles

    def find_similar(self) -> None:
        gallery, ids = self.desk.gallery, self.chosen()
        found = gallery.entries(ids[:1]) if gallery else []
        if found:
            self.state.clear()
            self.show_grid()
            self.grid.choose([found[0].id])
            self.state.alike.set(found[0])

    def find_doubles(self) -> None:
        self.desk.run_long(lambda gallery, progress: gallery.doubles(progress), self._show_groups)

    def _show_groups(self, groups: list[DoubleGroup]) -> None:
        self._groups = groups
        self.model.notes = doubles.words_of(groups)
        self.grid.is_ordered = False
        self.model.show_ids(doubles.ids_of(groups))
        self.page.show_doubles(doubles.sentence(groups), bool(groups))

    def _choose_all_but_the_best(self) -> None:
        gallery, groups = self.desk.gallery, self._groups
        if gallery is not None and groups:
            entries = gallery.entries(doubles.ids_of(groups).tolist())
            self.grid.choose(doubles.all_but_the_best(groups, entries))
            self.grid.setFocus()

    # Acts

    def act(self, verb: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "save": self.deeds.save,
            "folder": self.deeds.show_in_folder,
            "delete": self.deeds.delete,
            "alike": self.find_similar,
            "compare": self.compare_two,
        }
        if verb in acts:
            acts[verb]()
        else:
            self.deeds.hand_on(verb)

    def _on_words_changed(self, name: str, note: str) -> None:
        details = self.details.details
        if details is not None:
            self.desk.set_texts(details.entry.id, name, note)

    def go_to_tags(self) -> None:
        if self.chosen():
            self.show_grid()
            self.details.tag_field.setFocus()

    def _on_dropped_on_place(self, place: Place | None, ids: list[int]) -> None:
        if place is None or place.collection is None:
            self.deeds.collect(ids)
        else:
            self.desk.add_to_collection(place.collection, ids)
            self.banner.say(f"Added to “{place.title}”.", seconds=4)

    def _on_collection_made(self, id: int) -> None:
        """Shown, and its name can be typed at once."""
        self.sidebar.rename_when_listed(id)
        self.state.place.set(collection_place(id, "New collection"))

    def _on_reordered(self, ids: list[int], before: int | None) -> None:
        collection = self.state.place.value.collection
        if collection is not None:
            self.desk.move_in_collection(collection, ids, before)

    def move_chosen(self, by: int) -> None:
        """The chosen pictures one place earlier or later in the collection's own order."""
        ids, collection = self.chosen(), self.state.place.value.collection
        rows = self.model.rows_of(ids)
        if collection is None or not rows or not self.state.is_own_order:
            return
        target = rows[0] - 1 if by < 0 else rows[-1] + 2
        shown = self.model.ids
        before = int(shown[max(0, target)]) if target < len(shown) else None
        self.desk.move_in_collection(collection, ids, before)

    def _show_menu(self, at: QPoint) -> None:
        if self.chosen():
            self._menu.popup(at)

    def zoom(self, by: int) -> None:
        self.set_tile_side(self.grid.tile_side + by)

    def set_tile_side(self, side: int) -> None:
        self._preferences.gallery_tile.set(min(MOST_SIDE, max(LEAST_SIDE, side)))

    # Dropped files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not event.mimeData().hasFormat(CARRIED) and local_paths(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.deeds.bring_in(local_paths(event))
