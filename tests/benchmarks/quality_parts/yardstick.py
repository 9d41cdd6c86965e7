"""Everything that is measured of one heap of pictures against the real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.core.pixels import Pictures
from studio.core.quality import fine_detail

from .judge import Judge
from .metrics import CopyLimit, SlicedWasserstein, frechet, neighbourhood, off_palette, pixel_vectors
from .sets import Material

_MOST_FOR_DETAIL = 600


@dataclass(frozen=True)
class Scores:
    """Of pictures against the training pictures; `few`: of only so many as are held out, so that the row of
    the held-out pictures is their floor."""

    frechet: float
    frechet_few: float
    precision: float
    recall: float
    density: float
    coverage: float
    coverage_of_real: float  # coverage of few over that of the held-out pictures
    swd: tuple[float, ...]  # a level each, finest first; of few
    detail: float  # high-frequency energy over that of real pictures
    pixel_copies: float
    feature_copies: float
    off_palette: float | None  # only for sets with a palette


class Yardstick:
    """What is worked out of the real pictures once, and used for every method."""

    def __init__(self, material: Material, judge: Judge, samples: int) -> None:
        self._judge = judge
        self._palette = material.prepared.palette
        self._train = judge.features(material.train)
        test = judge.features(material.test)
        self.few = min(len(material.test), samples)
        random = np.random.default_rng(0)
        real = material.train[random.permutation(len(material.train))[: self.few]]
        self._swd = SlicedWasserstein(real)
        self._detail = fine_detail(real[:_MOST_FOR_DETAIL])
        self._pixels = CopyLimit.of(pixel_vectors(material.train), pixel_vectors(material.test))
        self._features = CopyLimit.of(self._train, test)
        self._real_coverage = neighbourhood(self._train, test[: self.few]).coverage

    def measure(self, made: Pictures) -> Scores:
        """made: uint8 [N, S, S, 4], at least `few`, in no order."""
        features = self._judge.features(made)
        balls = neighbourhood(self._train, features)
        few = neighbourhood(self._train, features[: self.few])
        return Scores(
            frechet=frechet(features, self._train),
            frechet_few=frechet(features[: self.few], self._train),
            precision=balls.precision,
            recall=balls.recall,
            density=balls.density,
            coverage=balls.coverage,
            coverage_of_real=few.coverage / max(self._real_coverage, 1e-9),
            swd=self._swd(made),
            detail=fine_detail(made[:_MOST_FOR_DETAIL]) / max(self._detail, 1e-9),
            pixel_copies=self._pixels.rate(pixel_vectors(made)),
            feature_copies=self._features.rate(features),
            off_palette=None if self._palette is None else off_palette(made, self._palette),
        )

    def frechet_of(self, made: Pictures) -> float:
        """As `frechet_few`, for pictures that are not samples."""
        return frechet(self._judge.features(made[: self.few]), self._train)
