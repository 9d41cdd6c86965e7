"""The shapes of controls: what Fusion and a palette cannot say. Colours come from the tokens only."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

_SHEET = Template("""
QToolTip { background: $panel; color: $text; border: 1px solid $border; padding: 5px 8px; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="heading"] { font-size: 15px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: 12px; }
QLabel[role="problem"] { color: $danger; font-size: 12px; }
QLabel[role="figure"] { font-size: 30px; font-weight: 600; }
QLabel[role="badge"] { color: $muted; background: $control; border: 1px solid $border; border-radius: 9px;
    padding: 1px 8px; font-size: 11px; font-weight: 500; }
QLabel[role="key"] { color: $muted; background: $control; border: 1px solid $border; border-radius: 4px;
    padding: 1px 7px; font-size: 12px; }

QLabel[role="step"] { color: $muted; font-weight: 500; padding: 5px 12px; border-radius: 13px; }
QLabel[role="step"][at="now"] { color: $text; background: $accent_soft; }
QLabel[role="step"][at="done"] { color: $accent; }

QFrame[role="rail"] { background: $rail; border: none; border-right: 1px solid $border; }
QFrame[role="bar"] { background: $panel; border: none; border-bottom: 1px solid $border; }
QFrame[role="foot"] { background: $panel; border: none; border-top: 1px solid $border; }
QFrame[role="side"] { background: $panel; border: none; border-left: 1px solid $border; }
QFrame[role="left side"] { background: $panel; border: none; border-right: 1px solid $border; }
QFrame[role="card"] { background: $panel; border: 1px solid $border; border-radius: 10px; }
QFrame[role="card"]:hover { border-color: $disabled; }
QFrame[role="panel"] { background: $panel; border: 1px solid $border; border-radius: 10px; }
QFrame[role="floating"] { background: $panel; border: 1px solid $border; border-radius: 10px; }
QFrame[role="drop"] { background: $panel; border: 2px dashed $border; border-radius: 10px; }
QFrame[role="drop"][over="true"] { border-color: $accent; background: $accent_soft; }
QFrame[role="banner"] { background: $panel; border: 1px solid $warn; border-radius: 8px; }
QFrame[role="banner"][tone="error"] { border-color: $danger; }
QFrame[role="banner"][tone="info"] { border-color: $accent; }
QFrame[role="stop"] { background: $control; border: 1px solid $border; border-radius: 10px; }
QFrame[role="stop"]:hover { border-color: $disabled; }
QFrame[role="stop"][chosen="true"] { background: $accent_soft; border-color: $accent; }
QFrame[role="stop"]:focus { border: 2px solid $accent; }
QSplitter::handle { background: $panel; border-left: 1px solid $border; }
QSplitter::handle:hover { background: $accent; }
QFrame[role="line"] { background: $border; border: none; }

QPushButton, QComboBox, QCheckBox { outline: none; }
QPushButton, QComboBox { background: $control; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 6px 14px; min-height: 20px; font-weight: 500; }
QPushButton:hover, QComboBox:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:disabled, QComboBox:disabled { color: $disabled; background: $panel; }
QPushButton:focus, QComboBox:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton[kind="primary"] { background: $accent_fill; color: $on_accent; border: 1px solid $accent_fill; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $control; color: $disabled; border: 1px solid $border; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="choice"] { text-align: left; padding: 10px 12px; min-height: 38px; }
QPushButton[kind="choice"]:checked { background: $accent_soft; border: 2px solid $accent; padding: 9px 11px; }
QPushButton[kind="choice"]:focus { border: 2px solid $accent; padding: 9px 11px; }
QPushButton[kind="toggle"]:checked { background: $accent_soft; border-color: $accent; }
QPushButton::menu-indicator { width: 0px; }
QPushButton[fit="compact"] { padding: 6px 4px; font-size: 12px; }
QPushButton[fit="compact"]:focus { padding: 5px 3px; }
QToolButton[kind="fold"] { padding: 3px 2px; font-weight: 600; }
QToolButton[kind="fold"]:focus { padding: 2px 1px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $border; }
QToolButton:focus { border: 2px solid $accent; padding: 4px; }
QToolButton::menu-indicator { image: none; width: 0px; }
QToolButton[kind="outlined"] { background: $control; border: 1px solid $border; }
QToolButton[kind="outlined"]:hover { background: $hover; }
QToolButton[kind="outlined"]:checked { background: $accent_soft; border: 1px solid $accent; }
QToolButton[kind="chip"] { background: $control; border: 1px solid $border; border-radius: 11px;
    padding: 2px 8px; font-size: 12px; }
QToolButton[kind="chip"]:hover { background: $hover; }
QToolButton[kind="chip"]:focus { border: 2px solid $accent; padding: 1px 7px; }
QToolButton[kind="outlined"]:focus { border: 2px solid $accent; padding: 4px; }
QToolButton[kind="choice"] { background: $control; border: 1px solid $border; padding: 10px 8px;
    font-weight: 500; }
