"""Ways through latent space: one smooth curve through any number of stops, on the shell of the codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.latent import Latents, slerp

_TINY = 1e-9

Tangent = npt.NDArray[np.float64]
"""float64 [D + 1]: a turn on the sphere, its length in radians, then how much the norm grows."""


@dataclass(frozen=True, eq=False)
class Path:
    """Runs through the stops in order; a place on it is a number from 0 to `legs`, whole at the stops.

    Between two stops it is `slerp`. Through more it is the spherical quadrangle of Shoemake 1987 (SQUAD),
    with the tangents of a centripetal Catmull-Rom curve (Yuksel et al. 2011), which neither loops nor
    swings out where stops lie close together. It turns smoothly through every stop; how fast it is there
    does not matter, since frames are placed by how much the picture changes (tempo.py).

    Measured (tests/benchmarks/morph_paths.py): what lies between the stops is 1.7 to 2.2 times nearer to the
    set, by Fréchet distance, than on straight lines. The same in whitened space, and Catmull-Rom with the
    norms kept, are within 6 % of it on either side; in the noise of the density's Gaussians it is 20 to 45 %
    worse.
    """

    stops: Latents  # float32 [S, D]
    centre: Latents  # float32 [D], the density's
    is_closed: bool = False  # goes on from the last stop to the first
    is_straight: bool = False  # straight lines instead, for comparison

    def __post_init__(self) -> None:
        if len(self.stops) < 2:
            raise StudioError("A morph needs at least two pictures.", "Name its beginning and its end.")

    @classmethod
    def through(
        cls, stops: Sequence[Latents], centre: Latents, is_closed: bool = False, is_straight: bool = False
    ) -> Path:
        """stops: float32 [D] each."""
        return cls(np.stack(stops), centre, is_closed, is_straight)

    @property
    def legs(self) -> int:
        """Ways from one stop to the next."""
        return len(self.stops) if self.is_closed else len(self.stops) - 1

    def along(self, places: Iterable[float]) -> Latents:
        """float32 [N, D]."""
        found = [self.at(float(place)) for place in places]
        return np.stack(found) if found else np.empty((0, self.stops.shape[1]), np.float32)

    def at(self, place: float) -> Latents:
        """float32 [D]; exactly the stop where `place` is whole."""
        assert 0 <= place <= self.legs
        leg = min(int(place), self.legs - 1)
        t = place - leg
        start: Latents = self.stops[leg]
        end: Latents = self.stops[(leg + 1) % len(self.stops)]
        if t in (0, 1):
            return end if t else start
        if self.is_straight:
            straight: Latents = ((1 - t) * start + t * end).astype(np.float32)
            return straight
        chord = slerp(start, end, t, self.centre)
        if len(self.stops) == 2:
            return chord
        after, before = self._handles[leg]
        return slerp(chord, slerp(after, before, t, self.centre), 2 * t * (1 - t), self.centre)

    @cached_property
    def _handles(self) -> list[tuple[Latents, Latents]]:
        """For each leg the two points that pull it off the arc: one for its start, one for its end."""
        count = len(self.stops)
        pulls = [self._pulls(index) for index in range(count)]
        return [(pulls[leg][1], pulls[(leg + 1) % count][0]) for leg in range(self.legs)]

    def _pulls(self, index: int) -> tuple[Latents, Latents]:
        """The handles on both sides of a stop, where it is reached and where it is left; float32 [D] each.

        A leg leaves its stop along (way to the next stop) + 2 (way to the handle); both sides must agree.
        """
        stop, last = self.stops[index], len(self.stops) - 1
        if not self.is_closed and index in (0, last):
            return stop, stop
        back = self._way(stop, self.stops[index - 1])
        ahead = self._way(stop, self.stops[(index + 1) % (last + 1)])
        before, after = _knot(back), _knot(ahead)
        speed = (before * ahead / after - after * back / before) / (before + after)
        return self._go(stop, -(before * speed + back) / 2), self._go(stop, (after * speed - ahead) / 2)

    def _way(self, start: Latents, end: Latents) -> Tangent:
        """From one point to another. Opposite points have no one way: no turn."""
        (from_norm, from_unit), (to_norm, to_unit) = self._polar(start), self._polar(end)
        cosine = float(np.clip(from_unit @ to_unit, -1, 1))
        aside = to_unit - cosine * from_unit
        length = float(np.linalg.norm(aside))
        turn = aside * (np.arctan2(length, cosine) / length) if length > 1e-6 else np.zeros_like(aside)
        return np.append(turn, to_norm - from_norm)

    def _go(self, start: Latents, way: Tangent) -> Latents:
        """The point that `_way` leads to. The norm at most halves or doubles."""
        norm, unit = self._polar(start)
        turn, angle = way[:-1], float(np.linalg.norm(way[:-1]))
        if angle > _TINY:
            unit = np.cos(angle) * unit + np.sin(angle) * turn / angle
        norm = float(np.clip(norm + way[-1], norm / 2, norm * 2))
        return (self.centre + norm * unit).astype(np.float32)

    def _polar(self, point: Latents) -> tuple[float, npt.NDArray[np.float64]]:
        """Norm and direction around the centre."""
        offset = point.astype(np.float64) - self.centre
        norm = float(np.linalg.norm(offset))
        return norm, offset / max(norm, _TINY)


def _knot(way: Tangent) -> float:
    """How long the curve takes for a way: the centripetal rule, square root of the distance."""
    return max(float(np.sqrt(np.linalg.norm(way[:-1]))), 1e-6)
