"""The panel beside the models: everything there is to know of one, and its licence note."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from studio.store.bundle import Bundle
from studio.store.sharing import size_on_disk

from .model_words import file_facts, main_facts
from .widgets import Elided, button, clear_layout, column, icon_button, label, row, scrolling

WIDTH = 312  # px


class FactsPanel(QFrame):
    """Shows one bundle; an own one's licence note can be written here."""

    closed = Signal()
    noted = Signal(object, str)  # Bundle, its licence note

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setAccessibleName("Facts")
        self.setFixedWidth(WIDTH)
        self.bundle: Bundle | None = None
        self._is_starter = False
        self._title = Elided("", "heading")
        close = icon_button("Close the facts", "x", self.closed.emit, "Ctrl+I")
        head = row(self._title, close, spacing=6)
        head.setStretch(0, 1)
        self._main: QVBoxLayout = column(spacing=12)
        self._files: QVBoxLayout = column(spacing=12)
        inner = QWidget()
        self._note = self._build_licence()
        inside = column(self._main, self._note, self._files, None, spacing=16)
        inside.setContentsMargins(0, 0, 12, 0)
        inner.setLayout(inside)
        self._folder = button("Show the folder", self._show_folder, "", "folder-open")
        layout = column(head, scrolling(inner), row(self._folder, None), spacing=12)
        layout.setContentsMargins(20, 16, 8, 16)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _build_licence(self) -> QWidget:
        made = QWidget()
        self.licence = QPlainTextEdit()
        self.licence.setAccessibleName("Licence note")
        self.licence.setPlaceholderText("Who may use the pictures this model makes, and how. It goes along "
                                        "when the model is shared.")  # fmt: skip
        self.licence.setFixedHeight(112)
        self.licence.setTabChangesFocus(True)
        self.licence.textChanged.connect(self._on_typed)
        self._licence_read = label("", wrap=True)
        self._licence_read.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save = button("Save the note", self._save, "", "check")
        line = row(None, self.save)
        made.setLayout(
            column(label("Licence note", "small"), self.licence, self._licence_read, line, spacing=6)
        )
        return made

    def show_bundle(self, bundle: Bundle | None, is_starter: bool) -> None:
        """What is being typed into the note stays while the bundle is the same."""
        same = bundle is not None and self.bundle is not None and bundle.folder == self.bundle.folder
        typed = self.licence.toPlainText() if same and self._is_changed() else None
        self.bundle, self._is_starter = bundle, is_starter
        clear_layout(self._main)
        clear_layout(self._files)
        self._note.setVisible(bundle is not None)
        self._folder.setVisible(bundle is not None)
        if bundle is None:
            self._title.setText("Facts")
            self._main.addWidget(
                label("Nothing can be said of this one; its card says why.", "muted", wrap=True)
            )
            return
        self._title.setText(bundle.facts.name)
        for facts, place in (
            (main_facts(bundle), self._main),
            (file_facts(bundle, size_on_disk(bundle)), self._files),
        ):
            for what, words in facts:
                place.addWidget(_pair(what, words))
        self.licence.setPlainText(bundle.facts.licence if typed is None else typed)
        self.licence.setVisible(not is_starter)
        self._licence_read.setVisible(is_starter)
        self._licence_read.setText(bundle.facts.licence or "None")
        self._on_typed()

    def _is_changed(self) -> bool:
        return self.bundle is not None and self.licence.toPlainText().strip() != self.bundle.facts.licence

    def _on_typed(self) -> None:
        self.save.setVisible(not self._is_starter and self._is_changed())

    def _save(self) -> None:
        if self.bundle is not None:
            self.noted.emit(self.bundle, self.licence.toPlainText().strip())

    def _show_folder(self) -> None:
        if self.bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.bundle.folder)))


def _pair(what: str, words: str) -> QWidget:
    said = label(words, wrap=True)
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made = QWidget()
    made.setLayout(column(label(what, "small"), said, spacing=2))
    return made
