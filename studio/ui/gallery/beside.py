"""Keeps the details panel with what is selected: read on a thread, drawn when it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage, QPixmap

from studio.core.errors import StudioError
from studio.store.gallery import Details, Entry, Gallery
from studio.ui.backdrop import to_pixmap
from studio.ui.decoding import Answer, DecodeQueue
from studio.ui.lanes import Latest
from studio.ui.nearest import Likeness, NearestFinder
from studio.ui.state import Shelf

from .desk import GalleryDesk
from .details import DetailsPanel

_SETTLED_MS = 220  # the question how new a picture is runs two networks: not at every step of an arrow key
_MOST_KIN = 4  # small pictures of each kind that have room
_COMMON_OF = 200  # pictures of which common tags are shown


@dataclass(frozen=True, eq=False)
class _One:
    details: Details
    image: QImage
    kin: list[tuple[Entry | None, QImage | None, str]]


@dataclass(frozen=True, eq=False)
class _Many:
    count: int
    stars: int
    tags: list[str]


class Beside(QObject):
    """Shows pictures by number; nothing for none."""

    def __init__(
        self,
        desk: GalleryDesk,
        panel: DetailsPanel,
        shelf: Shelf,
        queue: DecodeQueue,
        finder: NearestFinder,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk, self._panel, self._shelf = desk, panel, shelf
        self._queue, self._finder = queue, finder
        self._number = 0
        self._reading = Latest(self)
        self._reading.failed.connect(desk.failed)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._ask_how_new)
        queue.answered.connect(self._on_answered)
        finder.found.connect(self._on_found)

    def show(self, ids: Sequence[int]) -> None:
        gallery = self._desk.gallery
        self._settled.stop()
        self._finder.forget()
        if gallery is None or not ids:
            self._reading.ask(lambda progress: None, lambda nothing: self._panel.show_nothing())
        elif len(ids) == 1:
            self._reading.ask(lambda progress: _read_one(gallery, ids[0]), self._on_one)
        else:
            self._reading.ask(lambda progress: _read_many(gallery, ids), self._on_many)

    def leave(self) -> None:
        """For quitting."""
        self._settled.stop()
        self._reading.leave(4.0)

    def _on_one(self, one: _One | None) -> None:
        if one is None:
            self._panel.show_nothing()
            return
        can_create = (
            self._shelf.by_id(one.details.entry.model) is not None and one.details.picture is not None
        )
        self._panel.show_one(one.details, QPixmap.fromImage(one.image), can_create)
        self._panel.show_family(
            [(entry, QPixmap.fromImage(image) if image else None, words) for entry, image, words in one.kin]
        )
        self._settled.start()

    def _on_many(self, many: _Many) -> None:
        self._panel.show_many(many.count, many.stars, many.tags)

    # How new it is

    def _ask_how_new(self) -> None:
        details = self._panel.details
        bundle = self._shelf.by_id(details.entry.model) if details else None
        if (
            details is not None
            and details.picture is not None
            and bundle is not None
            and bundle.facts.novelty
        ):
            self._number = self._queue.ask_live(bundle, details.picture.latent[None], "gallery")

    def _on_answered(self, answer: Answer) -> None:
        details = self._panel.details
        bundle = self._shelf.by_id(details.entry.model) if details else None
        if answer.number == self._number and bundle is not None:
            self._finder.ask(bundle, answer.pictures[0])

    def _on_found(self, likeness: Likeness) -> None:
        details = self._panel.details
        if details is not None:
            pixmap = to_pixmap(likeness.original)
            self._panel.show_likeness(pixmap, details.entry.is_pixel_art, likeness.sentence)


def small_image(gallery: Gallery, entry: Entry) -> QImage:
    """Null where the file gives none. On any thread."""
    try:
        return QImage.fromData(gallery.thumbnails.get(entry))
    except (StudioError, OSError):
        return QImage()


def _read_one(gallery: Gallery, id: int) -> _One | None:
    details = gallery.details(id)
    if details is None:
        return None
    kin: list[tuple[Entry | None, QImage | None, str]] = []
    for _, parent in details.parents[:_MOST_KIN]:
        kin.append((parent, small_image(gallery, parent) if parent else None, "Made from"))
    for child in details.children[:_MOST_KIN]:
        kin.append((child, small_image(gallery, child), "Became"))
    return _One(details, small_image(gallery, details.entry), kin[: _MOST_KIN + 1])


def _read_many(gallery: Gallery, ids: Sequence[int]) -> _Many:
    """What the first of them have in common."""
    some = gallery.entries(ids[:_COMMON_OF])
    stars = {entry.stars for entry in some}
    tags = list(gallery.tags_of([entry.id for entry in some]).values())
    common = [tag for tag in tags[0] if all(tag in others for others in tags)] if tags else []
    return _Many(len(ids), stars.pop() if len(stars) == 1 else 0, common)
