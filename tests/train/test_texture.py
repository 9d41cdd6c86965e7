"""The distance of textures: blind to small moves, not to blur."""

import pytest
import torch
from torch.nn import functional as F

from studio.train.texture import SortedSquares, texture_distances


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def test_a_moved_texture_is_nearer_than_a_blurred_one() -> None:
    """By squared errors it is the other way round."""
    x = torch.rand(4, 4, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    moved, blurred = x.roll(1, dims=3), F.avg_pool2d(x, 3, stride=1, padding=1)
    assert F.mse_loss(blurred, x) < F.mse_loss(moved, x)
    of_moved, of_blurred = (texture_distances(y, x, _seeded())[0] for y in (moved, blurred))
    assert of_moved < 0.1 * of_blurred


def test_equal_pictures_are_no_distance_apart() -> None:
    x = torch.rand(3, 4, 64, 64) * 2 - 1
    assert [float(distance) for distance in texture_distances(x, x, _seeded())] == [0, 0]


def test_brightness_is_no_texture() -> None:
    x = torch.zeros(2, 4, 32, 32)
    (distance,) = texture_distances(x + 0.3, x, _seeded())
    assert float(distance) < 1e-10


@pytest.mark.parametrize(
    ("side", "octaves"), [(16, 0), (20, 1), (32, 1), (64, 2), (100, 3), (128, 3), (256, 3)]
)
def test_octaves_by_size(side: int, octaves: int) -> None:
    x = torch.rand(2, 4, side, side)
    assert len(texture_distances(x, x.flip(2), _seeded())) == octaves


def test_equal_seeds_give_equal_distances_and_others_do_not() -> None:
    x = torch.rand(2, 4, 96, 96)
    first, again = (texture_distances(x, x.flip(3), _seeded()) for _ in range(2))
    assert torch.equal(torch.stack(first), torch.stack(again))
    other = texture_distances(x, x.flip(3), torch.Generator().manual_seed(4))
    assert not torch.equal(torch.stack(first), torch.stack(other))


def test_sorted_squares_have_the_gradient_they_say() -> None:
    made = torch.randn(2, 3, 9, dtype=torch.float64, requires_grad=True)
    real = torch.randn(2, 3, 9, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: SortedSquares.apply(x, real), [made])
