"""The stops of the morph in a row: chosen, dragged to another place, edited where they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMenu, QScrollArea, QWidget

from studio.core.plan import LONGEST_HOLD_S, MorphPlan, PlannedStop
from studio.core.tempo import EASES
from studio.store.bundle import Bundle

from ..actions import Gesture
from ..backdrop import Backdrop, to_pixmap
from ..decoding import Answer, DecodeQueue
from ..dropping import local_paths
from ..icons import MUTED, icon
from ..widgets import PicturePanel, button, column, icon_button, label, restyle, row
from .fields import Amount, EaseBox
from .state import MorphState

_CARD, _PICTURE, _GAP = 136, 76, 10  # px
_ABOVE, _BELOW = 8, 14  # px, around the cards; a scroll bar lies over the lower one
_MIME = "application/x-morpho-stop"


class StopCard(QFrame):
    """One stop: its picture, how long it rests, how the way on from it begins and ends."""

    chosen = Signal(int)
    removed = Signal(int)
    duplicated = Signal(int)
    moved = Signal(int, int)  # from, to
    edited = Signal(int, object, str)  # PlannedStop, what was changed
    grabbed = Signal(int)
    stepped = Signal(int)  # to the card on the left (-1) or right

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.setProperty("role", "stop")
        self.setFixedWidth(_CARD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._number, self._count = 0, 0
        self._stop: PlannedStop | None = None
        self._pressed_at: QPoint | None = None
        self.title = label("", "small")
        self.picture = PicturePanel("Picture of the stop", backdrop, side=_PICTURE, inset=3, radius=6)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.remove = icon_button("Remove this stop", "x", lambda: self.removed.emit(self._number))
        self.remove.setIconSize(QSize(12, 12))
        self.hold = Amount("How long it rests here", 0, LONGEST_HOLD_S, 0.1, 2, " s", _CARD - 44)
        self.hold.setProperty("kind", "small")
        self.hold.valueChanged.connect(self._on_hold)
        self.ease = EaseBox()
        self.ease.activated.connect(self._on_ease)
        rest = QLabel()
        rest.setPixmap(icon("timer", MUTED).pixmap(QSize(16, 16)))
        rest.setToolTip("How long it rests here")
        head = row(self.title, None, self.remove, spacing=2)
        line = row(rest, self.hold, spacing=6)
        layout = column(head, row(None, self.picture, None), line, self.ease, spacing=5)
        layout.setContentsMargins(9, 4, 9, 9)
        self.setLayout(layout)

    def show_stop(self, number: int, count: int, stop: PlannedStop, has_way_on: bool) -> None:
        self._number, self._count, self._stop = number, count, stop
        name = f"{number + 1}" + (f"  {stop.title}" if stop.title else "")
        self.title.setText(self.title.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _CARD - 52))
        self.setToolTip(stop.title)
        self.setAccessibleName(f"Stop {number + 1} of {count}" + (f": {stop.title}" if stop.title else ""))
        self.hold.show_value(stop.hold)
        self.hold.setAccessibleName(f"Seconds that stop {number + 1} rests")
        self.ease.show_ease(stop.ease)
        self.ease.setEnabled(has_way_on)
        self.ease.setAccessibleName(f"Easing after stop {number + 1}")
        if not has_way_on:
            self.ease.setToolTip("There is no way on from the last stop")

    def show_chosen(self, is_chosen: bool) -> None:
        if self.property("chosen") != is_chosen:
            self.setProperty("chosen", is_chosen)
            restyle(self)

    def _on_hold(self, seconds: float) -> None:
        if self._stop is not None:
            self.edited.emit(self._number, replace(self._stop, hold=round(seconds, 2)), "hold")

    def _on_ease(self, place: int) -> None:
        if self._stop is not None:
            self.edited.emit(self._number, replace(self._stop, ease=EASES[place]), "easing")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.chosen.emit(self._number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.chosen.emit(self._number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        if (
            event.position().toPoint() - self._pressed_at
        ).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.grabbed.emit(self._number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, by = Qt.Key(event.key()), {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            target = self._number + by[key]
            if 0 <= target < self._count:
                self.moved.emit(self._number, target)
        elif key in by:
            self.stepped.emit(self._number + by[key])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self._number)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        number = self._number
        menu.addAction(icon("copy"), "Duplicate", lambda: self.duplicated.emit(number))
        left = menu.addAction(icon("arrow-left"), "Move left", lambda: self.moved.emit(number, number - 1))
        left.setEnabled(number > 0)
        right = menu.addAction(icon("arrow-right"), "Move right", lambda: self.moved.emit(number, number + 1))
        right.setEnabled(number < self._count - 1)
        menu.addSeparator()
        menu.addAction(icon("trash"), "Remove", lambda: self.removed.emit(number))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())


class Timeline(QScrollArea):
    """Shows the plan of a MorphState and changes it."""

    files_dropped = Signal(object, int)  # paths, before which stop
    add_wanted = Signal()
    random_wanted = Signal()

    def __init__(self, state: MorphState, queue: DecodeQueue, backdrop: Backdrop) -> None:
        super().__init__()
        self._state, self._queue, self._backdrop = state, queue, backdrop
        self._bundle: Bundle | None = None
        self._pixmaps: dict[bytes, QPixmap] = {}
        self._asked: list[bytes] = []
        self._number = 0
        self._cards: list[StopCard] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Stops of the morph")
        self._inside = _Row()
        self._adding = self._build_adding()
        self._inside.line.addWidget(self._adding)
        self._inside.line.addStretch(1)
        self.setWidget(self._inside)
        likely = StopCard(backdrop)
        self.setFixedHeight(likely.sizeHint().height() + _ABOVE + _BELOW)
        likely.deleteLater()
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        queue.answered.connect(self._on_answered)
        state.selected.changed.connect(lambda _: self._show_chosen())
        for words, keys in (
            ("Go from stop to stop", "Left, Right"),
            ("Move a stop", "Alt+Left, Alt+Right"),
            ("Remove a stop", "Delete"),
        ):
            Gesture(self, words, keys)

    def _build_adding(self) -> QFrame:
        made = QFrame()
        made.setProperty("role", "drop")
        made.setFixedWidth(176)
        words = label("Drop pictures here", "small")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        files = button("Add pictures…", self.add_wanted.emit, icon_name="plus")
        chance = button("Random stop", self.random_wanted.emit, icon_name="dice-five")
        made.setLayout(column(None, words, 2, files, chance, None, spacing=6, margins=10))
        return made

    @property
    def cards(self) -> list[StopCard]:
        return self._cards

    def show_plan(self, plan: MorphPlan, bundle: Bundle | None) -> None:
        if bundle is not self._bundle:
            self._bundle, self._pixmaps = bundle, {}
        while len(self._cards) < len(plan.stops):
            self._add_card()
        while len(self._cards) > len(plan.stops):
            gone = self._cards.pop()
            gone.hide()
            gone.deleteLater()
        for number, (card, stop) in enumerate(zip(self._cards, plan.stops, strict=True)):
            has_way_on = number < plan.legs
            card.show_stop(number, len(plan.stops), stop, has_way_on)
        self._show_pictures()
        self._show_chosen()
        self._ask()

    def _add_card(self) -> None:
        card = StopCard(self._backdrop)
        card.chosen.connect(self._state.selected.set)
        card.removed.connect(self.remove)
        card.duplicated.connect(self.duplicate)
        card.moved.connect(self.move_stop)
        card.edited.connect(self._on_edited)
        card.grabbed.connect(self._drag)
        card.stepped.connect(self.focus_stop)
        self._inside.line.insertWidget(len(self._cards), card)
        self._cards.append(card)
        card.show()

    # What can be done with a stop

    def remove(self, number: int) -> None:
        if number < len(self._cards):
            had_focus = self._cards[number].hasFocus()
            self._state.change("Remove a stop", self._state.plan.without([number]))
            if had_focus and self._cards:
                self.focus_stop(min(number, len(self._cards) - 1))

    def duplicate(self, number: int) -> None:
        plan = self._state.plan
        if number < len(plan.stops):
            doubled = plan.inserted(number + 1, [plan.stops[number]])
            self._state.change("Duplicate a stop", doubled, selected=number + 1)

    def move_stop(self, source: int, target: int) -> None:
        if source != target and 0 <= target < len(self._cards):
            had_focus = self._cards[source].hasFocus()
            self._state.change("Move a stop", self._state.plan.moved(source, target), selected=target)
            if had_focus:
                self.focus_stop(target)

    def focus_stop(self, number: int) -> None:
        if 0 <= number < len(self._cards):
            self._cards[number].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self._cards[number], 30, 0)

    def _on_edited(self, number: int, stop: PlannedStop, what: str) -> None:
        changed = self._state.plan.changed(number, stop)
        self._state.change(f"Change the {what} of a stop", changed, gesture=f"{what} {number}")

    def _show_chosen(self) -> None:
        for number, card in enumerate(self._cards):
            card.show_chosen(number == self._state.selected.value)

    # Pictures

    def pixmap(self, stop: PlannedStop) -> QPixmap | None:
        return self._pixmaps.get(stop.picture.latent.tobytes())

    def _ask(self) -> None:
        """For the pictures that are not there yet, once there is somebody to see them."""
        self._queue.cancel(self._number)
        self._number = 0
        if self._bundle is None or not self.isVisible():
            return
        missing = {
            stop.picture.latent.tobytes(): stop.picture.latent
            for stop in self._state.plan.stops
            if stop.picture.latent.tobytes() not in self._pixmaps
        }
        if missing:
            self._asked = list(missing)
            latents = np.stack(list(missing.values()))
            self._number = self._queue.ask_batch(self._bundle, latents)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _on_answered(self, answer: Answer) -> None:
        if self._number and answer.number == self._number:
            for key, rgba in zip(self._asked[answer.start :], answer.pictures, strict=False):
                self._pixmaps[key] = to_pixmap(rgba)
            if answer.is_last:
                self._number = 0
            self._show_pictures()

    def _show_pictures(self) -> None:
        is_pixel_art = self._bundle is not None and self._bundle.facts.kind == "pixel"
        for card, stop in zip(self._cards, self._state.plan.stops, strict=True):
            card.picture.show_pixmap(self.pixmap(stop), is_pixel_art)

    # Dragging

    def _drag(self, number: int) -> None:
        drag = QDrag(self)
        data = QMimeData()
        data.setData(_MIME, str(number).encode())
        drag.setMimeData(data)
        pixmap = self.pixmap(self._state.plan.stops[number])
        if pixmap is not None:
            drag.setPixmap(pixmap.scaled(64, 64, Qt.AspectRatioMode.KeepAspectRatio))
            drag.setHotSpot(QPoint(32, 32))
        drag.exec(Qt.DropAction.MoveAction)
        self._inside.show_gap(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(_MIME) or local_paths(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        x = event.position().toPoint().x()
        self._inside.show_gap(self._gap_x(self.gap_at(x)))
        bar = self.horizontalScrollBar()
        if x < 40:
            bar.setValue(bar.value() - 12)
        elif x > self.viewport().width() - 40:
            bar.setValue(bar.value() + 12)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._inside.show_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._inside.show_gap(None)
        event.acceptProposedAction()
        gap = self.gap_at(event.position().toPoint().x())
        data = event.mimeData().data(_MIME).data()
        if data:
            source = int(bytes(data))
            self.move_stop(source, gap - 1 if gap > source else gap)
        else:
            self.files_dropped.emit(local_paths(event), gap)

    def gap_at(self, x: int) -> int:
        """Before which stop something is that lies at `x` of what is seen."""
        inside = x + self.horizontalScrollBar().value()
        return sum(card.geometry().center().x() < inside for card in self._cards)

    def _gap_x(self, gap: int) -> int:
        if gap < len(self._cards):
            return self._cards[gap].x() - _GAP // 2
        return self._adding.x() - _GAP // 2

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.viewport().update()


class _Row(QWidget):
    """Holds the cards, and shows where one would be dropped."""

    def __init__(self) -> None:
        super().__init__()
        self._gap_x: int | None = None
        self.line = row(spacing=_GAP)
        self.line.setContentsMargins(16, _ABOVE, 16, _BELOW)
        self.setLayout(self.line)

    def show_gap(self, x: int | None) -> None:
        if x != self._gap_x:
            self._gap_x = x
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._gap_x is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRoundedRect(QRect(self._gap_x - 1, 8, 3, self.height() - 20), 1, 1)
            painter.end()
