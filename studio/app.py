"""The window's wiring: everything is made here and handed to who needs it. Torch is never imported here."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from studio.core.errors import StudioError
from studio.generate.decoder import Decoder
from studio.store.bin import sweep_bin
from studio.store.bundle import Bundle
from studio.store.files import Library, starters_folder, sweep_temporary
from studio.store.settings import load_settings, save_settings
from studio.ui.actions import Command
from studio.ui.backdrop import Backdrop
from studio.ui.canvas.keeper import CanvasKeeper
from studio.ui.canvas.state import CanvasState
from studio.ui.crash import CrashHandler, log_to
from studio.ui.create import CreateRoom
from studio.ui.create_bar import new_seed
from studio.ui.decoding import DecodeQueue, Decoders, Decodes
from studio.ui.details import Details
from studio.ui.entering import Entering
from studio.ui.exchange import Carried, Exchange
from studio.ui.inspector.inspector import Inspector
from studio.ui.jobs import Job, after
from studio.ui.map.panel import MapPanel
from studio.ui.map.pictures import MapPictures
from studio.ui.models import ModelsRoom
from studio.ui.nearest import NearestFinder
from studio.ui.saving import PassingFolder, Saver
from studio.ui.state import CreateState, Preferences, Shelf
from studio.ui.theme import ASSETS, Theme
from studio.ui.trainer_process import TrainerStarter
from studio.ui.training import TrainingDesk
from studio.ui.trial import TrialDesk
from studio.ui.window import Window, application_icon

if TYPE_CHECKING:
    from studio.rooms import Rooms
    from studio.ui.pack import PackDesk

log = logging.getLogger(__name__)

QUIT_AFTER_FIRST_PICTURE = "STUDIO_QUIT_AFTER_FIRST_PICTURE"
_WARM_AFTER_MS = 1500  # the trainer's start must not compete with the first screen of pictures
_REST_AT_LATEST_MS = 2500
_SAVE_AFTER_MS = 400
_TRY_AGAIN_MS = 300_000  # the gallery may not have been needed yet
_BETWEEN_ROOMS_MS = 30  # for the window to paint and to hear what is done in it
_GARBAGE = (20_000, 20, 20)  # Python's own 700 made it look hundreds of times while cards were laid


def trainer_command() -> list[str]:
    """How the trainer process is started: this program again, with another word."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "trainer"]
    return [sys.executable, str(Path(__file__).resolve().parents[1] / "main.py"), "trainer"]


def open_decoder(bundle: Bundle) -> Decodes:
    return Decoder(bundle)


