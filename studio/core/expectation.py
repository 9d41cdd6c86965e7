"""What an artist may expect of a run of so many minutes, from how fast this machine was found to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from studio.core.steps import Found

_FINISHING_S = 20.0  # density, export and proof, with room to spare
_FINISHING_SHARE = 0.2  # of the minutes at most: a short run ends a little later
_ENOUGH_PICTURES = 1000
_UNLIKE = 0.3


class Outlook(Enum):
    """How it will look; the value is what the artist reads."""

    FIRST_LOOK = "A first look"
    RECOGNISABLE = "Recognisable"
    GOOD = "Good"
    FINE = "As good as it gets here"


_REASONS = {
    Outlook.FIRST_LOOK: "Colours and outlines; small parts are only hinted at.",
    Outlook.RECOGNISABLE: "Clear shapes; small parts and fine lines stay soft.",
    Outlook.GOOD: "Small parts are there, edges are clean.",
    Outlook.FINE: "More time would hardly show.",
}
_LIMITS = ((200_000, Outlook.FINE), (70_000, Outlook.GOOD), (30_000, Outlook.RECOGNISABLE))
"""Pictures seen, with repeats, and what came of it. Measured, by the eye and on held-out pictures:

    portraits, 3,000    64 px    37,000 seen   faces with eyes, soft      RECOGNISABLE
    portraits, 3,000    64 px    76,000 seen   eyes, glasses, clean edges GOOD
    portraits, 3,000   128 px   211,000 seen   the starter                FINE
    pixel art, 3,000    16 px   116,000 seen   the starter: crisp         GOOD
    portraits, 400      64 px    60,000 seen   eyes only hinted at        FIRST_LOOK: counts as 24,000
    monsters, 1,300     32 px   237,000 seen   shapes, noisy inside       GOOD at most: counts as 71,000

Of fewer than a thousand pictures the same ones come again instead of others, and sets that have little in
common want more of everything: both count for less.
"""


@dataclass(frozen=True)
class Expectation:
    outlook: Outlook
    seen: int  # pictures, with repeats

    @property
    def reason(self) -> str:
        return _REASONS[self.outlook]


def kept_for_finishing_s(minutes: float, encoding_s: float = 0.0) -> float:
    """How many seconds of a run's minutes are kept for what comes after training.

    encoding_s: what encoding every picture takes; with few pictures it is nothing.
    """
    return min(_FINISHING_S + encoding_s, _FINISHING_SHARE * minutes * 60)


def expect(minutes: float, pictures_per_s: float, found: Found) -> Expectation:
    """What a run of that length comes to."""
    seen = max(0.0, (minutes * 60 - kept_for_finishing_s(minutes)) * pictures_per_s)
    counts = seen * min(1.0, found.accepted / _ENOUGH_PICTURES) * (1.0 if found.is_alike else _UNLIKE)
    outlook = next((outlook for limit, outlook in _LIMITS if counts >= limit), Outlook.FIRST_LOOK)
    return Expectation(outlook, round(seen))
