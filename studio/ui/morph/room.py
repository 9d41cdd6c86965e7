"""The Morph room: a stage that plays, the stops below it, and what is taken along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.plan import MorphPlan
from studio.store.bundle import Bundle
from studio.store.exporting import Export, why_not

from ..actions import Command, Gesture, name_room
from ..backdrop import Backdrop, to_pixmap
from ..create_bar import BundlePicker
from ..decoding import DecodeQueue, Decoders
from ..dropping import ENDINGS, local_paths
from ..exchange import Carried, Exchange
from ..model_words import size_in_words
from ..state import CreateState, Preferences, Shelf
from ..widgets import Banner, EmptyState, PicturePanel, button, column, frame, label, row, stacked
from .adding import Choice
from .bar import RoomBar
from .bringing import Bringer
from .export_bar import ExportBar
from .export_dialog import ExportDialog
from .exporting import Exported, Exporter, Order
from .frames import FrameMaker
from .player import Player
from .state import MorphState
from .timeline import Timeline
from .transport import Transport

_RATE_EVERY_MS = 500
_SAMPLED = 9  # frames for an estimate


class MorphRoom(QWidget):
    """Joins the pieces; each of them knows only the state or the frames."""

    def __init__(
        self,
        state: MorphState,
        shelf: Shelf,
        create_state: CreateState,
        preferences: Preferences,
        queue: DecodeQueue,
        decoders: Decoders,
        backdrop: Backdrop,
        exchange: Exchange,
    ) -> None:
        super().__init__()
        name_room(self, "Morph")
        self.setAcceptDrops(True)
        self._state, self._shelf, self._create_state = state, shelf, create_state
        self._preferences, self._decoders, self._backdrop = preferences, decoders, backdrop
        self._exchange = exchange
        self._bundle: Bundle | None = None
        self._was_ready = state.plan.is_ready  # what is there again from last time stands still
        self._begins_to_play = False
        self.bringer = Bringer(state, shelf, create_state, self)
        self.maker = FrameMaker(queue, parent=self)
        self.player = Player(self.maker, parent=self)
        self.exporter = Exporter(decoders, self)
        self.export_bar = ExportBar(self.exporter)
        self._dialog: ExportDialog | None = None
        self.bar = RoomBar(state.undo)
        self.banner = Banner((16, 10, 16, 0))
        self.stage = PicturePanel("The morph", backdrop, inset=12)
        self.timeline = Timeline(state, queue, backdrop)
        self.transport = Transport(state, self.maker, self.player)
        self._build()
        self._connect()
        self._build_commands()
        self.maker.rest()  # until the room is shown
        self._show_plan(state.plan)
        if state.told:
            self.banner.say(state.told, "warn")

    # Building

    def _build(self) -> None:
        stage_page = QWidget()
        stage_page.setLayout(column(self.stage, margins=16))
        empty = EmptyState(
            "film-strip",
            "Turn pictures into each other",
            "Choose two or more: drop them here, send them from Create or the gallery, or begin with three "
            "that the model makes up.",
            button("Add pictures…", self.ask_for_files, icon_name="plus"),
            button("Three random stops", lambda: self.bringer.add_random(3), "primary", "dice-five"),
        )
        self._picker = BundlePicker(self._shelf, self._create_state)
        empty_page = QWidget()
        empty_page.setLayout(
            column(None, empty, row(None, label("Model", "muted"), self._picker, None), None, margins=32)
        )
        middle = QFrame()
        self._pages = stacked(middle, stage_page, empty_page)
        self._strip = strip = frame("foot")
        strip.setLayout(column(self.timeline, spacing=0))
        layout = column(self.bar, self.banner, middle, self.export_bar, self.transport, strip, spacing=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        self._state.plan_changed.connect(self._show_plan)
        self._state.save_failed.connect(self.banner.show_error)
        self._state.selected.changed.connect(self._on_selected)
        self._shelf.changed.connect(lambda: self._show_plan(self._state.plan))
        self.player.moved.connect(lambda _: self._show_frame())
        self.maker.timed.connect(self._on_timed)
        self.maker.progressed.connect(self._show_frame)
        self.maker.failed.connect(self._on_no_frames)
        self.timeline.files_dropped.connect(self.bringer.add_files)
        self.timeline.add_wanted.connect(self.ask_for_files)
        self.timeline.random_wanted.connect(self.bringer.add_random)
        self.bringer.failed.connect(self.banner.show_error)
        self.bringer.told.connect(lambda words: self.banner.say(words, "warn"))
        self.bringer.asked.connect(self._ask)
        self.exporter.finished.connect(self._on_exported)
        self.exporter.failed.connect(self.banner.show_error)
        self.exporter.cancelled.connect(lambda: self.banner.say("The export was stopped.", seconds=6))
        self.bar.clear_wanted.connect(self.clear)
        self.bar.keep_wanted.connect(self.keep_frame)
        self.bar.create_wanted.connect(self.open_frame)
        self.bar.again_wanted.connect(self.export_again)
        self.bar.export_wanted.connect(self.show_export)
        self._rating = QTimer(self)
        self._rating.setInterval(_RATE_EVERY_MS)
        self._rating.timeout.connect(self.transport.show_rate)
        self.player.playing_changed.connect(
            lambda is_playing: self._rating.start() if is_playing else self._rating.stop()
        )

    def _build_commands(self) -> None:
        standard = QKeySequence.StandardKey
        for id, words, keys, icon_name, act in (
            ("morph.undo", "Undo", standard.Undo, "arrow-u-up-left", self._state.undo.undo),
            ("morph.redo", "Redo", standard.Redo, "arrow-u-up-right", self._state.undo.redo),
            ("morph.add", "Add pictures", "Ctrl+O", "plus", self.ask_for_files),
            ("morph.random", "Random stop", "Ctrl+R", "dice-five", self.bringer.add_random),
            ("morph.duplicate", "Duplicate the stop", "Ctrl+D", "copy", self.duplicate_stop),
            ("morph.keep", "Keep the frame in the gallery", "K", "heart", self.keep_frame),
            ("morph.create", "Open the frame in Create", "C", "sparkle", self.open_frame),
            ("morph.export", "Export the morph", "Ctrl+Shift+E", "export", self.show_export),
            ("morph.again", "Export the morph again", (), "repeat", self.export_again),
            ("morph.clear", "Remove all stops", (), "trash", self.clear),
        ):
            Command(self, id, words, act, keys, icon_name)
        for words, keys_text in (
            ("Play or pause", "Space"),
            ("Frame back, frame on", ",  ."),
            ("First frame, last frame", "Home, End"),
        ):
            Gesture(self, words, keys_text)

    # Showing

    def _show_plan(self, plan: MorphPlan) -> None:
        self._bundle = bundle = self.bringer.bundle()
        if plan.stops and bundle is None:
            self.banner.say("The model of this morph is not in your library. Add it in Models.", "warn")
        elif self.banner.tone != "info":
            self.banner.hide()
        self._pages.setCurrentIndex(0 if plan.stops else 1)
        self.bar.show_model(bundle)
        self.timeline.show_plan(plan, bundle)
        self.transport.setVisible(bool(plan.stops))
        self._strip.setVisible(bool(plan.stops))
        self.bar.clear.setEnabled(bool(plan.stops))
        self._begins_to_play = plan.is_ready and not self._was_ready
        self._was_ready = plan.is_ready
        self.maker.show_plan(plan, bundle)
        self._show_frame()

    def _on_timed(self) -> None:
        has_frames = bool(self.maker.order)
        self.bar.show_has_frames(has_frames)
        if has_frames and self._begins_to_play and self.isVisible():
            self._begins_to_play = False
            self.player.go_to(0)
            self.player.play()

    def _on_no_frames(self, error: StudioError) -> None:
        self.player.pause()
        self.banner.show_error(error)

    def _show_frame(self) -> None:
        rgba = self.maker.frame(self.player.frame)
        if rgba is not None and self._bundle is not None:
            self.stage.show_pixmap(to_pixmap(rgba), self._bundle.facts.kind == "pixel")
        elif not self.maker.order:
            self._show_alone()

    def _show_alone(self) -> None:
        """While there are no frames: the stop that is chosen."""
        stops = self._state.plan.stops
        if stops and self._bundle is not None:
            pixmap = self.timeline.pixmap(stops[min(self._state.selected.value, len(stops) - 1)])
            if pixmap is not None or self.stage.pixmap is None:
                self.stage.show_pixmap(pixmap, self._bundle.facts.kind == "pixel")
        else:
            self.stage.show_pixmap(None, False)

    def _on_selected(self, number: int) -> None:
        """Standing still, the stage shows the stop that is chosen."""
        if self.player.is_playing or not self.maker.order:
            self._show_frame()
            return
        place = [i for i, index in enumerate(self.maker.order) if self.maker.places[index] == number]
        if place:
            self.player.go_to(place[0])

    # Stops, and frames to take along

    def _ask(self, choice: Choice, take: Callable[[], None]) -> None:
        """Where the stops would be of several models."""
        self.banner.say(choice.question, "warn", offer=(choice.answer, take))

    def ask_for_files(self) -> None:
        before = self._preferences.save_folder.value or str(Path.home())
        wanted = " ".join(f"*{ending}" for ending in ENDINGS)
        names, _ = QFileDialog.getOpenFileNames(self, "Add pictures as stops", before, f"Pictures ({wanted})")
        self.bringer.add_files([Path(name) for name in names])

    def duplicate_stop(self) -> None:
        self.timeline.duplicate(self._state.selected.value)

    def clear(self) -> None:
        plan = self._state.plan
        if plan.stops:
            self._state.change("Remove all stops", replace(plan, stops=()))

    def frame_carried(self) -> tuple[Carried, ...]:
        """The frame on the stage, as a picture of its own; none while there is none."""
        frame = self.player.frame
        picture = self.maker.picture(frame)
        return () if picture is None else (Carried(picture, self._bundle, parents=self.maker.parents(frame)),)

    def keep_frame(self) -> None:
        carried = self.frame_carried()
        if carried:
            self._exchange.keep_wanted.emit(carried)

    def open_frame(self) -> None:
        carried = self.frame_carried()
        if carried:
            self.player.pause()
            self._exchange.create_wanted.emit(carried)

    # Exporting

    def show_export(self) -> None:
        plan, bundle = self._state.plan, self._bundle
        if bundle is None or not self.maker.order:
            return
        dialog = ExportDialog(
            self._state.export.value,
            plan,
            bundle,
            self.maker.survey,
            self.sample,
            self._decoders,
            self._backdrop,
            self._preferences.save_folder.value,
            self,
        )
        dialog.export_wanted.connect(self.start_export)
        dialog.finished.connect(self._on_dialog_closed)
        self._dialog = dialog
        dialog.open()

    def _on_dialog_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def start_export(self, export: Export) -> None:
        if self._bundle is None or not self.maker.order:
            return
        self._state.export.set(export)
        self._preferences.save_folder.set(str(Path(export.path).parent))
        self.banner.hide()
        self.exporter.start(Order(self._state.plan, self._bundle, export, self.maker.survey))

    def export_again(self) -> None:
        """The same to the same file; the first time there is no such thing yet, so ask."""
        export = self._state.export.value
        if not export.path or why_not(export.kind):
            self.show_export()
        else:
            self.start_export(export)

    def sample(self) -> tuple[list[Pictures], float]:
        """What an estimate goes by: some frames, and the seconds that one takes to make."""
        return self.maker.following(self.player.frame, _SAMPLED), self.maker.seconds_a_frame

    def _on_exported(self, done: Exported) -> None:
        folder = QUrl.fromLocalFile(str(done.path.parent))
        self.banner.say(
            f"Exported “{done.path.name}” to {done.path.parent}: {done.frames} frames, "
            f"{done.frames / done.fps:.2f} s, {size_in_words(done.size)}.",
            seconds=12,
            offer=("Open folder", lambda: QDesktopServices.openUrl(folder)),
        )

    # Coming and going

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.maker.go_on()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.pause()
        self.maker.rest()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Those of its stops."""
        return tuple(stop.picture for stop in self._state.plan.stops)

    def leave(self) -> None:
        """End what goes on and save. Raises StudioError when the disk refuses."""
        self.player.pause()
        self.bringer.leave()
        self.exporter.leave()
        self._state.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self.maker.order)
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not count:
            super().keyPressEvent(event)
        elif key is Qt.Key.Key_Space:
            self.player.toggle()
        elif key in (Qt.Key.Key_Comma, Qt.Key.Key_Left):
            self.player.step(-1)
        elif key in (Qt.Key.Key_Period, Qt.Key.Key_Right):
            self.player.step(1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.player.pause()
            self.player.go_to(0 if key is Qt.Key.Key_Home else count - 1)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not isinstance(event.source(), QWidget) and local_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_paths(event)
        if paths:
            event.acceptProposedAction()
            self.bringer.add_files(paths)
