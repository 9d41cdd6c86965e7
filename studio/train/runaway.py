"""Noticing that a run's numbers have left their usual range for good."""

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
