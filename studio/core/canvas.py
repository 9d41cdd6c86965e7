"""The canvas as data: pictures as cards on an endless plane, and where new ones are laid.

One unit is the side of a card; x grows to the right, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from studio.core.lock import Mask
from studio.core.picture import Picture

HOWS = ("drawn", "varied", "slid", "mixed", "bred", "entered", "found")
"""How a card came about: entered is the artist's own picture, found was made on the map."""
GAP = 0.12
"""Between cards that are laid side by side."""
STEP = 1 + GAP
REACH = 80_000.0
"""No card lies farther from the origin, in either direction."""
_LEAST_GAP = 0.04  # to cards that were moved by hand
_FARTHEST = 600  # cells; children never look for room farther away
_WIDE = 1.6  # width of a block of cards to its height: as screens are


class Place(NamedTuple):
    """The centre of a card."""

    x: float
    y: float


@dataclass(frozen=True)
class Card:
    """A picture where it lies on the canvas, and where it came from."""

    id: int
    picture: Picture
    x: float
    y: float
    how: str  # of HOWS
    parents: tuple[int, ...] = ()  # ids, some of which may be gone
    is_starred: bool = False
    locked: Mask | None = field(default=None, compare=False)  # what of it stays as it is

    @property
    def place(self) -> Place:
        return Place(self.x, self.y)

    def moved(self, dx: float, dy: float) -> Card:
        """The card by so much farther, within reach."""
        x, y = (min(REACH, max(-REACH, value)) for value in (self.x + dx, self.y + dy))
        return replace(self, x=x, y=y)


def columns_for(count: int) -> int:
    """How many columns make a block of `count` cards as wide as screens are."""
    return max(1, int(np.ceil(np.sqrt(count * _WIDE))))


def rows_below(taken: Sequence[Place], count: int, columns: int) -> list[Place]:
    """Whole new rows under everything that lies there, from the left edge of it."""
    left = min((place.x for place in taken), default=0.0)
    top = max((place.y for place in taken), default=-STEP) + STEP
    return [Place(left + i % columns * STEP, top + i // columns * STEP) for i in range(count)]


def near(taken: Sequence[Place], parents: Sequence[Place], count: int) -> list[Place]:
    """A block of free places as near to the middle of the parents as there is one, right and below first."""
    columns = _block_columns(count)
    rows = -(-count // columns)
    middle = np.mean(np.asarray(parents, np.float64), axis=0)  # [2]: x, y
    origin = np.asarray(parents[0], np.float64)  # children line up with their first parent
    free, first = _free_cells(np.asarray(taken, np.float64).reshape(-1, 2), origin, max(columns, rows))
    blocks = _whole_blocks(free, columns, rows)  # [I, J]: whether all cells from there on are free
    shape = blocks.shape
    x = origin[0] + (first[0] + np.arange(shape[0]) + (columns - 1) / 2) * STEP - middle[0]
    y = origin[1] + (first[1] + np.arange(shape[1]) + (rows - 1) / 2) * STEP - middle[1]
    # A touch less for what lies right and below decides between places equally near.
    far = np.hypot(x[:, None], y[None, :]) - 1e-3 * (2 * x[:, None] + y[None, :])
    i, j = np.unravel_index(np.where(blocks, far, np.inf).argmin(), shape)
    corner = origin + (first + np.array([i, j])) * STEP
    return [
        Place(float(corner[0] + k % columns * STEP), float(corner[1] + k // columns * STEP))
        for k in range(count)
    ]


def _block_columns(count: int) -> int:
    """Columns of a block without holes where there is one that is not far from square: 8 are 4 × 2."""
    for columns in range(1, count + 1):
        rows = count / columns
        if rows == int(rows) and rows <= columns <= 3 * rows:
            return columns
    return columns_for(count)


def _free_cells(
    taken: npt.NDArray[np.float64], origin: npt.NDArray[np.float64], margin: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which cells of a lattice through `origin` touch no card, bool [I, J], and the numbers of the first.

    The lattice reaches `margin` cells beyond everything, so that there is room, but not to what was carried
    away ever so far. taken: [N, 2].
    """
    at = (taken - origin) / STEP
    at = np.concatenate([at[(np.abs(at) < _FARTHEST).all(axis=1)], np.zeros((1, 2))])
    first = np.floor(at.min(axis=0)).astype(np.int64) - margin - 1
    last = np.ceil(at.max(axis=0)).astype(np.int64) + margin + 1
    free = np.ones(last - first + 1, np.bool_)
    reach = (1 + _LEAST_GAP) / STEP
    for round_x in (np.floor, np.ceil):
        for round_y in (np.floor, np.ceil):
            cells = np.stack([round_x(at[:-1, 0]), round_y(at[:-1, 1])], axis=1)
            touched = (np.abs(cells - at[:-1]) < reach).all(axis=1)
            i, j = (cells[touched].astype(np.int64) - first).T
            free[i, j] = False
    return free, first


def _whole_blocks(free: npt.NDArray[np.bool_], columns: int, rows: int) -> npt.NDArray[np.bool_]:
    """Whether the block that begins at a cell is free as a whole, bool [I - columns + 1, J - rows + 1]."""
    sums = np.zeros((free.shape[0] + 1, free.shape[1] + 1), np.int64)
    sums[1:, 1:] = (~free).cumsum(axis=0).cumsum(axis=1)
    taken = sums[columns:, rows:] - sums[:-columns, rows:] - sums[columns:, :-rows] + sums[:-columns, :-rows]
    whole: npt.NDArray[np.bool_] = taken == 0
    return whole


def places_for(
    cards: Iterable[Card],
    parents: Sequence[int],
    count: int,
    columns: int = 0,
    around: Place | None = None,
) -> list[Place]:
    """Where `count` new cards are laid: near those of their parents that are there, else in new rows.

    columns: of new rows; 0: as suits. around: a place to lie near to where there are no parents.
    """
    by_id = {card.id: card for card in cards}
    taken = [card.place for card in by_id.values()]
    there = [by_id[parent].place for parent in parents if parent in by_id]
    if not there and around is not None:
        there = [around]
    if count < 1:
        return []
    if there:
        return near(taken, there, count)
    return rows_below(taken, count, columns or _columns_below(taken, count))


def _columns_below(taken: Sequence[Place], count: int) -> int:
    """So that the whole keeps about the shape of a screen, and the last new row is not left half empty."""
    suited = columns_for(len(taken) + count)
    if not taken:
        return suited
    wide = round((max(p.x for p in taken) - min(p.x for p in taken)) / STEP) + 1

    def badness(columns: int) -> float:
        holes = -count % columns
        return holes / count + abs(math.log(columns / suited)) + (0 if columns == wide else 0.2)

    return min(range(max(1, suited // 2), min(2 * suited, count) + 1), key=badness, default=suited)


def next_in_direction(cards: Iterable[Card], start: Place, dx: int, dy: int) -> Card | None:
    """The card the arrow keys go to: ahead in that direction and near; what lies aside counts as farther.

    dx, dy: -1, 0 or 1, one of them 0.
    """
    best, least = None, np.inf
    for card in cards:
        across, down = card.x - start.x, card.y - start.y
        ahead, aside = across * dx + down * dy, abs(across * dy) + abs(down * dx)
        if ahead > 1e-6 and ahead >= aside / 2 and ahead + 2 * aside < least:
            best, least = card, ahead + 2 * aside
    return best
