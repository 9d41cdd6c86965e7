"""Which way from picture to picture keeps to what the set shows: five ways through the same stops.

    python3 tests/benchmarks/morph_paths.py [BUNDLE…] [--paths 40] [--stops 6]

Every way is a closed curve through stops that are drawn as new pictures are. Looked at are the pictures
between the stops, a quarter, half and three quarters of the way:

fréchet   of what the encoder sees in them against the set's own codes; above, of as many fresh samples
apart     median distance to the nearest picture of the set, over that of fresh samples: 1 is as they are
detail    mean difference of neighbouring pixels, over that of fresh samples: below 1 is washed out
length    how much the picture changes on the whole way, over that of the straight one
largest   the largest change from frame to frame over the median one, 60 frames for six stops, paced
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from quality_parts.metrics import frechet

from studio.core.density import Density
from studio.core.latent import Latents
from studio.core.novelty import nearest
from studio.core.path import Path as LatentPath
from studio.core.pixels import Pictures, premultiply
from studio.core.progress import Progress
from studio.core.tempo import Floats, Tempo, frame_changes, frame_places, unevenness
from studio.generate.decoder import Decoder
from studio.generate.encoder import Encoder
from studio.generate.morph import survey_path
from studio.store.bundle import Bundle, find_bundle
from studio.store.files import starters_folder

BETWEEN = (0.25, 0.5, 0.75)
FRAMES = 60
_TINY = 1e-9


class Way(LatentPath):
    """A curve of the house, for the sake of its interface; `curve` says where it is."""

    def __init__(self, stops: Latents, centre: Latents, curve: Callable[[float], Latents]) -> None:
        super().__init__(stops, centre, is_closed=True)
        object.__setattr__(self, "_curve", curve)

    def at(self, place: float) -> Latents:
        curve: Callable[[float], Latents] = vars(self)["_curve"]
        return curve(place)


def straight(stops: Latents, density: Density) -> LatentPath:
    return LatentPath(stops, density.centre, is_closed=True, is_straight=True)


def centred(stops: Latents, density: Density) -> LatentPath:
    """Spherical around the middle of the set (core/path.py)."""
    return LatentPath(stops, density.centre, is_closed=True)


def whitened(stops: Latents, density: Density) -> LatentPath:
    """The same in the space where all the codes together are a round cloud."""
    mean = density.weights @ density.means
    apart = density.means - mean
    spread = np.einsum("k,kij,klj->il", density.weights, density.factors, density.factors)
    spread += np.einsum("k,ki,kj->ij", density.weights, apart, apart)
    factor = np.linalg.cholesky(spread + 1e-6 * np.eye(len(mean)))
    inside = np.linalg.solve(factor, (stops - mean).T).T.astype(np.float32)
    round_path = LatentPath(inside, np.zeros(len(mean), np.float32), is_closed=True)

    def at(place: float) -> Latents:
        return np.asarray(mean + factor @ round_path.at(place), np.float32)

    return Way(stops, density.centre, at)


def in_noise(stops: Latents, density: Density) -> LatentPath:
    """Spherical in the noise each stop would be drawn from; its Gaussian turns into the next one's evenly."""
    own = density.log_terms(stops).argmax(axis=1)
    noise = np.stack([
        np.linalg.solve(density.factors[k], stop - density.means[k])
        for stop, k in zip(stops, own, strict=True)
    ]).astype(np.float32)  # fmt: skip
    noise_path = LatentPath(noise, np.zeros(density.width, np.float32), is_closed=True)

    def at(place: float) -> Latents:
        leg = min(int(place), len(stops) - 1)
        t, here, there = place - leg, own[leg], own[(leg + 1) % len(stops)]
        mean = (1 - t) * density.means[here] + t * density.means[there]
        factor = (1 - t) * density.factors[here] + t * density.factors[there]
        return np.asarray(mean + factor @ noise_path.at(place), np.float32)

    return Way(stops, density.centre, at)


def norm_keeping(stops: Latents, density: Density) -> LatentPath:
    """A centripetal Catmull-Rom curve (Barry and Goldman 1988) in plain space, pushed out to the norms."""
    offsets = stops.astype(np.float64) - density.centre
    norms = np.linalg.norm(offsets, axis=1)
    count = len(stops)

    def at(place: float) -> Latents:
        leg = min(int(place), count - 1)
        t = place - leg
        points = [offsets[(leg + step) % count] for step in (-1, 0, 1, 2)]
        point = _catmull_rom(points, t)
        norm = (1 - t) * norms[leg] + t * norms[(leg + 1) % count]
        return np.asarray(density.centre + point * norm / max(np.linalg.norm(point), _TINY), np.float32)

    return Way(stops, density.centre, at)


