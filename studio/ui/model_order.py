"""Which models are shown, and in which order, where there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from studio.store.sharing import size_on_disk

from .model_cards import BundleCard, Card


def _by_name(card: Card) -> Any:
    return card.name.casefold()


def _by_date(card: Card) -> Any:
    """Newest first; what does not say when, last."""
    date = str(card.bundle.facts.trained.get("date", "")) if isinstance(card, BundleCard) else ""
    return tuple(-int(part) for part in date.split("-") if part.isdigit()) or (0,)


def _by_side(card: Card) -> Any:
    return -card.bundle.facts.picture_side if isinstance(card, BundleCard) else 0


def _by_size(card: Card) -> Any:
    return -size_on_disk(card.bundle) if isinstance(card, BundleCard) else 0


ORDERS: dict[str, Callable[[Card], Any]] = {
    "By name": _by_name,
    "Newest first": _by_date,
    "Largest pictures first": _by_side,
    "Largest on the disk first": _by_size,
}


def arranged(cards: Sequence[Card], wanted: str, order: str) -> list[Card]:
    """Cards that have every word of `wanted` in their name or facts, in one of ORDERS."""
    words = wanted.casefold().split()
    found = [card for card in cards if all(word in _text(card) for word in words)]
    return sorted(sorted(found, key=_by_name), key=ORDERS[order])


def _text(card: Card) -> str:
    facts = card.accessibleDescription()
    note = card.bundle.facts.licence if isinstance(card, BundleCard) else ""
    return f"{card.name} {facts} {note}".casefold()
