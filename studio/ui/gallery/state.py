"""What the Gallery room shows: a place of the library, and what narrows and orders it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from studio.store.gallery import Entry, Search, Sort
from studio.ui.state import Value


@dataclass(frozen=True)
class Place:
    """A line of the sidebar. id: what it is ("all", "collection:3", "tag:elf", "model:…")."""

    id: str
    title: str
    search: Search

    @property
    def collection(self) -> int | None:
        return self.search.collection


ALL = Place("all", "All pictures", Search())


class GalleryState(QObject):
    """Small values; `changed` is the moment to search."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place = self._value(ALL)
        self.text = self._value("")
        self.shade: Value[int | None] = self._value(None)
        self.least_stars = self._value(0)
        self.sort = self._value(Sort.NEW)
        self.alike: Value[Entry | None] = self._value(None)
        self.place.changed.connect(self._on_place_changed)

    def _value(self, value: object) -> Value:  # type: ignore[type-arg]
        made: Value[object] = Value(value, self)
        made.changed.connect(lambda _: self.changed.emit())
        return made

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the place says what is shown."""
        return bool(self.text.value.strip() or self.least_stars.value) or self.shade.value is not None

    @property
    def is_own_order(self) -> bool:
        """Whether the grid shows a collection as it is ordered."""
        is_collection = self.place.value.collection is not None
        return is_collection and self.sort.value is Sort.PLACE and self.alike.value is None

    def search(self) -> Search:
        base: Search = self.place.value.search
        alike = self.alike.value
        return replace(
            base,
            text=self.text.value,
            shade=self.shade.value,
            least_stars=max(base.least_stars, self.least_stars.value),
            sort=Sort.ALIKE if alike else self.sort.value,
            alike=alike.id if alike else None,
        )

    def clear(self) -> None:
        """Show the place as it is."""
        self.text.set("")
        self.shade.set(None)
        self.least_stars.set(0)
        self.alike.set(None)

    def _on_place_changed(self, place: Place) -> None:
        """A collection is first shown in its own order; no other place has one."""
        self.alike.set(None)
        if place.collection is not None:
            self.sort.set(Sort.PLACE)
        elif self.sort.value is Sort.PLACE:
            self.sort.set(Sort.NEW)
