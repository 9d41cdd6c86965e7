"""A morph as it is planned: through which pictures, how long, with which rests.

Plain data: every edit gives a new plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.path import Path
from studio.core.picture import Picture
from studio.core.tempo import EASES, Floats, Survey, Tempo, frame_places, playing_order

ONCE, LOOP, PING_PONG = PLAYINGS = ("once", "loop", "ping-pong")
LONGEST_S, LONGEST_HOLD_S = 600.0, 60.0
FASTEST_FPS = 120.0
MOST_STOPS = 100
_A_LEG_S = 1.5


@dataclass(frozen=True, eq=False)
class PlannedStop:
    """A picture that the morph passes through."""

    picture: Picture
    title: str = ""
    hold: float = 0.0  # s it rests there
    ease: str = EASES[0]  # of the way on from here

    def equals(self, other: PlannedStop) -> bool:
        mine, theirs = ((stop.title, stop.hold, stop.ease) for stop in (self, other))
        return mine == theirs and self.picture.same_as(other.picture)


@dataclass(frozen=True, eq=False)
class MorphPlan:
    """All stops are of one model."""

    stops: tuple[PlannedStop, ...] = ()
    seconds: float = _A_LEG_S  # of the way there with its rests; all around for a loop
    fps: float = 24.0
    playing: str = LOOP

    @property
    def bundle_id(self) -> str:
        """Of the model that draws it; "" while there are no stops."""
        return self.stops[0].picture.bundle_id if self.stops else ""

    @property
    def is_ready(self) -> bool:
        """Whether there is anything to morph."""
        return len(self.stops) >= 2

    @property
    def legs(self) -> int:
        return len(self.stops) if self.playing == LOOP else len(self.stops) - 1

    @property
    def frames(self) -> int:
        """Of the way there, rests included: exactly seconds times frames a second."""
        return round(self.seconds * self.fps)

    @property
    def holds(self) -> tuple[int, ...]:
        """Frames that each stop is shown longer than once."""
        return tuple(round(stop.hold * self.fps) for stop in self.stops)

    def tempo(self) -> Tempo:
        """Raises StudioError where the frames are too few for the stops and their rests."""
        moving, rests = self.frames - sum(self.holds), sum(self.holds)
        fewest = self.legs if self.playing == LOOP else self.legs + 1
        if moving < fewest:
            raise StudioError(
                f"{self.seconds:.4g} s are too short for {len(self.stops)} stops"
                + (f" that rest {rests / self.fps:.3g} s." if rests else "."),
                f"Take at least {(fewest + rests) / self.fps + 0.005:.2f} s, or remove stops or rests.",
            )
        eases = tuple(stop.ease for stop in self.stops)[: self.legs]
        return Tempo(moving, eases, self.holds, self.playing == PING_PONG)

    def path(self, centre: Latents) -> Path:
        """The curve through all stops. centre: of the density of their model."""
        return Path.through([stop.picture.latent for stop in self.stops], centre, self.playing == LOOP)

    def played(self) -> int:
        """Frames of one round as it is shown, exactly. Raises StudioError as `tempo` does.

        A loop leaves out the first stop at its end, the way back both ends: N frames there
        are 2 N - 2 in all.
        """
        tempo = self.tempo()
        if self.playing != PING_PONG:
            return self.frames
        return 2 * tempo.frames - 2 + 2 * sum(self.holds) - self.holds[0] - self.holds[-1]

    def timed(self, survey: Survey) -> tuple[Floats, list[int]]:
        """The place of each different frame on the path, and which of them is shown when."""
        tempo = self.tempo()
        places = frame_places(survey, tempo, self.playing == LOOP)
        return places, playing_order(places, tempo)

    # Edits

    def inserted(self, at: int, stops: Sequence[PlannedStop]) -> MorphPlan:
        """With more stops before number `at`; every leg keeps the time that it had. Raises StudioError."""
        if len(self.stops) + len(stops) > MOST_STOPS:
            raise StudioError(f"A morph has at most {MOST_STOPS} stops.", "Remove some first.")
        every = (*self.stops[:at], *stops, *self.stops[at:])
        return self._with_stops(every)

    def without(self, gone: Iterable[int]) -> MorphPlan:
        left_out = set(gone)
        return self._with_stops(tuple(s for i, s in enumerate(self.stops) if i not in left_out))

    def moved(self, source: int, target: int) -> MorphPlan:
        """With stop `source` standing at `target`."""
        stops = list(self.stops)
        stops.insert(target, stops.pop(source))
        return replace(self, stops=tuple(stops))

    def changed(self, at: int, stop: PlannedStop) -> MorphPlan:
        return replace(self, stops=(*self.stops[:at], stop, *self.stops[at + 1 :]))

    def with_frames(self, frames: int) -> MorphPlan:
        return replace(self, seconds=frames / self.fps)

    def _with_stops(self, stops: tuple[PlannedStop, ...]) -> MorphPlan:
        """Longer or shorter by what the legs gained or lost would take."""
        new = replace(self, stops=stops)
        if not new.is_ready:
            return new
        if not self.is_ready:
            return replace(new, seconds=_A_LEG_S * new.legs + sum(stop.hold for stop in stops))
        rests, new_rests = (sum(stop.hold for stop in plan.stops) for plan in (self, new))
        a_leg = max(0.1, (self.seconds - rests) / self.legs)
        return replace(new, seconds=min(LONGEST_S, round(a_leg * new.legs + new_rests, 3)))

    def same_as(self, other: MorphPlan) -> bool:
        mine, theirs = ((plan.seconds, plan.fps, plan.playing, len(plan.stops)) for plan in (self, other))
        return mine == theirs and all(map(PlannedStop.equals, self.stops, other.stops))


def most_common(bundle_ids: Iterable[str]) -> str:
    """The model that most pictures are of, the earliest among equals; "" for none."""
    counted = Counter(bundle_ids).most_common(1)
    return counted[0][0] if counted else ""
