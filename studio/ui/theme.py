"""How everything looks: one set of tokens for dark and light, as a palette and a style sheet on Fusion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from .style_sheet import style_sheet

_HIGH_CONTRAST = Qt.ContrastPreference.HighContrast
ASSETS = Path(__file__).resolve().parents[2] / "assets"
FONTS = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")

SPACE = 8  # px; distances are multiples of half of it
TYPE_SCALE = (11, 12, 13, 15, 22, 30)  # px: badges, asides, body, headings, titles, figures
BODY = 13  # px
RADII = (4, 6, 8, 10)  # px: small parts, controls, pictures and messages, cards; what is round is round


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
    disabled="#808080",
    accent="#8aa4ff",
    accent_fill="#4a68e8",
    accent_hover="#4562dc",
    on_accent="#ffffff",
    accent_soft="#2a3152",
    warn="#e8b04b",
    danger="#f48a83",
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
    disabled="#848484",
    accent="#3b58d9",
    accent_fill="#3b58d9",
    accent_hover="#304bc6",
    on_accent="#ffffff",
    accent_soft="#e3e8fd",
    warn="#8a5700",
    danger="#b83228",
    checker=("#ffffff", "#e4e4e4"),
)


def more_contrast(tokens: Tokens) -> Tokens:
    """For who asks the system for it: edges as clear as text, and no grey text."""
    return replace(tokens, border=tokens.muted, muted=tokens.text, disabled=tokens.muted)


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
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._apply)

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
        is_light = self._choice == "light" or (self._choice == "system" and _system_is_light())
        self.tokens = LIGHT if is_light else DARK
        if QGuiApplication.styleHints().accessibility().contrastPreference() is _HIGH_CONTRAST:
            self.tokens = more_contrast(self.tokens)
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens, ASSETS / "ui"))
        self.changed.emit()


def _system_is_light() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light


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
