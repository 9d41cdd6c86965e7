"""Training time without pauses, and how far a run is by its own budget."""

from __future__ import annotations

import time
from dataclasses import dataclass

from studio.core.recipe import Recipe
from studio.train.checkpoint import Standing

_LONGEST_TICK_S = 60.0  # a step takes less; more is a computer that slept


@dataclass
class Clock:
    """Counts into the standing of a run; one for each sitting."""

    standing: Standing
    recipe: Recipe
    reserve_s: float  # of the minutes, for what comes before and after training

    def __post_init__(self) -> None:
        self._last = time.monotonic()
        self._started_at = self.standing.seen, self.standing.seconds

    def tick(self, counts: bool = True) -> None:
        """Add the time since the last tick, unless it was a pause or the computer slept."""
        now = time.monotonic()
        self.standing.seconds += min(now - self._last, _LONGEST_TICK_S) if counts else 0.0
        self._last = now

    @property
    def budget_s(self) -> float:
        return max(self.recipe.minutes * 60 - self.reserve_s, 1.0)

    @property
    def progress(self) -> float:
        """0..1: by steps where the recipe counts steps, else by time."""
        if self.recipe.steps is not None:
            return self.standing.step / self.recipe.steps
        return min(1.0, self.standing.seconds / self.budget_s)

    @property
    def pictures_per_s(self) -> float:
        """In this sitting."""
        seen, seconds = self._started_at
        return max(0, self.standing.seen - seen) / max(self.standing.seconds - seconds, 1e-6)

    @property
    def seconds_left(self) -> float:
        if self.recipe.steps is None:
            return max(0.0, self.budget_s - self.standing.seconds)
        left = (self.recipe.steps - self.standing.step) * self.standing.batch
        return left / max(self.pictures_per_s, 1e-6)
