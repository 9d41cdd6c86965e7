"""Which of the artist's own pictures a picture is most like: found on a thread, the newest question wins."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from studio.core.pixels import Pictures
from studio.generate.novelty import Nearest, Novelty
from studio.store.bundle import Bundle

from .decoding import Decoders
from .jobs import Job


@dataclass(frozen=True, eq=False)
class Likeness:
    """A picture and the one of the artist's own that it lies nearest."""

    nearest: Nearest
    original: Pictures  # uint8 [t, t, 4]; drawn from its code where the bundle has no small pictures
    file: str  # what the original was called; "" where the bundle does not say

    @property
    def sentence(self) -> str:
        if self.nearest.is_copy:
            return "Nearly a copy of this one."
        share = round(100 * self.nearest.novelty)
        return f"Newness {share} of 100. Fresh originals of this set have 50 on average."


class NearestFinder(QObject):
    """Lives on the UI thread. One question is worked on at a time; of those that wait, only the newest."""

    found = Signal(object)  # Likeness, of the picture asked about last

    def __init__(self, decoders: Decoders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoders = decoders
        self._novelty: tuple[str, Novelty] | None = None  # of one bundle id; touched by the job alone
        self._wanted: tuple[Bundle, Pictures] | None = None
        self._job: Job | None = None

    def ask(self, bundle: Bundle, rgba: Pictures) -> None:
        """rgba: uint8 [size, size, 4], as decoded. Bundles that measured no novelty get no answer."""
        self._wanted = (bundle, rgba) if bundle.facts.novelty else None
        self._begin()

    def forget(self) -> None:
        """Nothing more is heard of what was asked before."""
        self._wanted = None

    def stop(self, seconds: float = 5.0) -> None:
        """For quitting."""
        self.forget()
        if self._job is not None:
            self._job.wait(seconds)

    def _begin(self) -> None:
        if self._wanted is None or self._job is not None:
            return
        wanted = self._wanted
        job = Job(lambda progress, say: self._find(*wanted), self)
        job.finished.connect(lambda likeness: self._on_finished(wanted, likeness))
        job.ended.connect(lambda: self._on_ended(wanted, job))
        self._job = job
        job.start()

    def _find(self, bundle: Bundle, rgba: Pictures) -> Likeness:
        """On the job's thread."""
        if self._novelty is None or self._novelty[0] != bundle.facts.id:
            self._novelty = (bundle.facts.id, Novelty(bundle))
        novelty = self._novelty[1]
        (nearest,) = novelty.judge(rgba[None])
        small = bundle.thumbnails
        if small is None:
            (original,) = self._decoders.get(bundle).decode(bundle.codes[[nearest.index]])
        else:
            original = small[nearest.index]
        file = bundle.code_files[nearest.index] if bundle.code_files else ""
        return Likeness(nearest, original, file)

    def _on_finished(self, asked: tuple[Bundle, Pictures], likeness: Likeness) -> None:
        if self._wanted is asked:
            self.found.emit(likeness)

    def _on_ended(self, asked: tuple[Bundle, Pictures], job: Job) -> None:
        """Also after a failure, which is in the log and costs only this answer."""
        job.deleteLater()
        self._job = None
        if self._wanted is asked:
            self._wanted = None
        self._begin()
