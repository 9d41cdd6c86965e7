"""How a run goes, said in one sentence for someone who has never trained anything."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from studio.train.checkpoint import Moment

IMPROVING = "Still improving."
FLAT = "Hardly improving any more: stop whenever you like."
COPYING = "Starting to copy your pictures: stop here, or add more of them."
TEXTURES = "Shapes are learned; now it practises strokes and grain."
EARLY = "Just begun: shapes come first, details later."

_FEWEST_LOOKS = 6
_FLAT_GAIN = 0.01  # relative, over the last third of the looks
WORSE = 0.03  # relative to the best
_MANY_COPIES = 0.1  # of new pictures; of pictures the run never saw, 0.01


def advise(history: Sequence[Moment], textured_from: int | None = None) -> str:
    """The sentence for where a run stands.

    history: how it stood at every look, in order. textured_from: the step from which on textures counted,
    which cost squared error: looks before and after it are not compared.
    An error that rises on pictures never learned from, while training goes on, is over-fitting: the
    network spends itself on the details of the pictures it sees.
    """
    history = [moment for moment in history if moment.step >= (textured_from or 0)]
    if len(history) < _FEWEST_LOOKS:
        return EARLY if textured_from is None else TEXTURES
    count = max(2, len(history) // 3)
    lately, before = history[-count:], _best(history[:-count])
    best_lately = _best(lately)
    is_by_heart = best_lately.cost > before.cost * (1 + WORSE) and _is_by_heart(best_lately, before)
    if is_by_heart or median(moment.copies for moment in lately) > _MANY_COPIES:
        return COPYING
    return IMPROVING if best_lately.cost < before.cost * (1 - _FLAT_GAIN) else FLAT


def _best(moments: Sequence[Moment]) -> Moment:
    return min(moments, key=lambda moment: moment.cost)


def why_worse(later: Moment, best: Moment) -> str:
    """What became of a run after its best moment, as the artist reads it."""
    if _is_by_heart(later, best):
        return "From then on it learned your pictures by heart."
    return "Later its new pictures lost fine detail."


def _is_by_heart(later: Moment, best: Moment) -> bool:
    """Whether a later moment is worse for its error rather than for its softness."""
    return later.error / max(best.error, 1e-6) >= later.softness / best.softness
