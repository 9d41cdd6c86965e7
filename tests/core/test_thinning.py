"""Which moments stay when not all can."""

from __future__ import annotations

from itertools import pairwise

from studio.core.thinning import thin


def grown(count: int, most: int, every_s: float = 15.0) -> list[float]:
    """Moments that came one by one, thinned at each."""
    kept: list[float] = []
    for index in range(count):
        kept.append(index * every_s)
        kept = [kept[i] for i in thin(kept, most)]
    return kept


def test_the_ends_stay_and_gaps_grow() -> None:
    kept = grown(80, 8)
    assert len(kept) == 8
    assert (kept[0], kept[-1]) == (0.0, 79 * 15.0)
    gaps = [after - before for before, after in pairwise(kept)]
    assert max(gaps) < 0.4 * kept[-1]
    assert sum(gaps[:3]) < sum(gaps[-3:])


def test_few_are_left_alone_and_the_spared_stay() -> None:
    assert thin([], 4) == []
    assert thin([1.0, 2.0], 4) == [0, 1]
    assert 5 in thin([float(i) for i in range(10)], 3, spared=[5])
    assert len(thin([float(i) for i in range(10)], 3, spared=range(10))) == 10
