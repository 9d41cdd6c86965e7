"""What the user may choose about a pack, and what each target stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.core.errors import StudioError

from .model import PLAYS
from .pixels import ALPHAS

ATLAS, LOOSE, GRID, STRIPS = "atlas", "loose", "grid", "strips"
FACES, CHARACTERS = "faces", "characters"
TRIMS = ("none", "sprite", "animation", "all")
"""Nothing cut off; each sprite to what can be seen of it; the frames of each animation alike, to what can be
seen in any of them; all alike."""
_LARGEST_SCALE = 8
_LARGEST_EDGE = 64  # px
_FAINTEST = 128
FAINT = 8
"""Suits pictures of a model: a network leaves a haze of some alpha around them that nobody sees, and 41 % of
a pack of portraits was that (measured)."""
PAGES = (64, 16384)
"""Least and largest limit of a page's side, px: above, no graphics card takes it."""


@dataclass(frozen=True, slots=True)
class Target:
    """How pictures are arranged for an engine, and what it is best served with. Edges in px."""

    arrangement: str
    padding: int = 0
    extrude: int = 0
    trim: str = "none"
    keeps_spaces: bool = False  # in names


TARGETS = {
    "png": Target(LOOSE),
    "json": Target(ATLAS, 2, 1, "sprite"),
    "json-array": Target(ATLAS, 2, 1, "sprite"),
    "phaser": Target(ATLAS, 2, 1, "sprite"),
    "godot": Target(ATLAS, 2, 1, "sprite"),
    "libgdx": Target(ATLAS, 2, 1, "sprite"),
    "grid": Target(GRID),
    "gamemaker": Target(STRIPS),
    "rpgmaker": Target(FACES),
    "rpgmaker-characters": Target(CHARACTERS),
    "renpy": Target(LOOSE, keeps_spaces=True),
    "unity": Target(GRID, 2, 1),
}


@dataclass(frozen=True)
class PackOptions:
    """None or empty: what suits the target. Sizes in px."""

    target: str
    name: str = "sprites"
    scales: tuple[int, ...] = (1,)
    padding: int | None = None
    extrude: int | None = None
    trim: str | None = None
    faint: int = 0  # alpha up to this counts as clear where it is cut off, 0..255
    merge: bool = True
    power_of_two: bool = False
    page: int = 4096
    alpha: str = "bleed"
    columns: int = 0  # 0: as square as it gets
    names: str = ""  # a template; empty: the files' own names
    animations: bool = True  # names that differ only in their number are frames of one
    fps: float = 12.0
    play: str = "loop"  # of all animations, one of PLAYS
    pivot: tuple[float, float] = (0.5, 0.5)
    pixel_art: bool | None = None  # None: by looking at the pictures
    matte: str = ""  # a colour behind the pictures, "#rrggbb"; empty: they stay transparent
    recipes: bool = True  # say how each picture was made: its seed, its place in the model
    contact_sheet: bool = False
    gallery: bool = False  # a page to look through, with all pictures in it
    zip: bool = False
    replace: bool = False

    def check(self) -> None:
        """Raises StudioError for what cannot be meant."""
        if self.target not in TARGETS:
            raise StudioError(f"There is no target “{self.target}”.", f"Choose {', '.join(TARGETS)}.")
        if not self.scales or not all(1 <= scale <= _LARGEST_SCALE for scale in self.scales):
            raise StudioError(f"Scales are whole numbers from 1 to {_LARGEST_SCALE}.", "Give 1, or 1,2,3.")
        if len(set(self.scales)) < len(self.scales):
            raise StudioError("A scale is given twice.", "Give each once.")
        for what, edge in (("padding", self.padding), ("repeated edge", self.extrude)):
            if edge is not None and not 0 <= edge <= _LARGEST_EDGE:
                raise StudioError(f"The {what} is 0 to {_LARGEST_EDGE} pixels.", "2 suits most engines.")
        if not PAGES[0] <= self.page <= PAGES[1]:
            raise StudioError(f"A page has {PAGES[0]} to {PAGES[1]} pixels a side.", "4096 works everywhere.")
        if self.alpha not in ALPHAS or self.trim not in (None, *TRIMS):
            raise StudioError(
                "That way to treat transparency is unknown.", f"There are {', '.join((*ALPHAS, *TRIMS))}."
            )
        if self.matte and not re.fullmatch("#[0-9a-f]{6}", self.matte):
            raise StudioError(f"“{self.matte}” is no colour.", "Give one like #ffffff.")
        if self.matte and self.trim not in (None, "none"):
            raise StudioError(
                "On a colour nothing is clear that could be cut off.", "Leave out the trimming."
            )
        if not 0 <= self.faint <= _FAINTEST:
            raise StudioError(
                f"What counts as clear has an alpha of 0 to {_FAINTEST}.", "8 suits soft edges."
            )
        if self.play not in PLAYS:
            raise StudioError(f"Animations cannot be played “{self.play}”.", f"Choose {', '.join(PLAYS)}.")
        if not 0.1 <= self.fps <= 240:
            raise StudioError("Pictures a second are 0.1 to 240.", "12 suits drawn animation.")
        if not all(0 <= share <= 1 for share in self.pivot):
            raise StudioError("A pivot is two shares from 0 to 1.", "0.5,0.5 is the middle, 0.5,1 the feet.")
        self._check_target()

    def _check_target(self) -> None:
        target = TARGETS[self.target]
        alike = ("none", "animation", "all") if target.arrangement == STRIPS else ("none", "all")
        if target.arrangement not in (ATLAS, LOOSE) and self.trimming not in alike:
            raise StudioError(
                f"The cells of “{self.target}” are equal, so sprites cannot be trimmed one by one.",
                "Trim all of them alike.",
            )
        if target.arrangement in (STRIPS, LOOSE, FACES, CHARACTERS) and (self.padding or self.extrude):
            raise StudioError(f"Padding would shift what “{self.target}” reads.", "Leave it at 0.")
        if self.columns and target.arrangement != GRID:
            raise StudioError(f"“{self.target}” has no columns to choose.", "Leave them out.")
        if self.columns < 0:
            raise StudioError("A grid has at least one column.", "Leave them out for a square.")
        if target.arrangement == FACES and self.scales != (1,):
            raise StudioError("RPG Maker's faces have one size, 144 pixels.", "Leave the scale at 1.")

    @property
    def edges(self) -> tuple[int, int]:
        """Padding and repeated edge, px."""
        target = TARGETS[self.target]
        padding = target.padding if self.padding is None else self.padding
        return padding, target.extrude if self.extrude is None else self.extrude

    @property
    def trimming(self) -> str:
        return "none" if self.matte else self.trim or TARGETS[self.target].trim

    @property
    def duration_ms(self) -> int:
        return round(1000 / self.fps)
