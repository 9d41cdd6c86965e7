"""The settings, as a small dialog: every change is seen at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QWidget

from studio import __version__
from studio.store.settings import THEMES, help_for

from .state import Preferences, show
from .widgets import button, column, label, row


class SettingsDialog(QDialog):
    """Binds to Preferences; nothing to apply."""

    def __init__(self, preferences: Preferences, library: Path, device: str, parent: QWidget) -> None:
        """device: what pictures are made on, as the user reads it; "" when that is not known yet."""
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(520)
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for choice in THEMES:
            self.theme.addItem("As the system" if choice == "system" else choice.capitalize(), choice)
        self.theme.setFixedWidth(200)
        show(preferences.theme, lambda choice: self.theme.setCurrentIndex(THEMES.index(choice)))
        self.theme.activated.connect(lambda i: preferences.theme.set(THEMES[i]))
        self.embed = QCheckBox("Save how a picture was made in its file")
        show(preferences.embed_recipe, self.embed.setChecked)
        self.embed.toggled.connect(preferences.embed_recipe.set)
        folder = QUrl.fromLocalFile(str(library))
        about = f"Morpho Studio {__version__}" + (f"   ·   pictures are made on {device}" if device else "")
        place = row(
            label(str(library), "muted", wrap=True),
            button("Open", lambda: QDesktopServices.openUrl(folder), "", "folder-open"),
        )
        place.setStretch(0, 1)
        layout = column(
            label("Look", "heading"),
            row(label("Theme"), None, self.theme),
            8,
            label("Saved pictures", "heading"),
            self.embed,
            label(help_for("embed_recipe"), "small", wrap=True),
            8,
            label("Library", "heading"),
            place,
            16,
            row(label(about, "small"), None, button("Done", self.accept, "primary")),
            spacing=10,
            margins=24,
        )
        self.setLayout(layout)
