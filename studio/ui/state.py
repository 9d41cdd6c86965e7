"""What the window shows, as small QObjects with signals: a setter compares, stores, emits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance

from studio.store.bundle import Bundle, DamagedBundle, KnownBundles
from studio.store.files import Library
from studio.store.runs import Run, list_runs
from studio.store.settings import Settings

T = TypeVar("T")


class Value(QObject, Generic[T]):
    """One thing that is shown. Setting what it is already says nothing, so two-way bindings end."""

    changed = Signal(object)

    def __init__(self, value: T, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value

    @property
    def value(self) -> T:
        return self._value

    def set(self, value: T) -> None:
        if value is self._value or (type(value) is type(self._value) and value == self._value):
            return
        self._value = value
        self.changed.emit(value)


def show(value: Value[T], draw: Callable[[T], Any]) -> None:
    """Draw now, and again at every change."""
    draw(value.value)
    value.changed.connect(draw)


def bind(value: Value[T], draw: Callable[[T], Any], edited: SignalInstance) -> None:
    """Two ways: the widget shows the value, and the widget's signal sets it."""
    show(value, draw)
    edited.connect(value.set)


class Preferences(QObject):
    """The settings as values that widgets bind to; `changed` is the moment to save."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = self._value(settings.theme)
        self.backdrop = self._value(settings.backdrop)
        self.embed_recipe = self._value(settings.embed_recipe)
        self.count = self._value(settings.count)
        self.vary_count = self._value(settings.vary_count)
        self.gallery_tile = self._value(settings.gallery_tile)
        self.last_bundle = self._value(settings.last_bundle)
        self.save_folder = self._value(settings.save_folder)
        self.packs = self._value(settings.packs)
        self.window = self._value(settings.window)
        self.hints_seen = self._value(settings.hints_seen)

    def _value(self, value: T) -> Value[T]:
        made = Value(value, self)
        made.changed.connect(lambda _: self.changed.emit())
        return made

    def settings(self) -> Settings:
        return Settings(**{field.name: getattr(self, field.name).value for field in fields(Settings)})


class Shelf(QObject):
    """The bundles and unfinished runs there are, read from the disk when told to."""

    changed = Signal()

    def __init__(self, library: Library, starters: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library, self._starters_folder = library, starters
        self._own_known, self._starters_known = KnownBundles(), KnownBundles()
        self.own: list[Bundle] = []
        self.starters: list[Bundle] = []
        self.damaged: list[DamagedBundle] = []
        self.runs: tuple[Run, ...] = ()
        self.is_whole = False  # whether all there are were read

    def read_first(self, ids: Collection[str]) -> None:
        """The starters and those of these ids: checking fifty bundles would keep a first picture waiting
        for 0.4 s. All of them where there is nothing else."""
        self._read(ids)
        if not self.bundles:
            self._read(None)

    def look_ahead(self) -> None:
        """Check those that were not read, so that `read` takes no time. For any thread."""
        self._own_known.list([self.library.bundles])

    def read(self) -> None:
        """From the disk; says so when anything is not as it was."""
        self._read(None)

    def _read(self, ids: Collection[str] | None) -> None:
        before = (self.bundles, self.damaged, self.runs)
        self.is_whole = ids is None
        self.own, damaged = self._own_known.list([self.library.bundles], ids)
        self.starters, damaged_starters = self._starters_known.list([self._starters_folder])
        self.damaged = damaged + damaged_starters
        self.runs = list_runs(self.library)
        if (self.bundles, self.damaged, self.runs) != before:
            self.changed.emit()

    @property
    def bundles(self) -> list[Bundle]:
        return self.own + self.starters

    def by_id(self, bundle_id: str) -> Bundle | None:
        return next((bundle for bundle in self.bundles if bundle.facts.id == bundle_id), None)

    def same(self, bundle: Bundle) -> Bundle | None:
        """What is there of a bundle now: in its folder, else any of the same id."""
        found = self.by_folder(bundle.folder)
        return found if found and found.facts.id == bundle.facts.id else self.by_id(bundle.facts.id)

    def by_folder(self, folder: Path) -> Bundle | None:
        return next((bundle for bundle in self.bundles if bundle.folder == folder), None)

    def taken_names(self) -> list[str]:
        """Names a new model cannot have: of own bundles, whole or damaged, and of unfinished runs."""
        damaged = [found.path.name for found in self.damaged if found.path.parent == self.library.bundles]
        return [bundle.folder.name for bundle in self.own] + damaged + [run.name for run in self.runs]


class CreateState(QObject):
    """What Create shows: a bundle, a seed, a diversity."""

    def __init__(self, seed: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bundle: Value[Bundle | None] = Value(None, self)
        self.seed = Value(seed, self)
        self.diversity = Value(1.0, self)