QToolButton[kind="choice"]:hover { background: $hover; }
QToolButton[kind="choice"]:checked { background: $accent_soft; border: 2px solid $accent;
    padding: 9px 7px; }
QToolButton[kind="choice"]:focus { border: 2px solid $accent; padding: 9px 7px; }
QToolButton[kind="room"] { padding: 8px 2px; font-size: 11px; font-weight: 500; color: $muted;
    border-radius: 8px; }
QToolButton[kind="room"]:hover { color: $text; }
QToolButton[kind="room"]:checked { background: $accent_soft; color: $text; }
QToolButton[kind="room"]:focus { padding: 7px 1px; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit { background: $control; color: $text;
    border: 1px solid $border; border-radius: 6px; padding: 6px 9px; min-height: 20px;
    selection-background-color: $accent_fill;
    selection-color: $on_accent; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus { border: 2px solid $accent;
    padding: 5px 8px; }
QLineEdit[kind="in place"] { padding: 2px 7px; min-height: 20px; }
QLineEdit[kind="in place"]:focus { padding: 1px 6px; }
QDoubleSpinBox[kind="small"] { padding: 2px 6px; font-size: 12px; }
QDoubleSpinBox[kind="small"]:focus { padding: 1px 5px; }
QLineEdit[kind="name"] { background: transparent; border: 1px solid transparent; padding: 0 4px;
    min-height: 22px; font-weight: 500; }
QLineEdit[kind="name"]:hover { border-color: $border; }
QLineEdit[kind="name"]:focus { background: $control; border: 2px solid $accent; padding: 0 3px;
    min-height: 20px; }
QToolButton[kind="tool"] { padding: 6px; }
QToolButton[kind="tool"]:checked { background: $accent_soft; border: 1px solid $accent; }
QToolButton[kind="tool"]:focus { border: 2px solid $accent; padding: 5px; }
QToolButton[kind="more"] { padding: 1px; }
QToolButton[kind="more"]:focus { border: 2px solid $accent; padding: 0; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $disabled; background: $panel; }

QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent; border: none;
    padding: 0; min-height: 0; }

QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }

QComboBox { combobox-popup: 0; padding-right: 28px; text-align: left; }
QComboBox[kind="small"] { padding: 3px 18px 3px 5px; font-size: 12px; }
QComboBox[kind="small"]:focus { padding: 2px 17px 2px 4px; }
QComboBox[kind="small"]::drop-down { width: 18px; }
QComboBox:focus { padding-right: 27px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$assets/caret-$shade.svg"); width: 12px; height: 12px; }
QComboBox[fit="compact"] { padding: 6px 20px 6px 10px; font-size: 12px; }
QComboBox[fit="compact"]:focus { padding: 5px 19px 5px 9px; }
QComboBox[fit="compact"]::drop-down { width: 20px; }
QComboBox QAbstractItemView { background: $panel; color: $text; border: 1px solid $border; padding: 4px;
    outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 2px 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }

QCheckBox, QRadioButton { spacing: 9px; padding: 3px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $disabled; border-radius: 9px;
    background: $control; }
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent_fill;
    background: $on_accent; }
QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $disabled; border-radius: 4px;
    background: $control; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent_fill; border-color: $accent_fill;
    image: url("$assets/check.svg"); }

QSlider { min-height: 24px; border: 2px solid transparent; border-radius: 6px; }
QSlider:focus { border: 2px solid $accent; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent_fill; border-radius: 2px; }
QSlider::handle:horizontal { background: $text; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; }
QSlider::handle:horizontal:hover { background: $accent; }

QProgressBar { background: $border; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea, QListView { background: transparent; border: none; outline: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QTreeView { background: transparent; border: none; outline: none; }
QTreeView::item { padding: 0 10px; border: none; border-radius: 6px; }
QTreeView::item:hover { background: $hover; }
QTreeView::item:selected { background: $accent_soft; color: $text; }
QListView[role="list"] { background: $control; border: 1px solid $border; border-radius: 6px; padding: 4px; }
QListView[role="list"]::item:selected { background: $accent_soft; color: $text; border-radius: 4px; }
QListView[role="list"]:focus { border: 2px solid $accent; padding: 3px; }
QListView[role="plain"] { background: $panel; }
QListView[role="plain"]::item:selected { background: $accent_soft; border-radius: 6px; }
QScrollArea:focus { border: 2px solid $accent; border-radius: 6px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 36px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: $disabled; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 36px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $panel; color: $text; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 7px 28px 7px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
""")


def style_sheet(tokens: Any, assets: Path) -> str:
    """tokens: theme.Tokens. assets: the folder of the few pictures a style sheet needs."""
    shade = "dark" if tokens.is_dark else "light"
    return _SHEET.substitute(vars(tokens), shade=shade, assets=assets.as_posix())
