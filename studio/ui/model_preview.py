"""The pictures on a model's card: those of its preview, and fresh ones while one looks at it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QRectF, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget
from shiboken6 import isValid

from studio.core.errors import StudioError
from studio.generate.drawing import draw
from studio.store.bundle import Bundle

from .backdrop import Backdrop, fitted, to_pixmap
from .decoding import Answer, DecodeQueue
from .sheets import cells_of

HEIGHT = 168  # px, of the panel
_ROWS, _PAD = 2, 8  # px between pictures
_MOST_CELLS = 12
_ASKER = "model card"
_FIRST_AFTER_MS = 350  # passing over a card on the way to another wakes nothing
_NEXT_AFTER_MS = 900
_FADE_MS = 420


class Previews:
    """The first pictures of preview sheets, cut out once: a sheet takes up to 10 ms to decode."""

    def __init__(self) -> None:
        self._cut: dict[Path, tuple[int, list[QPixmap]]] = {}

    def pictures(self, bundle: Bundle) -> list[QPixmap]:
        """None of them where the file cannot be read."""
        file = bundle.preview_file
        try:
            changed = file.stat().st_mtime_ns
        except OSError:
            return []
        before, pictures = self._cut.get(file, (0, []))
        if before != changed:
            sheet = QPixmap(str(file))
            cells = [] if sheet.isNull() else cells_of(sheet, bundle)[:_MOST_CELLS]
            pictures = [sheet.copy(cell.toRect()) for cell in cells]
            self._cut[file] = (changed, pictures)
        return pictures


class PreviewPanel(QWidget):
    """As many pictures as fit in two rows. One at a time may fade into another."""

    def __init__(self, bundle: Bundle, backdrop: Backdrop, previews: Previews) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Pictures of {bundle.facts.name}")
        self.bundle = bundle
        self._backdrop, self._previews = backdrop, previews
        self._is_pixel_art = bundle.facts.kind == "pixel"
        self._pictures: list[QPixmap] | None = None  # read when first painted
        self._fading: tuple[int, QPixmap] | None = None  # place, picture that goes
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setDuration(_FADE_MS)
        self._fade.valueChanged.connect(lambda _: self.update())
        backdrop.changed.connect(self.update)

    @property
    def pictures(self) -> Sequence[QPixmap]:
        if self._pictures is None:
            self._pictures = list(self._previews.pictures(self.bundle))
        return self._pictures

    def show_fresh(self, place: int, picture: QPixmap) -> None:
        """Another picture at one place, counted round through those that are shown."""
        shown = len(self._places(len(self.pictures)))
        if self._pictures is None or not shown:
            return
        place %= shown
        self._fading = (place, self._pictures[place])
        self._pictures[place] = picture
        self._fade.stop()
        if self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) > 0:
            self._fade.start()
        self.update()

    def _places(self, count: int) -> list[QRectF]:
        side = (self.height() - _PAD * (_ROWS + 1)) / _ROWS
        columns = max(1, int((self.width() - _PAD) / (side + _PAD)))
        gap = (self.width() - columns * side) / (columns + 1)
        return [
            QRectF(gap + i % columns * (side + gap), _PAD + i // columns * (side + _PAD), side, side)
            for i in range(min(count, _ROWS * columns))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_pixel_art)
        self._backdrop.draw(painter, QRectF(self.rect()), 7)
        pictures = self.pictures
        now = float(self._fade.currentValue())
        is_fading = self._fade.state() is QVariantAnimation.State.Running
        for i, place in enumerate(self._places(len(pictures))):
            if is_fading and self._fading is not None and self._fading[0] == i:
                painter.setOpacity(1 - now)
                self._draw(painter, self._fading[1], place)
                painter.setOpacity(now)
            self._draw(painter, pictures[i], place)
            painter.setOpacity(1)
        painter.end()

    def _draw(self, painter: QPainter, picture: QPixmap, place: QRectF) -> None:
        target = fitted(picture.size(), place, self._is_pixel_art, self.devicePixelRatioF())
        painter.drawPixmap(target, picture, QRectF(QRect(picture.rect())))


class FreshPictures(QObject):
    """Gives the card that is looked at a new picture about every second, and rests otherwise."""

    failed = Signal(object)  # StudioError

    def __init__(self, queue: DecodeQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._panel: PreviewPanel | None = None
        self._number, self._seed, self._count = 0, 0, 0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._ask)
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    def look_at(self, panel: PreviewPanel) -> None:
        if self._panel is not panel:
            self._panel, self._seed, self._count = panel, random.randrange(2**32), 0
            self._next.start(_FIRST_AFTER_MS)

    def look_away(self, panel: PreviewPanel | None = None) -> None:
        """From this panel, if it is the one; from any without one."""
        if panel is None or self._panel is panel:
            self._panel = None
            self._next.stop()

    def _ask(self) -> None:
        panel = self._panel
        if panel is None or not isValid(panel) or not panel.isVisible():
            self._panel = None
            return
        (picture,) = draw(panel.bundle, self._seed, 1, start=self._count)
        self._number = self._queue.ask_live(panel.bundle, picture.latent[None], _ASKER)

    def _on_answered(self, answer: Answer) -> None:
        panel = self._panel
        if answer.number == self._number and panel is not None and isValid(panel):
            panel.show_fresh(_place(self._count), to_pixmap(answer.pictures[0]))
            self._count += 1
            self._next.start(_NEXT_AFTER_MS)

    def _on_failed(self, number: int, error: StudioError) -> None:
        if number == self._number and self._panel is not None:
            self.look_away()
            self.failed.emit(error)


def _place(count: int) -> int:
    """Where the next picture goes: all over the card, not row by row."""
    return count * 5 + 1
