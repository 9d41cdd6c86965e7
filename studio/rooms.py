"""The rooms that a first picture does not need, and packing: loaded and made after it, or when wanted.

Loaded and made at the start, they kept the first picture waiting: 1.38 s instead of 0.97.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.generate.novelty import Novelty
from studio.store.files import Library
from studio.ui.backdrop import Backdrop
from studio.ui.decoding import DecodeQueue, Decoders
from studio.ui.exchange import Exchange
from studio.ui.gallery.desk import GalleryDesk
from studio.ui.gallery.keeping import Keeper
from studio.ui.gallery.room import GalleryRoom
from studio.ui.looking import look_through
from studio.ui.morph.room import MorphRoom
from studio.ui.morph.state import MorphState
from studio.ui.nearest import NearestFinder
from studio.ui.new_model import NewModel
from studio.ui.pack import PackDesk
from studio.ui.saving import PassingFolder
from studio.ui.state import CreateState, Preferences, Shelf
from studio.ui.training import TrainingDesk
from studio.ui.trial import TrialDesk
from studio.ui.widgets import Banner


class Rooms:
    """Makes each on request; who asks keeps it."""

    def __init__(
        self,
        library: Library,
        shelf: Shelf,
        preferences: Preferences,
        create_state: CreateState,
        desk: TrainingDesk,
        trials: TrialDesk,
        queue: DecodeQueue,
        decoders: Decoders,
        passing: PassingFolder,
        gallery_finder: NearestFinder,
        exchange: Exchange,
        backdrop: Backdrop,
    ) -> None:
        self._library, self._shelf, self._preferences = library, shelf, preferences
        self._create_state, self._desk, self._trials = create_state, desk, trials
        self._queue, self._decoders, self._passing = queue, decoders, passing
        self._gallery_finder = gallery_finder
        self._exchange, self._backdrop = exchange, backdrop

    def new_model(self) -> NewModel:
        return NewModel(
            self._shelf,
            self._desk,
            self._trials,
            self._decoders,
            self._backdrop,
            look_through,
        )

    def morph(self) -> MorphRoom:
        return MorphRoom(
            MorphState(self._library.morph_file),
            self._shelf,
            self._create_state,
            self._preferences,
            self._queue,
            self._decoders,
            self._backdrop,
            self._exchange,
        )

    def gallery(self) -> GalleryRoom:
        return GalleryRoom(
            GalleryDesk(self._library, Keeper(self._decoders, self._shelf.by_id)),
            self._shelf,
            self._preferences,
            self._queue,
            self._gallery_finder,
            self._passing,
            self._exchange,
            self._backdrop,
        )

    def packs(self, window: QWidget, banner: Banner) -> PackDesk:
        return PackDesk(
            window,
            banner,
            self._decoders,
            Novelty,
            self._shelf,
            self._preferences,
            self._create_state,
            self._backdrop,
        )
