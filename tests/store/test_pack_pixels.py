"""What a pack does to pixels changes nothing that can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import drawing, sprite

from studio.core.pixels import enlarge, premultiply
from studio.store.pack.model import Box, Size
from studio.store.pack.pixels import (
    bleed,
    box_around,
    cropped,
    paste,
    resized,
    strongest,
    visible_box,
    with_alpha,
)


@pytest.mark.parametrize("seed", range(5))
def test_bleed_leaves_what_can_be_seen(seed: int) -> None:
    rgba = drawing(seed, 40)[:33]
    bled = bleed(rgba)
    visible = rgba[..., 3] > 0
    assert np.array_equal(bled[..., 3], rgba[..., 3])
    assert np.array_equal(bled[visible], rgba[visible])
    assert bled[~visible][:, :3].any(axis=1).all()  # no drawing has black in it


def test_bleed_takes_the_nearest_colour() -> None:
    rgba = np.zeros((4, 5, 4), np.uint8)
    rgba[1, 1] = (200, 10, 10, 255)
    rgba[1, 4] = (10, 10, 200, 90)
    bled = bleed(rgba)
    assert bled[1, 2].tolist() == [200, 10, 10, 0]
    assert bled[1, 3].tolist() == [10, 10, 200, 0]
    assert bled[3, 1].tolist() == [200, 10, 10, 0]
    assert bled[0, 0].tolist() == [200, 10, 10, 0]  # seen by neither row nor column
    assert bled[3, 4].tolist() == [10, 10, 200, 0]


@pytest.mark.parametrize("alpha", [0, 255])
def test_bleed_of_all_or_nothing(alpha: int) -> None:
    rgba = np.full((3, 3, 4), alpha, np.uint8)
    assert np.array_equal(bleed(rgba), rgba)


def test_ways_to_treat_alpha() -> None:
    rgba = drawing(3, 32)
    rgba[0, 0] = (9, 9, 9, 0)
    zeroed = with_alpha(rgba, "zero")
    assert not zeroed[zeroed[..., 3] == 0].any()
    assert rgba[0, 0, 0] == 9
    assert np.array_equal(with_alpha(rgba, "premultiply"), premultiply(rgba))
    assert np.array_equal(with_alpha(rgba, "bleed"), bleed(rgba))


def test_the_visible_box() -> None:
    rgba = np.zeros((20, 30, 4), np.uint8)
    rgba[..., 0] = 77
    assert visible_box(rgba) == Box(0, 0, 1, 1)
    rgba[5, 7, 3] = rgba[9, 20, 3] = 1
    assert visible_box(rgba) == Box(7, 5, 14, 5)
    assert cropped(rgba, visible_box(rgba)).shape == (5, 14, 4)
    rgba[6, 9, 3] = 9
    assert box_around(*strongest(rgba), faint=8) == Box(9, 6, 1, 1)
    assert box_around(*strongest(rgba), faint=9) == Box(0, 0, 1, 1)


def test_pixel_art_is_repeated_and_other_art_is_not() -> None:
    rgba = sprite(1, 16)
    assert np.array_equal(resized(rgba, Size(48, 48), True), enlarge(rgba, 3))
    smooth = resized(rgba, Size(48, 48), False)
    assert smooth.shape == (48, 48, 4)
    assert len(np.unique(smooth.reshape(-1, 4), axis=0)) > 20
    assert resized(rgba[:10], Size(40, 20), False).shape == (20, 40, 4)
    assert resized(rgba, Size(16, 16), True) is rgba


def test_the_edge_is_repeated_outside() -> None:
    rgba = drawing(2, 8)
    rgba[..., 3] = 255
    page = np.zeros((14, 14, 4), np.uint8)
    paste(page, rgba, Box(3, 3, 8, 8), 2)
    assert np.array_equal(page[1:13, 1:13], np.pad(rgba, ((2, 2), (2, 2), (0, 0)), mode="edge"))
    assert not page[0].any() and not page[:, 13].any()
