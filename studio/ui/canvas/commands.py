"""The commands of the canvas and the menu made of them: named, with keys, enabled when they can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.core.variation import FAR, NEAR

from ..actions import Command, Gesture
from .acts import CardActs
from .hands import Canvas


class CanvasCommands:
    """Those owned by the room work wherever the focus is in it, those of the view only there."""

    def __init__(
        self, room: QWidget, view: Canvas, acts: CardActs, open_large: Callable[[int], None]
    ) -> None:
        """open_large: shows one card large."""
        self._room, self._view, self._canvas = room, view, view.state
        self._open_large = open_large
        self._build_acts(acts)
        self._build_camera()
        for words, keys in (
            ("Move the canvas", "Space+drag, wheel"),
            ("Zoom", "Ctrl+wheel, pinch"),
            ("Go from picture to picture", "Arrows"),
            ("Move the selected pictures", "Ctrl+arrows"),
            ("Select, show large", "Space, Enter"),
            ("Take a picture out as PNG", "Alt+drag, or drag it out"),
        ):
            Gesture(view, words, keys)
        self._canvas.selection.changed.connect(self._sort_out)
        self._sort_out()

    def _build_acts(self, acts: CardActs) -> None:
        room, view, keys = self._room, self._view, QKeySequence.StandardKey
        undo = self._canvas.undo
        self.undo = Command(room, "create.undo", "Undo", undo.undo, keys.Undo, "arrow-u-up-left")
        self.redo = Command(room, "create.redo", "Redo", undo.redo, keys.Redo, "arrow-u-up-right")
        for command, signal, can in (
            (self.undo, undo.canUndoChanged, undo.canUndo()),
            (self.redo, undo.canRedoChanged, undo.canRedo()),
        ):
            command.setEnabled(can)
            signal.connect(command.setEnabled)
        self.open = Command(view, "create.open", "Show large", self._open_last, (), "arrows-out")
        self.vary_near = Command(
            view, "create.vary_near", "Vary near", lambda: acts.vary(NEAR), "V", "dots-nine",
            "Children that are plainly the same picture",
        )  # fmt: skip
        self.vary_far = Command(
            view, "create.vary_far", "Vary far", lambda: acts.vary(FAR), "Shift+V", "arrows-out-cardinal",
            "Children that go their own way",
        )  # fmt: skip
        self.save = Command(room, "create.save", "Save as PNG…", acts.save, keys.Save, "download-simple")
        self.copy = Command(room, "create.copy", "Copy", acts.copy, keys.Copy, "copy")
        self.star = Command(view, "create.star", "Star", acts.star, "S", "star", "Keep in the gallery")
        self.morph = Command(
            view, "create.morph", "Morph these", acts.morph, "M", "path", "Turn them into each other"
        )
        self.pack = Command(
            room, "create.pack", "Pack for a game", acts.pack, "Ctrl+Shift+E", "package",
            "For a game: the selected pictures, or a set of new ones",
        )  # fmt: skip
        self.remove = Command(view, "create.remove", "Remove", acts.remove, ("Del", "Backspace"), "trash")

    def _build_camera(self) -> None:
        view, keys = self._view, QKeySequence.StandardKey
        self.out = Command(view, "canvas.out", "Zoom out", view.zoom_out, ("-", "Ctrl+-"), "minus")
        self.in_ = Command(view, "canvas.in", "Zoom in", view.zoom_in, ("+", "=", "Ctrl++", "Ctrl+="), "plus")
        self.fit = Command(view, "canvas.fit", "Show everything", view.fit, "0", "corners-out")
        self.full = Command(view, "canvas.full", "Zoom to 100 %", view.zoom_full, "1", "frame-corners")
        self.closer = Command(
            view, "canvas.selection", "Zoom to the selection", view.fit_selection, "2", "frame-corners"
        )
        self.all = Command(
            view, "canvas.all", "Select all", self._select_all, keys.SelectAll, "selection-all"
        )

    def menu(self, generate: Command) -> QMenu:
        """What can be done with the selection, or else with the canvas."""
        menu = QMenu(self._room)
        menu.setAccessibleName("What can be done")
        groups: tuple[tuple[Command, ...], ...]
        if self._canvas.selection.value:
            groups = (
                (self.open,),
                (self.vary_near, self.vary_far),
                (self.star, self.save, self.copy),
                (self.morph, self.pack),
                (self.remove,),
            )
        else:
            groups = (
                (generate, self.undo, self.redo),
                (self.all, self.fit, self.full, self.in_, self.out),
            )
        for i, group in enumerate(groups):
            if i:
                menu.addSeparator()
            menu.addActions(list(group))
        return menu

    def _sort_out(self) -> None:
        count = len(self._canvas.selection.value)
        for command in (
            self.open,
            self.vary_near,
            self.vary_far,
            self.save,
            self.copy,
            self.star,
            self.remove,
        ):
            command.setEnabled(count > 0)
        self.morph.setEnabled(count > 1)

    def _select_all(self) -> None:
        self._canvas.select(card.id for card in self._canvas.cards)

    def _open_last(self) -> None:
        if self._canvas.selection.value:
            self._open_large(self._canvas.selection.value[-1])
