"""Resizing: no colour from under transparency, no halo."""

from __future__ import annotations

import numpy as np
import pytest

from studio.store.resize import resize_smooth


@pytest.mark.parametrize("side", [7, 16, 40, 100])
def test_no_colour_from_under_transparency(side: int) -> None:
    """A red disc on transparent green: nothing green may appear, and no rim of another red."""
    y, x = np.mgrid[:32, :32]
    rgba = np.zeros((1, 32, 32, 4), np.uint8)
    rgba[0] = [0, 255, 0, 0]
    rgba[0, (x - 16) ** 2 + (y - 16) ** 2 < 100] = [200, 0, 0, 255]
    resized = resize_smooth(rgba, side)
    assert resized.shape == (1, side, side, 4)
    assert resized[..., 1].max() == 0
    assert not resized[resized[..., 3] == 0].any()
    shown = resized[resized[..., 3] > 0]
    assert set(np.unique(shown[:, 0])) <= {199, 200, 201}
    assert shown[:, 3].max() == 255


def test_its_own_size_is_left_alone() -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (2, 9, 9, 4), np.uint8)
    assert resize_smooth(rgba, 9) is rgba
