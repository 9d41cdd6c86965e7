"""What every writer of a pack sees: pages, sprites on them, animations of sprites. Plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Size:
    """In px."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Box:
    """In px, from the top left; the right and lower edges are outside."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture's place on a page. Never rotated: half of the engines could not turn it back."""

    name: str
    picture: int  # which of the pictures that were read
    page: int
    box: Box  # on the page, without the repeated edge
    source: Size  # of the whole picture as drawn, before trimming
    offset_x: int  # of the box inside the source
    offset_y: int
    pivot_x: float = 0.5  # share of the source, 0..1
    pivot_y: float = 0.5
    duration_ms: int = 83

    @property
    def is_trimmed(self) -> bool:
        return self.box.size != self.source

    @property
    def is_centred(self) -> bool:
        return self.pivot_x == 0.5 and self.pivot_y == 0.5


@dataclass(frozen=True, slots=True)
class Page:
    """A picture file of the pack."""

    file: str
    size: Size


PLAYS = ("loop", "ping-pong", "once")
"""How an animation goes on after its last frame."""


@dataclass(frozen=True, slots=True)
class Animation:
    """Sprites that are shown one after the other."""

    name: str
    frames: tuple[str, ...]  # names of sprites
    fps: float
    play: str = "loop"  # one of PLAYS

    @property
    def is_looping(self) -> bool:
        return self.play != "once"

    @property
    def shown(self) -> tuple[str, ...]:
        """The frames as they follow each other, for engines that only know forward.

        There and back is 2N - 2 frames: neither end is shown twice in a row.
        """
        return self.frames + self.frames[-2:0:-1] if self.play == "ping-pong" else self.frames


@dataclass(frozen=True, slots=True)
class Cells:
    """Equal cells, row by row, as slicing tools ask for them. In px."""

    size: Size
    columns: int
    margin: int  # left of and above the first cell
    spacing: int  # between cells


@dataclass(frozen=True)
class Sheet:
    """All pages of one scale. Sprites of one animation stand together, in its order."""

    stem: str  # of the files that describe it, "@2x" included
    scale: int
    pages: tuple[Page, ...]
    sprites: tuple[Sprite, ...]
    animations: tuple[Animation, ...]
    echoes: tuple[Sprite, ...] = ()  # sprites at one more place, where an engine only plays forward
    cells: Cells | None = None
    extrude: int = 0  # px of repeated edge around each box
    alpha: str = "bleed"  # one of pixels.ALPHAS
    matte: str = ""  # the colour behind the pictures, "#rrggbb"
    is_pixel_art: bool = False

    @property
    def is_premultiplied(self) -> bool:
        return self.alpha == "premultiply"

    @cached_property
    def by_page(self) -> tuple[tuple[Sprite, ...], ...]:
        """The sprites of each page."""
        return self._by_page(self.sprites)

    @cached_property
    def drawn(self) -> tuple[Sprite, ...]:
        """A sprite for each place; those that share one show the same."""
        places = {(sprite.page, sprite.box): sprite for sprite in reversed((*self.sprites, *self.echoes))}
        return tuple(reversed(places.values()))

    @cached_property
    def drawn_by_page(self) -> tuple[tuple[Sprite, ...], ...]:
        """What is drawn on each page."""
        return self._by_page(self.drawn)

    def _by_page(self, sprites: Iterable[Sprite]) -> tuple[tuple[Sprite, ...], ...]:
        found: list[list[Sprite]] = [[] for _ in self.pages]
        for sprite in sprites:
            found[sprite.page].append(sprite)
        return tuple(map(tuple, found))

    @cached_property
    def sequences(self) -> tuple[Animation, ...]:
        """The animations, and each other sprite as one of a single frame, under a name of its own."""
        moving = {name for animation in self.animations for name in animation.frames}
        taken = {animation.name for animation in self.animations}
        singles = []
        for sprite in self.sprites:
            if sprite.name in moving:
                continue
            name = sprite.name
            while name in taken:
                name += "_still"
            taken.add(name)
            singles.append(Animation(name, (sprite.name,), self.fps, play="once"))
        return (*self.animations, *singles)

    @property
    def scattered(self) -> list[str]:
        """Animations whose frames share no page. Where each sprite has a page of its own, none."""
        if len(self.pages) in (1, len(self.sprites)):
            return []
        page_of = {sprite.name: sprite.page for sprite in self.sprites}
        return [each.name for each in self.animations if len({page_of[name] for name in each.frames}) > 1]

    @property
    def fps(self) -> float:
        return self.animations[0].fps if self.animations else 1.0

    @property
    def fill(self) -> float:
        """Share of the pages' area that sprites cover, shared places counted once. 0..1."""
        area = sum(page.size.area for page in self.pages)
        return sum(sprite.box.size.area for sprite in self.drawn) / area if area else 0.0