class Studio:
    """The window and everything behind it, from opening to closing."""

    def __init__(
        self,
        app: QApplication,
        library: Library,
        starters: Path,
        trainer: Sequence[str],
        stays_open: bool = True,
    ) -> None:
        """trainer: the command that starts a trainer process."""
        self._library, self._stays_open = library, stays_open
        self._is_closed = False
        self._loading: Job | None = None
        self._sweeping: Job | None = None
        settings, told = load_settings(library.settings_file)
        self.preferences = Preferences(settings)
        self.theme = Theme(app, settings.theme)
        self.preferences.theme.changed.connect(self.theme.choose)
        self.backdrop = Backdrop(self.theme, self.preferences.backdrop)
        self.shelf = Shelf(library, starters)
        self.shelf.read_first({settings.last_bundle})
        self._decoders = Decoders(open_decoder)
        self.queue = DecodeQueue(self._decoders)
        self._finder, self._gallery_finder = NearestFinder(self._decoders), NearestFinder(self._decoders)
        self._starter = TrainerStarter(trainer, library.log_file)
        self.desk = TrainingDesk(self._starter, library)
        self._trials = TrialDesk(self._starter)
        self._passing = PassingFolder()
        self.exchange = Exchange()
        self.create_state = CreateState(new_seed())
        self.create_state.bundle.set(self._bundle_of_last_time())
        self.canvas = CanvasState()
        self.window = self._build_window()
        self.exchange.pack_wanted.connect(self._on_pack_wanted)
        self._inspector = Inspector(
            self.window.create_room,
            library,
            self.shelf,
            self.queue,
            self._decoders,
            self.backdrop,
        )
        told += self._open_canvas()
        again = ("window.again", "Export again", self._export_again, "Ctrl+E", "repeat")
        Command(self.window, *again, help="The morph in its room, else the pack.", everywhere=True)
        self._saving = QTimer(self.window)
        self._saving.setSingleShot(True)
        self._saving.setInterval(_SAVE_AFTER_MS)
        self._saving.timeout.connect(self._save_settings)
        self.preferences.changed.connect(self._saving.start)
        self._warming = QTimer(self.window)
        self._warming.setSingleShot(True)
        self._warming.setInterval(_WARM_AFTER_MS)
        self._warming.timeout.connect(self._warm)
        self._making = QTimer(self.window)
        self._making.setSingleShot(True)
        self._making.setInterval(_BETWEEN_ROOMS_MS)
        self._making.timeout.connect(self._make_room)
        self.desk.left.connect(self._warm_soon)  # a trainer serves one run
        if told:
            self.window.banner.say(" ".join(told), "warn")

    def _build_window(self) -> Window:
        details = self._details = Details(self._library.details)
        self._entering = Entering(self._decoders, details, self.canvas)
        create = CreateRoom(
            self.create_state,
            self.canvas,
            self.shelf,
            self.preferences,
            self.queue,
            self._finder,
            Saver(self._decoders, details),
            self._passing,
            self.backdrop,
            self.theme,
            self.exchange,
            details,
            self._entering,
        )
        self._maps = MapPictures(self.queue, self._library.maps, create)
        create.add_map(
            MapPanel(self.create_state, self.canvas, self._maps, self.queue, create.tiles, self.backdrop)
        )
        models = ModelsRoom(self.shelf, self.desk, self.queue, self.backdrop)
        window = Window(
            self.shelf,
            self.preferences,
            self.create_state,
            self.desk,
            self.exchange,
            create,
            models,
            lambda: self._rooms,
            self._device,
        )
        window.closing.connect(self.close)
        create.first_picture_painted.connect(self._on_first_picture)
        create.pictures.failed.connect(self._on_no_picture)
        self.create_state.bundle.changed.connect(self._remember_bundle)
        return window

    def _open_canvas(self) -> tuple[str, ...]:
        """The canvas of last time, or a fresh one; what the user must be told.

        For a first picture to be looked at and gone, the canvas stays as it is on the disk.
        """
        room = self.window.create_room
        self._keeper = CanvasKeeper(self._library.canvas_file, self.canvas, room.view, self.window)
        self._keeper.failed.connect(self.window.banner.show_error)
        has_canvas, told = self._keeper.load() if self._stays_open else (False, "")
        if not self.shelf.is_whole:
            last, shown = self.preferences.last_bundle.value, self.canvas.cards
            self.shelf.read_first({last} | {card.picture.bundle_id for card in shown})
        self._begun_with = self.canvas.cards
        room.begin(has_canvas)
        return (told,) if told else ()

    @cached_property
    def _rooms(self) -> Rooms:
        """Makes the rooms that a first picture does not need. What they rest on is loaded only now."""
        from studio.rooms import Rooms

        return Rooms(
            self._library,
            self.shelf,
            self.preferences,
            self.create_state,
            self.desk,
            self._trials,
            self.queue,
            self._decoders,
            self._passing,
            self._gallery_finder,
            self.exchange,
            self.backdrop,
        )

    @cached_property
    def packs(self) -> PackDesk:
        return self._rooms.packs(self.window, self.window.banner)

    def _on_pack_wanted(self, pictures: tuple[Carried, ...]) -> None:
        self.packs.open(pictures)

    def _make_rooms_soon(self) -> None:
        """Load on a thread what they rest on, then make one at a time: the window is in use by now."""
        if self._loading is None and not self._is_closed:
            self._loading = Job(lambda progress, say: self._load_the_rest(), self.window)
            self._loading.finished.connect(self._on_loaded)
            self._loading.start()

    def _load_the_rest(self) -> None:
        """On a thread."""
        self.shelf.look_ahead()
        _ = self._rooms

    def _on_loaded(self) -> None:
        self.shelf.read()
        self._making.start()

    def _make_room(self) -> None:
        window = self.window
        for name in ("morph", "new_model", "gallery"):
            if not window.has(name):
                getattr(window, name)
                self._making.start()
                return
        _ = self.packs

    def open(self, files: Sequence[Path]) -> None:
        """Show the window: Create if there is anything to create with, else Models. Then the files given."""
        if self.shelf.bundles:
            self.window.show_create()
        else:
            self.window.show_models()
            self._warm_soon()
            self._make_rooms_soon()
        self.window.show()
        if self._stays_open:  # an empty canvas has no first picture
            after(_REST_AT_LATEST_MS, self.window, self._make_rooms_soon)
        if self.shelf.runs:
            names = ", ".join(f"“{run.name}”" for run in self.shelf.runs)
            self.window.banner.say(
                f"Training of {names} is not finished; go on with it in Models.", seconds=20
            )
        if files:
            self.shelf.read()  # they may be of any model
            self.window.take(list(files))

    def sweep_details(self) -> None:
        """Remove details of own pictures that nothing refers to, once all that may refer to one is known."""
        window = self.window
        gallery = window.gallery.desk.gallery if window.has("gallery") else None
        if gallery is None or window.gallery.desk.is_busy or not window.has("morph"):
            after(_TRY_AGAIN_MS, window, self.sweep_details)
            return
        if any(self._library.root.glob(f"{self._library.canvas_file.stem}.damaged-*")):
            return  # it may be opened again one day, by a newer program
        shown = [card.picture for card in (*self._begun_with, *self.canvas.cards)]
        named = {picture.detail for picture in (*shown, *window.morph.pictures)}
        self._sweeping = Job(
            lambda progress, say: self._details.sweep(named | gallery.details_referred()), window
        )
        self._sweeping.start()

    def close(self) -> None:
        """Save, and end every thread and process. The window is hidden already."""
        self._is_closed = True
        self._warming.stop()
        if self._loading is not None:
            self._loading.wait(5)
            self._loading.finished.disconnect(self._on_loaded)
        self._making.stop()
        if self._sweeping is not None:
            self._sweeping.wait(5)
        self._save_settings()
        self._save_canvas()
        self._leave_rooms()
        self.desk.leave()
        self._entering.stop()
        self.window.create_room.acts.leave()
        self.window.create_room.map.stop()
        self._inspector.stop()
        self.queue.stop()
        self._finder.stop()
        if self.window.has("gallery"):
            self.window.gallery.leave()
        self._gallery_finder.stop()
        self._passing.remove()

    def _leave_rooms(self) -> None:
        if self.window.has("morph"):
            try:
                self.window.morph.leave()
            except StudioError as error:
                log.warning("The morph is not saved: %s", error)
        if self.window.has("new_model"):
            self.window.new_model.leave()
        if "packs" in self.__dict__:
            self.packs.leave()

    def _export_again(self) -> None:
        """One key for both things that are exported: what the room in front makes."""
        window = self.window
        is_morph = window.has("morph") and window.rooms.currentWidget() is window.morph
        (window.morph.export_again if is_morph else self.packs.again)()

    def _bundle_of_last_time(self) -> Bundle | None:
        last = self.shelf.by_id(self.preferences.last_bundle.value)
        return last or next(iter(self.shelf.starters + self.shelf.own), None)

    def _remember_bundle(self, bundle: Bundle | None) -> None:
        if bundle is not None:
            self.preferences.last_bundle.set(bundle.facts.id)

    def _device(self) -> str:
        bundle = self.create_state.bundle.value
        try:
            return self._decoders.get(bundle).device if bundle else ""
        except StudioError:
            return ""

    def _on_first_picture(self) -> None:
        """Emitted while painting; what follows waits until the paint is on the screen."""
        # What was loaded so far stays: looking through all of it for garbage stops the window for 0.1 s.
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        if not self._stays_open:
            QTimer.singleShot(0, self.window, self.window.close)
        else:
            self._warm_soon()
            self._make_rooms_soon()

    def _on_no_picture(self, error: StudioError) -> None:
        if not self._stays_open:
            log.error("There is no first picture: %s", error)
            self.window.close()
            QApplication.exit(1)
        else:
            self._make_rooms_soon()

    def _warm_soon(self) -> None:
        if self._stays_open and not self._is_closed:
            self._warming.start()

    def _warm(self) -> None:
        if not self.desk.is_under_way:
            self._starter.warm()

    def _save_canvas(self) -> None:
        try:
            if self._stays_open:
                self._keeper.close()
        except StudioError as error:
            log.warning("The canvas is not saved: %s", error)

    def _save_settings(self) -> None:
        self._saving.stop()
        try:
            save_settings(self._library.settings_file, self.preferences.settings())
        except StudioError as error:
            log.warning("The settings are not saved: %s", error)
            self.window.banner.show_error(error)


def run(library: Library, files: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed; the exit status.

    Raises StudioError when the library's folder cannot be made.
    """
    library.ensure()
    stays_open = not os.environ.get(QUIT_AFTER_FIRST_PICTURE)
    QApplication.setApplicationName("Morpho Studio")
    QApplication.setDesktopFileName("io.github.morpho.Studio")
    app = QApplication(sys.argv[:1])
    stop_log = log_to(library.log_file)
    crashes = CrashHandler(library.log_file)
    crashes.install()
    app.setWindowIcon(application_icon(ASSETS))
    studio = Studio(app, library, starters_folder(), trainer_command(), stays_open)
    if not stays_open and not studio.shelf.bundles:
        studio.close()
        raise StudioError("There is no model that could make a first picture.", "Put one into the library.")
    studio.open([Path(file) for file in files])
    if stays_open:
        after(10_000, studio.window, lambda: sweep_temporary(library.bundles))
        after(12_000, studio.window, lambda: sweep_bin(library.bin))
        after(30_000, studio.window, studio.sweep_details)
    status = app.exec()
    crashes.remove()
    stop_log()
    return status
