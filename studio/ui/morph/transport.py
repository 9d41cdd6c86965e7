"""Below the stage: play, step and scrub, how the morph is played, how long and how fast."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QFrame

from studio.core.errors import StudioError
from studio.core.plan import FASTEST_FPS, LONGEST_S, ONCE, PING_PONG, PLAYINGS, MorphPlan
from studio.core.tempo import MOST_FRAMES

from ..icons import icon
from ..widgets import column, icon_button, label, row
from .fields import Amount, ScrubBar
from .frames import FrameMaker
from .player import Player
from .state import MorphState

PLAYING_WORDS = {"once": "Once", "loop": "Loop", "ping-pong": "There and back"}
_PLAYING_ICONS = {"once": "arrow-right", "loop": "repeat", "ping-pong": "arrows-left-right"}
_PLAYING_HELP = {
    "once": "From the first stop to the last",
    "loop": "From the last stop on to the first, for ever, without a seam",
    "ping-pong": "To the last stop and back the same way, for ever",
}
_LEAST_S = 0.1


class Transport(QFrame):
    """Shows a Player, and the times of a MorphState."""

    def __init__(self, state: MorphState, maker: FrameMaker, player: Player) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self._state, self._maker, self._player = state, maker, player
        self.back = icon_button("Frame back", "skip-back", lambda: player.step(-1), ",")
        self.play = icon_button("Play", "play", player.toggle, "Space", "outlined")
        self.on = icon_button("Frame on", "skip-forward", lambda: player.step(1), ".")
        self.scrub = ScrubBar()
        self.scrub.scrubbed.connect(self._on_scrubbed)
        self.at = label("", "muted")
        self.at.setMinimumWidth(178)
        self.playing = QComboBox()
        self.playing.setAccessibleName("How it is played")
        for playing in PLAYINGS:
            self.playing.addItem(icon(_PLAYING_ICONS[playing]), PLAYING_WORDS[playing], playing)
        self.playing.activated.connect(self._on_playing)
        self.seconds = Amount("Length in seconds, rests included", _LEAST_S, LONGEST_S, 0.25, 2, " s", 84)
        self.fps = Amount("Frames a second", 1, FASTEST_FPS, 1, 2, " fps", 92)
        self.frames = Amount("Frames, rests included", 2, MOST_FRAMES, 1, 0, "", 74)
        self.whole = label("", "muted")
        self.rate = label("", "muted")
        self._build()
        self._connect()

    def _build(self) -> None:
        playing = row(self.back, self.play, self.on, 4, self.scrub, 4, self.at, spacing=6)
        playing.setStretch(4, 1)
        times = row(
            self.playing,
            8,
            label("Length", "muted"),
            self.seconds,
            label("×", "muted"),
            self.fps,
            label("=", "muted"),
            self.frames,
            label("frames", "muted"),
            8,
            self.whole,
            None,
            self.rate,
            spacing=7,
        )
        layout = column(playing, times, spacing=8)
        layout.setContentsMargins(16, 8, 16, 8)
        self.setLayout(layout)

    def _connect(self) -> None:
        self.seconds.valueChanged.connect(self._on_seconds)
        self.fps.valueChanged.connect(self._on_fps)
        self.frames.valueChanged.connect(self._on_frames)
        self._state.plan_changed.connect(self.show_plan)
        self._player.moved.connect(lambda _: self.show_place())
        self._player.playing_changed.connect(self._show_playing)
        self._maker.timed.connect(self._show_frames)
        self._maker.progressed.connect(self._show_frames)
        self.show_plan(self._state.plan)

    def show_plan(self, plan: MorphPlan) -> None:
        self.playing.setCurrentIndex(PLAYINGS.index(plan.playing))
        self.playing.setToolTip(_PLAYING_HELP[plan.playing])
        self.seconds.show_value(plan.seconds)
        self.fps.show_value(plan.fps)
        self.fps.setDecimals(0 if plan.fps == round(plan.fps) else 2)
        self.frames.show_value(plan.frames)
        self.whole.setText(self._whole(plan))
        self._player.fps = plan.fps
        self._player.is_endless = plan.playing != ONCE

    def _whole(self, plan: MorphPlan) -> str:
        """What the three numbers do not say: how long there and back is."""
        if plan.playing != PING_PONG or not plan.is_ready:
            return ""
        try:
            played = plan.played()
        except StudioError:
            return ""
        return f"there and back {played} frames, {played / plan.fps:.2f} s"

    def show_place(self) -> None:
        position, count = self._player.position, len(self._maker.order)
        self.scrub.show_position(position)
        if count:
            fps = self._player.fps
            self.at.setText(f"{position / fps:.2f} of {count / fps:.2f} s  ·  {position + 1} of {count}")
        else:
            self.at.setText("")

    def show_rate(self) -> None:
        """What is being prepared, and the rate that is really reached."""
        maker, words = self._maker, []
        if maker.is_measuring:
            words.append(f"Measuring the way, {maker.measured_share():.0%}")
        elif maker.prepared < maker.wanted:
            words.append(f"Preparing {maker.prepared} of {maker.wanted}")
        rate = self._player.rate()
        if self._player.is_playing and rate:
            shown = f"{min(rate, self._player.fps):.0f}"
            words.append(
                f"{shown} fps" if rate > 0.93 * self._player.fps else f"{shown} of {self._player.fps:.0f} fps"
            )
        self.rate.setText("  ·  ".join(words))

    def _show_frames(self) -> None:
        order, places = self._maker.order, self._maker.places
        is_stop = [place % 1 == 0 for place in places.tolist()]
        stops = [
            position
            for position, index in enumerate(order)
            if is_stop[index] and (position == 0 or order[position - 1] != index)
        ]
        self.scrub.show_frames(len(order), stops, lambda position: self._maker.has(order[position]))
        for made in (self.back, self.play, self.on):
            made.setEnabled(len(order) > 1)
        self.show_place()
        self.show_rate()

    def _show_playing(self, is_playing: bool) -> None:
        self.play.setIcon(icon("pause" if is_playing else "play"))
        words = "Pause" if is_playing else "Play"
        self.play.setAccessibleName(words)
        self.play.setToolTip(f"{words} (Space)")
        self.show_rate()

    def _on_scrubbed(self, position: int) -> None:
        self._player.pause()
        self._player.go_to(position)

    def _on_playing(self, place: int) -> None:
        plan = replace(self._state.plan, playing=PLAYINGS[place])
        self._state.change("Change how it is played", plan)

    def _on_seconds(self, seconds: float) -> None:
        plan = replace(self._state.plan, seconds=round(seconds, 3))
        self._state.change("Change the length", plan, gesture="seconds")

    def _on_fps(self, fps: float) -> None:
        plan = replace(self._state.plan, fps=round(fps, 3))
        self._state.change("Change the frames a second", plan, gesture="fps")

    def _on_frames(self, frames: float) -> None:
        plan = self._state.plan.with_frames(round(frames))
        self._state.change("Change the number of frames", plan, gesture="frames")
