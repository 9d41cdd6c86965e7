"""Noticing that a run is lost: its numbers have left their usual range for good, or say nothing any more."""

from __future__ import annotations

import math

_SLOWNESS = 0.98
_FAR = 2.0
"""Nats a picture value above the usual. Calibrated losses lie near a half whatever the set, those of a
palette of P colours begin at log(P) / 4; both only fall."""
_PATIENCE = 8  # losses in a row: gradients are clipped, so a single outlier passes


class Runaway:
    """Told losses; knows nothing of a run but them."""

    def __init__(self) -> None:
        self._usual: float | None = None
        self._far_in_a_row = 0

    def is_lost(self, loss: float) -> bool:
        """Whether going on is no use: not a number, or far above the usual for some time."""
        if not math.isfinite(loss):
            self._far_in_a_row = _PATIENCE
            return True
        if self._usual is None:
            self._usual = loss
        if loss > self._usual + _FAR:
            self._far_in_a_row += 1
        else:
            self._far_in_a_row = 0
            self._usual += (1 - _SLOWNESS) * (loss - self._usual)
        return self._far_in_a_row >= _PATIENCE

    def forget(self) -> None:
        """The run went back to before it; the usual is what it was."""
        self._far_in_a_row = 0

    def may_begin_with(self, loss: float) -> bool:
        """Whether this loss, or what was told before it, may be the beginning of the end. Counts nothing."""
        is_far = not math.isfinite(loss) or (self._usual is not None and loss > self._usual + _FAR)
        return is_far or self._far_in_a_row > 0


_NOTHING = 0.05
"""Deviation of the means of a batch, in the dimension where they differ most, that says nothing: a prior of
deviation 1 has more than ten times as much in every dimension that is used."""
_YOUNG = 100  # steps: a network that has just begun gives one picture for all, too
_LONG = 300  # steps


class Stillness:
    """Told how far the latents of a batch lie apart; knows nothing of a run but that.

    A network can die without any number growing: too large a step, and every picture has the same latent and
    the same rebuild from then on. Its loss stays near the half where calibrated losses lie.
    """

    def __init__(self) -> None:
        self._since: int | None = None

    def is_dead(self, step: int, spread: float) -> bool:
        """Whether it has been so for long enough to be for good."""
        if step < _YOUNG or spread > _NOTHING:
            self._since = None
        elif self._since is None:
            self._since = step
        return self._since is not None and step - self._since >= _LONG

    @property
    def may_have_begun(self) -> bool:
        return self._since is not None
