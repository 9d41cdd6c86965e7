"""How a run goes, said in one sentence for someone who has never trained anything."""

from __future__ import annotations

from collections.abc import Sequence

IMPROVING = "Still improving."
FLAT = "Hardly improving any more: stop whenever you like."
COPYING = "Starting to copy your pictures: stop here, or add more of them."
EARLY = "Just begun: shapes come first, details later."

_FEWEST_LOOKS = 6
_FLAT_GAIN = 0.01  # relative, over the last third of the looks
_WORSE = 0.03  # relative to the best


def advise(history: Sequence[tuple[float, float]]) -> str:
    """The sentence for where a run stands.

    history: (seconds, RMS rebuild error on held-out pictures, levels of 255) at every look, in order.
    An error that rises on pictures never learned from, while training goes on, is over-fitting: the
    network spends itself on the details of the pictures it sees.
    """
    if len(history) < _FEWEST_LOOKS:
        return EARLY
    errors = [error for _, error in history]
    recent = errors[-max(2, len(errors) // 3) :]
    best = min(errors)
    if min(recent) > best * (1 + _WORSE):
        return COPYING
    before = min(errors[: -len(recent)])
    return IMPROVING if min(recent) < before * (1 - _FLAT_GAIN) else FLAT
