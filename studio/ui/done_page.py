"""The wizard's last page: the model by its best pictures, how it turned out, and where to go from here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QLineEdit, QSizePolicy, QWidget

from studio.core.errors import StudioError
from studio.core.quality import Level, Light, lights
from studio.store.bundle import Bundle
from studio.store.sharing import SUFFIX

from .backdrop import Backdrop, fitted, to_pixmap
from .best_samples import SHOWN, Introduction, Sample, introduce
from .decoding import Decoders
from .exchange import Carried
from .flow import FlowLayout
from .icons import ACCENT, DANGER, MUTED, WARN, icon
from .jobs import Job
from .model_deeds import ModelDeeds
from .model_words import facts_in_words
from .share_dialog import ShareDialog
from .state import Shelf
from .training import Phase, TrainingDesk
from .widgets import Banner, button, clear_layout, column, frame, label, row, scrolling

_SIGNS = {
    Level.GOOD: ("check-circle", ACCENT),
    Level.FAIR: ("minus-circle", WARN),
    Level.POOR: ("warning-circle", DANGER),
    Level.UNKNOWN: ("question", MUTED),
}
_TILE = 132  # px, at least


class PictureButton(QAbstractButton):
    """One picture on the backdrop; a click takes it to Create."""

    def __init__(self, sample: Sample, number: int, is_pixel_art: bool, backdrop: Backdrop) -> None:
        super().__init__()
        self._pixmap, self._is_pixel_art, self._backdrop = to_pixmap(sample.rgba), is_pixel_art, backdrop
        self.setAccessibleName(f"New picture {number}: open it in Create")
        self.setToolTip("Open this one in Create")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_TILE + 12)
        backdrop.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_TILE, _TILE + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        self._backdrop.draw(painter, whole, 8)
        target = fitted(
            self._pixmap.size(), whole.adjusted(6, 6, -6, -6), self._is_pixel_art, self.devicePixelRatioF()
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_pixel_art)
        painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))
        if self.hasFocus() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 2))
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), 8, 8)
        painter.end()


class DonePage(QWidget):
    """Shows the bundle that the desk's run left."""

    use_wanted = Signal(object)  # Path of the bundle
    pictures_wanted = Signal(object)  # tuple of Carried: onto the canvas
    again_wanted = Signal()

    def __init__(self, shelf: Shelf, desk: TrainingDesk, decoders: Decoders, backdrop: Backdrop) -> None:
        super().__init__()
        self._shelf, self._desk, self._decoders, self._backdrop = shelf, desk, decoders, backdrop
        self._bundle: Bundle | None = None
        self._job: Job | None = None
        self.banner = Banner()
        self._deeds = ModelDeeds(shelf, self)
        self._deeds.said.connect(lambda sentence, can_be_undone: self.banner.say(sentence, seconds=10))
        self._deeds.failed.connect(self.banner.show_error)
        self.tiles: list[PictureButton] = []
        self._flow = FlowLayout(_TILE, spacing=8)
        pictures = QWidget()
        pictures.setLayout(self._flow)
        left = column(self.banner, label("New pictures", "heading"), scrolling(pictures), spacing=10)
        left.setStretch(2, 1)
        whole = row(spacing=24)
        whole.addLayout(left, 1)
        whole.addWidget(self._build_side())
        self.setLayout(whole)
        desk.phase.changed.connect(self._on_phase_changed)

    def _build_side(self) -> QFrame:
        side = frame("panel")
        side.setFixedWidth(340)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the model; Enter renames it")
        self.name.setMaxLength(60)
        self.name.editingFinished.connect(self._rename)
        self._facts = label("", "muted", wrap=True)
        self._lights = column(spacing=12)
        self.newness = label("", "muted", wrap=True)
        self.using = button("Open in Create", self._use, "primary", "sparkle")
        side.setLayout(
            column(
                label("Your model is done", "heading"),
                self.name,
                self._facts,
                8,
                self._lights,
                4,
                self.newness,
                None,
                self.using,
                row(
                    button("Show in folder", self._show_folder, "", "folder-open"),
                    button("Share…", self._share, "", "export"),
                ),
                button("New model…", self.again_wanted.emit, "", "plus"),
                spacing=9,
                margins=20,
            )
        )
        return side

    def leave(self, seconds: float = 5.0) -> None:
        """For quitting."""
        if self._job is not None:
            self._job.wait(seconds)

    # What the artist does

    def _use(self) -> None:
        if self._bundle is not None:
            self.use_wanted.emit(self._bundle.folder)

    def _rename(self) -> None:
        bundle, name = self._bundle, self.name.text().strip()
        if bundle is None or name == bundle.facts.name:
            return
        try:
            self._deeds.rename(bundle, name)
        except StudioError as error:
            self.banner.show_error(error)
            self.name.setText(bundle.facts.name)
        else:
            self._bundle = self._shelf.by_id(bundle.facts.id)

    def _show_folder(self) -> None:
        if self._bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._bundle.folder)))

    def _share(self) -> None:
        bundle = self._bundle
        if bundle is not None:
            proposed = Path.home() / f"{bundle.facts.name}{SUFFIX}"
            dialog = ShareDialog(
                bundle, lambda file, thumbnails: self._deeds.share(bundle, file, thumbnails), proposed, self
            )
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    # What is heard

    def _on_phase_changed(self, phase: Phase) -> None:
        if phase is not Phase.DONE or self._desk.bundle is None:
            return
        self._shelf.read()
        self._bundle = self._shelf.by_folder(self._desk.bundle)
        if self._desk.reason:
            self.banner.say(self._desk.reason, "info")
        else:
            self.banner.hide()
        clear_layout(self._flow)
        self.tiles = []
        if self._bundle is None:
            self.banner.show_error(StudioError("The new model cannot be found.", "Look for it in Models."))
            return
        self.name.setText(self._bundle.facts.name)
        self._facts.setText("\n".join(facts_in_words(self._bundle)[:3]))
        self.newness.setText("")
        clear_layout(self._lights)
        for light in lights(self._bundle.facts.quality):
            self._lights.addWidget(_light_row(light))
        self._introduce(self._bundle)

    def _introduce(self, bundle: Bundle) -> None:
        latents = self._desk.latents
        job = Job(lambda progress, say: introduce(bundle, latents, self._decoders), self)
        self._job = job
        job.finished.connect(lambda introduction: self._on_introduced(bundle, introduction))
        job.failed.connect(self.banner.show_error)
        job.ended.connect(self._on_job_ended)
        job.start()

    def _on_job_ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def _on_introduced(self, bundle: Bundle, introduction: Introduction) -> None:
        if self._bundle is None or bundle.facts.id != self._bundle.facts.id:
            return
        self.newness.setText(introduction.sentence)
        for number, sample in enumerate(introduction.samples[:SHOWN], 1):
            tile = PictureButton(sample, number, bundle.facts.kind == "pixel", self._backdrop)
            tile.clicked.connect(lambda _=False, sample=sample: self._open(sample))
            self._flow.addWidget(tile)
            self.tiles.append(tile)

    def _open(self, sample: Sample) -> None:
        self.pictures_wanted.emit((Carried(sample.picture, self._bundle),))


def _light_row(light: Light) -> QWidget:
    made = QWidget()
    sign = QLabel()
    name, role = _SIGNS[light.level]
    sign.setPixmap(icon(name, role).pixmap(QSize(20, 20)))
    words = column(label(light.name, "strong"), label(light.sentence, "muted", wrap=True), spacing=2)
    layout = row(column(sign, None), words, spacing=12)
    layout.setStretch(1, 1)
    made.setLayout(layout)
    made.setAccessibleName(f"{light.name}: {light.level.value}. {light.sentence}")
    return made
