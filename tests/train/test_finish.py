"""What is measured and set once a run's training is over."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from studio.core.density import Density
from studio.core.pixels import Pictures, from_network, to_network
from studio.core.quality import fine_detail
from studio.train.finish import sharpening_for
from studio.train.learner import Learner
from studio.train.vae import sharpened

_REAL = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 4), dtype=np.uint8)
_REAL[..., 3] = 255
_DENSITY = Density(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])


class _Soft:
    """A learner whose new pictures are the real ones, softened, and sharpened as its decoder says."""

    def __init__(self, softened: float) -> None:
        decoder = SimpleNamespace(sharpening=0.1)  # left from an earlier end of the same run
        self.average = SimpleNamespace(decoder=decoder)
        self.seed, self._softened = 0, softened

    def real_detail(self) -> float:
        return fine_detail(_REAL)

    def decode(self, latents: Any) -> Pictures:
        x = sharpened(torch.from_numpy(to_network(_REAL)), -self._softened)
        return from_network(sharpened(x, self.average.decoder.sharpening).numpy())


def test_new_pictures_are_sharpened_to_the_detail_of_real_ones() -> None:
    learner = _Soft(0.2)
    amount = sharpening_for(cast(Learner, learner), _DENSITY, is_pixel_art=False)
    assert 0 < amount < 0.3
    learner.average.decoder.sharpening = amount
    assert fine_detail(learner.decode(None)) / fine_detail(_REAL) == pytest.approx(0.96, abs=0.02)


def test_sharpening_stays_small_however_soft_the_pictures_are() -> None:
    assert sharpening_for(cast(Learner, _Soft(0.9)), _DENSITY, is_pixel_art=False) == 0.3


def test_pixel_art_and_what_is_sharp_enough_stay_as_they_are() -> None:
    assert sharpening_for(cast(Learner, _Soft(0.9)), _DENSITY, is_pixel_art=True) == 0
    assert sharpening_for(cast(Learner, _Soft(-0.5)), _DENSITY, is_pixel_art=False) == 0
