"""How a run goes, said in one sentence for someone who has never trained anything."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from studio.train.checkpoint import Moment

IMPROVING = "Still improving."
FLAT = "Hardly improving any more: stop whenever you like."
COPYING = "Starting to copy your pictures: stop here, or add more of them."
EARLY = "Just begun: shapes come first, details later."

_FEWEST_LOOKS = 6
_FLAT_GAIN = 0.01  # relative, over the last third of the looks
WORSE = 0.03  # relative to the best
_MANY_COPIES = 0.1  # of new pictures; of pictures the run never saw, 0.01


def advise(history: Sequence[Moment]) -> str:
    """The sentence for where a run stands.

    history: how it stood at every look, in order.
    An error that rises on pictures never learned from, while training goes on, is over-fitting: the
    network spends itself on the details of the pictures it sees.
    """
    if len(history) < _FEWEST_LOOKS:
        return EARLY
    costs = [moment.cost for moment in history]
    recent = costs[-max(2, len(costs) // 3) :]
    copies = median(moment.copies for moment in history[-len(recent) :])
    if min(recent) > min(costs) * (1 + WORSE) or copies > _MANY_COPIES:
        return COPYING
    before = min(costs[: -len(recent)])
    return IMPROVING if min(recent) < before * (1 - _FLAT_GAIN) else FLAT
