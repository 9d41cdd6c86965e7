"""One picture, large, with what it is and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.store.bundle import Bundle

from .backdrop import Backdrop, to_pixmap
from .decoding import Answer, DecodeQueue
from .icons import icon
from .nearest import Likeness, NearestFinder
from .widgets import (
    Banner,
    DraggedPicture,
    PicturePanel,
    button,
    column,
    frame,
    icon_button,
    label,
    reword,
    row,
)


class LargeView(QWidget):
    """Left and Right go on, Escape goes back; the picture can be dragged out."""

    closed = Signal()
    stepped = Signal(int)  # +1 or -1
    save_wanted = Signal()
    copy_wanted = Signal()
    star_wanted = Signal()
    drag_wanted = Signal()

    def __init__(self, queue: DecodeQueue, finder: NearestFinder, backdrop: Backdrop) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Large picture")
        self._queue, self._finder = queue, finder
        self.bundle: Bundle | None = None
        self.picture: Picture | None = None
        self._number = 0
        self._panel = DraggedPicture("Picture", backdrop, inset=24)
        self._panel.drag_wanted.connect(self.drag_wanted)
        self.banner = Banner()
        self._previous = icon_button("Previous picture", "caret-left", lambda: self.stepped.emit(-1), "Left")
        self._next = icon_button("Next picture", "caret-right", lambda: self.stepped.emit(1), "Right")
        middle = row(self._previous, self._panel, self._next, spacing=12)
        middle.setStretch(1, 1)
        left = column(self.banner, middle, spacing=12, margins=20)
        left.setStretch(1, 1)
        whole = row(spacing=0)
        whole.addLayout(left, 1)
        whole.addWidget(self._build_side(backdrop))
        self.setLayout(whole)
        finder.found.connect(self._show_likeness)
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    def _build_side(self, backdrop: Backdrop) -> QWidget:
        side = frame("side")
        side.setFixedWidth(264)
        self.likeness = LikenessPanel(backdrop)
        self._title = label("", "heading", wrap=True)
        self._facts = label("", "muted", wrap=True)
        self._facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._facts.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._facts.setAccessibleName("How this picture was made")
        save = button("Save as PNG…", self.save_wanted.emit, "primary", "download-simple", "Ctrl+S")
        copy = button("Copy", self.copy_wanted.emit, "", "copy", "Ctrl+C")
        self._star = button("Star", self.star_wanted.emit, "", "star", "S")
        back = button("Back to the canvas", self.closed.emit, "", "squares-four", "Esc")
        tip = label(
            "Drag the picture into another program or a folder. The file remembers how it was made: drop it "
            "on this window to have it again.",
            "small",
            wrap=True,
        )
        layout = column(
            self._title,
            self._facts,
            12,
            save,
            self._star,
            copy,
            back,
            12,
            self.likeness,
            None,
            tip,
            spacing=8,
            margins=20,
        )
        side.setLayout(layout)
        return side

    def show_picture(
        self,
        bundle: Bundle,
        picture: Picture,
        title: str,
        with_detail: Callable[[Pictures], Pictures] = lambda rgba: rgba,
    ) -> None:
        """with_detail: what is done to the decoded picture, uint8 [H, W, 4], before it is shown."""
        self.bundle, self.picture, self._with_detail = bundle, picture, with_detail
        self._title.setText(title)
        self._facts.setText("\n".join(facts_of(bundle, picture)))
        self.banner.hide()
        self._finder.forget()
        self.likeness.clear()
        self.likeness.setVisible(bool(bundle.facts.novelty))
        self._number = self._queue.ask_live(bundle, picture.latent[None], "large view")

    def show_star(self, is_starred: bool) -> None:
        self._star.setIcon(icon("star-fill" if is_starred else "star"))
        reword(self._star, "Take the star off" if is_starred else "Star")

    def show_meanwhile(self, pixmap: QPixmap) -> None:
        """What there is of it already, until the decoder answers."""
        if self.bundle is not None:
            self._panel.show_pixmap(pixmap, self.bundle.facts.kind == "pixel")

    @property
    def pixmap(self) -> QPixmap | None:
        return self._panel.pixmap

    def _on_answered(self, answer: Answer) -> None:
        if answer.number == self._number and self.bundle is not None:
            rgba = self._with_detail(answer.pictures[0])
            self._panel.show_pixmap(to_pixmap(rgba), self.bundle.facts.kind == "pixel")
            self._finder.ask(self.bundle, rgba)

    def _show_likeness(self, likeness: Likeness) -> None:
        if self.isVisible() and self.bundle is not None:
            self.likeness.show_likeness(likeness, self.bundle.facts.kind == "pixel")

    def _on_failed(self, number: int, error: StudioError) -> None:
        if number == self._number:
            self.banner.show_error(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
            self.stepped.emit(1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.stepped.emit(-1)
        elif key == Qt.Key.Key_S and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.star_wanted.emit()
        else:
            super().keyPressEvent(event)


class LikenessPanel(QWidget):
    """The picture of the artist's own that another is most like; empty until that is found."""

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.original = PicturePanel("The set's own picture that is most like this", backdrop, side=72)
        self.words = label("", "small", wrap=True)
        self.words.setAccessibleName("How new this picture is")
        beside = row(self.original, self.words, spacing=10)
        beside.setStretch(1, 1)
        self.setLayout(column(label("Most like, of the set's own", "muted"), beside, spacing=6))

    def clear(self) -> None:
        self.original.show_pixmap(None, False)
        self.words.setText("")

    def show_likeness(self, likeness: Likeness, is_pixel_art: bool) -> None:
        self.original.show_pixmap(to_pixmap(likeness.original), is_pixel_art)
        self.original.setToolTip(likeness.file)
        self.words.setText(likeness.sentence)


def facts_of(bundle: Bundle, picture: Picture) -> list[str]:
    side = picture.finish.side or bundle.facts.picture_side
    lines = [f"Model: {bundle.facts.name}"]
    if picture.name:
        lines.append(f"Name: {picture.name}")
    if picture.seed is not None:
        lines.append(f"Seed: {picture.seed}")
    lines.append(f"Diversity: {picture.diversity:.2f}")
    lines.append(f"Size: {side} × {side} px")
    return lines
