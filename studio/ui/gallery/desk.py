"""The gallery as the window has it: opened when it is first needed, every deed on a thread and undoable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from studio.core.errors import StudioError
from studio.core.progress import Progress
from studio.store.files import Library
from studio.store.gallery import Discarded, Gallery, Imported, Synced, open_gallery, sync
from studio.ui.exchange import Carried
from studio.ui.lanes import Lane, Latest
from studio.ui.state import Value

from .keeping import Keeper

_WRITE_AFTER_MS = 700  # what is said of pictures is in the index at once, in their files a little later
_LOOK_AFTER_MS = 500  # what is in the index is shown first
_MOST_UNDOS = 200


class Deed(QUndoCommand):
    """Something done to the gallery, on a thread. What `do` returns is what `undo` needs."""

    def __init__(
        self,
        desk: GalleryDesk,
        words: str,
        do: Callable[[Gallery], Any],
        undo: Callable[[Gallery, Any], object],
        done: Callable[[Any], object] = lambda memory: None,
    ) -> None:
        super().__init__(words)
        self._desk, self._do, self._undo, self._done = desk, do, undo, done
        self._memory: Any = None
        self._is_done = False

    def redo(self) -> None:
        self._desk.run(self._work, self._done)

    def undo(self) -> None:
        self._desk.run(self._back)

    def _work(self, gallery: Gallery) -> Any:
        self._memory = self._do(gallery)
        self._is_done = True
        return self._memory

    def _back(self, gallery: Gallery) -> None:
        if self._is_done:  # else it failed, and there is nothing to take back
            self._is_done = False
            self._undo(gallery, self._memory)


class GalleryDesk(QObject):
    """Lives on the UI thread. Deeds are done in order; imports and other long work go on beside them."""

    opened = Signal()
    changed = Signal()  # pictures, or anything said of them
    said = Signal(str, bool)  # a sentence; whether it can be undone
    warned = Signal(str)
    failed = Signal(object)  # StudioError
    progressed = Signal(object)  # Working, of long work
    rested = Signal()  # long work is over

    def __init__(self, library: Library, keeper: Keeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library, self._keeper = library, keeper
        self.gallery: Gallery | None = None
        self.problem: Value[StudioError | None] = Value(None, self)
        self._told = ""  # when it was opened
        self._is_left = False
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_MOST_UNDOS)
        self._deeds, self._long = Lane(self), Lane(self)
        self.looking = Latest(self)
        self._writing = QTimer(self)
        self._writing.setSingleShot(True)
        self._writing.setInterval(_WRITE_AFTER_MS)
        self._writing.timeout.connect(self._write_back)
        self._comparing = QTimer(self)
        self._comparing.setSingleShot(True)
        self._comparing.setInterval(_LOOK_AFTER_MS)
        self._comparing.timeout.connect(self.look_again)
        for lane in (self._deeds, self._long):
            lane.failed.connect(self.failed)
        self.looking.failed.connect(self.failed)
        self._long.progressed.connect(self.progressed)
        self._long.idle.connect(self.rested)

    @property
    def is_busy(self) -> bool:
        is_to_compare = self._comparing.isActive()
        return is_to_compare or self._deeds.is_busy or self._long.is_busy or self.looking.is_busy

    def open(self) -> Gallery | None:
        """The gallery; opened, and compared with its files, when it is first asked for."""
        if self.gallery is not None:
            return self.gallery
        try:
            self.gallery, told = open_gallery(self._library.gallery, self._library.bin)
        except StudioError as error:
            self.problem.set(error)
            return None
        self.problem.set(None)
        self._told = told
        self.opened.emit()
        self._comparing.start()
        return self.gallery

    def look_again(self) -> None:
        """Compare the index with the files."""
        gallery = self.gallery
        if gallery is not None:
            self._long.run(lambda progress: sync(gallery, progress), self._on_synced)

    def leave(self, seconds: float = 4.0) -> None:
        """For quitting: deeds are finished, long work is stopped. What is not in the files yet is in the
        index, and comes into the files at the next start."""
        self._is_left = True
        self._writing.stop()
        self._comparing.stop()
        self.looking.leave(seconds)
        self._long.leave(seconds, finish=False)
        self._deeds.leave(seconds, finish=True)
        if self.gallery is not None:
            self.gallery.close()

    def run(
        self, work: Callable[[Gallery], Any], then: Callable[[Any], object] = lambda result: None
    ) -> None:
        """A deed, after those asked for before."""
        gallery = self.open()
        if gallery is None:
            return

        def done(result: Any) -> None:
            then(result)
            self._on_changed()

        self._deeds.run(lambda progress: work(gallery), done, self._on_changed)

    def stop_long_work(self) -> None:
        self._long.stop()

    def run_long(self, work: Callable[[Gallery, Progress], Any], then: Callable[[Any], object]) -> None:
        gallery = self.open()
        if gallery is not None:
            self._long.run(lambda progress: work(gallery, progress), then, self._on_changed)

    def _on_changed(self) -> None:
        if not self._is_left:
            self._writing.start()
            self.changed.emit()

    def _write_back(self) -> None:
        gallery = self.gallery
        if gallery is not None:
            self._long.run(lambda progress: gallery.write_back())

    def _on_synced(self, synced: Synced) -> None:
        told, self._told = " ".join(part for part in (self._told, synced.sentence) if part), ""
        if told:
            self.warned.emit(told)
        if synced.is_anything or synced.told:
            self._on_changed()

    # Deeds

    def push(
        self,
        words: str,
        do: Callable[[Gallery], Any],
        undo: Callable[[Gallery, Any], object],
        done: Callable[[Any], object] = lambda memory: None,
    ) -> None:
        if self.open() is not None:
            self.undo_stack.push(Deed(self, words, do, undo, done))

    def keep(self, pictures: Sequence[Carried]) -> None:
        """From other rooms: made at full quality, written, remembered."""

        def done(ids: list[int]) -> None:
            if not ids:
                self.said.emit("This is in your gallery already.", False)
            else:
                what = "Kept" if len(ids) == 1 else f"Kept {len(ids)} pictures"
                self.said.emit(f"{what} in Gallery.", True)

        self._bring(
            "Keep", lambda gallery: [a.id for a in self._keeper.keep(gallery, pictures) if a.is_new], done
        )

    def _bring(
        self, words: str, first: Callable[[Gallery], list[int]], done: Callable[[list[int]], object]
    ) -> None:
        """New pictures; undone into the bin, done again from there."""
        gone: list[Discarded] = []

        def do(gallery: Gallery) -> list[int]:
            if not gone:
                return first(gallery)
            gallery.restore(gone)
            return [one.id for one in gone]

        def undo(gallery: Gallery, ids: list[int]) -> None:
            gone[:] = gallery.discard(ids)

        self.push(words, do, undo, done)

    def bring_in(self, paths: Sequence[Path], collection: int | None = None) -> None:
        """Files, folders and zips; into a collection where one is given."""

        def done(result: Imported) -> None:
            self._on_changed()
            if result.ids:
                self._bring("Add pictures", lambda gallery: result.ids, lambda ids: None)
            if collection is not None and (result.ids or result.already):
                self.add_to_collection(collection, [*result.ids, *result.already])
            self.said.emit(_what_came(result), bool(result.ids))

        self.run_long(
            lambda gallery, progress: gallery.import_files(paths, progress, self._keeper.model_name), done
        )

    def set_stars(self, ids: Sequence[int], stars: int) -> None:
        def do(gallery: Gallery) -> dict[int, int]:
            before = {entry.id: entry.stars for entry in gallery.entries(ids)}
            gallery.set_stars(dict.fromkeys(before, stars))
            return before

        self.push("Give stars", do, lambda gallery, before: gallery.set_stars(before))

    def set_texts(self, id: int, name: str, note: str) -> None:
        def do(gallery: Gallery) -> dict[int, tuple[str, str]]:
            before = {entry.id: (entry.name, entry.note) for entry in gallery.entries([id])}
            gallery.set_texts({id: (name, note)})
            return before

        self.push("Change the words", do, lambda gallery, before: gallery.set_texts(before))

    def add_tags(self, ids: Sequence[int], tags: Sequence[str]) -> None:
        self._change_tags("Add tags", ids, lambda before: [*before, *tags])

    def remove_tag(self, ids: Sequence[int], tag: str) -> None:
        gone = tag.casefold()
        self._change_tags("Remove a tag", ids, lambda before: [t for t in before if t.casefold() != gone])

    def _change_tags(
        self, words: str, ids: Sequence[int], change: Callable[[Sequence[str]], Sequence[str]]
    ) -> None:
        def do(gallery: Gallery) -> dict[int, tuple[str, ...]]:
            before = gallery.tags_of(ids)
            gallery.set_tags({id: change(tags) for id, tags in before.items()})
            return before

        self.push(words, do, lambda gallery, before: gallery.set_tags(before))

    def accept_changes(self, ids: Sequence[int]) -> None:
        self.run(lambda gallery: gallery.accept_changes(ids))

    def discard(self, ids: Sequence[int]) -> None:
        def undo(gallery: Gallery, gone: list[Discarded]) -> None:
            gallery.restore(gone)

        def done(gone: list[Discarded]) -> None:
            what = "1 picture is" if len(gone) == 1 else f"{len(gone)} pictures are"
            self.said.emit(f"{what} in the bin.", True)

        self.push("Delete", lambda gallery: gallery.discard(ids), undo, done)

    # Collections

    def make_collection(
        self, name: str, ids: Sequence[int] = (), done: Callable[[int], object] = lambda id: None
    ) -> None:
        made: list[int] = []

        def do(gallery: Gallery) -> int:
            id = gallery.collections.make(name, id=made[0] if made else None)
            gallery.collections.set_members(id, ids)
            made[:] = [id]
            return id

        self.push("New collection", do, lambda gallery, id: gallery.collections.remove(id), done)

    def rename_collection(self, id: int, name: str) -> None:
        def do(gallery: Gallery) -> str:
            before = next((one.name for one in gallery.collections.all() if one.id == id), name)
            gallery.collections.rename(id, name)
            return before

        self.push("Rename the collection", do, lambda gallery, before: gallery.collections.rename(id, before))

    def remove_collection(self, id: int, name: str) -> None:
        def do(gallery: Gallery) -> tuple[list[int], list[int]]:
            memory = gallery.collections.members(id), [one.id for one in gallery.collections.all()]
            gallery.collections.remove(id)
            return memory

        def undo(gallery: Gallery, memory: tuple[list[int], list[int]]) -> None:
            members, order = memory
            gallery.collections.make(name, id=id)
            gallery.collections.set_members(id, members)
            gallery.collections.order(order)

        def done(memory: object) -> None:
            self.said.emit(f"The collection “{name}” is gone; its pictures stay.", True)

        self.push("Delete the collection", do, undo, done)

    def add_to_collection(self, id: int, ids: Sequence[int]) -> None:
        """At the end; those that are in it stay where they are."""
        self._change_members("Add to the collection", id, lambda before: [*before, *ids])

    def take_from_collection(self, id: int, ids: Sequence[int]) -> None:
        gone = set(ids)
        self._change_members(
            "Take from the collection", id, lambda before: [one for one in before if one not in gone]
        )

    def move_in_collection(self, id: int, ids: Sequence[int], before_id: int | None) -> None:
        """To the place before another picture; None: to the end."""
        moved = set(ids)

        def change(before: list[int]) -> list[int]:
            rest = [one for one in before if one not in moved]
            inside = [one for one in before if one in moved]
            at = rest.index(before_id) if before_id in rest else len(rest)
            return [*rest[:at], *inside, *rest[at:]]

        self._change_members("Move in the collection", id, change)

    def _change_members(self, words: str, id: int, change: Callable[[list[int]], list[int]]) -> None:
        def do(gallery: Gallery) -> list[int]:
            before = gallery.collections.members(id)
            gallery.collections.set_members(id, change(before))
            return before

        self.push(words, do, lambda gallery, before: gallery.collections.set_members(id, before))


def _what_came(result: Imported) -> str:
    parts = []
    if result.ids:
        parts.append("1 picture is new" if len(result.ids) == 1 else f"{len(result.ids)} pictures are new")
    if result.already:
        parts.append(f"{len(result.already)} were here already")
    if result.left_out:
        first = result.left_out[0]
        parts.append(f"{len(result.left_out)} left out (“{first.file}”: {first.reason})")
    return f"{'; '.join(parts) or 'There are no pictures in it'}."
