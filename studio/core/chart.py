"""The map as data: where a set's pictures lie in the plane, and which latent every place stands for.

One unit is the side of a picture; x grows to the right, y downwards, the first picture's centre is at whole
numbers. No two pictures overlap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.core.density import Density
from studio.core.latent import Latents, random_for
from studio.core.mosaic import Cells
from studio.core.novelty import nearest
from studio.core.variation import breed, vary

Points = npt.NDArray[np.floating] | npt.NDArray[np.signedinteger]
"""[M, 2]: x and y."""

_REACH, _REACH_MORE = 1.5, 0.5
"""A place is made of the pictures up to 1.5 times as far as the nearest, and half a picture more. Decoded,
such places are as sharp as the set's own pictures and as likely by the density (measured on two starters)."""
_LONGEST = 3.0  # how far a blend is stretched at most; opposite pictures have no blend of their length
_TINY = 1e-9
_ASKED = 8  # pictures around which a latent's place is looked for
_TRIED = np.array([(x, y) for x in (0, -0.5, 0.5, -1, 1) for y in (0, -0.5, 0.5, -1, 1)])
_TRIED_REACH = 1 + _REACH * math.sqrt(2) + _REACH_MORE
"""Cells. The picture itself is no farther than a diagonal from any place tried; the reach goes by that."""
_PARENTS, _KIN = 3, 8
_STRENGTH = 0.2  # of breeding: children are plainly of their island


@dataclass(frozen=True, eq=False)
class Chart:
    """Pictures by their cells, and everything between them."""

    cells: Cells  # int64 [N, 2]
    codes: Latents  # float32 [N, D]
    density: Density

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows that are used."""
        columns, rows = self.cells.max(axis=0) + 1
        return int(columns), int(rows)

    def latents_at(self, points: Points) -> Latents:
        """What lies at these places, float32 [M, D]: at a picture's own centre exactly its code.

        Near pictures weigh by their distance, and nothing beyond the reach does (Franke and Little's weights,
        Franke 1982, doi:10.1090/S0025-5718-1982-0637296-4), so that it changes without a jump. Blends get the
        length of what they blend: the codes lie on a shell (Buss and Fillmore 2001).
        """
        centre = self.density.centre
        found = np.empty((len(points), self.codes.shape[1]), np.float32)
        for row, point in enumerate(np.asarray(points, np.float64)):
            far = np.hypot(self.cells[:, 0] - point[0], self.cells[:, 1] - point[1])
            first = int(far.argmin())
            if far[first] < _TINY:
                found[row] = self.codes[first]
                continue
            reach = _REACH * far[first] + _REACH_MORE
            near = np.flatnonzero(far < reach)
            weights = ((reach - far[near]) / far[near]) ** 2
            found[row] = _blend(self.codes[near] - centre, weights / weights.sum()) + centre
        return found

    def place_of(self, latent: Latents) -> tuple[float, float]:
        """The place whose picture is most like this one: of a set's own picture, its centre. latent: [D]."""
        far = ((self.codes - latent) ** 2).sum(axis=1)
        asked = np.argsort(far, kind="stable")[:_ASKED]
        if far[asked[0]] < _TINY:
            return _pair(self.cells[asked[0]])
        tried = self.cells[asked][:, None] + _TRIED  # [asked, T, 2]
        near = [self._around(self.cells[picture]) for picture in asked]
        found = np.concatenate([part.latents_at(points) for part, points in zip(near, tried, strict=True)])
        return _pair(tried.reshape(-1, 2)[nearest(latent[None], found)[0][0]])

    def _around(self, cell: npt.NDArray[np.int64]) -> Chart:
        """The part that all places tried around a picture's cell are made of."""
        near = (np.abs(self.cells - cell) <= _TRIED_REACH).all(axis=1)
        return Chart(self.cells[near], self.codes[near], self.density)

    def inside(self, outline: Points) -> npt.NDArray[np.int64]:
        """The pictures whose centres lie inside a closed outline, by the even-odd rule. outline: [P, 2]."""
        return np.flatnonzero(is_inside(self.cells, outline))

    def from_here(self, outline: Points, bundle_id: str, seeds: list[int]) -> Latents:
        """A new picture from inside an outline for each seed, float32 [N, D]: repeatable.

        Children of neighbours that lie inside; where hardly any do, of places inside.
        """
        members = self.inside(outline)
        return np.stack([self._from_here(members, outline, bundle_id, seed) for seed in seeds])

    def _from_here(
        self, members: npt.NDArray[np.int64], outline: Points, bundle_id: str, seed: int
    ) -> Latents:
        random = random_for(f"{bundle_id}/map", seed)
        if len(members) < _PARENTS:
            point = _point_inside(outline, random)
            latent: Latents = vary(
                self.latents_at(point[None])[0], self.density, _STRENGTH, bundle_id, [seed]
            )[0]
            return latent
        codes = self.codes[members]
        first = random.integers(len(members))
        kin = np.argsort(((codes - codes[first]) ** 2).sum(axis=1), kind="stable")[1 : _KIN + 1]
        others = random.choice(kin, _PARENTS - 1, replace=False)
        parents = [codes[first], *codes[others]]
        child: Latents = breed(parents, self.density, _STRENGTH, bundle_id, [seed]).children[0]
        return child


def _blend(offsets: Latents, weights: npt.NDArray[np.float64]) -> Latents:
    """offsets: [n, D] from the centre of the codes; weights: [n], adding up to 1."""
    mean = weights @ offsets
    length = float(weights @ np.linalg.norm(offsets, axis=1))
    stretch = min(length / max(float(np.linalg.norm(mean)), _TINY), _LONGEST)
    blend: Latents = (mean * stretch).astype(np.float32)
    return blend


def is_inside(points: Points, outline: Points) -> npt.NDArray[np.bool_]:
    """By the even-odd rule: how often a ray to the right crosses the outline. points: [M, 2] -> bool [M]."""
    inside = np.zeros(len(points), np.bool_)
    x, y = np.asarray(points, np.float64).T
    for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        spans = (y1 > y) != (y2 > y)
        inside ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _point_inside(outline: Points, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Anywhere inside, evenly; the middle of an outline that has hardly an inside."""
    lowest, highest = np.min(outline, axis=0), np.max(outline, axis=0)
    tried = random.uniform(lowest, highest, (256, 2))
    good = np.flatnonzero(is_inside(tried, outline))
    middle: npt.NDArray[np.float64] = tried[good[0]] if len(good) else np.mean(outline, axis=0)
    return middle


def _pair(place: npt.NDArray[np.number]) -> tuple[float, float]:
    return float(place[0]), float(place[1])
