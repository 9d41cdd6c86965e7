"""Names of sliders: what is seen, where it is seen, and no more than that."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.naming import names_of_change, told_apart
from studio.core.pixels import NetworkPictures

SIDE = 24
TOP, MIDDLE, BOTTOM = (slice(i * 8, i * 8 + 8) for i in range(3))
WHOLE = slice(0, SIDE)


def grey(count: int = 3) -> NetworkPictures:
    """Opaque, premultiplied, -1..1."""
    pictures = np.zeros((count, 4, SIDE, SIDE), np.float32)
    pictures[:, 3] = 1
    return pictures


def coloured(rows: slice, columns: slice, rgb: tuple[float, float, float]) -> NetworkPictures:
    pictures = grey()
    pictures[:, :3, rows, columns] = np.array(rgb, np.float32)[:, None, None]
    return pictures


@pytest.mark.parametrize(
    ("rows", "columns", "where"),
    [
        (TOP, WHOLE, "Top, lighter"),
        (MIDDLE, WHOLE, "Middle, lighter"),
        (BOTTOM, WHOLE, "Bottom, lighter"),
        (WHOLE, slice(0, 8), "Left, lighter"),
        (WHOLE, slice(16, 24), "Right, lighter"),
        (slice(0, 12), WHOLE, "Top, lighter"),
        (slice(0, 17), WHOLE, "Upper half, lighter"),
        (WHOLE, WHOLE, "Lighter"),
    ],
)  # fmt: skip
def test_it_says_where(rows: slice, columns: slice, where: str) -> None:
    assert names_of_change(grey(), coloured(rows, columns, (0.5, 0.5, 0.5))) == [where]


def test_both_sides_are_sides() -> None:
    after = coloured(WHOLE, slice(0, 7), (0.5, 0.5, 0.5))
    after[:, :3, :, 17:] = 0.5
    assert names_of_change(grey(), after) == ["Sides, lighter"]


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ((0, 0, 0), (-0.5, -0.5, -0.5), "darker"),
        ((0, 0, 0), (0.6, -0.3, -0.3), "redder"),
        ((0.6, -0.3, -0.3), (-0.6, 0.1, 0.9), "bluer"),
        ((0, 0, 0), (-0.6, 0.3, -0.6), "greener"),
        ((0, 0, 0.3), (0.3, 0.3, -0.8), "yellower"),
        ((0, 0, 0), (0.3, -0.5, 0.1), "pinker"),
        ((0, 0, 0), (0.2, -0.6, 0.8), "more purple"),
    ],
)  # fmt: skip
def test_it_says_into_what(
    before: tuple[float, float, float], after: tuple[float, float, float], word: str
) -> None:
    assert names_of_change(coloured(TOP, WHOLE, before), coloured(TOP, WHOLE, after))[0] == f"Top, {word}"


def test_what_appears_is_fuller_and_its_colour_does_not_count() -> None:
    bare = grey()
    bare[:, :, TOP] = -1
    assert names_of_change(bare, grey()) == ["Top, fuller"]
    assert names_of_change(grey(), bare) == ["Top, slimmer"]


def test_where_pictures_do_not_agree_it_says_only_what_kind() -> None:
    after = grey()
    for picture, level in zip(after, (0.5, -0.5, 0.0), strict=True):
        picture[:3, TOP] = level
    assert names_of_change(grey(), after) == ["Top, shades"]


def test_the_place_is_that_in_what_is_there() -> None:
    """A small sprite at the bottom of an empty picture has a top as well."""
    before, after = grey(), coloured(slice(14, 17), WHOLE, (0.5, 0.5, 0.5))
    before[:, :, :14] = after[:, :, :14] = -1
    assert names_of_change(before, after) == ["Top, lighter"]


def test_nothing_at_all_has_a_name_as_well() -> None:
    (name,) = names_of_change(grey(), grey())
    assert name
    empty = np.full((2, 4, SIDE, SIDE), -1, np.float32)
    assert names_of_change(empty, empty)


def test_names_are_told_apart() -> None:
    choices = [["Top", "Red"], ["Top", "Red"], ["Top", "Red"], ["Top"], ["Mine"]]
    assert told_apart(choices, {"Mine"}) == ["Top", "Red", "Top 2", "Top 3", "Mine 2"]
