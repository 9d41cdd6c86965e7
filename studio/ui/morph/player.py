"""Playing: which frame is to be seen now, at the rate asked for or the rate that can be had."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from .frames import FrameMaker

_TICK_MS = 8  # twice as often as a screen shows, so that a frame is late by half of its time at most
_RATE_OVER = 24  # frames


class Player(QObject):
    """Steps through the order of a FrameMaker by the clock. What is not prepared is waited for."""

    moved = Signal(int)  # position in the order
    playing_changed = Signal(bool)

    def __init__(
        self,
        maker: FrameMaker,
        clock: Callable[[], float] = time.perf_counter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._maker, self._clock = maker, clock
        self.position = 0
        self.fps = 24.0
        self.is_endless = True
        self._due = 0.0
        self._shown_at: deque[float] = deque(maxlen=_RATE_OVER)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        maker.timed.connect(self._on_timed)

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    @property
    def frame(self) -> int:
        """The number of the frame to be seen; -1: there is none."""
        order = self._maker.order
        return order[self.position] if self.position < len(order) else -1

    def rate(self) -> float:
        """Frames that were really shown a second, lately; 0 where that is not known."""
        if len(self._shown_at) < 4 or self._shown_at[-1] <= self._shown_at[0]:
            return 0.0
        return (len(self._shown_at) - 1) / (self._shown_at[-1] - self._shown_at[0])

    def play(self) -> None:
        if self.is_playing or len(self._maker.order) < 2:
            return
        if not self.is_endless and self.position == len(self._maker.order) - 1:
            self.go_to(0)
        self._due = self._clock() + 1 / self.fps
        self._shown_at.clear()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.is_playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        (self.pause if self.is_playing else self.play)()

    def step(self, by: int) -> None:
        """Some frames on or back, standing still there."""
        self.pause()
        count = len(self._maker.order)
        if count:
            self.go_to((self.position + by) % count)

    def go_to(self, position: int) -> None:
        self.position = position
        self._maker.follow(position)
        self.moved.emit(position)

    def tick(self) -> None:
        """Show the next frame if its time has come and it is there.

        Late by several frames, those are left out: the time is kept. Late because the next is not prepared,
        the clock waits.
        """
        now, count = self._clock(), len(self._maker.order)
        if now < self._due or count < 2:
            return
        steps = 1 + int((now - self._due) * self.fps)
        for step in range(steps, 0, -1):
            position = self.position + step
            if position >= count and not self.is_endless:
                position = count - 1
            if self._maker.has(self._maker.order[position % count]):
                self._due = self._due + step / self.fps if step == steps else now + 1 / self.fps
                self._shown_at.append(now)
                self.go_to(position % count)
                if position == count - 1 and not self.is_endless:
                    self.pause()
                return
        self._due = now
        self._maker.follow((self.position + 1) % count)

    def _on_timed(self) -> None:
        """Stay at the same share of the whole."""
        count = len(self._maker.order)
        if not count:
            self.pause()
            self.position = 0
        elif self.position >= count:
            self.position = count - 1
        self._shown_at.clear()
        self._due = self._clock()
        self.moved.emit(self.position)
