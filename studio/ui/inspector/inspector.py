"""The inspector as a whole: its sections in the panel beside the canvas, and what works behind them."""

from __future__ import annotations

from studio.store.files import Library

from ..actions import Command
from ..backdrop import Backdrop
from ..canvas.side import any_selected, one_selected, several_selected
from ..create import CreateRoom
from ..decoding import DecodeQueue, Decoders
from ..state import Shelf
from .combine_section import CombineSection
from .family_section import FamilySection, has_family
from .lock_section import LockSection
from .locks import LockDesk
from .piles_section import PilesSection
from .rack import SliderRack
from .sliders_section import SlidersSection


class Inspector:
    """Adds itself to a Create room."""

    def __init__(
        self,
        room: CreateRoom,
        library: Library,
        shelf: Shelf,
        queue: DecodeQueue,
        decoders: Decoders,
        backdrop: Backdrop,
    ) -> None:
        canvas = room.canvas
        self.rack = SliderRack(library, decoders, room)
        self.locks = LockDesk(canvas, shelf, decoders, room)
        self.combine = CombineSection(canvas, shelf, queue, backdrop, self.locks)
        self.sliders = SlidersSection(canvas, self.rack, shelf, queue, backdrop, self.locks.held)
        self.piles = PilesSection(canvas, self.rack, shelf, queue, backdrop)
        self.lock = LockSection(canvas, self.locks, room.pictures, queue, backdrop)
        self.family = FamilySection(canvas, shelf, queue)
        side = room.side
        side.add_section("Combine", self.combine, several_selected)
        side.add_section("Sliders", self.sliders, one_selected)
        side.add_section("Your own slider", self.piles, any_selected, is_open=False)
        side.add_section("Lock a part", self.lock, one_selected, is_open=False)
        side.add_section("Family", self.family, lambda cards: has_family(canvas, cards))
        room.acts.hold, room.acts.when_held = self.locks.held, self.locks.when_ready
        self.locks.held_up.connect(room.acts.said)
        view = room.view
        Command(view, "create.mix", "Mix half-way", self.combine.mix, "X", "intersect", "One between them")
        Command(view, "create.breed", "Breed", self.combine.breed, "B", "users", "Children of all of them")

    def stop(self) -> None:
        """For quitting."""
        self.rack.stop()
        self.locks.stop()
