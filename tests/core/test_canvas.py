"""Where new cards are laid: in rows, beside their parents, and never on one another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from studio.core.canvas import STEP, Card, Place, near, next_in_direction, places_for, rows_below
from studio.core.picture import Picture

PICTURE = Picture("0" * 16, np.zeros(4, np.float32))


def wall(count: int, columns: int) -> list[Card]:
    return [
        Card(i + 1, PICTURE, i % columns * STEP, i // columns * STEP, "drawn")
        for i in range(count)
    ]  # fmt: skip


def overlapping(places: list[Place]) -> list[tuple[Place, Place]]:
    return [
        (a, b)
        for a, b in itertools.combinations(places, 2)
        if abs(a.x - b.x) < 1 - 1e-9 and abs(a.y - b.y) < 1 - 1e-9
    ]


def test_rows_fill_from_the_left_under_everything() -> None:
    taken = [Place(2.0, 0.0), Place(5.0, 3.3)]
    places = rows_below(taken, 5, 3)
    assert [place.x for place in places] == pytest.approx([2.0, 2 + STEP, 2 + 2 * STEP, 2.0, 2 + STEP])
    assert places[0].y == pytest.approx(3.3 + STEP)
    assert places[4].y == pytest.approx(3.3 + 2 * STEP)


def test_the_first_wall_is_as_wide_as_screens_are() -> None:
    places = places_for([], (), 60)
    width, height = max(p.x for p in places) + 1, max(p.y for p in places) + 1
    assert 1.2 < width / height < 2.2
    assert not overlapping(places)


def test_more_go_on_in_rows_as_wide_as_those_before() -> None:
    cards = wall(60, 10)
    places = places_for(cards, (), 20)
    assert {round(place.x / STEP) for place in places} == set(range(10))
    assert min(place.y for place in places) == pytest.approx(6 * STEP)


def test_however_often_more_are_made_the_whole_keeps_the_shape_of_a_screen() -> None:
    cards: list[Card] = []
    for _ in range(40):
        places = places_for(cards, (), 24)
        cards += [Card(len(cards) + i, PICTURE, *place, "drawn") for i, place in enumerate(places)]
    across, down = (max(getattr(card, way) for card in cards) for way in "xy")
    assert 0.4 < across / down < 2.5
    assert not overlapping([card.place for card in cards])


@pytest.mark.parametrize("count", [1, 2, 4, 5, 8, 13])
def test_children_lie_together_beside_a_lonely_parent(count: int) -> None:
    parent = Place(3.0, -2.0)
    places = near([parent], [parent], count)
    assert len(set(places)) == count
    assert not overlapping([parent, *places])
    assert min(np.hypot(p.x - 3, p.y + 2) for p in places) <= STEP * 1.5
    assert np.ptp([p.x for p in places]) <= 5 * STEP


def test_children_of_a_card_in_a_full_wall_take_the_nearest_free_block() -> None:
    cards = wall(100, 10)
    parent = cards[58]  # at the right, in the middle
    places = places_for(cards, (parent.id,), 4)
    assert not overlapping([card.place for card in cards] + places)
    assert {round(place.x / STEP) for place in places} == {10, 11}
    assert {round(place.y / STEP) for place in places} <= {4, 5, 6}


def test_nothing_overlaps_whatever_was_moved_by_hand() -> None:
    random = np.random.default_rng(3)
    cards = [Card(i, PICTURE, *random.uniform(-5, 5, 2), "drawn") for i in range(30)]
    for round_ in range(12):
        parents = tuple(int(i) for i in random.choice(len(cards), 1 + round_ % 3, replace=False))
        before = [card.place for card in cards]
        places = places_for(cards, parents, 1 + round_)
        clash = overlapping(places)
        clash += [(a, b) for a in places for b in before if abs(a.x - b.x) < 1 and abs(a.y - b.y) < 1]
        assert not clash
        cards += [Card(len(cards) + i, PICTURE, *place, "varied") for i, place in enumerate(places)]


def test_parents_that_are_gone_do_not_matter() -> None:
    cards = wall(4, 4)
    assert places_for(cards, (99,), 2) == places_for(cards, (), 2)


def test_cards_go_where_they_are_dropped_if_there_is_room() -> None:
    (place,) = places_for(wall(4, 4), (), 1, around=Place(30.0, 30.0))
    assert place == Place(30.0, 30.0)


def test_a_card_carried_ever_so_far_costs_nothing() -> None:
    taken = [Place(0.0, 0.0), Place(1e9, -1e9)]
    assert abs(near(taken, taken[:1], 1)[0].x) <= 2
    assert near(taken, taken, 3)


def test_arrows_go_to_the_nearest_ahead() -> None:
    cards = wall(9, 3)
    middle = cards[4].place
    found = [next_in_direction(cards, middle, *way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    assert [card.id for card in found if card] == [6, 4, 8, 2]
    assert next_in_direction(cards, cards[2].place, 1, 0) is None
