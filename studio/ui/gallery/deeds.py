"""What can be done with the pictures that are chosen: rate, collect, save, hand on, throw away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.store.files import safe_stem
from studio.store.gallery import Entry, Gallery
from studio.ui.backdrop import fitted
from studio.ui.exchange import Carried, Exchange
from studio.ui.jobs import end_jobs
from studio.ui.lanes import Latest
from studio.ui.saving import PassingFolder, free_file
from studio.ui.state import Preferences, Shelf
from studio.ui.taking import Make, PromisedMime, Taken, as_mime

from . import giving
from .desk import GalleryDesk
from .state import GalleryState

_MOST_HANDED_ON = 500  # pictures to another room
_DRAGGED = 72  # px a side, under the mouse


class ChosenDeeds(QObject):
    """Asks `chosen` what is meant each time."""

    said = Signal(str)
    failed = Signal(object)  # StudioError
    collection_made = Signal(int)

    def __init__(
        self,
        desk: GalleryDesk,
        state: GalleryState,
        shelf: Shelf,
        preferences: Preferences,
        passing: PassingFolder,
        exchange: Exchange,
        chosen: Callable[[], list[int]],
        room: QWidget,
    ) -> None:
        super().__init__(room)
        self._desk, self._state, self._shelf, self._preferences = desk, state, shelf, preferences
        self._passing, self._exchange, self._chosen, self._room = passing, exchange, chosen, room
        self._carrying = Latest(self)
        self._copying = Latest(self)
        for each in (self._carrying, self._copying):
            each.failed.connect(self.failed)

    def leave(self) -> None:
        """For quitting."""
        self._carrying.leave(4.0)
        self._copying.leave(4.0)
        end_jobs(self, 4.0)

    def _entries(self) -> list[Entry]:
        gallery = self._desk.gallery
        return gallery.entries(self._chosen()[:_MOST_HANDED_ON]) if gallery else []

    # Said of them

    def rate(self, stars: int) -> None:
        ids = self._chosen()
        if ids:
            self._desk.set_stars(ids, stars)

    def delete(self) -> None:
        ids = self._chosen()
        if ids:
            self._desk.discard(ids)

    # Collections

    def make_collection(self) -> None:
        """Of the pictures that are chosen, if any."""
        self.collect(self._chosen())

    def collect(self, ids: Sequence[int]) -> None:
        self._desk.make_collection("New collection", ids, self.collection_made.emit)

    def take_from_collection(self) -> None:
        collection, ids = self._state.place.value.collection, self._chosen()
        if collection is not None and ids:
            self._desk.take_from_collection(collection, ids)
            self.said.emit("Taken from the collection; the pictures stay in the gallery.")

    def add_files(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self._room,
            "Add pictures to the gallery",
            self._preferences.save_folder.value or str(Path.home()),
            "Pictures (*.png *.jpg *.jpeg *.webp *.avif *.gif *.bmp *.tif *.tiff *.tga *.zip);;All files (*)",
        )
        if files:
            self.bring_in([Path(file) for file in files])

    def bring_in(self, paths: Sequence[Path]) -> None:
        self._desk.bring_in(paths, self._state.place.value.collection)

    # Taken along

    def hand_on(self, verb: str) -> None:
        """To another room: "create", "morph" or "pack"."""
        signal = {
            "create": self._exchange.create_wanted,
            "morph": self._exchange.morph_wanted,
            "pack": self._exchange.pack_wanted,
        }[verb]
        gallery, ids = self._desk.gallery, self._chosen()[:_MOST_HANDED_ON]
        if gallery is None or not ids:
            return
        self._carrying.ask(lambda progress: self._carried(gallery, ids), signal.emit)

    def _carried(self, gallery: Gallery, ids: Sequence[int]) -> tuple[Carried, ...]:
        """On a thread."""
        found = (gallery.details(id) for id in ids)
        return tuple(
            Carried(one.picture, self._shelf.by_id(one.entry.model), gallery.path(one.entry))
            for one in found
            if one is not None
        )

    def save(self) -> None:
        """Ask where, then write: one picture to a file, several to a folder."""
        entries = self._entries()
        before = Path(self._preferences.save_folder.value or Path.home())
        if len(entries) == 1:
            proposed = free_file(before, safe_stem(entries[0].title))
            name, _ = QFileDialog.getSaveFileName(self._room, "Save picture", str(proposed), "PNG (*.png)")
            if name:
                self.save_to_file(entries[0], Path(name).with_suffix(".png"))
        elif entries:
            folder = QFileDialog.getExistingDirectory(self._room, "Save pictures to a folder", str(before))
            if folder:
                self.save_to_folder(entries, Path(folder))

    def save_to_file(self, entry: Entry, file: Path) -> None:
        self._preferences.save_folder.set(str(file.parent))
        embed = self._preferences.embed_recipe.value
        self._desk.run_long(
            lambda gallery, progress: [giving.save_one(gallery, entry, file, embed)], self._on_saved
        )

    def save_to_folder(self, entries: Sequence[Entry], folder: Path) -> None:
        self._preferences.save_folder.set(str(folder))
        embed = self._preferences.embed_recipe.value
        self._desk.run_long(
            lambda gallery, progress: giving.save_many(gallery, entries, folder, embed, progress),
            self._on_saved,
        )

    def _on_saved(self, files: list[Path]) -> None:
        if files:
            what = f"“{files[0].name}”" if len(files) == 1 else f"{len(files)} pictures"
            self.said.emit(f"Saved {what} in {files[0].parent}.")

    def show_in_folder(self) -> None:
        gallery, entries = self._desk.gallery, self._entries()
        if gallery is not None and entries:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(gallery.path(entries[0]).parent)))

    def copy(self) -> None:
        entries = self._entries()
        make = self._taking(entries)
        if make is not None:
            also = giving.numbers_of(entries)
            self._copying.ask(make, lambda taken: self._on_copied(taken, also))

    def _on_copied(self, taken: Taken, also: Mapping[str, bytes]) -> None:
        QGuiApplication.clipboard().setMimeData(as_mime(taken, also))
        count = len(taken.files)
        self.said.emit("Copied the picture." if count == 1 else f"Copied {count} pictures.")

    def drag(self, pixmap: QPixmap | None) -> None:
        entries = self._entries()
        make = self._taking(entries)
        if make is None:
            return
        drag = QDrag(self._room)
        drag.setMimeData(PromisedMime(make, self.failed.emit, self, giving.numbers_of(entries)))
        if pixmap is not None:
            drag.setPixmap(_under_mouse(pixmap, len(entries), self._room))
        self.begin_drag(drag)

    def begin_drag(self, drag: QDrag) -> None:
        drag.exec(Qt.DropAction.CopyAction)

    def _taking(self, entries: Sequence[Entry]) -> Make | None:
        gallery = self._desk.gallery
        if gallery is None or not entries:
            return None
        embed, folder = self._preferences.embed_recipe.value, self._passing.path()
        return lambda progress: giving.take(gallery, entries, folder, embed, progress)


def _under_mouse(pixmap: QPixmap, count: int, room: QWidget) -> QPixmap:
    """What is seen of a drag: a picture, and how many there are."""
    ratio = room.devicePixelRatioF()
    side, badge = round(_DRAGGED * ratio), 22.0
    made = QPixmap(side, side)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    whole = QRectF(0, 0, _DRAGGED, _DRAGGED)
    painter.drawPixmap(fitted(pixmap.size(), whole, False, ratio), pixmap, QRectF(pixmap.rect()))
    if count > 1:
        palette = room.palette()
        words = str(count)
        width = max(badge, painter.fontMetrics().horizontalAdvance(words) + 12.0)
        place = QRectF(_DRAGGED - width, 0, width, badge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(place, badge / 2, badge / 2)
        painter.setPen(palette.color(QPalette.ColorRole.HighlightedText))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return made
