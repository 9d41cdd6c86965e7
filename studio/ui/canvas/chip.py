"""The small sign in the corner of the canvas: how fluid it is, and what pictures are made on."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget

from ..jobs import timer

_AWAY = 12  # px from the corner
_OVER_S = 1.0
_STILL_AFTER_MS = 700
_SHOWN_EVERY_S = 0.25
_LONGEST_GAP_S = 0.2  # between two frames of one movement


class FrameChip(QLabel):
    """Counts the frames of a movement; when all is still it names the device alone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "badge")
        self.setAccessibleName("Speed and device")
        self.setToolTip("What pictures are made on; while the canvas moves, how often it is drawn")
        self._device = ""
        self._area = QRect()
        self._frames: deque[float] = deque()
        self._shown_at = 0.0
        self._still = timer(_STILL_AFTER_MS, self, self._on_still)
        self.hide()

    def set_device(self, device: str) -> None:
        if device != self._device:
            self._device = device
            self._say("")

    def count_frame(self) -> None:
        """The canvas was painted as part of a movement."""
        now = time.perf_counter()
        if self._frames and now - self._frames[-1] > _LONGEST_GAP_S:
            self._frames.clear()
        self._frames.append(now)
        while now - self._frames[0] > _OVER_S:
            self._frames.popleft()
        self._still.start()
        if now - self._shown_at >= _SHOWN_EVERY_S and len(self._frames) > 5:
            self._shown_at = now
            rate = (len(self._frames) - 1) / (now - self._frames[0])
            self._say(f"{rate:.0f} frames a second")

    def _on_still(self) -> None:
        self._frames.clear()
        self._say("")

    def _say(self, rate: str) -> None:
        text = "   ·   ".join(part for part in (rate, self._device) if part)
        self.setText(text)
        self.setVisible(bool(text))
        self.settle(self._area)

    def settle(self, area: QRect) -> None:
        """Into the lower right corner of what it lies over."""
        self._area = area
        self.adjustSize()
        self.move(area.right() - self.width() - _AWAY, area.bottom() - self.height() - _AWAY)