def _catmull_rom(points: list[Floats], t: float) -> Floats:
    """Between the second and the third of four points, as the pyramid of Barry and Goldman."""
    knots = np.cumsum([0, *(max(np.linalg.norm(b - a), _TINY) ** 0.5 for a, b in pairwise(points))])
    at = knots[1] + t * (knots[2] - knots[1])

    def mix(a: Floats, b: Floats, start: int, end: int) -> Floats:
        share = (at - knots[start]) / (knots[end] - knots[start])
        return np.asarray((1 - share) * a + share * b)

    first, middle, last = (mix(points[i], points[i + 1], i, i + 1) for i in range(3))
    return mix(mix(first, middle, 0, 2), mix(middle, last, 1, 3), 1, 2)


WAYS: dict[str, Callable[[Latents, Density], LatentPath]] = {
    "straight": straight,
    "slerp, centred": centred,
    "slerp, whitened": whitened,
    "slerp, in the noise": in_noise,
    "Catmull-Rom, norm kept": norm_keeping,
}


class Yardstick:
    """What fresh samples of a bundle score, and how others compare."""

    def __init__(self, bundle: Bundle, decoder: Decoder, count: int) -> None:
        self._encoder, self._codes = Encoder(bundle, "cpu"), bundle.codes
        seeds = range(10_000, 10_000 + count)
        self.fresh = decoder.decode(bundle.density.draw_seeds(bundle.facts.id, seeds))
        seen = self._encoder.encode(self.fresh)[0]
        self.frechet = frechet(seen, self._codes)
        self._apart, self._detail = self._distance(seen), _detail(self.fresh)

    def judge(self, pictures: Pictures) -> tuple[float, float, float]:
        """Fréchet distance, distance and detail of pictures, the last two over those of fresh samples."""
        seen = self._encoder.encode(pictures)[0]
        apart = self._distance(seen) / self._apart
        return frechet(seen, self._codes), apart, _detail(pictures) / self._detail

    def _distance(self, seen: Latents) -> float:
        return float(np.median(nearest(seen, self._codes)[1]))


def _detail(pictures: Pictures) -> float:
    levels = premultiply(pictures).astype(np.float32)
    return float(np.abs(np.diff(levels, axis=1)).mean() + np.abs(np.diff(levels, axis=2)).mean())


def _measure(bundle: Bundle, paths: int, stops: int) -> None:
    decoder = Decoder(bundle, "cpu")
    places = [leg + part for leg in range(stops) for part in BETWEEN]
    yardstick = Yardstick(bundle, decoder, paths * len(places))
    print(f"{bundle.facts.name}: {paths} loops of {stops} stops; fresh samples {yardstick.frechet:.2f}")
    print(f"{'':24}{'fréchet':>9}{'apart':>8}{'detail':>8}{'length':>8}{'largest':>9}{'worst':>8}")
    lengths: dict[str, float] = {}
    for name, make in WAYS.items():
        between, uneven, changed = [], [], []
        for number in range(paths):
            seeds = range(number * stops, (number + 1) * stops)
            drawn = bundle.density.draw_seeds(bundle.facts.id, seeds)
            path = make(drawn, bundle.density)
            between.append(decoder.decode(path.along(places)))
            survey = survey_path(decoder, path, FRAMES, Progress())
            paced = path.along(frame_places(survey, Tempo(FRAMES), is_closed=True))
            changes = frame_changes(list(decoder.decode(paced)), is_endless=True)
            uneven.append(unevenness(changes))
            changed.append(sum(changes))
        lengths[name] = float(np.mean(changed))
        scores = yardstick.judge(np.concatenate(between))
        longer = lengths[name] / lengths["straight"]
        print(
            f"{name:24}{scores[0]:9.2f}{scores[1]:8.2f}{scores[2]:8.2f}{longer:8.2f}"
            f"{np.mean(uneven):9.2f}{max(uneven):8.2f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="*", default=["lorelei", "pixel"], metavar="BUNDLE")
    parser.add_argument("--paths", type=int, default=40)
    parser.add_argument("--stops", type=int, default=6)
    answers = parser.parse_args()
    for name in answers.bundles:
        _measure(find_bundle(name, [starters_folder()]), answers.paths, answers.stops)


if __name__ == "__main__":
    main()
