"""The dialog that asks what a morph is to become, and says beforehand how large and how long that will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.core.plan import MorphPlan
from studio.core.steps import time_in_words
from studio.core.tempo import Survey
from studio.store.bundle import Bundle
from studio.store.exporting import GIF_FPS, KINDS, Estimate, Export, as_kept, why_not

from ..backdrop import Backdrop, to_pixmap
from ..decoding import Decoders
from ..icons import icon
from ..jobs import Job, after
from ..model_words import size_in_words
from ..saving import file_stem, free_file
from ..sliders import JumpingSlider
from ..widgets import Banner, PicturePanel, button, column, label, reword, row
from .exporting import Order, run_estimate

_ICONS = {
    "gif": "image",
    "webp": "image",
    "apng": "image",
    "avif": "image",
    "mp4": "film-strip",
    "webm": "film-strip",
    "frames": "stack",
    "sheet": "grid-four",
    "strip": "rows",
}
_OTHER_FPS = (60.0, 50.0, 30.0, 25.0, 24.0, 20.0, 15.0, 12.0, 10.0, 8.0)
_SOON_MS = 250


class ExportDialog(QDialog):
    """Edits an Export; `export_wanted` when the user is sure."""

    export_wanted = Signal(object)  # Export

    def __init__(
        self,
        export: Export,
        plan: MorphPlan,
        bundle: Bundle,
        survey: Survey | None,
        sample: Callable[[], tuple[list[Pictures], float]],
        decoders: Decoders,
        backdrop: Backdrop,
        folder: str,
        parent: QWidget,
    ) -> None:
        """sample: frames that follow each other, and the seconds that one takes. folder: saved to last."""
        super().__init__(parent)
        self.setWindowTitle("Export morph")
        self._plan, self._bundle, self._survey = plan, bundle, survey
        self._sample, self._decoders, self._folder = sample, decoders, folder
        self._job: Job | None = None
        self._is_showing = False
        self.export = self._begun(export)
        self.banner = Banner()
        self._build(backdrop)
        self._soon = after(_SOON_MS, self, self._estimate)
        self.finished.connect(lambda _: self._leave())
        self._show()

    def _begun(self, export: Export) -> Export:
        """What was asked for last, where it can be had of this morph."""
        if why_not(export.kind):
            export = replace(export, kind="gif")
        if export.side and export.side not in self._sides():
            export = replace(export, side=0)
        path = Path(export.path) if export.path else self._proposed(export.kind)
        return replace(export, path=str(path))

    def _proposed(self, kind: str) -> Path:
        """A name that is free."""
        folder = Path(self._folder or Path.home())
        stem = file_stem(self._bundle, self._plan.stops[0].picture).split(" ")[0] + " morph"
        return free_file(folder, stem, KINDS[kind].ending)

    # Building

    def _build(self, backdrop: Backdrop) -> None:
        self.kinds = QListWidget()
        self.kinds.setProperty("role", "list")
        self.kinds.setAccessibleName("Kind of file")
        self.kinds.setFixedWidth(168)
        for kind, about in KINDS.items():
            item = QListWidgetItem(icon(_ICONS[kind]), about.words)
            item.setData(Qt.ItemDataRole.UserRole, kind)
            item.setSizeHint(item.sizeHint().expandedTo(QSize(10, 32)))
            self.kinds.addItem(item)
        self.kinds.currentItemChanged.connect(lambda item: self._on_kind(item))
        self.preview = PicturePanel("A frame as it will be", backdrop, side=148, inset=0)
        self.about = label("", "muted", wrap=True)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        head = row(self.preview, self.about, spacing=16)
        head.setStretch(1, 1)
        right = column(head, 4, self._build_form(), None, self._build_sum(), spacing=10)
        whole = row(self.kinds, right, spacing=20)
        whole.setStretch(1, 1)
        self.go = button("Export", self.accept_export, "primary", "export")
        self.go.setDefault(True)
        foot = row(None, button("Cancel", self.reject), self.go, spacing=10)
        self.setLayout(column(self.banner, whole, 4, foot, spacing=12, margins=20))
        self.setMinimumSize(700, 560)

    def _build_form(self) -> QFrame:
        made = QFrame()
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(10)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.side = QComboBox()
        for side in self._sides():
            self.side.addItem(self._size_words(side), side)
        self.side.activated.connect(lambda i: self._set(side=self.side.itemData(i)))
        self.fps = QComboBox()
        self.fps.activated.connect(lambda i: self._set(fps=self.fps.itemData(i)))
        self.clear = QCheckBox("Keep transparency")
        self.clear.toggled.connect(lambda is_on: self._set(is_clear=is_on))
        self.matte = button("", self._choose_matte)
        self.quality = JumpingSlider()
        self.quality.setRange(10, 100)
        self.quality.setPageStep(10)
        self.quality.valueChanged.connect(lambda quality: self._set(quality=quality))
        self._quality_value = label("", "muted")
        self._quality_value.setFixedWidth(30)
        self._quality_row = QWidget()
        self._quality_row.setLayout(row(self.quality, self._quality_value))
        self._row("Size", self.side)
        self._row("Frames a second", self.fps)
        self._row("Transparency", self.clear)
        self._row("Matte", self.matte)
        self._row("Quality", self._quality_row)
        self.quality.setAccessibleName("Quality")
        made.setLayout(self._form)
        return made

    def _row(self, words: str, field: QWidget) -> None:
        field.setAccessibleName(words)
        made = label(words)
        made.setMinimumHeight(field.sizeHint().height())  # or it would stand above the middle of its row
        self._form.addRow(made, field)

    def _build_sum(self) -> QFrame:
        made = QFrame()
        self.path = QLineEdit(self.export.path)
        self.path.setAccessibleName("Where to")
        self.path.textEdited.connect(lambda text: self._set(path=text.strip()))
        self.sums = label("", "strong")
        self.estimated = label("", "muted")
        place = row(self.path, button("Choose…", self._choose_path, icon_name="folder-open"))
        place.setStretch(0, 1)
        made.setLayout(column(self.sums, self.estimated, 2, label("Where to", "muted"), place, spacing=4))
        return made

    def _sides(self) -> list[int]:
        """Sizes on offer: pixel art by whole factors only."""
        facts = self._bundle.facts
        own = facts.picture_side
        if facts.kind == "pixel":
            return [
                facts.size * factor
                for factor in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
                if facts.size * factor <= 1024
            ]
        return sorted({own, own * 2, own * 4, 256, 512, 1024} | ({own // 2} if own >= 64 else set()))

    def _size_words(self, side: int) -> str:
        facts = self._bundle.facts
        words = f"{side} × {side} px"
        if facts.kind == "pixel":
            words += f"   ({side // facts.size}×)"
        return f"{words}   as the model makes it" if side == facts.picture_side else words

    # Showing

    def _set(self, **changes: Any) -> None:
        if not self._is_showing:
            self.export = replace(self.export, **changes)
            self._show()

    def _show(self) -> None:
        """Everything as `export` has it."""
        self._is_showing = True
        kind = KINDS[self.export.kind]
        self.kinds.setCurrentRow(list(KINDS).index(self.export.kind))
        missing = why_not(self.export.kind)
        self.about.setText(f"{kind.about}\n\n{missing}" if missing else kind.about)
        self.side.setCurrentIndex(self._sides().index(self.export.side or self._bundle.facts.picture_side))
        self._show_fps(kind.plays)
        self.clear.setEnabled(kind.clear != "none")
        self.clear.setChecked(self.export.keeps_clear)
        self.clear.setText("Keep transparency" if kind.clear != "none" else "This format has none")
        self._form.setRowVisible(3, self.export.needs_matte)
        self._show_matte()
        has_quality = kind.has_quality and (self._bundle.facts.kind != "pixel" or self.export.kind != "webp")
        self._form.setRowVisible(4, has_quality)
        self.quality.setValue(self.export.quality)
        self._quality_value.setText(str(self.export.quality))
        if self.path.text().strip() != self.export.path:
            self.path.setText(self.export.path)
        self._is_showing = False
        self._show_preview()
        self._show_sum(missing)

    def _show_fps(self, plays: bool) -> None:
        self.fps.clear()
        planned = self._plan.fps
        if self.export.kind == "gif":
            rate = self.export.rate(planned)
            for fps in sorted({*GIF_FPS, rate}, reverse=True):
                self.fps.addItem(f"{fps:.4g}", fps)
            self.fps.setCurrentIndex(self.fps.findData(rate))
            self.fps.setToolTip("A GIF counts in hundredths of a second: these are shown as they are")
            return
        self.fps.addItem(f"{planned:.4g}, as planned", 0.0)
        for fps in _OTHER_FPS:
            if fps != planned:
                self.fps.addItem(f"{fps:.4g}", fps)
        if self.export.fps and self.fps.findData(self.export.fps) < 0:
            self.fps.addItem(f"{self.export.fps:.4g}", self.export.fps)
        self.fps.setCurrentIndex(max(0, self.fps.findData(self.export.fps)))
        self.fps.setToolTip("" if plays else "How many frames there are for each second of the morph")

    def _show_matte(self) -> None:
        colour = QColor(*self.export.matte)
        swatch = QPixmap(16, 16)
        swatch.fill(self.palette().color(QPalette.ColorRole.PlaceholderText))  # its rim
        painter = QPainter(swatch)
        painter.fillRect(1, 1, 14, 14, colour)
        painter.end()
        self.matte.setIcon(QIcon(swatch))
        reword(self.matte, colour.name())
        edges = self.export.keeps_clear
        self.matte.setAccessibleName(f"Matte colour {colour.name()}")
        self.matte.setToolTip(
            "Stands behind half-transparent edges"
            if edges
            else "Stands behind the pictures, in place of nothing"
        )

    def _show_preview(self) -> None:
        """The first frame with the edges and the ground that it will have."""
        frames, _ = self._sample()
        if not frames:
            return
        shown = to_pixmap(as_kept(frames[0], self.export))
        self.preview.show_pixmap(shown, self._bundle.facts.kind == "pixel")

    def _order(self) -> Order:
        return Order(self._plan, self._bundle, self.export, self._survey)

    def _show_sum(self, missing: str) -> None:
        """What there is to be had, or why not; then how large, as soon as that is known."""
        self._stop_estimate()
        path = Path(self.export.path)
        reword(self.go, "Replace" if self.export.path and path.exists() else "Export")
        try:
            order = self._order()
            playing = order.playing()
            order.check()
        except StudioError as error:
            self.banner.show_error(error)
            self.go.setEnabled(False)
            self.sums.setText("")
            self.estimated.setText("")
            return
        self.banner.hide()
        kind = KINDS[self.export.kind]
        words = f"{playing.frames} frames"
        if kind.plays:
            endless = "made to loop" if kind.is_video else "for ever"  # players decide for themselves
            again = endless if playing.is_endless else "once"
            words += f"  ·  {playing.frames / playing.fps:.2f} s, {again}"
        self.sums.setText(words)
        self.go.setEnabled(not missing and bool(self.export.path))
        self.estimated.setText("" if missing else "Estimating…")
        if not missing:
            self._soon.start()

    # The estimate

    def _estimate(self) -> None:
        self._stop_estimate()
        frames, seconds = self._sample()
        if len(frames) < 2:
            self.estimated.setText("The size is known when more frames are prepared.")
            self._soon.start(1000)
            return
        order, decoders = self._order(), self._decoders
        job = Job(lambda progress, say: run_estimate(order, frames, seconds, decoders), self)
        job.finished.connect(lambda found: self._show_estimate(job, found))
        job.failed.connect(lambda error: self._show_no_estimate(job, error))
        job.ended.connect(job.deleteLater)
        self._job = job
        job.start()

    def _show_estimate(self, job: Job, found: Estimate) -> None:
        if job is self._job:
            self._job = None
            soon = "ready in a moment" if found.seconds < 1.5 else f"takes {time_in_words(found.seconds)}"
            self.estimated.setText(f"About {size_in_words(found.size)}, {soon}")

    def _show_no_estimate(self, job: Job, error: StudioError) -> None:
        if job is self._job:
            self._job = None
            self.estimated.setText(str(error))

    def _stop_estimate(self) -> None:
        self._soon.stop()
        self._soon.setInterval(_SOON_MS)
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _leave(self) -> None:
        """What is being tried out ends by itself within a second or two; nobody listens any more."""
        job = self._job
        self._stop_estimate()
        if job is not None:
            job.wait(5)

    # What the user does

    def _on_kind(self, item: QListWidgetItem | None) -> None:
        if item is None or self._is_showing:
            return
        kind = str(item.data(Qt.ItemDataRole.UserRole))
        path = Path(self.export.path) if self.export.path else self._proposed(kind)
        named = path.with_suffix("") if path.suffix in {k.ending for k in KINDS.values()} else path
        self._set(kind=kind, path=str(named) + KINDS[kind].ending)

    def _choose_matte(self) -> None:
        colour = QColorDialog.getColor(QColor(*self.export.matte), self, "Matte")
        if colour.isValid():
            self._set(matte=(colour.red(), colour.green(), colour.blue()))

    def _choose_path(self) -> None:
        kind = KINDS[self.export.kind]
        options = QFileDialog.Option.DontConfirmOverwrite  # the button says “Replace”
        filters = f"{kind.words} (*{kind.ending})" if kind.ending else ""
        name, _ = QFileDialog.getSaveFileName(self, "Export to", self.export.path, filters, options=options)
        if name:
            path = Path(name)
            self._set(path=str(path if path.suffix.lower() == kind.ending else f"{path}{kind.ending}"))

    def accept_export(self) -> None:
        """Take it, unless it cannot be."""
        kind, path = KINDS[self.export.kind], Path(self.export.path)
        if kind.ending and path.suffix.lower() != kind.ending:
            self._set(path=self.export.path + kind.ending)
            path = Path(self.export.path)
        if not path.is_absolute():
            self._set(path=str(Path(self._folder or Path.home()) / path))
        self.export_wanted.emit(self.export)
        self.accept()
