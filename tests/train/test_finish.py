"""What is measured and set once a run's training is over."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from studio.core.density import Density
from studio.core.pixels import Pictures, from_network, to_network
from studio.core.quality import fine_detail
from studio.train.detail import Octave, shaped
from studio.train.finish import touch_up
from studio.train.learner import Learner
from studio.train.opacity import Stretch

_REAL = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 4), dtype=np.uint8)
_REAL[..., 3] = 255
_DENSITY = Density(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])


class _Soft:
    """A learner whose new pictures are the real ones, softened, and then as its decoder says."""

    def __init__(self, softened: float, is_painted: bool = True) -> None:
        # Left from an earlier end of the same run.
        decoder = SimpleNamespace(octaves=(Octave(9.0, 3.0),), stretch=Stretch(9, 200))
        self.average = SimpleNamespace(decoder=decoder)
        self.plan = SimpleNamespace(textures=is_painted)
        self.rows, self.split = _REAL, SimpleNamespace(train=np.arange(len(_REAL)))
        self.seed, self._softened = 0, softened

    def decode(self, latents: Any) -> Pictures:
        x = shaped(torch.from_numpy(to_network(_REAL)), (Octave(0.0, 1 - self._softened),))
        return from_network(shaped(x, self.average.decoder.octaves).numpy())


def test_new_pictures_get_the_detail_of_real_ones() -> None:
    learner = _Soft(0.2)
    touch_up(cast(Learner, learner), _DENSITY, is_pixel_art=False)
    assert fine_detail(learner.decode(None)) / fine_detail(_REAL) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("softened", "is_pixel_art"), [(0.9, True), (-0.5, False)])
def test_pixel_art_and_what_is_sharp_enough_stay_as_they_are(softened: float, is_pixel_art: bool) -> None:
    learner = _Soft(softened)
    touch_up(cast(Learner, learner), _DENSITY, is_pixel_art)
    assert learner.average.decoder.octaves == ()
    assert learner.average.decoder.stretch is None
