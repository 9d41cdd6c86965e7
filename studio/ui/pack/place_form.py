"""What the pack is for and where it goes: the first and the last part of the dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from studio.store.pack.outlet import There
from studio.store.pack.writers.manifest import MANIFEST

from ..widgets import button, column, label, row
from .choices import WORDS
from .parts import choice, show_choice, tick

_NAMED = 8  # files in the list


class TargetForm(QWidget):
    """Which engine."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.box = choice(
            "Target", [(words, target) for target, (words, _) in WORDS.items()], self._on_picked
        )
        self.box.setMaxVisibleItems(len(WORDS))
        self._about = label("", "small", wrap=True)
        self.setLayout(column(self.box, self._about, spacing=6))

    def show_target(self, target: str) -> None:
        show_choice(self.box, target)
        self._about.setText(WORDS[target][1] + ".")
        self.box.setAccessibleDescription(WORDS[target][1])

    def _on_picked(self, target: str) -> None:
        self.show_target(target)
        self.picked.emit(target)


class PlaceForm(QWidget):
    """The folder, and what lies there already."""

    edited = Signal(object)  # Path
    replace_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName("Folder of the pack")
        self.field.editingFinished.connect(self._on_typed)
        choose = button("Choose…", self._choose, "", "folder-open")
        choose.setAccessibleName("Choose where the pack's folder is made")
        line = row(self.field, choose)
        line.setStretch(0, 1)
        self._there = label("", "small", wrap=True)
        self._there.setAccessibleName("What will be replaced")
        self.may_replace = tick("Replace them all the same", self.replace_toggled.emit)
        self.setLayout(column(line, self._there, self.may_replace, spacing=6))
        self.may_replace.hide()
        self._out = Path()
        self._name = ""

    def show_out(self, out: Path, name: str) -> None:
        """name: of the set, after which a folder is called."""
        self._out, self._name = out, name
        if self.field.text() != str(out):
            self.field.setText(str(out))
            self.field.setCursorPosition(len(str(out)))

    def show_there(self, there: There | None, may_replace: bool) -> None:
        """What would be lost, before it is."""
        blocker = QSignalBlocker(self.may_replace)
        self.may_replace.setChecked(may_replace)
        del blocker
        files = there.files if there else ()
        strangers = there.strangers if there else ()
        self.may_replace.setVisible(bool(strangers))
        if not files:
            self._there.setText("A new folder." if there else "")
        elif strangers:
            self._there.setText(f"These are of no pack made here and would be lost: {_some(strangers)}.")
        else:
            self._there.setText(f"Replaces the older pack there: {_some(files)}.")
        self._there.setToolTip("\n".join(files[:60]))

    def _on_typed(self) -> None:
        text = self.field.text().strip()
        out = Path(text).expanduser()
        if text and out.is_absolute():
            if out != self._out:
                self._out = out
                self.edited.emit(out)
        else:
            self.field.setText(str(self._out))

    def _choose(self) -> None:
        """A folder of ours is taken as it is; in any other one, a new folder is made."""
        start = next((each for each in self._out.parents if each.is_dir()), Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "Where the pack's folder is made", str(start))
        if chosen:
            folder = Path(chosen)
            self._out = folder if (folder / MANIFEST).is_file() else folder / self._name
            self.field.setText(str(self._out))
            self.edited.emit(self._out)


def _some(files: tuple[str, ...]) -> str:
    shown = ", ".join(files[:_NAMED])
    return f"{shown} and {len(files) - _NAMED} more" if len(files) > _NAMED else shown
