"""What lies on the canvas, what of it is selected, and every change to it as an undoable step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from studio.core.canvas import HOWS, Card, Place, places_for
from studio.core.lock import Mask
from studio.core.picture import Picture

from ..state import Value

_MOST_STEPS = 300


class CanvasState(QObject):
    """Every verb is one step of `undo`. Signals carry tuples of ids; they are sent after the change.

    Steps keep ids and cards, never what a picture looks like: undoing costs memory for latents alone.
    """

    added = Signal(object)
    laid = Signal(object)  # as `added`, once they are selected; not when a step is undone or done again
    removed = Signal(object)
    changed = Signal(object)  # another picture, starred or not, another part locked
    moved = Signal(object)
    shown_meanwhile = Signal(int)  # what a card shows for now is another, or no longer
    reset = Signal()  # all of it is another canvas

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[int, Card] = {}
        self._meanwhile: dict[int, Picture] = {}
        self._next_id = 1
        self.selection: Value[tuple[int, ...]] = Value((), self)
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(_MOST_STEPS)

    @property
    def cards(self) -> tuple[Card, ...]:
        """In the order in which they were laid."""
        return tuple(self._cards.values())

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, card_id: object) -> bool:
        return card_id in self._cards

    def card(self, card_id: int) -> Card:
        """Raises KeyError for one that is not there."""
        return self._cards[card_id]

    def shown(self, card_id: int) -> Picture:
        """What a card shows now: what is shown meanwhile, else its picture."""
        return self._meanwhile.get(card_id) or self._cards[card_id].picture

    @property
    def selected(self) -> tuple[Card, ...]:
        """The selected cards, in the order in which they were selected."""
        return tuple(self._cards[card_id] for card_id in self.selection.value)

    def select(self, ids: Iterable[int]) -> None:
        """These and no others; what is not there is left out. Not a step of undo."""
        self.selection.set(tuple(dict.fromkeys(card_id for card_id in ids if card_id in self._cards)))

    def add(
        self,
        pictures: Sequence[Picture],
        how: str,
        parents: Sequence[int] = (),
        words: str = "",
        selects: bool = True,
        columns: int = 0,
        around: Place | None = None,
    ) -> list[int]:
        """Lay new cards near their parents, or in new rows where there are none; their ids.

        how: of core.canvas.HOWS. words: what the step is called in the undo menu. columns: of new rows, 0:
        as suits. around: where to, without parents.
        """
        assert how in HOWS
        if not pictures:
            return []
        places = places_for(self._cards.values(), parents, len(pictures), columns, around)
        first, self._next_id = self._next_id, self._next_id + len(pictures)
        cards = [
            Card(first + i, picture, *place, how, tuple(parents))
            for i, (picture, place) in enumerate(zip(pictures, places, strict=True))
        ]
        ids = [card.id for card in cards]
        after = tuple(ids) if selects else self.selection.value
        self._push(words or _counted("Add", ids), cards, after, self._lay, self._take_away)
        self.laid.emit(tuple(ids))
        return ids

    def show_meanwhile(self, card_id: int, picture: Picture | None) -> None:
        """A live look, while a slider is dragged; None: the card's own picture again. Not a step of undo."""
        if card_id not in self._cards or self._meanwhile.get(card_id) is picture:
            return
        if picture is None:
            del self._meanwhile[card_id]
        else:
            self._meanwhile[card_id] = picture
        self.shown_meanwhile.emit(card_id)

    def change(self, card_id: int, picture: Picture, how: str, words: str) -> None:
        """Another picture on the same card. What it showed meanwhile ends."""
        assert how in HOWS
        self._replace([replace(self._cards[card_id], picture=picture, how=how)], words)

    def remove(self, ids: Iterable[int]) -> None:
        cards = self._there(ids)
        gone = {card.id for card in cards}
        after = tuple(card_id for card_id in self.selection.value if card_id not in gone)
        if cards:
            self._push(_counted("Remove", gone), cards, after, self._take_away, self._lay)

    def move(self, ids: Iterable[int], dx: float, dy: float) -> None:
        """By so much, in units of a card."""
        cards = [card.moved(dx, dy) for card in self._there(ids)]
        if cards and (dx or dy):
            self._replace(cards, _counted("Move", cards))

    def star(self, ids: Iterable[int], on: bool) -> None:
        cards = [replace(card, is_starred=on) for card in self._there(ids) if card.is_starred != on]
        if cards:
            self._replace(cards, _counted("Star" if on else "Unstar", cards))

    def lock(self, card_id: int, locked: Mask | None, words: str) -> None:
        """Mark what of a card's picture stays as it is; None: nothing."""
        self._replace([replace(self._cards[card_id], locked=locked)], words)

    def load(self, cards: Iterable[Card], selection: Iterable[int] = ()) -> None:
        """Another canvas in place of this one, with nothing to undo."""
        self.undo.clear()
        self._meanwhile.clear()
        self._cards = {card.id: card for card in cards}
        self._next_id = max(self._cards, default=0) + 1
        self.reset.emit()
        self.select(selection)

    # The steps

    def _there(self, ids: Iterable[int]) -> list[Card]:
        return [self._cards[card_id] for card_id in dict.fromkeys(ids) if card_id in self._cards]

    def _replace(self, cards: Sequence[Card], words: str) -> None:
        before = [self._cards[card.id] for card in cards]
        selection = self.selection.value
        self.undo.push(
            _Step(words, lambda: self._put(cards, selection), lambda: self._put(before, selection))
        )

    def _push(
        self,
        words: str,
        cards: Sequence[Card],
        after: tuple[int, ...],
        do: Callable[[Sequence[Card], tuple[int, ...]], None],
        undo: Callable[[Sequence[Card], tuple[int, ...]], None],
    ) -> None:
        before = self.selection.value
        self.undo.push(_Step(words, lambda: do(cards, after), lambda: undo(cards, before)))

    def _lay(self, cards: Sequence[Card], selection: tuple[int, ...]) -> None:
        self._cards.update((card.id, card) for card in cards)
        self.added.emit(tuple(card.id for card in cards))
        self.select(selection)

    def _take_away(self, cards: Sequence[Card], selection: tuple[int, ...]) -> None:
        self.select(selection)  # first, so that nothing selected is ever gone
        for card in cards:
            del self._cards[card.id]
            self._meanwhile.pop(card.id, None)
        self.removed.emit(tuple(card.id for card in cards))

    def _put(self, cards: Sequence[Card], selection: tuple[int, ...]) -> None:
        """Other cards in the place of those with their ids."""
        before = [self._cards[card.id] for card in cards]
        self._cards.update((card.id, card) for card in cards)
        moved = tuple(new.id for old, new in zip(before, cards, strict=True) if old.place != new.place)
        changed = tuple(
            new.id
            for old, new in zip(before, cards, strict=True)
            if old.picture is not new.picture
            or old.is_starred != new.is_starred
            or old.how != new.how
            or old.locked is not new.locked
        )
        for old, new in zip(before, cards, strict=True):
            if old.picture is not new.picture:
                self._meanwhile.pop(new.id, None)
        if moved:
            self.moved.emit(moved)
        if changed:
            self.changed.emit(changed)
        self.select(selection)


class _Step(QUndoCommand):
    """Two functions. Steps are never merged: mergeWith crashes PySide6 6.11."""

    def __init__(self, words: str, do: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__(words)
        self._do, self._undo = do, undo

    def redo(self) -> None:
        self._do()

    def undo(self) -> None:
        self._undo()


def _counted(verb: str, things: Iterable[object]) -> str:
    count = len(list(things))
    return f"{verb} {count} pictures" if count > 1 else f"{verb} picture"
