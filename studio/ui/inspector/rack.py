"""The sliders of the bundle that is worked on: read, found when there are none yet, changed, and kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.events import Working
from studio.core.latent import Latents
from studio.core.progress import Progress
from studio.core.slider import LONGEST_NAME, MOST_SLIDERS, Board, Slider
from studio.generate.sliders import find_sliders, slider_from_piles
from studio.store.bundle import Bundle
from studio.store.files import Library
from studio.store.sliders import load_sliders, save_sliders

from ..decoding import Decoders
from ..jobs import Job

log = logging.getLogger(__name__)


class SliderRack(QObject):
    """Lives on the UI thread; looking for sliders and keeping them goes on beside it."""

    changed = Signal()  # other sliders, or other names
    working = Signal(object)  # Working, while it looks; None: it is done
    made = Signal(object)  # Slider, from two piles
    failed = Signal(object)  # StudioError

    def __init__(self, library: Library, decoders: Decoders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library, self._decoders = library, decoders
        self.bundle: Bundle | None = None
        self.board: Board | None = None
        self._job: Job | None = None
        self._saving: Job | None = None
        self._unsaved: dict[str, tuple[Bundle, tuple[Slider, ...]]] = {}

    @property
    def sliders(self) -> tuple[Slider, ...]:
        return self.board.sliders if self.board else ()

    @property
    def is_working(self) -> bool:
        return self._job is not None

    def show(self, bundle: Bundle) -> None:
        """The sliders of this bundle from now on; where there are none yet they are looked for."""
        if self.bundle is not None and bundle.facts.id == self.bundle.facts.id:
            self.bundle = bundle  # perhaps under another name, in another folder
            return
        self._stop_working()
        self.bundle = bundle
        try:
            unsaved = self._unsaved.get(bundle.facts.id)
            sliders = unsaved[1] if unsaved else load_sliders(bundle, self._library)
        except StudioError as error:
            self.failed.emit(error)
            sliders = ()
        self._take(sliders)
        if not sliders:
            self.find()

    def find(self) -> None:
        """Look for sliders; those made from piles stay."""
        bundle = self.bundle
        if bundle is None or self.is_working:
            return
        own = tuple(slider for slider in self.sliders if slider.origin == "piles")

        def work(progress: Progress) -> tuple[Slider, ...]:
            return find_sliders(bundle, self._decoders.get(bundle), progress, {each.name for each in own})

        self._start(work, lambda found: self._keep((*own, *found)))

    def make(self, name: str, more: Sequence[Latents], less: Sequence[Latents]) -> None:
        """A slider towards one pile and away from another, above all others; `made` follows, or `failed`."""
        bundle = self.bundle
        if bundle is None or self.is_working:
            return
        if len(self.sliders) >= MOST_SLIDERS:
            self.failed.emit(StudioError("This model has too many sliders.", "Remove some first."))
            return

        def work(progress: Progress) -> Slider:
            decoder = self._decoders.get(bundle)
            return slider_from_piles(bundle, decoder, more, less, _tidy(name) or "My slider", progress)

        self._start(work, self._on_made)

    def _on_made(self, slider: Slider) -> None:
        self._keep((slider, *self.sliders))
        self.made.emit(slider)

    def rename(self, index: int, name: str) -> None:
        """An empty name leaves the old one."""
        name = _tidy(name)
        if name and name != self.sliders[index].name:
            renamed = list(self.sliders)
            renamed[index] = replace(renamed[index], name=name)
            self._keep(renamed)

    def remove(self, index: int) -> Slider:
        """The one that is gone, so that it can be put back."""
        slider = self.sliders[index]
        self._keep([other for other in self.sliders if other is not slider])
        return slider

    def put_back(self, index: int, slider: Slider) -> None:
        sliders = list(self.sliders)
        sliders.insert(index, slider)
        self._keep(sliders)

    def stop(self, seconds: float = 5.0) -> None:
        """For quitting: what was changed is kept, what is being looked for is not."""
        for job in (self._job, self._saving):
            if job is not None:
                if job is self._job:
                    job.cancel()
                job.wait(seconds)
        for bundle, sliders in self._unsaved.values():
            try:
                save_sliders(bundle, self._library, sliders)
            except StudioError as error:  # there is no window any more to say it in
                log.warning("Sliders are not saved: %s", error)
        self._unsaved.clear()

    # How it goes on

    def _start(self, work: Callable[[Progress], object], then: Callable[..., object]) -> None:
        job = Job(lambda progress, say: work(progress), self)

        def if_mine(act: Callable[..., object]) -> Callable[[object], None]:
            """Nothing is heard of one that was stopped because another bundle is shown."""

            def heard(message: object) -> None:
                if self._job is job:
                    act(message)

            return heard

        job.progressed.connect(if_mine(self.working.emit))
        job.finished.connect(if_mine(then))
        job.failed.connect(if_mine(self.failed.emit))
        job.ended.connect(lambda: self._on_ended(job))
        self._job = job
        self.working.emit(Working("Looking for sliders"))
        job.start()

    def _on_ended(self, job: Job) -> None:
        job.deleteLater()
        if self._job is job:
            self._job = None
            self.working.emit(None)

    def _stop_working(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.working.emit(None)

    def _keep(self, sliders: Sequence[Slider]) -> None:
        assert self.bundle is not None
        self._take(tuple(sliders))
        self._unsaved[self.bundle.facts.id] = (self.bundle, tuple(sliders))
        self._save()

    def _take(self, sliders: tuple[Slider, ...]) -> None:
        assert self.bundle is not None
        self.board = Board(sliders, self.bundle.density)
        self.changed.emit()

    def _save(self) -> None:
        """One write at a time, of what was kept last."""
        if self._saving is not None or not self._unsaved:
            return
        bundle, sliders = next(iter(self._unsaved.values()))

        job = Job(lambda progress, say: save_sliders(bundle, self._library, sliders), self)
        job.failed.connect(self.failed)
        job.ended.connect(lambda: self._on_saved(bundle, sliders))
        self._saving = job
        job.start()

    def _on_saved(self, bundle: Bundle, sliders: tuple[Slider, ...]) -> None:
        """Also when the disk refused: what is refused once is not tried again until something changes."""
        if self._saving is not None:
            self._saving.deleteLater()
        self._saving = None
        waiting = self._unsaved.get(bundle.facts.id)
        if waiting is not None and waiting[1] is sliders:
            del self._unsaved[bundle.facts.id]
        self._save()


def _tidy(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME]
