"""The bar above the stage: whose morph it is, undo, and what is taken along."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QUndoStack
from PySide6.QtWidgets import QFrame, QLabel

from studio.store.bundle import Bundle

from ..create_bar import preview_icon
from ..widgets import button, icon_button, label, row

_MODEL_SIDE = 24  # px


class RoomBar(QFrame):
    """Says what the user wants; undo and redo it does by itself."""

    clear_wanted = Signal()
    keep_wanted = Signal()
    create_wanted = Signal()
    again_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, undo: QUndoStack) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._bundle: Bundle | None = None
        standard = QKeySequence.StandardKey
        self._picture, self._name = QLabel(), label("", "strong")
        self.undo = icon_button("Undo", "arrow-u-up-left", undo.undo, standard.Undo)
        self.redo = icon_button("Redo", "arrow-u-up-right", undo.redo, standard.Redo)
        self.clear = icon_button("Remove all stops", "trash", self.clear_wanted.emit)
        self.keep = button(
            "Keep frame", self.keep_wanted.emit, "", "heart", "Keep this frame in the gallery (K)"
        )
        self.to_create = button(
            "Open in Create", self.create_wanted.emit, "", "sparkle", "Work on this frame in Create (C)"
        )
        self.again = icon_button("Export again", "repeat", self.again_wanted.emit, "Ctrl+E", "outlined")
        self.export = button("Export…", self.export_wanted.emit, "primary", "export", "Ctrl+Shift+E")
        parts = (self._picture, self._name, 4, self.undo, self.redo, self.clear, None)
        layout = row(*parts, self.keep, self.to_create, 4, self.again, self.export)
        layout.setContentsMargins(16, 10, 12, 10)
        self.setLayout(layout)
        self._connect(undo)

    def _connect(self, undo: QUndoStack) -> None:
        undo.canUndoChanged.connect(self.undo.setEnabled)
        undo.canRedoChanged.connect(self.redo.setEnabled)
        undo.undoTextChanged.connect(lambda words: self.undo.setToolTip(f"Undo: {words}"))
        undo.redoTextChanged.connect(lambda words: self.redo.setToolTip(f"Redo: {words}"))
        self.undo.setEnabled(False)
        self.redo.setEnabled(False)

    def show_model(self, bundle: Bundle | None) -> None:
        self._picture.setVisible(bundle is not None)
        self._name.setVisible(bundle is not None)
        if bundle is None or bundle is self._bundle:
            return  # reading its sheet takes longer than all the rest of an edit
        self._bundle = bundle
        ratio = self.devicePixelRatioF()
        pixmap = preview_icon(bundle).scaled(
            QSize(_MODEL_SIDE, _MODEL_SIDE) * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)
        self._name.setText(bundle.facts.name)

    def show_has_frames(self, has_frames: bool) -> None:
        for made in (self.keep, self.to_create, self.again, self.export):
            made.setEnabled(has_frames)
