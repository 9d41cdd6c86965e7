"""Cards and rows of the Models room: a bundle, a bundle that is damaged, a run that can go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QWidget

from studio.core.errors import StudioError
from studio.core.steps import time_in_words
from studio.store.bundle import Bundle, DamagedBundle
from studio.store.runs import Run

from .actions import repeats
from .backdrop import Backdrop
from .icons import WARN, icon
from .model_preview import HEIGHT, PreviewPanel, Previews
from .model_words import facts_in_words
from .widgets import Elided, button, column, frame, icon_button, label, row

CARD_WIDTH = 250  # px, at least
_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class Card(QFrame):
    """One place in the grid: by Tab one comes to the current card, by the arrow keys to the others."""

    focused = Signal()
    menu_wanted = Signal(QPoint)  # on the screen
    opened = Signal()
    moved = Signal(int)  # by one of _MOVES, to another card

    def __init__(self, path: Path, name: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.path, self.name = path, name

    def set_current(self, is_current: bool) -> None:
        policy = Qt.FocusPolicy
        self.setFocusPolicy(policy.StrongFocus if is_current else policy.ClickFocus)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return QSize(CARD_WIDTH, layout.totalHeightForWidth(CARD_WIDTH))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() in _MOVES and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.moved.emit(event.key())  # let through, the scroll area would take it
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        is_by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        self.menu_wanted.emit(self.mapToGlobal(self.rect().center()) if is_by_key else event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)
            painter.end()


class BundleCard(Card):
    """A model: its pictures, what it is, what can be done with it. Its name is changed in place."""

    looked_at = Signal(bool)  # by the mouse or the keyboard; no more
    renamed = Signal(str)
    facts_wanted = Signal()

    def __init__(self, bundle: Bundle, backdrop: Backdrop, previews: Previews, is_starter: bool) -> None:
        super().__init__(bundle.folder, bundle.facts.name)
        facts = facts_in_words(bundle)
        self.setAccessibleName(f"{'Starter' if is_starter else 'Model'} {bundle.facts.name}")
        self.setAccessibleDescription(". ".join(facts))
        self.bundle, self.is_starter = bundle, is_starter
        self.preview = PreviewPanel(bundle, backdrop, previews)
        words = label("\n".join(facts), "small", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        opening = button("Open in Create", self.opened.emit, "", "sparkle")
        opening.setAccessibleName(f"Open {self.name} in Create")
        self._more = icon_button(f"More for {self.name}", "dots-three-vertical-bold", self._open_menu)
        info = icon_button(f"Facts about {self.name}", "info", self._show_facts)
        for each, verb in ((opening, "open"), (info, "facts"), (self._more, "menu")):
            repeats(each, f"models.{verb}")
        foot = row(opening, None, info, self._more, spacing=2)
        inside = column(self._build_head(is_starter), words, 4, None, foot, spacing=6)
        inside.setContentsMargins(8, 6, 8, 4)
        layout = column(self.preview, inside, spacing=6)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _build_head(self, is_starter: bool) -> QWidget:
        self._title = Elided(self.name, "heading")
        self._title.setMinimumHeight(26)
        self.field = QLineEdit(self.name)
        self.field.setAccessibleName(f"New name for {self.name}")
        self.field.setMaxLength(120)
        self.field.setProperty("kind", "in place")
        self.field.hide()
        self.field.installEventFilter(self)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        self._is_renaming = False
        line = row(self._title, self.field, spacing=6)
        line.setStretch(0, 1)
        if is_starter:
            line.addWidget(label("Starter", "badge"))
        head = QWidget()
        head.setLayout(column(line, self._problem, spacing=2))
        return head

    def _open_menu(self) -> None:
        self.setFocus()
        self.menu_wanted.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _show_facts(self) -> None:
        self.setFocus()
        self.facts_wanted.emit()

    def open(self) -> None:
        self.opened.emit()

    # Renaming in place

    def begin_rename(self) -> None:
        self._is_renaming = True
        self._title.hide()
        self.field.setText(self.name)
        self.field.show()
        self.field.selectAll()
        self.field.setFocus()

    def show_problem(self, error: StudioError) -> None:
        """The name that was typed cannot be: why, and the field again."""
        self._is_renaming = True
        self._problem.setText(str(error))
        self._problem.show()
        self._title.hide()
        self.field.show()
        self.field.setFocus()
        self.updateGeometry()

    def _end_rename(self) -> None:
        name = self.field.text().strip()
        self._leave_field()
        if name and name != self.name:
            self.renamed.emit(name)

    def _leave_field(self) -> None:
        self._is_renaming = False  # before hiding, which sends the focus elsewhere
        self._problem.hide()
        had_focus = self.field.hasFocus()
        self.field.hide()
        self._title.show()
        self.updateGeometry()
        if had_focus:
            self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter takes the new name and so does going elsewhere, Escape keeps the old one."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._leave_field()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # not for the card, which would open
                self._end_rename()
                return True
        elif isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            stays = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            if self._is_renaming and event.reason() not in stays:
                if self._problem.isHidden():
                    self._end_rename()
                else:
                    self._leave_field()
        return super().eventFilter(watched, event)

    # Being looked at

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.looked_at.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.looked_at.emit(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.looked_at.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.looked_at.emit(self.underMouse())


class DamagedCard(Card):
    """A folder that should be a model and cannot be used: why, and what to do, in its place."""

    removed = Signal()

    def __init__(self, found: DamagedBundle, is_starter: bool) -> None:
        super().__init__(found.path, found.path.name)
        self.found = found
        self.setAccessibleName(f"Damaged model {self.name}")
        self.setAccessibleDescription(found.sentence)
        sign = QLabel()
        sign.setPixmap(icon("warning", WARN).pixmap(QSize(40, 40)))
        sign.setFixedHeight(HEIGHT // 2)
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        what = "Install the program again." if is_starter else "Copy it again from where it came."
        text = label(f"{found.sentence} {what}", "small", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        inside = column(Elided(self.name, "heading"), text, None, spacing=6)
        inside.setContentsMargins(8, 6, 8, 4)
        if not is_starter:
            removing = button("Move to the bin", self.removed.emit, "", "trash")
            removing.setAccessibleName(f"Move the damaged model {self.name} to the bin")
            inside.addLayout(row(removing, None))
        layout = column(sign, inside, spacing=6, margins=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)


def run_row(run: Run, resume: Callable[[Run], object], discard: Callable[[Run], object]) -> QFrame:
    """A run that was stopped before it made a model."""
    made = frame("panel")
    going_on = button("Resume", lambda: resume(run), "primary", "play")
    going_on.setAccessibleName(f"Resume {run.name}")
    discarding = button("Discard", lambda: discard(run), "", "trash")
    discarding.setAccessibleName(f"Discard the unfinished run {run.name}")
    sign = QLabel()
    sign.setPixmap(icon("hourglass").pixmap(QSize(20, 20)))
    words = column(Elided(run.name, "strong"), label(_run_in_words(run), "small", wrap=True), spacing=2)
    layout = row(sign, words, discarding, going_on, spacing=12)
    layout.setStretch(1, 1)
    layout.setContentsMargins(16, 12, 14, 12)
    made.setLayout(layout)
    return made


def _run_in_words(run: Run) -> str:
    planned = f"{run.recipe.size} × {run.recipe.size} px, {time_in_words(run.recipe.minutes * 60)} planned"
    try:
        saved = datetime.fromtimestamp(run.checkpoint_file.stat().st_mtime)
    except OSError:
        return f"{planned}. Nothing is saved of it yet; it would start from the beginning."
    return f"{planned}. Saved {saved.day} {saved:%b %Y, %H:%M}; it goes on from there."
