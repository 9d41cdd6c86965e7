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
from studio.core.progress import Progress
from studio.core.variation import vary
from studio.store.bundle import Bundle

from ..exchange import Carried, Exchange
from ..jobs import Job, end_jobs
from ..lanes import Lane, Latest
from ..saving import PassingFolder, Saver, file_stem, free_file
from ..seeds import fresh_seeds
from ..state import Preferences
from ..taking import Make, PromisedMime, Taken, as_mime
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
        self._copying, self._making = Latest(self), Lane(self)
        for each in (self._copying, self._making):
            each.failed.connect(self.refused)
        self.hold: Callable[[int, Latents], Latents] = lambda card_id, latents: latents
        """Where latents go when what is locked on a card (by id) stays as it is."""
        self.when_held: Callable[[Sequence[int], Callable[[], None]], None] = lambda ids, act: act()
        """Acts as soon as `hold` knows these cards."""

    def leave(self) -> None:
        """For quitting."""
        self._copying.leave(4.0)
        self._making.leave(4.0, finish=False)
        end_jobs(self, 4.0)

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
        self._as_shown(plain, lambda carried: self._exchange.keep_wanted.emit(carried) if carried else None)

    def morph(self) -> None:
        carried = self._carried(self._chosen())
        if len(carried) < 2:
            self.refused.emit(StudioError("A morph needs at least two pictures.", "Select another one."))
        else:
            self._exchange.morph_wanted.emit(carried)

    def pack(self) -> None:
        """Those chosen; where there are none, whoever packs offers a set of new ones."""
        ids = self._chosen()

        def hand_on(carried: tuple[Carried, ...]) -> None:
            if carried or not ids:
                self._exchange.pack_wanted.emit(carried)
            else:
                self._refuse_missing()

        self._as_shown(ids, hand_on)

    def remove(self) -> None:
        self._canvas.remove(self._chosen())

    def _carried(self, ids: Sequence[int]) -> tuple[Carried, ...]:
        """What of these can be drawn."""
        found = [(self._canvas.card(card_id).picture, self._pictures.bundle(card_id)) for card_id in ids]
        return tuple(Carried(picture, bundle) for picture, bundle in found if bundle is not None)

    def _as_shown(self, ids: Sequence[int], then: Callable[[tuple[Carried, ...]], object]) -> None:
        """The same, for `then`; own pictures as PNG files with their detail, which other rooms do not add.

        These take a while, and are made on a thread.
        """
        cards = [(self._canvas.card(card_id).picture, self._pictures.bundle(card_id)) for card_id in ids]
        found = [
            Carried(picture, bundle, parents=self._parents(card_id))
            for card_id, (picture, bundle) in zip(ids, cards, strict=True)
            if bundle is not None
        ]
        if any(one.picture is not None and one.picture.detail for one in found):
            folder = self._passing.path()
            self._making.run(lambda progress: self._with_files(found, folder, progress), then)
        else:
            then(tuple(found))

    def _with_files(self, found: Sequence[Carried], folder: Path, progress: Progress) -> tuple[Carried, ...]:
        """On a thread."""
        carried: list[Carried] = []
        for done, one in enumerate(found):
            progress.update("Drawing own pictures", done, len(found))
            if one.picture is not None and one.bundle is not None and one.picture.detail:
                file = free_file(folder, file_stem(one.bundle, one.picture))
                saved = self._saver.save_one(one.bundle, one.picture, file, True)
                one = Carried(file=saved, parents=one.parents)
            carried.append(one)
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
        make = self._taking(self._chosen())
        if make is not None:
            self._copying.ask(make, self._on_copied)

    def _on_copied(self, taken: Taken) -> None:
        QGuiApplication.clipboard().setMimeData(as_mime(taken))
        count = len(taken.files)
        self.said.emit("Copied the picture." if count == 1 else f"Copied {count} pictures.")

    def drag_out(self, ids: Sequence[int]) -> None:
        """As PNG files, into another program or a folder."""
        make = self._taking(ids)
        if make is not None:
            self.drag(PromisedMime(make, self.refused.emit, self, {}), ids)

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

    def _taking(self, ids: Sequence[int]) -> Make | None:
        groups = self._groups(ids)
        if not groups:
            self._refuse_missing()
            return None
        embed, folder = self._preferences.embed_recipe.value, self._passing.path()
        return lambda progress: self._saver.take(groups, folder, embed, progress)

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
