"""How everything looks: one set of tokens for dark and light, as a palette and a style sheet on Fusion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from .style_sheet import style_sheet

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FONTS = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")

SPACE = 8  # px; every distance is a multiple of half of it
BODY = 13  # px; the type scale is 11, 13, 15, 22


@dataclass(frozen=True)
class Tokens:
    """Colours by what they are for. Surfaces are neutral so that the artist's colours are judged fairly."""

    is_dark: bool
    window: str
    rail: str
    panel: str  # cards, bars
    control: str  # buttons, fields
    hover: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str  # on surfaces: rings, progress, links
    accent_fill: str  # under `on_accent` text
    accent_hover: str
    on_accent: str
    accent_soft: str  # the ground of what is selected
    warn: str
    danger: str
    checker: tuple[str, str]


DARK = Tokens(
    is_dark=True,
    window="#1c1c1c",
    rail="#151515",
    panel="#252525",
    control="#303030",
    hover="#3a3a3a",
    border="#3d3d3d",
    text="#ededed",
    muted="#a6a6a6",
    disabled="#6b6b6b",
    accent="#8aa4ff",
    accent_fill="#4a68e8",
    accent_hover="#5a77f2",
    on_accent="#ffffff",
    accent_soft="#2a3152",
    warn="#e8b04b",
    danger="#f07a72",
    checker=("#484848", "#3c3c3c"),
)
LIGHT = Tokens(
    is_dark=False,
    window="#f5f5f5",
    rail="#eaeaea",
    panel="#ffffff",
    control="#ffffff",
    hover="#ececec",
    border="#cfcfcf",
    text="#1d1d1d",
    muted="#616161",
    disabled="#a3a3a3",
    accent="#3f5de0",
    accent_fill="#3f5de0",
    accent_hover="#3350cf",
    on_accent="#ffffff",
    accent_soft="#e3e8fd",
    warn="#9a6200",
    danger="#c0362c",
    checker=("#ffffff", "#e4e4e4"),
)


class Theme(QObject):
    """Applies the tokens to the application and follows the system when told to."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str) -> None:
        """choice: "system", "dark" or "light"."""
        super().__init__(app)
        self._app, self._choice = app, choice
        for file in FONTS:
            QFontDatabase.addApplicationFont(str(ASSETS / "fonts" / file))
        font = QFont("Inter")
        font.setPixelSize(BODY)
        app.setStyle("Fusion")
        app.setFont(font)
        self.tokens = DARK
        self.choose(choice)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def choose(self, choice: str) -> None:
        self._choice = choice
        hints = QGuiApplication.styleHints()
        # Asked for as well so that native title bars agree, where the platform can.
        if choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
        self._apply()

    def _on_system_changed(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        is_light = self._choice == "light" or (
            self._choice == "system" and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        )
        self.tokens = LIGHT if is_light else DARK
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens, ASSETS / "ui"))
        self.changed.emit()


def palette(tokens: Tokens) -> QPalette:
    """Every role set, so that nothing of the platform's own colours shines through."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.control,
        role.AlternateBase: tokens.panel,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.control,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.Light: tokens.hover,
        role.Midlight: tokens.hover,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: "#000000",
        role.Highlight: tokens.accent_fill,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.warn,  # no link here is ever visited; the banner's icon is drawn in it
        role.ToolTipBase: tokens.panel,
        role.ToolTipText: tokens.text,
    }
    result = QPalette()
    for which, colour in colours.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.HighlightedText):
        result.setColor(group.Disabled, which, QColor(tokens.disabled))
    result.setColor(group.Disabled, role.Highlight, QColor(tokens.border))
    result.setColor(group.Disabled, role.Accent, QColor(tokens.disabled))
    return result
