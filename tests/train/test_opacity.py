"""The opacity of new pictures: no film where there should be nothing, no holes in what is opaque."""

import pytest
import torch
from torch import Tensor

from studio.train.opacity import Stretch, matching_stretch, stretched


def _picture(alphas: list[int], colour: float = 0.5) -> Tensor:
    """One row of pixels of a straight colour (0..1): float32 [1, 4, 1, len(alphas)], premultiplied, -1..1."""
    alpha = torch.tensor(alphas) / 255
    shares = torch.stack([alpha * colour, alpha * colour, alpha * colour, alpha])
    return (2 * shares - 1)[None, :, None, :]


def _levels(x: Tensor) -> list[int]:
    return [int(level) for level in ((x[0, 3, 0] + 1) * 127.5).round()]


def test_nearly_clear_becomes_clear_nearly_opaque_opaque_and_colours_stay() -> None:
    y = stretched(_picture([0, 3, 8, 128, 247, 250, 255]), Stretch(8, 247))
    assert _levels(y) == [0, 0, 0, 128, 255, 255, 255]
    torch.testing.assert_close((y[0, 0, 0, 3:] + 1) / (y[0, 3, 0, 3:] + 1), torch.full((4,), 0.5))


def test_a_film_and_thin_places_are_mended() -> None:
    real = _picture([0] * 50 + [60, 128, 200] + [255] * 50)
    made = _picture([0] * 30 + [5] * 20 + [60, 128, 200] + [251] * 20 + [255] * 30)
    stretch = matching_stretch(made, real)
    assert stretch == Stretch(16, 239)
    levels = _levels(stretched(made, stretch))
    assert levels[:50] == [0] * 50
    assert levels[-50:] == [255] * 50


@pytest.mark.parametrize("alphas", [[0, 4, 9, 14, 20, 60] * 20, [255] * 40, [0, 255] * 20])
def test_soft_art_and_what_is_as_it_should_be_stay(alphas: list[int]) -> None:
    assert matching_stretch(_picture(alphas), _picture(alphas)) is None
