"""One slider as the artist sees it: its name, its two end pictures, and the handle between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QMouseEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from studio.core.slider import LONGEST_NAME

from ..backdrop import Backdrop
from ..icons import icon
from ..jobs import timer
from ..sliders import JumpingSlider
from ..widgets import PicturePanel, column, row
from .thumbs import content_of, square_around

STEPS = 100  # from the middle to an end
_THUMB = 48  # px
_TYPED_MS = 450  # after the last key the slider counts as let go


class StillSlider(JumpingSlider):
    """One that the wheel does not move, so that scrolling the panel changes nothing."""

    def __init__(self, name: str, low: int, high: int, value: int = 0) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setValue(value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Handle(StillSlider):
    """Moves by keys in small steps and is put back by a double click or Backspace."""

    reset_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name, -STEPS, STEPS)
        self.setSingleStep(2)
        self.setPageStep(20)
        self.setToolTip("Drag to change the picture. Double-click puts it back.")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.reset_wanted.emit()
        else:
            super().keyPressEvent(event)


class NameField(QLineEdit):
    """A name that is changed where it stands: Enter keeps it, Escape leaves the old one."""

    renamed = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name
        self.setProperty("kind", "name")
        self.setMaxLength(LONGEST_NAME)
        self.setAccessibleName("Name of the slider")
        self.setToolTip("Click to rename")
        self.setFrame(False)
        self.editingFinished.connect(self._on_finished)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._name:
            self.setText(self._name)
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def _on_finished(self) -> None:
        name = " ".join(self.text().split())
        if name and name != self._name:
            self._name = name
            self.renamed.emit(name)
        self.setText(self._name)


class SliderRow(QWidget):
    """Shows a value from -1 to 1. `moved` while it is dragged, `let_go` once that is over."""

    moved = Signal(float)
    let_go = Signal()
    reset_wanted = Signal()
    renamed = Signal(str)
    remove_wanted = Signal()

    def __init__(self, name: str, backdrop: Backdrop) -> None:
        super().__init__()
        self.name = NameField(name)
        self.handle = Handle(name)
        self.ends = tuple(
            PicturePanel(f"{name}, {side} end", backdrop, side=_THUMB, inset=2, radius=5)
            for side in ("left", "right")
        )
        self._images: list[QImage | None] = [None, None]
        self.more = _more_button(name, self._menu())
        head = row(self.name, self.more, spacing=2)
        head.setStretch(0, 1)
        middle = column(head, self.handle, spacing=0)
        layout = row(self.ends[0], middle, self.ends[1], spacing=6)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._typed = timer(_TYPED_MS, self, self._on_over)
        self._is_moved = False
        self.handle.valueChanged.connect(self._on_value)
        self.handle.sliderReleased.connect(self._on_over)
        self.handle.reset_wanted.connect(self.reset_wanted)
        self.handle.installEventFilter(self)
        self.name.renamed.connect(self.renamed)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Put back", self.reset_wanted.emit)
        menu.addAction("Rename", self.rename)
        menu.addAction(icon("trash"), "Remove this slider", self.remove_wanted.emit)
        return menu

    def rename(self) -> None:
        """Begin to type another name."""
        self.name.setFocus()
        self.name.selectAll()

    @property
    def value(self) -> float:
        return self.handle.value() / STEPS

    def show_value(self, value: float) -> None:
        """Without saying so. While the artist holds the handle it stays in their hand."""
        if not self.handle.isSliderDown() and not self._typed.isActive():
            blocker = QSignalBlocker(self.handle)
            self.handle.setValue(round(value * STEPS))
            blocker.unblock()

    def show_end(self, end: int, image: QImage, is_pixel_art: bool) -> None:
        """end: 0 left, 1 right. What is transparent around both is cut off: the pictures are small enough."""
        self._images[end] = image
        low, high = self._images
        if end == 1 and low is not None and high is not None:
            seen = square_around(content_of(low).united(content_of(high)), low.rect())
            for panel, each in zip(self.ends, (low, high), strict=True):
                panel.show_pixmap(QPixmap.fromImage(each.copy(seen)), is_pixel_art)

    def hideEvent(self, event: QHideEvent) -> None:
        self._typed.stop()  # the section sees to what was moved
        self._is_moved = False
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._typed.isActive():
            self._on_over()
        return super().eventFilter(watched, event)

    def _on_value(self, value: int) -> None:
        self._is_moved = True
        self.moved.emit(value / STEPS)
        if not self.handle.isSliderDown():
            self._typed.start()

    def _on_over(self) -> None:
        self._typed.stop()
        if self._is_moved:
            self._is_moved = False
            self.let_go.emit()


def _more_button(name: str, menu: QMenu) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon("dots-three"))
    made.setProperty("kind", "more")
    made.setFixedSize(24, 24)
    made.setAccessibleName(f"More about “{name}”")
    made.setToolTip("Rename, put back, remove")
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setMenu(menu)
    return made
