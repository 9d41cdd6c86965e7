"""A page of text to read and copy: the log, the licences."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from .widgets import button, column, label, reword, row

_TAIL_BYTES = 64 * 2**10
_SIZE = QSize(820, 560)  # px
_USED = (
    ("PySide6_Essentials", "Qt and PySide6", "LGPL 3.0: you may replace them by other builds of them"),
    ("onnxruntime", "ONNX Runtime", "MIT"),
    ("onnxruntime-gpu", "ONNX Runtime", "MIT"),
    ("torch", "PyTorch", "BSD 3-Clause"),
    ("onnx", "ONNX", "Apache 2.0"),
    ("onnxscript", "ONNX Script", "MIT"),
    ("numpy", "NumPy", "BSD 3-Clause"),
    ("pillow", "Pillow", "MIT-CMU"),
    ("safetensors", "safetensors", "Apache 2.0"),
    ("platformdirs", "platformdirs", "MIT"),
    ("QtAwesome", "QtAwesome with the Phosphor icons", "MIT"),
    ("typer", "Typer", "MIT"),
    ("rich", "Rich", "MIT"),
)


class TextDialog(QDialog):
    """Read-only, with a button that copies all of it."""

    def __init__(self, title: str, note: str, text: str, parent: QWidget, from_the_end: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._text = text
        self.view = QPlainTextEdit(text)
        self.view.setReadOnly(True)
        self.view.setTabChangesFocus(True)
        self.view.setAccessibleName(title)
        if from_the_end:
            self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.view.moveCursor(QTextCursor.MoveOperation.End)
            self.view.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self._copy = button("Copy all", self.copy, "", "copy")
        close = button("Close", self.accept, "primary")
        close.setDefault(True)
        layout = column(
            label(title, "heading"),
            label(note, "muted", wrap=True),
            self.view,
            row(self._copy, None, close),
            spacing=12,
            margins=20,
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.9))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        reword(self._copy, "Copied")


def log_dialog(file: Path, parent: QWidget) -> TextDialog:
    """The last part of the log."""
    try:
        with open(file, "rb") as source:
            source.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            text = source.read().decode("utf-8", "replace")
    except OSError:
        text = ""
    note = f"The end of {file}. Nothing in it is sent anywhere."
    return TextDialog("Log", note, text or "Nothing has been logged yet.", parent, from_the_end=True)


def licences_dialog(assets: Path, parent: QWidget) -> TextDialog:
    note = "Morpho Studio is under the MIT licence. It is made with the work of others:"
    return TextDialog("Licences", note, licences(assets), parent)


def licences(assets: Path) -> str:
    """What is installed of what the program uses, each with its version and licence; then the font's."""
    lines = []
    for package, name, licence in _USED:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        lines.append(f"{name} {version}: {licence}")
    lines.append("Inter, the font: SIL Open Font License 1.1, as follows")
    font = assets / "fonts" / "Inter-LICENSE.txt"
    try:
        lines.append(f"\n{font.read_text(encoding='utf-8')}")
    except OSError:
        lines.append(f"\n({font} is missing)")
    return "\n".join(lines)
