"""Small pieces every screen uses: labels by role, buttons with names, the banner, the picture panel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError

from .actions import Command, in_words
from .backdrop import Backdrop, fitted
from .icons import ACCENT, DANGER, MUTED, ON_ACCENT, TEXT, WARN, icon

Acts = Callable[[], object]


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """role: one the style sheet knows (title, heading, strong, muted, small, figure, badge)."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setWordWrap(True)
        made.setMinimumWidth(120)
    made.setTextFormat(Qt.TextFormat.PlainText)  # names of files and models are shown as they are
    return made


def button(text: str, act: Acts, kind: str = "", icon_name: str = "", tip: str = "") -> QPushButton:
    """kind: "primary", "danger" or "" (plain). Takes focus by Tab, not by click."""
    made = QPushButton(text)
    if kind:
        made.setProperty("kind", kind)
    if icon_name:
        made.setIcon(icon(icon_name, ON_ACCENT if kind == "primary" else TEXT))
        made.setIconSize(QSize(16, 16))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    reword(made, text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda: act())
    return made


def reword(made: QPushButton, text: str) -> None:
    """Other words on a button; Qt leaves hardly any room between an icon and them."""
    made.setText(text if made.icon().isNull() else f"\u2002{text}")
    made.setAccessibleName(text)


def icon_button(
    name: str,
    icon_name: str,
    act: Acts,
    shortcut: str | QKeySequence.StandardKey | None = None,
    kind: str = "",
) -> QToolButton:
    """A button that is only an icon: `name` is its tooltip and what a screen reader says."""
    made = QToolButton()
    made.setIcon(icon(icon_name))
    made.setIconSize(QSize(18, 18))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("kind", kind)
    if shortcut is not None:
        made.setToolTip(f"{name} ({in_words(QKeySequence(shortcut))})")
    made.clicked.connect(lambda: act())
    return made


class _SearchField(QLineEdit):
    """Escape clears it; where it is clear, Escape is for whoever holds it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def search_field(name: str, words: str, is_in_dialog: bool = False) -> QLineEdit:
    """name: what a screen reader says. words: shown while nothing is typed. is_in_dialog: Escape ends it."""
    made = QLineEdit() if is_in_dialog else _SearchField()
    made.setAccessibleName(name)
    made.setPlaceholderText(words)
    made.addAction(icon("magnifying-glass", MUTED), QLineEdit.ActionPosition.LeadingPosition)
    return made


def frame(role: str) -> QFrame:
    made = QFrame()
    made.setProperty("role", role)
    return made


def row(*items: QWidget | QLayout | int | None, spacing: int = 8, margins: int = 0) -> QHBoxLayout:
    """Widgets side by side. A number is a gap in px, None a stretch."""
    layout = QHBoxLayout()
    _fill(layout, items, spacing, margins)
    return layout


def column(*items: QWidget | QLayout | int | None, spacing: int = 8, margins: int = 0) -> QVBoxLayout:
    """Widgets one below the other. A number is a gap in px, None a stretch."""
    layout = QVBoxLayout()
    _fill(layout, items, spacing, margins)
    return layout


def _fill(
    layout: QHBoxLayout | QVBoxLayout,
    items: tuple[QWidget | QLayout | int | None, ...],
    spacing: int,
    margins: int,
) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(margins, margins, margins, margins)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)


def scrolling(inner: QWidget) -> QScrollArea:
    """A page that scrolls up and down when the window is small."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


