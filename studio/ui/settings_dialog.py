"""The settings, as a small dialog: every change is seen at once."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLayout, QWidget

from studio import __version__
from studio.store.files import Library
from studio.store.settings import THEMES, help_for

from .backdrop_choice import BackdropBox
from .state import Preferences, show
from .text_dialog import licences_dialog, log_dialog
from .theme import ASSETS
from .widgets import Elided, button, column, label, row

_CHOICE_WIDTH = 200  # px


class SettingsDialog(QDialog):
    """Binds to Preferences; nothing to apply."""

    def __init__(self, preferences: Preferences, library: Library, device: str, parent: QWidget) -> None:
        """device: what pictures are made on, as the user reads it; "" when that is not known yet."""
        super().__init__(parent)
        self._library = library
        self.setWindowTitle("Settings")
        self.setFixedWidth(540)
        done = button("Done", self.accept, "primary")
        done.setDefault(True)
        layout = column(
            label("Look", "heading"),
            row(label("Theme"), None, self._build_theme(preferences)),
            row(label("Behind transparent pictures"), None, self._build_backdrop(preferences)),
            row(label("First hints in Create"), None, self._build_hints(preferences)),
            10,
            label("Saved pictures", "heading"),
            self._build_embed(preferences),
            label(help_for("embed_recipe"), "small", wrap=True),
            10,
            label("Library", "heading"),
            label("Your models, unfinished runs and settings are here:", "small"),
            self._build_library(),
            10,
            label("This program", "heading"),
            self._build_about(device),
            16,
            row(None, done),
            spacing=10,
            margins=24,
        )
        self.setLayout(layout)
        self.theme.setFocus()

    def _build_theme(self, preferences: Preferences) -> QWidget:
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for choice in THEMES:
            self.theme.addItem("As the system" if choice == "system" else choice.capitalize(), choice)
        self.theme.setFixedWidth(_CHOICE_WIDTH)
        show(preferences.theme, lambda choice: self.theme.setCurrentIndex(THEMES.index(choice)))
        self.theme.activated.connect(lambda i: preferences.theme.set(THEMES[i]))
        return self.theme

    def _build_backdrop(self, preferences: Preferences) -> QWidget:
        self.backdrop = BackdropBox(preferences.backdrop)
        self.backdrop.setFixedWidth(_CHOICE_WIDTH)
        return self.backdrop

    def _build_hints(self, preferences: Preferences) -> QWidget:
        again = button("Show them again", lambda: preferences.hints_seen.set(False))
        show(preferences.hints_seen, again.setEnabled)
        again.setFixedWidth(_CHOICE_WIDTH)
        return again

    def _build_embed(self, preferences: Preferences) -> QWidget:
        self.embed = QCheckBox("Save how a picture was made in its file")
        show(preferences.embed_recipe, self.embed.setChecked)
        self.embed.toggled.connect(preferences.embed_recipe.set)
        return self.embed

    def _build_library(self) -> QLayout:
        folder = QUrl.fromLocalFile(str(self._library.root))
        place = row(
            Elided(str(self._library.root)),
            button("Open", lambda: QDesktopServices.openUrl(folder), "", "folder-open"),
        )
        place.setStretch(0, 1)
        return place

    def _build_about(self, device: str) -> QLayout:
        made_on = f"Pictures are made on {device}." if device else "No model has been opened yet."
        return row(
            column(label(f"Morpho Studio {__version__}"), label(made_on, "small"), spacing=2),
            None,
            button("Show log", self.show_log, "", "article"),
            button("Licences", self.show_licences, "", "scales"),
        )

    def show_log(self) -> None:
        self._open(log_dialog(self._library.log_file, self))

    def show_licences(self) -> None:
        self._open(licences_dialog(ASSETS, self))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
