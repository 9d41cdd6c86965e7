"""The theme: text that can be read on every surface, and one scale of sizes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.ui import theme as theme_module
from studio.ui.style_sheet import style_sheet
from studio.ui.theme import ASSETS, DARK, LIGHT, RADII, TYPE_SCALE, Theme, Tokens, more_contrast, palette

SURFACES = ("window", "rail", "panel", "control", "hover", "accent_soft")
AT_REST = ("window", "rail", "panel", "control")
ALL = [DARK, LIGHT, more_contrast(DARK), more_contrast(LIGHT)]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def too_faint(tokens: Tokens, inks: tuple[str, ...], surfaces: tuple[str, ...], least: float) -> list[str]:
    pairs = [(ink, surface) for ink in inks for surface in surfaces]
    return [
        f"{ink} on {surface}: {contrast(getattr(tokens, ink), getattr(tokens, surface)):.2f}"
        for ink, surface in pairs
        if contrast(getattr(tokens, ink), getattr(tokens, surface)) < least
    ]


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", ALL, ids=["dark", "light", "dark, more contrast", "light, more contrast"])
def test_text_can_be_read(tokens: Tokens) -> None:
    assert too_faint(tokens, ("text", "muted", "accent", "warn", "danger"), SURFACES, 4.5) == []
    assert too_faint(tokens, ("on_accent",), ("accent_fill", "accent_hover"), 4.5) == []
    assert too_faint(tokens, ("disabled",), AT_REST, 3.0) == []
    # The ring of the focus, the filled part of sliders and what is chosen must be told from what is around.
    assert too_faint(tokens, ("accent", "accent_fill"), ("window", "rail", "panel"), 3.0) == []


def test_who_asks_for_contrast_gets_edges() -> None:
    for tokens in (DARK, LIGHT):
        assert too_faint(more_contrast(tokens), ("border", "disabled"), AT_REST, 4.5) == []


def test_surfaces_are_neutral() -> None:
    """Grey and nothing else, so that the artist's colours are judged fairly."""
    for tokens in (DARK, LIGHT):
        greys = [getattr(tokens, name) for name in (*AT_REST, "hover", "border", "text", "muted", "disabled")]
        assert all(grey[1:3] == grey[3:5] == grey[5:7] for grey in (*greys, *tokens.checker))


def test_sizes_and_colours_come_from_the_tokens() -> None:
    for tokens in ALL:
        sheet = style_sheet(tokens, ASSETS / "ui")
        assert {int(size) for size in re.findall(r"font-size: (\d+)px", sheet)} <= set(TYPE_SCALE)
        known = {value for value in vars(tokens).values() if isinstance(value, str)}
        assert set(re.findall(r"#[0-9a-f]{6}", sheet)) <= known
        for rule in sheet.split("}"):
            radius = re.search(r"border-radius: (\d+)px", rule)
            if radius and int(radius[1]) not in RADII:
                sides = [int(side) for side in re.findall(r"(?<!-)(?:height|width): (\d+)px", rule)]
                is_round = sides and int(radius[1]) * 2 in sides
                is_pill = re.search(r"badge|chip|step|QProgressBar|handle|sub-page|groove|QRadioButton", rule)
                assert is_round or is_pill, rule.strip()


def test_every_role_of_the_palette_is_set(qapp: QApplication) -> None:
    made = palette(LIGHT)
    unset = [role for role in made.ColorRole if role.name not in ("NoRole", "NColorRoles")
             and not made.isBrushSet(made.ColorGroup.Active, role)]  # fmt: skip
    assert unset == []


def test_it_follows_the_system_or_the_choice(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    hints = QGuiApplication.styleHints()
    system = {"is_light": True}
    monkeypatch.setattr(theme_module, "_system_is_light", lambda: system["is_light"])
    theme = Theme(qapp, "dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.tokens.is_dark, "what was chosen stays"
    theme.choose("system")
    assert not theme.tokens.is_dark
    system["is_light"] = False
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens.is_dark
    theme.choose("light")
    assert not theme.tokens.is_dark
    theme.deleteLater()


def test_the_focus_is_seen_on_every_kind_of_control() -> None:
    sheet = style_sheet(DARK, ASSETS / "ui")
    for kind in ("QPushButton", "QToolButton", "QComboBox", "QCheckBox", "QSlider", "QLineEdit", "QSpinBox"):
        rules = [rule for rule in sheet.split("}") if f"{kind}:focus" in rule]
        assert any(DARK.accent in rule for rule in rules), kind
