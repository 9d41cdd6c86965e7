"""The fine detail of new pictures: flat places lose their grain, edges are steepened."""

import pytest
import torch
from torch import Tensor

from studio.train.detail import Octave, matching_octaves, shaped

_LEVEL = 1 / 127.5


def _blocks() -> Tensor:
    """Drawings of flat colours: float32 [8, 4, 32, 32]."""
    random = torch.Generator().manual_seed(0)
    colours = torch.rand(8, 4, 4, 4, generator=random) * 2 - 1
    return colours.repeat_interleave(8, 2).repeat_interleave(8, 3)


def _grain(like: Tensor, levels: float) -> Tensor:
    return levels * _LEVEL * torch.randn(like.shape, generator=torch.Generator().manual_seed(1))


def test_no_octaves_change_nothing() -> None:
    x = _blocks()
    assert torch.equal(shaped(x, ()), x)
    torch.testing.assert_close(shaped(x, (Octave(0.0, 1.0), Octave(0.0, 1.0))), x)


def test_gain_leaves_flat_places_alone_and_steepens_edges() -> None:
    x = torch.full((1, 4, 6, 6), -0.5)
    x[..., 3:] = 0.5
    y = shaped(x, (Octave(0.0, 1.2),))
    torch.testing.assert_close(y[..., [0, 1, 4, 5]], x[..., [0, 1, 4, 5]])
    torch.testing.assert_close(y[0, 0, 0, 2:4], torch.tensor([-0.55, 0.55]))


def test_grain_on_flat_colours_goes_and_edges_stay() -> None:
    real = _blocks()
    made = real + _grain(real, 2)
    octaves = matching_octaves(made, real, keeps_grain=False)
    after = shaped(made, octaves)
    assert octaves[0].threshold > 1
    flat = (..., slice(3, 5), slice(3, 5))  # inside the first block, and as far from its edges as can be
    assert (after - real)[flat].std() < 0.6 * (made - real)[flat].std()
    edge = (..., slice(6, 10))
    assert (after - real)[edge].std() < 1.2 * (made - real)[edge].std()


def test_soft_pictures_get_the_detail_of_real_ones() -> None:
    real = torch.rand(8, 4, 16, 16, generator=torch.Generator().manual_seed(0)) - 0.5
    softer = shaped(real, (Octave(0.0, 0.8),))
    finest = matching_octaves(softer, real, keeps_grain=True)[0]
    assert finest.gain == pytest.approx(1 / 0.8, abs=0.05)


def test_what_is_done_stays_small_however_soft_or_rough_they_are() -> None:
    real = _blocks()
    softest = matching_octaves(torch.zeros_like(real) + _grain(real, 0.5), real, keeps_grain=True)
    assert [octave.gain for octave in softest] == [1.6, 1.2]
    roughest = matching_octaves(real + _grain(real, 60), real, keeps_grain=False)
    assert [octave.threshold for octave in roughest] == [4.0, 3.0]


def test_what_is_painted_keeps_its_grain_and_what_is_as_it_should_be_stays() -> None:
    real = _blocks()
    made = real + _grain(real, 2)
    assert not any(octave.threshold for octave in matching_octaves(made, real, keeps_grain=True))
    assert matching_octaves(real * 1.05, real, keeps_grain=False) == ()
