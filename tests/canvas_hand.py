"""Acting on the canvas as a user does: clicks, drags and keys at the place of a card."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.create import CreateRoom

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def wait_for_wall(room: CreateRoom, qtbot: QtBot) -> None:
    """The first wall lies there, and its first picture is decoded."""
    qtbot.waitUntil(lambda: len(room.canvas) > 0)
    first = room.canvas.cards[0].id
    qtbot.waitUntil(lambda: room.pictures.look(first) is not None)


def place(room: CreateRoom, card_id: int) -> QPoint:
    card = room.canvas.card(card_id)
    return room.view.to_view(card.x, card.y).toPoint()


def click(room: CreateRoom, card_id: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(room.view.viewport(), LEFT, modifier, place(room, card_id))


def drag(
    room: CreateRoom,
    start: QPoint,
    end: QPoint,
    modifier: Qt.KeyboardModifier = NONE,
    button: Qt.MouseButton = LEFT,
) -> None:
    """In three steps, as hands do."""
    port = room.view.viewport()
    QTest.mousePress(port, button, modifier, start)
    for share in (0.3, 0.7, 1.0):
        move(room, QPointF(start) + share * (QPointF(end) - QPointF(start)), modifier, button)
    QTest.mouseRelease(port, button, modifier, end)


def move(
    room: CreateRoom,
    point: QPoint | QPointF,
    modifier: Qt.KeyboardModifier = NONE,
    button: Qt.MouseButton = LEFT,
) -> None:
    """While the button is down."""
    port, point = room.view.viewport(), QPointF(point)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        point,
        port.mapToGlobal(point),
        Qt.MouseButton.NoButton,
        button,
        modifier,
    )
    QApplication.sendEvent(port, event)


def wheel(room: CreateRoom, where: QPoint, notches: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    port = room.view.viewport()
    event = QWheelEvent(
        QPointF(where), QPointF(port.mapToGlobal(where)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def key(room: CreateRoom, which: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(room.view, which, modifier)


def seen_colours(room: CreateRoom, card_id: int) -> int:
    """How many colours there are where a card is drawn: more than the ground has, if its picture is seen."""
    side = round(room.view.zoom.value)
    middle = place(room, card_id)
    image = room.view.viewport().grab().toImage().copy(
        middle.x() - side // 2, middle.y() - side // 2, side, side
    )  # fmt: skip
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return len(np.unique(pixels))
