"""Distances between sets of pictures, as pure functions of arrays. Knows no data set, no network, no disk.

Features are `float32 or float64 [N, D]`, pictures `uint8 [N, S, S, 4]`, 0..255, straight alpha.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.pixels import Pictures, premultiply

Vectors = npt.NDArray[np.floating]
"""float [N, D], one row a picture."""

_CHUNK_ROWS = 512
_PIXEL_SIDE = 64  # px; larger pictures are halved until they fit before pixels are compared
_PATCH = 7
_MOST_PATCHES = 128  # a picture and level
_MOST_DESCRIPTORS = 2**15  # a level and side
_DIRECTIONS, _ROUNDS = 128, 4


def frechet(a: Vectors, b: Vectors) -> float:
    """Fréchet distance of two sets of features, each taken as one Gaussian (Heusel et al. 2017, eq. 6).

    Falls with more rows on either side (Chong and Forsyth 2020, arXiv:1911.07023): compare equal counts.
    The trace of the root of the product is taken from a symmetric matrix with the same eigenvalues.
    """
    mean_a, mean_b = a.mean(axis=0, dtype=np.float64), b.mean(axis=0, dtype=np.float64)
    covariance_a, covariance_b = (np.cov(x.astype(np.float64), rowvar=False) for x in (a, b))
    values, vectors = np.linalg.eigh(np.atleast_2d(covariance_a))
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.linalg.eigvalsh(root @ np.atleast_2d(covariance_b) @ root)
    trace = np.trace(np.atleast_2d(covariance_a)) + np.trace(np.atleast_2d(covariance_b))
    distance = ((mean_a - mean_b) ** 2).sum() + trace - 2 * np.sqrt(np.maximum(shared, 0)).sum()
    return max(0.0, float(distance))


def distances(a: Vectors, b: Vectors) -> npt.NDArray[np.floating]:
    """Euclidean distance of every row of `a` to every row of `b`: [len(a), len(b)]."""
    centre = b.mean(axis=0)  # sums of smaller squares lose fewer digits
    a, b = a - centre, b - centre
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * (a @ b.T)
    root: npt.NDArray[np.floating] = np.sqrt(np.maximum(squares, 0))
    return root


def nearest(a: Vectors, b: Vectors) -> npt.NDArray[np.floating]:
    """Distance of every row of `a` to the nearest row of `b`: [len(a)]."""
    parts = [distances(a[i : i + _CHUNK_ROWS], b).min(axis=1) for i in range(0, len(a), _CHUNK_ROWS)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Neighbourhood:
    """What the balls around each picture, up to its k-th neighbour in its own set, say of two sets."""

    precision: float  # share of the made inside any real ball
    recall: float  # share of the real inside any made ball
    density: float  # real balls around a made picture, over k; above 1 where they crowd
    coverage: float  # share of real balls that hold a made picture


def neighbourhood(real: Vectors, made: Vectors, k: int = 5) -> Neighbourhood:
    """Precision and recall of Kynkäänniemi et al. 2019 (arXiv:1904.06991), density and coverage of Naeem
    et al. 2020 (arXiv:2002.09797). Sets of k pictures or fewer have no k-th neighbour: not a number."""
    if min(len(real), len(made)) <= k:
        return Neighbourhood(*[float("nan")] * 4)
    real_radius, made_radius = _radius(real, k), _radius(made, k)
    between = distances(real, made)  #                                  [real, made]
    in_real = between <= real_radius[:, None]
    return Neighbourhood(
        precision=float(in_real.any(axis=0).mean()),
        recall=float((between <= made_radius[None]).any(axis=1).mean()),
        density=float(in_real.sum(axis=0).mean() / k),
        coverage=float((between.min(axis=1) <= real_radius).mean()),
    )


def _radius(x: Vectors, k: int) -> npt.NDArray[np.floating]:
    """Distance to the k-th nearest other row: [N]."""
    between = distances(x, x)
    np.fill_diagonal(between, 0)
    radius: npt.NDArray[np.floating] = np.partition(between, k, axis=1)[:, k]
    return radius


def pixel_vectors(pictures: Pictures) -> npt.NDArray[np.float32]:
    """Pictures as points whose Euclidean distance is the RMS difference of their premultiplied channels,
    levels of 255. uint8 [N, S, S, 4] -> float32 [N, s*s*4]; pictures above 64 px are halved first."""
    first = _halved(pictures[:1])
    vectors = np.empty((len(pictures), first.size), np.float32)
    for start in range(0, len(pictures), _CHUNK_ROWS):
        part = _halved(pictures[start : start + _CHUNK_ROWS])
        vectors[start : start + len(part)] = part.reshape(len(part), -1)
    return vectors / np.float32(np.sqrt(first.size))


def _halved(pictures: Pictures) -> npt.NDArray[np.float32]:
    x: npt.NDArray[np.float32] = premultiply(pictures).astype(np.float32)
    while x.shape[1] > _PIXEL_SIDE and x.shape[1] % 2 == 0:
        x = (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / np.float32(4)
    return x


@dataclass(frozen=True)
class CopyLimit:
    """How near to a training picture is too near: nearer than all but 1 % of pictures never trained on."""

    train: Vectors
    limit: float

    @classmethod
    def of(cls, train: Vectors, test: Vectors) -> CopyLimit:
        return cls(train, float(np.quantile(nearest(test, train), 0.01)))

    def rate(self, made: Vectors) -> float:
        """Share of the made that are as near to a training picture as the limit, or nearer."""
        return float((nearest(made, self.train) <= self.limit).mean())


def psnr(a: Pictures, b: Pictures) -> float:
    """Peak signal to noise, dB, of the mean squared difference over all pictures and premultiplied RGBA."""
    total = 0.0
    for start in range(0, len(a), _CHUNK_ROWS):
        part = slice(start, start + _CHUNK_ROWS)
        difference = premultiply(a[part]).astype(np.float32) - premultiply(b[part]).astype(np.float32)
        total += float((difference**2).sum(dtype=np.float64))
    return float(10 * np.log10(255**2 / max(total / a.size, 1e-12)))


def off_palette(pictures: Pictures, palette: Pictures) -> float:
    """Share of pixels whose colour is not in the palette. palette: uint8 [P, 4], straight alpha."""
    pixels = np.ascontiguousarray(pictures).view(np.uint32)
    return float(1 - np.isin(pixels, np.ascontiguousarray(palette).view(np.uint32)).mean())


class SlicedWasserstein:
    """Sliced Wasserstein distance of small patches on each level of a Laplacian pyramid, times 1000.

    The measure of Karras et al. 2018 (arXiv:1710.10196, section 5), written anew: 7x7 patches in random
    places, 4 x 128 random directions, levels down to 16 px (at least two). Unlike theirs, both sides are
    normalised by the mean and deviation of the REAL patches, a channel at a time, so that a global shift of
    colours costs. Its value falls with more patches: compare equal counts of pictures only.
    """

    def __init__(self, real: Pictures, seed: int = 0) -> None:
        self.count = len(real)
        self._patches = max(1, min(_MOST_PATCHES, _MOST_DESCRIPTORS // self.count))
        self._seed = seed
        self._norms: list[tuple[Tensor, Tensor]] = []
        self._sorted: list[list[Tensor]] = []
        for level, patches in enumerate(self._descriptors(real, seed)):
            mean, deviation = patches.mean(dim=(0, 1)), patches.std(dim=(0, 1))
            # A channel that never changes (alpha of opaque pictures) counts in levels of 255.
            self._norms.append((mean, torch.where(deviation < 1e-3, torch.ones(()), deviation)))
            self._sorted.append(self._projections(patches, level))

    def __call__(self, made: Pictures) -> tuple[float, ...]:
        """The distance on each level, finest first, from the first `count` pictures."""
        assert len(made) >= self.count
        result = []
        for level, patches in enumerate(self._descriptors(made[: self.count], self._seed + 1)):
            pairs = zip(self._sorted[level], self._projections(patches, level), strict=True)
            result.append(1000 * float(np.mean([(a - b).abs().mean().item() for a, b in pairs])))
        return tuple(result)

    def _descriptors(self, pictures: Pictures, seed: int) -> list[Tensor]:
        """A level each: float32 [patches, 49, 4]."""
        random = torch.Generator().manual_seed(seed)
        found: list[list[Tensor]] = []
        for start in range(0, len(pictures), 64):
            x = torch.from_numpy(premultiply(pictures[start : start + 64])).permute(0, 3, 1, 2).float()
            for level, band in enumerate(laplacian_pyramid(x)):
                if level == len(found):
                    found.append([])
                found[level].append(_random_patches(band, self._patches, random))
        return [torch.cat(parts) for parts in found]

    def _projections(self, patches: Tensor, level: int) -> list[Tensor]:
        """Sorted along every direction, a round each: float32 [directions, patches]."""
        mean, deviation = self._norms[level]
        flat = ((patches - mean) / deviation).flatten(1)  #             [patches, 196]
        random = torch.Generator().manual_seed(self._seed * 1000 + level)
        rounds = []
        for _ in range(_ROUNDS):
            directions = functional.normalize(torch.randn(_DIRECTIONS, flat.shape[1], generator=random))
            rounds.append((directions @ flat.T).sort(dim=1).values)
        return rounds


def laplacian_pyramid(x: Tensor) -> list[Tensor]:
    """The details of each octave, finest first, and what is left (Burt and Adelson 1983).

    float32 [N, C, S, S] -> float32 [N, C, s, s] for s = S, S/2, … 16; at least two levels from 14 px on.
    """
    levels: list[Tensor] = []
    while (half := x.shape[-1] // 2) >= 16 or (not levels and half >= _PATCH):
        coarse = _blurred(x)[..., ::2, ::2]
        spread = torch.zeros_like(x)
        spread[..., ::2, ::2] = 4 * coarse
        levels.append(x - _blurred(spread))
        x = coarse
    return [*levels, x]


def _blurred(x: Tensor) -> Tensor:
    """With the binomial kernel 1 4 6 4 1, edges mirrored. float32 [N, C, H, W]."""
    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    channels = x.shape[1]
    padded = functional.pad(x, (2, 2, 2, 2), mode="reflect")
    rows = functional.conv2d(padded, kernel.view(1, 1, 5, 1).repeat(channels, 1, 1, 1), groups=channels)
    return functional.conv2d(rows, kernel.view(1, 1, 1, 5).repeat(channels, 1, 1, 1), groups=channels)


def _random_patches(x: Tensor, count: int, random: torch.Generator) -> Tensor:
    """float32 [N, C, S, S] -> [N * count, 49, C]."""
    free = x.shape[-1] - _PATCH + 1
    corners = torch.randint(free, (2, len(x), count, 1), generator=random)
    offsets = torch.arange(_PATCH**2)
    down = corners[0] + offsets // _PATCH  #                            [N, count, 49]
    right = corners[1] + offsets % _PATCH
    picture = torch.arange(len(x))[:, None, None]
    return x.permute(0, 2, 3, 1)[picture, down, right].flatten(0, 1)
