"""The Models room: the artist's own models, runs that can go on, and the starters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QMenu, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.store.bundle import Bundle, DamagedBundle
from studio.store.sharing import SUFFIX

from .actions import Command, Gesture, name_room
from .backdrop import Backdrop
from .card_grid import CardGrid, neighbour
from .decoding import DecodeQueue
from .model_cards import BundleCard, Card, DamagedCard, run_row
from .model_deeds import ModelDeeds
from .model_facts import FactsPanel
from .model_order import ORDERS, arranged
from .model_preview import FreshPictures, Previews
from .share_dialog import ShareDialog
from .state import Shelf
from .training import TrainingDesk
from .widgets import Banner, EmptyState, button, clear_layout, column, label, row, scrolling, search_field

_MANY = 6
"""Models from which on one may search and sort."""


class ModelsRoom(QWidget):
    """Shows a Shelf; what is asked for that other screens do goes out as signals."""

    open_wanted = Signal(object)  # Bundle
    new_wanted = Signal()
    resume_wanted = Signal(object)  # Run

    def __init__(self, shelf: Shelf, desk: TrainingDesk, queue: DecodeQueue, backdrop: Backdrop) -> None:
        super().__init__()
        name_room(self, "Models")
        self._shelf, self._desk, self._backdrop = shelf, desk, backdrop
        self.deeds = ModelDeeds(shelf, self)
        self._previews = Previews()
        self._fresh = FreshPictures(queue, self)
        self._cards: dict[Path, Card] = {}
        self._order: list[Card] = []  # as they are shown
        self._current: Path | None = None
        self._is_stale = True  # cards are made when they are first seen: each takes 2 ms
        self.banner = Banner((32, 0, 44, 12))
        self.facts = FactsPanel()
        self.facts.hide()
        self._build()
        self._build_commands()
        self._connect()

    def _build(self) -> None:
        self._runs: QVBoxLayout = column(spacing=8)
        self._runs_title = _section("Unfinished")
        self._own_title, self._starters_title = _section("Yours"), _section("Starters")
        self._own, self._starters = CardGrid("Your models"), CardGrid("Starters")
        self._empty = EmptyState(
            "image-square",
            "No models of your own yet",
            "Drop a folder of pictures anywhere on this window, or choose one. "
            "A few hundred pictures that belong together work best.",
            button("New model…", self.new_wanted.emit, "primary", "plus-bold"),
        )
        self._nothing = label("No model is called that.", "muted")
        content = column(
            self._runs_title,
            self._runs,
            self._own_title,
            self._own,
            self._empty,
            self._nothing,
            self._starters_title,
            self._starters,
            None,
            spacing=14,
        )
        content.setContentsMargins(32, 0, 32, 32)
        inner = QWidget()
        inner.setLayout(content)
        self._area = scrolling(inner)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # nothing jumps aside
        left = column(self._build_head(), self.banner, self._area, spacing=0)
        left.setStretch(2, 1)
        whole = row(spacing=0)
        whole.addLayout(left, 1)
        whole.addWidget(self.facts)
        self.setLayout(whole)

    def _build_head(self) -> QWidget:
        made = QWidget()
        words = column(
            label("Models", "title"),
            label("A model learns from a folder of your pictures, then makes new ones.", "muted", wrap=True),
            spacing=4,
        )
        self.search = search_field("Search models", "Search…")
        self.search.setFixedWidth(190)
        self.search.textChanged.connect(lambda _: self._arrange())
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the models")
        self.order.addItems(list(ORDERS))
        self.order.currentIndexChanged.connect(lambda _: self._arrange())
        tools = row(self.search, self.order, None, spacing=10)
        tools.setContentsMargins(0, 10, 0, 0)
        self._tools = QWidget()
        self._tools.setLayout(tools)
        above = row(
            words,
            button("Add a shared model…", self.add_shared, "", "tray"),
            button("New model…", self.new_wanted.emit, "primary", "plus-bold", "Ctrl+N"),
            spacing=10,
        )
        above.setStretch(0, 1)
        layout = column(above, self._tools, spacing=0)
        layout.setContentsMargins(32, 28, 44, 14)
        made.setLayout(layout)
        return made

    def _build_commands(self) -> None:
        keys = QKeySequence.StandardKey
        open_it = self._command("open", "Open in Create", self._open, (), "sparkle")
        self._rename = self._command("rename", "Rename", self._begin_rename, "F2", "pencil-simple")
        duplicate = self._command("duplicate", "Duplicate", self._duplicate, "Ctrl+D", "copy")
        share = self._command("share", "Share as a file…", self._ask_how_to_share, "Ctrl+Shift+S", "export")
        facts = self._command("facts", "Facts", self.toggle_facts, "Ctrl+I", "info")
        folder = self._command("folder", "Show the folder", self._show_folder, (), "folder-open")
        self._bin = self._command("bin", "Move to the bin", self._move_to_bin, keys.Delete, "trash")
        self._command("undo", "Undo", self.deeds.undo, keys.Undo, "arrow-u-up-left")
        self._command("search", "Search models", self._go_to_search, keys.Find, "magnifying-glass")
        self._command("add", "Add a shared model…", self.add_shared, (), "tray")
        self._command("menu", "Menu of the model", self._open_menu_of_current, "Shift+F10", "dots-three")
        Gesture(self, "From card to card", "Arrow keys")
        Gesture(self, "Open the card in Create", "Enter")
        self._of_bundles = (open_it, duplicate, share, facts)
        self._menu = QMenu(self)
        self._menu.setAccessibleName("What can be done with the model")
        for command in (open_it, self._rename, duplicate, share, facts, folder):
            self._menu.addAction(command)
        self._menu.addSeparator()
        self._menu.addAction(self._bin)

    def _command(
        self,
        verb: str,
        text: str,
        act: Callable[[], object],
        keys: str | QKeySequence.StandardKey | tuple[str, ...],
        icon_name: str,
    ) -> Command:
        return Command(self, f"models.{verb}", text, act, keys, icon_name)

    def _connect(self) -> None:
        self._shelf.changed.connect(self._on_shelf_changed)
        self._desk.phase.changed.connect(lambda _: self._fill_runs())
        self.deeds.failed.connect(self.banner.show_error)
        self.deeds.said.connect(self._on_said)
        self.deeds.made.connect(lambda bundle: self._go_to(self._cards.get(bundle.folder)))
        self.facts.closed.connect(self.toggle_facts)
        self.facts.noted.connect(self.deeds.note_licence)
        self._fresh.failed.connect(self._on_not_opened)

    # What there is

    def _on_shelf_changed(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        """Cards of bundles that are as they were stay; their pictures and the focus with them."""
        self._is_stale = False
        had_focus, current = self._has_focus(), self._current
        old, self._cards = self._cards, {}
        for bundle in self._shelf.bundles:
            before = old.get(bundle.folder)
            stays = isinstance(before, BundleCard) and before.bundle is bundle
            self._cards[bundle.folder] = old.pop(bundle.folder) if stays else self._bundle_card(bundle)
        for found in self._shelf.damaged:
            before = old.get(found.path)
            stays = isinstance(before, DamagedCard) and before.found is found
            self._cards[found.path] = old.pop(found.path) if stays else self._damaged_card(found)
        for card in old.values():
            card.hide()
            card.setParent(None)
            card.deleteLater()
        self._current = current  # hiding the card that had the focus sent it to another
        self._fill_runs()
        self._arrange()
        if had_focus:
            self._go_to(self.current)

    def _fill_runs(self) -> None:
        clear_layout(self._runs)
        running = self._desk.recipe.name if self._desk.is_under_way and self._desk.recipe else ""
        runs = [run for run in self._shelf.runs if run.name != running]
        for run in runs:
            made = run_row(run, self.resume_wanted.emit, self.deeds.discard)
            self._runs.addWidget(made)
            made.show()  # in a room that is seen, Qt would leave that for later
        self._runs_title.setVisible(bool(runs))

    def _bundle_card(self, bundle: Bundle) -> Card:
        card = BundleCard(bundle, self._backdrop, self._previews, bundle in self._shelf.starters)
        card.opened.connect(lambda: self.open_wanted.emit(bundle))
        card.renamed.connect(lambda name: self._end_rename(card, name))
        card.facts_wanted.connect(lambda: self.show_facts(True))
        card.looked_at.connect(lambda looks: self._on_looked_at(card, looks))
        return self._connected(card)

    def _damaged_card(self, found: DamagedBundle) -> Card:
        card = DamagedCard(found, self._is_starter(found.path))
        card.removed.connect(lambda: self.deeds.move_to_bin(found.path))
        return self._connected(card)

    def _connected(self, card: Card) -> Card:
        card.menu_wanted.connect(self._open_menu)
        card.focused.connect(lambda: self._set_current(card))
        card.moved.connect(lambda key: self._on_moved(card, key))
        return card

    def _is_starter(self, path: Path) -> bool:
        return path.parent != self._shelf.library.bundles

    def _arrange(self) -> None:
        """Which cards are shown, and in which order."""
        cards = list(self._cards.values())
        self._tools.setVisible(len(cards) > _MANY)
        wanted = self.search.text() if len(cards) > _MANY else ""
        shown = arranged(cards, wanted, self.order.currentText())
        own = [card for card in shown if not self._is_starter(card.path)]
        starters = [card for card in shown if self._is_starter(card.path)]
        for card in cards:
            if card not in shown:
                card.hide()
        self._own.show_cards(own)
        self._starters.show_cards(starters)
        self._order = own + starters
        has_own = any(not self._is_starter(card.path) for card in cards)
        self._empty.setVisible(not has_own and not wanted)
        self._own_title.setVisible(bool(own) or not wanted)
        self._starters_title.setVisible(bool(starters))
        self._nothing.setVisible(bool(wanted) and not shown)
        whole = (card for card in self._order if isinstance(card, BundleCard))
        self._set_current(self.current or next(whole, None) or next(iter(self._order), None))

    # Which one is meant

    @property
    def current(self) -> Card | None:
        """The card that commands are about."""
        card = self._cards.get(self._current) if self._current else None
        return card if card in self._order else None

    def _bundle(self) -> Bundle | None:
        card = self.current
        return card.bundle if isinstance(card, BundleCard) else None

    def _set_current(self, card: Card | None) -> None:
        self._current = card.path if card is not None else None
        for each in self._cards.values():
            each.set_current(each is card)
        bundle, is_own = self._bundle(), card is not None and not self._is_starter(card.path)
        for command in self._of_bundles:
            command.setEnabled(bundle is not None)
        self._rename.setEnabled(bundle is not None and is_own)
        self._bin.setEnabled(is_own)
        if self.facts.isVisibleTo(self):
            self._show_facts()

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and (self._own.isAncestorOf(focus) or self._starters.isAncestorOf(focus))

    def _go_to(self, card: Card | None) -> None:
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(card, 16, 16)

    def _on_moved(self, card: Card, key: int) -> None:
        self._go_to(neighbour(self._order, card, key, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the room itself, the arrow keys lead to the cards."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right):
            self._go_to(self.current)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody may have changed the folder meanwhile."""
        super().showEvent(event)
        self._shelf.read()
        if self._is_stale:
            self._fill()

    def _on_looked_at(self, card: BundleCard, looks: bool) -> None:
        if looks:
            self._fresh.look_at(card.preview)
        else:
            self._fresh.look_away(card.preview)

    def _on_not_opened(self, error: StudioError) -> None:
        self.banner.show_error(error)
        self._shelf.read()

    def _open_menu_of_current(self) -> None:
        card = self.current
        if card is not None:
            card.menu_wanted.emit(card.mapToGlobal(card.rect().center()))

    def _open_menu(self, at: QPoint) -> None:
        self._menu.popup(at)

    def _on_said(self, sentence: str, can_undo: bool) -> None:
        self.banner.say(sentence, seconds=12, offer=("Undo", self.deeds.undo) if can_undo else None)

    # What the artist can do

    def _open(self) -> None:
        card = self.current
        if card is not None:
            card.opened.emit()

    def _begin_rename(self) -> None:
        card = self.current
        if isinstance(card, BundleCard):
            self._area.ensureWidgetVisible(card)
            card.begin_rename()

    def _end_rename(self, card: BundleCard, name: str) -> None:
        """The card's own bundle may be another object by now, its folder not."""
        try:
            self._current = card.path.with_name(name)
            self.deeds.rename(card.bundle, name)
        except StudioError as error:
            self._current = card.path
            if self.current is card:
                card.show_problem(error)
            else:
                self.banner.show_error(error)

    def _duplicate(self) -> None:
        bundle = self._bundle()
        if bundle is not None:
            self.deeds.duplicate(bundle)

    def _move_to_bin(self) -> None:
        card = self.current
        if card is not None:
            place = self._order.index(card)
            rest = [each for each in self._order if each is not card]
            after = rest[min(place, len(rest) - 1)].path if rest else None
            words = "Saved pictures stay; they need it to be brought back."
            self.deeds.move_to_bin(card.path, words if isinstance(card, BundleCard) else "")
            if card.path not in self._cards:
                self._go_to(self._cards.get(after) if after else None)

    def _show_folder(self) -> None:
        card = self.current
        if card is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(card.path)))

    def toggle_facts(self) -> None:
        self.show_facts(not self.facts.isVisibleTo(self))

    def show_facts(self, wanted: bool) -> None:
        self.facts.setVisible(wanted)
        if wanted:
            self._show_facts()
        else:
            self._go_to(self.current)

    def _show_facts(self) -> None:
        card = self.current
        self.facts.show_bundle(self._bundle(), card is not None and self._is_starter(card.path))

    def _go_to_search(self) -> None:
        if self._tools.isVisible():
            self.search.setFocus()
            self.search.selectAll()

    def _ask_how_to_share(self) -> None:
        bundle = self._bundle()
        if bundle is not None:
            self.ask_how_to_share(bundle)

    def ask_how_to_share(self, bundle: Bundle) -> ShareDialog:
        proposed = Path.home() / f"{bundle.facts.name}{SUFFIX}"
        dialog = ShareDialog(bundle, lambda file, has: self.deeds.share(bundle, file, has), proposed, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def add_shared(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add shared models", "", f"Models (*{SUFFIX})")
        self.add([Path(name) for name in names])

    def add(self, files: Sequence[Path]) -> None:
        """Dropped or chosen: .morpho files and models' folders."""
        self.deeds.add(files)


def _section(title: str) -> QLabel:
    made = label(title, "heading")
    made.setContentsMargins(0, 8, 0, 0)
    return made
