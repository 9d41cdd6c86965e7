"""The looks at a run on a line that can be scrubbed, and reading their pictures beside the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider

from studio.core.events import Look, Preview
from studio.core.steps import time_in_words

from .jobs import Job

_MARGIN = 14.0  # px at both ends
_DOT, _RING, _HANDLE = 2.0, 4.5, 8.0  # px, radii


class TimelineBar(QSlider):
    """A place for every look, by the time at which it was; ringed ones can be gone back to."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName("Timeline of the training")
        self.setProperty("kind", "timeline")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setPageStep(5)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._looks: tuple[Look, ...] = ()
        self.valueChanged.connect(self._describe)

    @property
    def looks(self) -> tuple[Look, ...]:
        return self._looks

    @property
    def look(self) -> Look | None:
        return self._looks[self.value()] if self._looks else None

    def show_looks(self, looks: tuple[Look, ...], at: int) -> None:
        """at: the place to stand at; says nothing of the change."""
        self._looks = looks
        self.blockSignals(True)
        self.setRange(0, max(0, len(looks) - 1))
        self.setValue(at)
        self.blockSignals(False)
        self.setEnabled(len(looks) > 1)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 30)

    def _describe(self) -> None:
        look = self.look
        if look is not None:
            usable = ", can be used" if look.can_be_used else ""
            self.setAccessibleDescription(f"After {time_in_words(look.seconds)}{usable}")

    def _place(self, look: Look) -> float:
        whole = max(self._looks[-1].seconds, 1e-6)
        return _MARGIN + (self.width() - 2 * _MARGIN) * look.seconds / whole

    def _go_to(self, x: float) -> None:
        if self._looks:
            nearest = min(range(len(self._looks)), key=lambda i: abs(self._place(self._looks[i]) - x))
            self.setValue(nearest)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pass

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, middle = self.palette(), self.height() / 2
        accent, line = colours.color(QPalette.ColorRole.Accent), colours.color(QPalette.ColorRole.Mid)
        if self.hasFocus():
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(QPen(line, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(_MARGIN, middle), QPointF(self.width() - _MARGIN, middle))
        look = self.look
        if look is not None:
            painter.setPen(QPen(accent, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(_MARGIN, middle), QPointF(self._place(look), middle))
        for i, each in enumerate(self._looks):
            centre = QPointF(self._place(each), middle)
            if each.can_be_used:
                painter.setPen(QPen(accent, 1.6))
                painter.setBrush(colours.window())
                painter.drawEllipse(centre, _RING, _RING)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                is_past = i < self.value()  # on the coloured part of the line
                painter.setBrush(colours.window() if is_past else colours.placeholderText())
                painter.drawEllipse(centre, _DOT, _DOT)
        if look is not None:
            painter.setPen(QPen(colours.window().color(), 2))
            painter.setBrush(accent)
            painter.drawEllipse(QPointF(self._place(look), middle), _HANDLE, _HANDLE)
            if look.can_be_used:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colours.window())
                painter.drawEllipse(QPointF(self._place(look), middle), 3, 3)
        painter.end()


class SheetReader(QObject):
    """Reads the two sheets of a look on a thread; of those that wait, only the newest is read."""

    read = Signal(object, QImage, QImage)  # Preview, rebuilds, samples

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Preview | None = None
        self._job: Job | None = None

    def ask(self, preview: Preview) -> None:
        self._wanted = preview
        self._begin()

    def forget(self) -> None:
        self._wanted = None

    def wait(self, seconds: float = 2.0) -> None:
        """For quitting."""
        self.forget()
        if self._job is not None:
            self._job.wait(seconds)

    def _begin(self) -> None:
        if self._job is not None or self._wanted is None:
            return
        preview, self._wanted = self._wanted, None
        job = Job(lambda progress, say: (QImage(str(preview.rebuilds)), QImage(str(preview.samples))), self)
        self._job = job
        job.finished.connect(lambda images: self._on_read(preview, *images))
        job.ended.connect(self._on_ended)
        job.start()

    def _on_read(self, preview: Preview, rebuilds: QImage, samples: QImage) -> None:
        if self._wanted is None:  # else a newer one is on its way
            self.read.emit(preview, rebuilds, samples)

    def _on_ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._begin()
