"""What can be done with the pictures that are selected: vary, take along, hand to other rooms, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.picture import Picture
from studio.core.variation import vary
from studio.store.bundle import Bundle

from ..exchange import Carried, Exchange
from ..jobs import Job
from ..saving import PassingFolder, Saver, file_stem, free_file
from ..seeds import fresh_seeds
from ..state import Preferences
from .pictures import CardPictures
from .state import CanvasState

MOST_PARENTS = 32
"""Of one act of varying."""

Group = tuple[Bundle, list[Picture]]
"""Pictures and the bundle that draws them."""


class CardActs(QObject):
    """Each act is about `chosen`: the selection, or what the room says instead."""

    said = Signal(str)  # how it went, for the user
    refused = Signal(object)  # StudioError
    working = Signal(str)  # what is being done, while it takes time

    def __init__(
        self,
        owner: QWidget,
        canvas: CanvasState,
        pictures: CardPictures,
        preferences: Preferences,
        exchange: Exchange,
        saver: Saver,
        passing: PassingFolder,
        chosen: Callable[[], Sequence[int]],
    ) -> None:
        """owner: what dialogs stand over. chosen: the ids of the cards that an act is about."""
        super().__init__(owner)
        self._owner, self._canvas, self._pictures = owner, canvas, pictures
        self._preferences, self._exchange = preferences, exchange
        self._saver, self._passing, self._chosen = saver, passing, chosen
        self._job: Job | None = None
        self.hold: Callable[[int, Latents], Latents] = lambda card_id, latents: latents
        """Where latents go when what is locked on a card (by id) stays as it is."""
        self.when_held: Callable[[Sequence[int], Callable[[], None]], None] = lambda ids, act: act()
        """Acts as soon as `hold` knows these cards."""

    def vary(self, amount: float) -> None:
        """Children beside their parent, by so much of the way to a fresh picture."""
        parents = [card_id for card_id in self._chosen() if self._pictures.bundle(card_id)][:MOST_PARENTS]
        if not parents:
            self._refuse_missing()
            return
        self.when_held(parents, lambda: self._vary(parents, amount))

    def _vary(self, parents: Sequence[int], amount: float) -> None:
        """parents: some may be gone, if it took a moment until they were held."""
        parents = [card_id for card_id in parents if card_id in self._canvas]
        if not parents:
            return
        count = self._preferences.vary_count.value
        words = "Vary picture" if len(parents) == 1 else f"Vary {len(parents)} pictures"
        children: list[int] = []
        self._canvas.undo.beginMacro(words)
        try:
            for parent in parents:
                children += self._canvas.add(
                    self._children(parent, amount, count), "varied", (parent,), words
                )
        finally:
            self._canvas.undo.endMacro()
        self._canvas.select(children)

    def _children(self, parent: int, amount: float, count: int) -> list[Picture]:
        picture, bundle = self._canvas.card(parent).picture, self._pictures.bundle(parent)
        if bundle is None:
            return []
        children = vary(picture.latent, bundle.density, amount, picture.bundle_id, fresh_seeds(count))
        return [
            replace(picture, latent=latent, seed=None, name="")  # its detail shows where they are still alike
            for latent in self.hold(parent, children)
        ]

    def star(self) -> None:
        """Star what is not, and put it into the gallery; all starred already: take the stars off."""
        ids = self._chosen()
        plain = [card_id for card_id in ids if not self._canvas.card(card_id).is_starred]
        self._canvas.star(plain or ids, bool(plain))
        carried = self._carried_as_shown(plain)
        if carried:
            self._exchange.keep_wanted.emit(carried)

    def morph(self) -> None:
        carried = self._carried(self._chosen())
        if len(carried) < 2:
            self.refused.emit(StudioError("A morph needs at least two pictures.", "Select another one."))
        else:
            self._exchange.morph_wanted.emit(carried)

    def pack(self) -> None:
        """Those chosen; where there are none, whoever packs offers a set of new ones."""
        carried = self._carried_as_shown(self._chosen())
        if carried or not self._chosen():
            self._exchange.pack_wanted.emit(carried)
        else:
            self._refuse_missing()

    def remove(self) -> None:
        self._canvas.remove(self._chosen())

    def _carried(self, ids: Sequence[int]) -> tuple[Carried, ...]:
        """What of these can be drawn."""
        found = [(self._canvas.card(card_id).picture, self._pictures.bundle(card_id)) for card_id in ids]
        return tuple(Carried(picture, bundle) for picture, bundle in found if bundle is not None)

    def _carried_as_shown(self, ids: Sequence[int]) -> tuple[Carried, ...]:
        """The same; own pictures as PNG files with their detail, which other rooms do not add."""
        carried: list[Carried] = []
        for card_id in ids:
            picture, bundle = self._canvas.card(card_id).picture, self._pictures.bundle(card_id)
            if bundle is None:
                continue
            if not picture.detail:
                carried.append(Carried(picture, bundle, parents=self._parents(card_id)))
                continue
            file = free_file(self._passing.path(), file_stem(bundle, picture))
            try:
                saved = self._saver.save_one(bundle, picture, file, True)
                carried.append(Carried(file=saved, parents=self._parents(card_id)))
            except StudioError as error:
                self.refused.emit(error)
        return tuple(carried)

    def _parents(self, card_id: int) -> tuple[Picture, ...]:
        """Those that are still on the canvas, as they are now."""
        ids = self._canvas.card(card_id).parents
        return tuple(self._canvas.card(id).picture for id in ids if id in self._canvas)

    # Files

    def save(self) -> None:
        """Ask where, then write: one picture to a file, several to a folder."""
        groups = self._groups(self._chosen())
        count = sum(len(pictures) for _, pictures in groups)
        before = Path(self._preferences.save_folder.value or Path.home())
        if count == 0:
            self._refuse_missing()
        elif count == 1:
            proposed = free_file(before, file_stem(groups[0][0], groups[0][1][0]))
            name, _ = QFileDialog.getSaveFileName(self._owner, "Save picture", str(proposed), "PNG (*.png)")
            if name:
                self.save_to_file(Path(name).with_suffix(".png"))
        else:
            folder = QFileDialog.getExistingDirectory(self._owner, "Save pictures to a folder", str(before))
            if folder:
                self.save_to_folder(Path(folder))

    def save_to_file(self, file: Path) -> None:
        groups = self._groups(self._chosen())
        if groups:
            self._preferences.save_folder.set(str(file.parent))
            embed = self._preferences.embed_recipe.value
            bundle, picture = groups[0][0], groups[0][1][0]
            self._start(Job(lambda progress, say: [self._saver.save_one(bundle, picture, file, embed)], self))

    def save_to_folder(self, folder: Path) -> None:
        groups = self._groups(self._chosen())
        if not groups:
            return
        self._preferences.save_folder.set(str(folder))
        embed = self._preferences.embed_recipe.value
        self._start(
            Job(
                lambda progress, say: [
                    file
                    for bundle, pictures in groups
                    for file in self._saver.save_many(bundle, pictures, folder, embed, progress)
                ],
                self,
            )
        )

    def copy(self) -> None:
        self._take(lambda data: QGuiApplication.clipboard().setMimeData(data), self._chosen())

    def drag_out(self, ids: Sequence[int]) -> None:
        """As PNG files, into another program or a folder."""
        self._take(lambda data: self.drag(data, ids), ids)

    def drag(self, data: QMimeData, ids: Sequence[int]) -> None:
        """The drag itself, until it is dropped."""
        drag = QDrag(self._owner)
        drag.setMimeData(data)
        look = self._pictures.look(ids[0]) or self._pictures.small_look(ids[0])
        if look is not None:
            mode = Qt.TransformationMode
            how = mode.FastTransformation if look.is_pixel_art else mode.SmoothTransformation
            image = look.image.scaled(64, 64, Qt.AspectRatioMode.KeepAspectRatio, how)
            drag.setPixmap(QPixmap.fromImage(image))
        drag.exec(Qt.DropAction.CopyAction)

    def _take(self, give: Callable[[QMimeData], object], ids: Sequence[int]) -> None:
        groups = self._groups(ids)
        if not groups:
            self._refuse_missing()
            return
        embed, folder = self._preferences.embed_recipe.value, self._passing.path()
        try:
            parts = [self._saver.to_mime(bundle, pictures, folder, embed) for bundle, pictures in groups]
        except StudioError as error:
            self.refused.emit(error)
            return
        parts[0].setUrls([url for part in parts for url in part.urls()])
        give(parts[0])

    def _groups(self, ids: Sequence[int]) -> list[Group]:
        """What of these can be drawn, by bundle and finish, in their order."""
        groups: dict[tuple[str, object], Group] = {}
        for card_id in ids:
            bundle, picture = self._pictures.bundle(card_id), self._canvas.card(card_id).picture
            if bundle is not None:
                key = (bundle.facts.id, picture.finish)
                groups.setdefault(key, (bundle, []))[1].append(picture)
        return list(groups.values())

    def _refuse_missing(self) -> None:
        if self._chosen():
            self.refused.emit(
                StudioError(
                    "The model that made this picture is not in your library.",
                    "Add it in Models, then try again.",
                )
            )

    def _start(self, job: Job) -> None:
        if self._job is not None and self._job.is_running:
            self.working.emit("Pictures are still being saved.")
            return
        self._job = job
        job.progressed.connect(lambda working: self.working.emit(working.text))
        job.finished.connect(self._on_saved)
        job.failed.connect(self.refused)
        job.ended.connect(job.deleteLater)
        job.start()

    def _on_saved(self, files: list[Path]) -> None:
        where = f"“{files[0].name}”" if len(files) == 1 else f"{len(files)} pictures"
        self.said.emit(f"Saved {where} in {files[0].parent}.")