def restyle(widget: QWidget) -> None:
    """After a property that the style sheet looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Elided(QLabel):
    """A line of text that ends in "…" where it has no room; the whole is then in the tooltip."""

    def __init__(self, text: str, role: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = self._as_fits()
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def _as_fits(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def _explain(self) -> None:
        self.setToolTip(self.text() if self._as_fits() != self.text() else "")


class Banner(QWidget):
    """One sentence and what to do, in place. Hidden until there is something to say."""

    def __init__(self, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> None:
        """margins: px around the frame while it is shown."""
        super().__init__()
        self._frame = frame("banner")
        outer = column(self._frame, spacing=0)
        outer.setContentsMargins(*margins)
        self.setLayout(outer)
        self.setAccessibleName("Message")
        self._icon = QLabel()
        self._text = label(wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = icon_button("Close this message", "x", self.hide)
        self._act: Acts | None = None
        self.offer = button("Undo", self._on_offer_taken)
        layout = row(self._icon, self._text, self.offer, self._close, spacing=10)
        layout.setStretch(1, 1)
        layout.setContentsMargins(14, 8, 8, 8)
        self._frame.setLayout(layout)
        self._fades = QTimer(self)
        self._fades.setSingleShot(True)
        self._fades.timeout.connect(self.hide)
        self.tone = "info"
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(
        self, text: str, tone: str = "info", seconds: float = 0, offer: tuple[str, Acts] | None = None
    ) -> None:
        """tone: "info", "warn" or "error". seconds: after which it goes by itself; 0: it stays.

        offer: words and deed of a button ("Undo", …); taking it closes the message.
        """
        words, self._act = offer or ("Undo", None)
        reword(self.offer, words)
        self.offer.setVisible(offer is not None)
        self.tone = tone
        self._frame.setProperty("tone", tone)
        names = {"info": "info", "warn": "warning", "error": "warning-circle"}
        roles = {"warn": WARN, "error": DANGER}
        self._icon.setPixmap(icon(names[tone], roles.get(tone, ACCENT)).pixmap(QSize(18, 18)))
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self._fades.stop()
        if seconds:
            self._fades.start(round(seconds * 1000))
        restyle(self._frame)
        self.show()

    def show_error(self, error: StudioError) -> None:
        self.say(str(error), "error")

    def _on_offer_taken(self) -> None:
        act = self._act
        self.hide()
        if act is not None:
            act()


class PicturePanel(QWidget):
    """One picture on the backdrop, as large as fits."""

    def __init__(self, name: str, backdrop: Backdrop, side: int = 0, inset: int = 6, radius: int = 8) -> None:
        """side: a fixed size in px; 0: as the layout gives."""
        super().__init__()
        self.setAccessibleName(name)
        self._backdrop, self._inset, self._radius = backdrop, inset, radius
        self._pixmap: QPixmap | None = None
        self._is_pixel_art = False
        if side:
            self.setFixedSize(side, side)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        backdrop.changed.connect(self.update)

    @property
    def pixmap(self) -> QPixmap | None:
        return self._pixmap

    @property
    def is_pixel_art(self) -> bool:
        return self._is_pixel_art

    def show_pixmap(self, pixmap: QPixmap | None, is_pixel_art: bool) -> None:
        self._pixmap, self._is_pixel_art = pixmap, is_pixel_art
        self.update()

    @property
    def target(self) -> QRectF:
        """Where the picture is painted, or would be."""
        inner = QRectF(self.rect()).adjusted(self._inset, self._inset, -self._inset, -self._inset)
        if self._pixmap is None or self._pixmap.isNull():
            return inner
        return fitted(self._pixmap.size(), inner, self._is_pixel_art, self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._backdrop.draw(painter, QRectF(self.rect()), self._radius)
        if self._pixmap is not None and not self._pixmap.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_pixel_art)
            painter.drawPixmap(self.target, self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()


class DraggedPicture(PicturePanel):
    """One that can be dragged out of the window."""

    drag_wanted = Signal()

    def __init__(self, name: str, backdrop: Backdrop, inset: int) -> None:
        super().__init__(name, backdrop, inset=inset, radius=10)
        self._pressed_at: QPointF | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position() if is_left else None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # whoever shows the picture may do something with it

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None:
            moved = (event.position() - self._pressed_at).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._pressed_at = None
                self.drag_wanted.emit()


def stacked(holder: QWidget, *pages: QWidget) -> QStackedLayout:
    """Pages of which the holder shows one. Without a holder Qt would show the first as a window."""
    layout = QStackedLayout(holder)
    for page in pages:
        layout.addWidget(page)
    return layout


def centred(inner: QWidget) -> QWidget:
    """In the middle of what room there is, of which it takes most."""
    holder = QWidget()
    layout = row(None, inner, None)
    layout.setStretch(1, 20)
    holder.setLayout(layout)
    return holder


def clear_layout(layout: QLayout) -> None:
    """Remove every widget of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class EmptyState(QFrame):
    """What to do first, where there is nothing yet."""

    def __init__(self, icon_name: str, title: str, text: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setProperty("role", "drop")
        picture = QLabel()
        picture.setPixmap(icon(icon_name, QPalette.ColorRole.PlaceholderText).pixmap(QSize(44, 44)))
        heading, words = label(title, "heading"), label(text, "muted", wrap=True)
        for made in (picture, heading, words):
            made.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMaximumWidth(520)
        words.setMinimumWidth(420)
        line = row(None, *buttons, None, spacing=10)
        layout = column(None, picture, 4, heading, row(None, words, None), 8, line, None, margins=28)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


def command_button(command: Command, words: str, kind: str = "") -> QPushButton:
    """A button that does what a command does, and can be pressed when the command can."""
    made = button(words, command.trigger, kind, "", tip_of(command))
    if not command.icon().isNull() and kind != "primary":
        made.setIcon(command.icon())
        made.setIconSize(QSize(16, 16))
        reword(made, words)
    made.setEnabled(command.isEnabled())
    command.enabledChanged.connect(made.setEnabled)
    return made


def command_icon(command: Command, kind: str = "") -> QToolButton:
    """The same as an icon only."""
    made = icon_button(command.text(), "circle", command.trigger, None, kind)
    made.setIcon(command.icon())
    made.setToolTip(tip_of(command))
    made.setEnabled(command.isEnabled())
    command.enabledChanged.connect(made.setEnabled)
    return made


def tip_of(command: Command) -> str:
    """What a command does, and by which key."""
    keys = ", ".join(in_words(keys) for keys in command.shortcuts()[:1])
    tip = command.help or command.text()
    return f"{tip} ({keys})" if keys else tip
