"""The state of the canvas: every verb, undone and done again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.picture import Picture
from studio.ui.canvas.state import CanvasState


def pictures(count: int) -> list[Picture]:
    return [Picture("0" * 16, np.full(4, i, np.float32)) for i in range(count)]


@pytest.fixture
def state(qapp: QApplication) -> CanvasState:
    return CanvasState()


def test_adding_selects_and_is_one_step(state: CanvasState) -> None:
    ids = state.add(pictures(3), "drawn", words="Generate 3 pictures")
    assert state.selection.value == tuple(ids)
    assert state.undo.undoText() == "Generate 3 pictures"
    state.undo.undo()
    assert len(state) == 0
    assert state.selection.value == ()
    state.undo.redo()
    assert [card.id for card in state.cards] == ids
    assert state.selection.value == tuple(ids)


def test_adding_quietly_leaves_the_selection(state: CanvasState) -> None:
    first = state.add(pictures(1), "drawn")
    state.add(pictures(2), "varied", first, selects=False)
    assert state.selection.value == tuple(first)
    assert state.cards[1].parents == tuple(first)


def test_locking_is_a_step_and_stays_with_its_card(state: CanvasState) -> None:
    one, _ = state.add(pictures(2), "drawn")
    changed: list[object] = []
    state.changed.connect(changed.append)
    mask = np.ones((2, 2), np.bool_)
    state.lock(one, mask, "Lock a part")
    assert state.card(one).locked is mask and changed == [(one,)]
    state.move([one], 1, 0)
    state.remove([one])
    state.undo.undo()
    assert state.card(one).locked is mask
    state.undo.undo()
    assert state.undo.undoText() == "Lock a part"
    state.undo.undo()
    assert state.card(one).locked is None


def test_removing_and_bringing_back(state: CanvasState) -> None:
    one, two, three = state.add(pictures(3), "drawn")
    state.select([two, three])
    before = state.cards
    state.remove([two, 77])
    assert state.selection.value == (three,)
    assert two not in state
    state.undo.undo()
    assert set(state.cards) == set(before)
    assert state.selection.value == (two, three)
    assert state.add(pictures(1), "drawn") == [three + 1], "numbers are not used again"
    assert one in state


def test_change_is_undone_and_ends_what_is_shown_meanwhile(state: CanvasState, qtbot: QtBot) -> None:
    (card_id,) = state.add(pictures(1), "drawn")
    old, live, new = state.card(card_id).picture, *pictures(2)
    with qtbot.waitSignal(state.shown_meanwhile):
        state.show_meanwhile(card_id, live)
    assert state.shown(card_id) is live
    assert state.card(card_id).picture is old
    with qtbot.waitSignal(state.changed):
        state.change(card_id, new, "slid", "Change the smile")
    assert state.shown(card_id) is new
    assert state.card(card_id).how == "slid"
    state.undo.undo()
    assert state.shown(card_id) is old
    assert state.card(card_id).how == "drawn"
    state.undo.redo()
    assert state.shown(card_id) is new


def test_a_live_look_can_be_given_up_and_is_no_step(state: CanvasState) -> None:
    (card_id,) = state.add(pictures(1), "drawn")
    state.show_meanwhile(card_id, pictures(1)[0])
    state.show_meanwhile(card_id, None)
    assert state.shown(card_id) is state.card(card_id).picture
    assert state.undo.count() == 1


def test_moving_and_starring(state: CanvasState, qtbot: QtBot) -> None:
    ids = state.add(pictures(2), "drawn")
    before = [card.place for card in state.cards]
    with qtbot.waitSignal(state.moved) as moved:
        state.move(ids, 2.0, -1.0)
    assert moved.args == [tuple(ids)]
    assert [card.x for card in state.cards] == [place.x + 2 for place in before]
    live = pictures(1)[0]
    state.show_meanwhile(ids[0], live)
    state.star(ids, True)
    assert all(card.is_starred for card in state.cards)
    assert state.shown(ids[0]) is live
    state.star(ids, True)
    assert state.undo.count() == 3, "what is starred already needs no step"
    state.undo.undo()
    state.undo.undo()
    assert [card.place for card in state.cards] == before
    assert not any(card.is_starred for card in state.cards)


def test_another_canvas_has_nothing_to_undo(state: CanvasState, qtbot: QtBot) -> None:
    state.add(pictures(3), "drawn")
    cards = state.cards[1:]
    with qtbot.waitSignal(state.reset):
        state.load(cards, (cards[0].id, 99))
    assert state.cards == cards
    assert state.selection.value == (cards[0].id,)
    assert not state.undo.canUndo()
    assert state.add(pictures(1), "drawn") == [cards[-1].id + 1]


def test_many_steps_back_and_forth(state: CanvasState) -> None:
    for i in range(20):
        ids = state.add(pictures(4), "drawn")
        state.move(ids, i, i)
        state.remove(ids[:1])
    after = state.cards
    while state.undo.canUndo():
        state.undo.undo()
    assert len(state) == 0
    while state.undo.canRedo():
        state.undo.redo()
    assert set(state.cards) == set(after)
