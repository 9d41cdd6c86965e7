"""Small pictures of latents, decoded when nothing more urgent waits."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage

from studio.core.latent import Latents
from studio.store.bundle import Bundle

from ..backdrop import to_image
from ..decoding import Answer, DecodeQueue

MOST_SIDE = 96  # px, of what is kept
_CLEAR = 12  # of 255; less is not seen


class ThumbAsker(QObject):
    """One set of small pictures at a time; asking anew drops what has not come yet."""

    arrived = Signal(int, QImage)  # which of the latents, its picture

    def __init__(self, queue: DecodeQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._number = 0
        queue.answered.connect(self._on_answered)
        queue.failed.connect(self._on_failed)

    def ask(self, bundle: Bundle, latents: Latents) -> None:
        """latents: float32 [N, D]."""
        self.forget()
        if len(latents):
            self._number = self._queue.ask_batch(bundle, np.ascontiguousarray(latents, np.float32))

    def forget(self) -> None:
        if self._number:
            self._queue.cancel(self._number)
            self._number = 0

    def _on_answered(self, answer: Answer) -> None:
        if answer.number != self._number:
            return
        if answer.is_last:
            self._number = 0
        for index, rgba in enumerate(answer.pictures):
            self.arrived.emit(answer.start + index, _small(to_image(rgba)))

    def _on_failed(self, number: int, _error: object) -> None:
        """The canvas asks the same decoder and says what is wrong with it."""
        if number == self._number:
            self._number = 0


def content_of(image: QImage) -> QRect:
    """The part that is not transparent; empty where all of it is."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rgba = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    seen = rgba[:, 3 : 4 * image.width() : 4] > _CLEAR
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return QRect()
    return QRect(QPoint(int(columns[0]), int(rows[0])), QPoint(int(columns[-1]), int(rows[-1])))


def square_around(part: QRect, whole: QRect) -> QRect:
    """The smallest square around `part` inside `whole`, which is a square itself; all of it for no part."""
    if part.isEmpty():
        return whole
    side = min(max(part.width(), part.height()) + 2, whole.width())
    square = QRect(0, 0, side, side)
    square.moveCenter(part.center())
    square.moveLeft(min(max(square.left(), whole.left()), whole.right() + 1 - side))
    square.moveTop(min(max(square.top(), whole.top()), whole.bottom() + 1 - side))
    return square


def _small(image: QImage) -> QImage:
    """Straight alpha would smear colours from under transparency when it is made smaller."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    if image.width() <= MOST_SIDE:
        return image
    mode = Qt.TransformationMode.SmoothTransformation
    return image.scaled(QSize(MOST_SIDE, MOST_SIDE), Qt.AspectRatioMode.KeepAspectRatio, mode)
