"""What rooms hand each other: pictures on their way to be kept, morphed, packed or worked on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.picture import Picture
from studio.store.bundle import Bundle


@dataclass(frozen=True, eq=False)
class Carried:
    """A picture on its way to another room. At least one of `picture` and `file` is there."""

    picture: Picture | None = None
    bundle: Bundle | None = None  # that draws it; None where it is not in the library
    file: Path | None = None  # a PNG that shows it already, or a picture that no model made
    parents: tuple[Picture, ...] = ()  # what it was made from, where that is known


class Exchange(QObject):
    """A room says what it wants done; the window has it done. Each signal carries a tuple of Carried."""

    keep_wanted = Signal(object)  # into the gallery
    morph_wanted = Signal(object)  # as stops of a morph, in this order
    pack_wanted = Signal(object)  # for a game
    create_wanted = Signal(object)  # onto the canvas
