"""The grid as a list of doubles: which pictures show the same, and which of each group is the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.store.gallery import Entry
from studio.store.gallery.query import Ids
from studio.store.gallery.similar import DoubleGroup


def still(groups: Sequence[DoubleGroup], there: Sequence[Entry]) -> list[DoubleGroup]:
    """Groups without the pictures that are gone by now."""
    ids = {entry.id for entry in there}
    left = [DoubleGroup(tuple(id for id in group.ids if id in ids), group.is_exact) for group in groups]
    return [group for group in left if len(group.ids) > 1]


def ids_of(groups: Sequence[DoubleGroup]) -> Ids:
    return np.array([id for group in groups for id in group.ids], np.int64)


def words_of(groups: Sequence[DoubleGroup]) -> dict[int, str]:
    """What stands on each tile."""
    return {
        id: f"{number} · {'equal' if group.is_exact else 'alike'}"
        for number, group in enumerate(groups, 1)
        for id in group.ids
    }


def all_but_the_best(groups: Sequence[DoubleGroup], entries: Sequence[Entry]) -> list[int]:
    """Of each group the one with most stars stays, then the largest, then the oldest."""
    by_id = {entry.id: entry for entry in entries}
    chosen: list[int] = []
    for group in groups:
        there = [by_id[id] for id in group.ids if id in by_id]
        if there:
            best = max(there, key=lambda e: (e.stars, e.width * e.height, -e.created_ms))
            chosen += [entry.id for entry in there if entry is not best]
    return chosen


def sentence(groups: Sequence[DoubleGroup]) -> str:
    if not groups:
        return "No two pictures show the same."
    count = sum(len(group.ids) for group in groups)
    return f"{count} pictures in {len(groups)} group{'s' if len(groups) > 1 else ''} of doubles"
