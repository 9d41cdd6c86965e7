"""Where packs are asked for and repeated: opens the dialog, and exports again without it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from studio.core.events import Working
from studio.generate.novelty import Novelty
from studio.store.bundle import Bundle
from studio.store.pack import Packed

from ..actions import Command
from ..backdrop import Backdrop
from ..decoding import Decoders
from ..exchange import Carried
from ..jobs import Job
from ..state import CreateState, Preferences, Shelf
from ..widgets import Banner
from .choices import PackMemory
from .dialog import PackDialog
from .request import Chosen, Packer, Request


class PackDesk(QObject):
    """Listens to the exchange. One dialog and one export at a time."""

    def __init__(
        self,
        window: QWidget,
        banner: Banner,
        decoders: Decoders,
        open_novelty: Callable[[Bundle], Novelty],
        shelf: Shelf,
        preferences: Preferences,
        create_state: CreateState,
        backdrop: Backdrop,
    ) -> None:
        super().__init__(window)
        self._window, self._banner = window, banner
        self._shelf, self._preferences = shelf, preferences
        self._create_state, self._backdrop = create_state, backdrop
        self._packer = Packer(
            decoders, open_novelty, lambda: {bundle.facts.id: bundle.facts for bundle in shelf.bundles}
        )
        self.dialog: PackDialog | None = None
        self._last: Request | None = None
        self._job: Job | None = None
        Command(
            window, "pack.new", "Make a set for a game", lambda: self.open(()), (), "package", everywhere=True
        )
        Command(window, "pack.again", "Export the pack again", self.again, (), "export", everywhere=True)

    def open(self, pictures: tuple[Carried, ...]) -> None:
        """With these pictures; without any, with new ones of the model that is open in Create."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = PackDialog(
            self._packer,
            self._shelf.bundles,
            PackMemory.parsed(self._preferences.packs.value),
            self._preferences.embed_recipe.value,
            self._backdrop,
            self._window,
        )
        self.dialog.remembered.connect(lambda memory: self._preferences.packs.set(memory.text()))
        self.dialog.exported.connect(self._on_exported)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.offer(Chosen(pictures) if pictures else None, self._create_state.bundle.value)
        self.dialog.open()

    def again(self) -> None:
        """The last pack of this sitting once more, as it was asked for; the first one is asked for."""
        if self._last is None:
            self.open(())
        elif self._job is None and self.dialog is None:
            request, packer = self._last, self._packer
            self._job = Job(lambda progress, say: packer.export(request, progress), self)
            self._job.progressed.connect(self._on_progress)
            self._job.finished.connect(self._on_packed)
            self._job.failed.connect(self._banner.show_error)
            self._job.cancelled.connect(self._banner.hide)
            self._job.ended.connect(self._on_ended)
            self._job.start()

    def leave(self) -> None:
        """The window is being closed: what is half made is dropped."""
        if self.dialog is not None:
            self.dialog.leave()
        if self._job is not None:
            self._job.cancel()
            self._job.wait(5.0)

    def _on_exported(self, request: Request) -> None:
        self._last = request

    def _on_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _on_progress(self, working: Working) -> None:
        job = self._job
        if job is not None:
            self._banner.say(working.text, offer=("Stop", job.cancel))

    def _on_packed(self, packed: Packed) -> None:
        folder = QUrl.fromLocalFile(str(packed.out))
        self._banner.say(
            f"{packed.count} pictures are in {packed.out} again.",
            seconds=10,
            offer=("Show in folder", lambda: QDesktopServices.openUrl(folder)),
        )

    def _on_ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
