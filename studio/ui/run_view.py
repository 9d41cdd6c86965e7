"""What a run has understood: originals and rebuilds, new pictures, and a timeline to look back on."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QWidget

from studio.core.events import Look, Preview, Timeline
from studio.core.steps import time_in_words

from .backdrop import Backdrop
from .curves import Curves
from .sheets import Sheet
from .state import show
from .timeline_bar import SheetReader, TimelineBar
from .training import Phase, TrainingDesk
from .widgets import button, column, label, row


class RunView(QWidget):
    """Follows the newest look until the artist goes back to an older one."""

    def __init__(self, desk: TrainingDesk, backdrop: Backdrop) -> None:
        super().__init__()
        self._desk = desk
        self._is_following = True
        self._reader = SheetReader(self)
        self._reader.read.connect(self._on_read)
        self.rebuilds = Sheet("Your pictures above the same ones rebuilt", backdrop, ("Yours", "Rebuilt"))
        self.samples = Sheet("New pictures from the model so far", backdrop)
        self.bar = TimelineBar()
        self.bar.valueChanged.connect(self._on_scrubbed)
        self.curves = Curves()
        self.curves.hide()
        pictures = column(
            label("What it has understood", "heading"),
            label("Pictures it never learnt from, and what it makes of them.", "muted"),
            self.rebuilds,
            2,
            label("New pictures", "heading"),
            self.samples,
            2,
            self._build_timeline(),
            self.curves,
            spacing=6,
        )
        pictures.setStretch(2, 2)
        pictures.setStretch(5, 3)
        self.setLayout(pictures)
        show(desk.preview, self._show_preview)
        show(desk.timeline, self._show_timeline)
        desk.phase.changed.connect(self._on_phase_changed)

    def _build_timeline(self) -> QWidget:
        self._when = label("", "muted")
        self.follow = button("Newest", self._follow, "", "skip-forward", "Follow the training again")
        self.using = button(
            "Use this moment", self._use, "", "clock-counter-clockwise", "Make the model as it was then"
        )
        self.showing_curves = button("Curves", self._draw, "", "chart-line")
        self.showing_curves.setCheckable(True)
        self._line = QWidget()
        self._line.setLayout(
            column(
                self.bar,
                row(self._when, None, self.follow, self.using, self.showing_curves, spacing=8),
                spacing=2,
            )
        )
        self._line.hide()
        return self._line

    def leave(self) -> None:
        """For quitting."""
        self._reader.wait()

    # What the artist does

    def _follow(self) -> None:
        self._is_following = True
        self._show_timeline(self._desk.timeline.value)

    def _use(self) -> None:
        look = self.bar.look
        if look is not None and look.can_be_used and self._desk.can_be_told:
            self._desk.use_moment(look)

    def _on_scrubbed(self, place: int) -> None:
        self._is_following = place == len(self.bar.looks) - 1
        look = self.bar.look
        if look is not None:
            self._reader.ask(look.preview)
        self._draw()

    # What is heard

    def _on_phase_changed(self, phase: Phase) -> None:
        if phase is Phase.STARTING:
            self._is_following = True
            self._reader.forget()
            for sheet in (self.rebuilds, self.samples):
                sheet.clear()
        self._draw()

    def _show_preview(self, preview: Preview | None) -> None:
        if preview is not None and self._is_following:
            self._reader.ask(preview)

    def _show_timeline(self, timeline: Timeline) -> None:
        looks, shown = timeline.looks, self.bar.look
        place = len(looks) - 1
        if not self._is_following and shown is not None:
            # The one looked at may have been thinned out meanwhile: then the one nearest to it.
            seconds = shown.seconds
            place = min(range(len(looks)), key=lambda i: abs(looks[i].seconds - seconds), default=0)
        is_other = not looks or shown is None or looks[place].preview != shown.preview
        self.bar.show_looks(looks, max(0, place))
        if looks and is_other:
            self._reader.ask(looks[place].preview)
        self._draw()

    def _on_read(self, preview: Preview, rebuilds: QImage, samples: QImage) -> None:
        self.rebuilds.show_sheet(QPixmap.fromImage(rebuilds), preview.side)
        self.samples.show_sheet(QPixmap.fromImage(samples), preview.side)

    def _draw(self) -> None:
        looks, look = self.bar.looks, self.bar.look
        has_line = len(looks) > 1
        self._line.setVisible(has_line)
        self.curves.setVisible(has_line and self.showing_curves.isChecked())
        self.curves.show_looks(looks, look)
        self.follow.setEnabled(not self._is_following)
        can_be_used = look is not None and look.can_be_used and not self._is_following
        self.using.setEnabled(can_be_used and self._desk.can_be_told)
        self._when.setText(_when_in_words(look, self._is_following))


def _when_in_words(look: Look | None, is_newest: bool) -> str:
    if look is None:
        return ""
    if is_newest:
        return f"Now, after {time_in_words(look.seconds)}"
    words = f"As it was after {time_in_words(look.seconds)}"
    return words if look.can_be_used else f"{words}. Only the ringed moments can be used."
