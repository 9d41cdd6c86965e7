"""Which moments of a long run to keep when there is room for some of them only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_EVENLY = 8
"""Up to an eighth of the run the kept moments lie evenly, later ever farther apart: of 8 kept from a run of
20 minutes they are 1, 2, 4, 6, 10, 14 and 20 minutes. Most changes early, but it is the late ones that one
goes back to."""


def thin(seconds: Sequence[float], most: int, spared: Collection[int] = ()) -> list[int]:
    """The places of those to keep, at most `most`, rising; the first and the last are among them.

    seconds: when each was, rising. spared: places that must be kept.
    """
    kept = list(range(len(seconds)))
    offset = seconds[-1] / _EVENLY + 1 if seconds else 1.0
    while len(kept) > most:
        inner = [i for i in range(1, len(kept) - 1) if kept[i] not in spared]
        if not inner:
            break

        def gap_left(i: int) -> float:
            """The ratio between its neighbours: how far apart they are once it is gone."""
            return (seconds[kept[i + 1]] + offset) / (seconds[kept[i - 1]] + offset)

        del kept[min(inner, key=gap_left)]
    return kept
