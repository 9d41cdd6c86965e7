"""The parts of the dialog that fold: the picture, the sheet, names and metadata. Each shows PackOptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QLineEdit, QWidget

from studio.store.pack import FAINT, TARGETS, PackOptions
from studio.store.pack.options import ATLAS, CHARACTERS, FACES, GRID, LOOSE, STRIPS

from ..widgets import button
from .parts import Form, choice, decimal, number, show_choice, tick

_SCALES = (1, 2, 3, 4)
_FILTERS = (("By looking at the pictures", None), ("Pixel art: whole pixels", True), ("Smooth", False))
_TRIMS = {
    "none": "Nothing",
    "sprite": "Each picture by itself",
    "animation": "Frames of an animation alike",
    "all": "All pictures alike",
}
_TRIMMED = {
    "none": "nothing cut off",
    "sprite": "each trimmed",
    "animation": "trimmed by animation",
    "all": "all trimmed alike",
}
_FAINTS = (
    ("Nothing that can be seen", 0),
    ("What is hardly seen: alpha up to 8", FAINT),
    ("Soft shadows: alpha up to 32", 32),
)
_ALPHAS = (
    ("Colours continued: no rims", "bleed"),
    ("Nothing: smaller files", "zero"),
    ("Premultiplied", "premultiply"),
)
_PAGES = tuple((f"{side} px", side) for side in (1024, 2048, 4096, 8192))
_PIVOTS = (("Middle", (0.5, 0.5)), ("Feet", (0.5, 1.0)), ("Top left", (0.0, 0.0)))
_PLAYS = (("Over and over", "loop"), ("There and back", "ping-pong"), ("Once", "once"))


class OptionsForm(QWidget):
    """A widget that shows some of the options and says when the user changed one."""

    edited = Signal(object)  # PackOptions

    def __init__(self) -> None:
        super().__init__()
        self.options = PackOptions("json")
        self.form = Form()
        self.setLayout(self.form)

    def show_options(self, options: PackOptions) -> None:
        self.options = options
        blockers = [QSignalBlocker(child) for child in self.findChildren(QWidget)]
        self._draw(options)
        del blockers

    def _draw(self, options: PackOptions) -> None:
        raise NotImplementedError

    def summary(self) -> str:
        """What is chosen, in one line."""
        raise NotImplementedError

    def _set(self, **values: Any) -> None:
        self.options = replace(self.options, **values)
        self.edited.emit(self.options)


class PictureForm(OptionsForm):
    """How each picture is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._scales = {
            scale: tick(
                f"{scale}×", lambda _: self._set_scales(), f"Names end in @{scale}x" if scale > 1 else ""
            )
            for scale in _SCALES
        }
        for scale, box in self._scales.items():
            box.setAccessibleName(f"Size {scale} times")
        self._scale_row = self.form.add("Sizes", *self._scales.values())
        self._filter = choice("How larger sizes are made", _FILTERS, lambda v: self._set(pixel_art=v))
        self.form.add("Enlarging", self._filter)
        self._trim = choice("Cut off what is clear", (), lambda v: self._set(trim=v))
        self._trim_row = self.form.add("Cut off", self._trim)
        self._faint = choice("How faint counts as clear", _FAINTS, lambda v: self._set(faint=v))
        self._faint_row = self.form.add("Also cut off", self._faint)
        self._matte = button("", self._choose_matte)
        self._no_matte = button("Transparent", lambda: self._set_matte(""))
        self.form.add("Behind them", self._matte, self._no_matte)
        self._alpha = choice("Colour under transparency", _ALPHAS, lambda v: self._set(alpha=v))
        self.form.add("Under clear", self._alpha)

    def _draw(self, options: PackOptions) -> None:
        arrangement = TARGETS[options.target].arrangement
        for scale, box in self._scales.items():
            box.setChecked(scale in options.scales)
        self.form.show_row(self._scale_row, arrangement != FACES)
        show_choice(self._filter, options.pixel_art)
        self._trim.clear()
        for key in _trims_for(arrangement):
            self._trim.addItem(_TRIMS[key], key)
        show_choice(self._trim, options.trimming)
        self.form.show_row(self._trim_row, arrangement != FACES)
        self._trim.setEnabled(not options.matte)
        if self._faint.findData(options.faint) < 0:
            self._faint.addItem(f"Up to an alpha of {options.faint}", options.faint)
        show_choice(self._faint, options.faint)
        self.form.show_row(self._faint_row, options.trimming != "none")
        self._matte.setText(options.matte or "A colour…")
        self._matte.setAccessibleName(f"Colour behind the pictures: {options.matte or 'none'}")
        self._no_matte.setVisible(bool(options.matte))
        show_choice(self._alpha, options.alpha)
        self._alpha.setEnabled(not options.matte)

    def summary(self) -> str:
        options = self.options
        words = [" ".join(f"{scale}×" for scale in options.scales)]
        if options.pixel_art is not None:
            words.append("pixel art" if options.pixel_art else "smooth")
        words.append(_TRIMMED[options.trimming])
        words.append(f"on {options.matte}" if options.matte else "transparent")
        return ", ".join(words)

    def _set_scales(self) -> None:
        chosen = tuple(scale for scale, box in self._scales.items() if box.isChecked())
        self._set(scales=chosen or (1,))

    def _choose_matte(self) -> None:
        before = QColor(self.options.matte or "#ffffff")
        colour = QColorDialog.getColor(before, self, "Behind the pictures")
        if colour.isValid():
            self._set_matte(colour.name())

    def _set_matte(self, colour: str) -> None:
        self._set(matte=colour, trim=None)


def _trims_for(arrangement: str) -> tuple[str, ...]:
    if arrangement in (ATLAS, LOOSE):
        return tuple(_TRIMS)
    return ("none", "animation", "all") if arrangement == STRIPS else ("none", "all")


class SheetForm(OptionsForm):
    """How the pictures lie on pages."""

    def __init__(self) -> None:
        super().__init__()
        self._page = choice("Longest side of a page", _PAGES, lambda v: self._set(page=v))
        self._page_row = self.form.add("Pages up to", self._page)
        self._columns = number("Columns", 0, 256, lambda v: self._set(columns=v))
        self._columns.setSpecialValueText("as square as it gets")
        self._columns.setFixedWidth(160)
        self._columns_row = self.form.add("Columns", self._columns)
        self._padding = number("Padding between pictures", 0, 64, lambda v: self._set(padding=v), " px")
        self._extrude = number("Edge repeated around each", 0, 64, lambda v: self._set(extrude=v), " px")
        self._padding_row = self.form.add("Padding", self._padding)
        self._extrude_row = self.form.add("Repeat edges", self._extrude)
        self._power = tick(
            "Powers of two",
            lambda v: self._set(power_of_two=v),
            "Pages of 256, 512, … for old graphics chips",
        )
        self._merge = tick("One place for pictures that look the same", lambda v: self._set(merge=v))
        self.form.add_wide(self._power)
        self.form.add_wide(self._merge)

    def _draw(self, options: PackOptions) -> None:
        arrangement = TARGETS[options.target].arrangement
        is_paged = arrangement in (ATLAS, GRID)
        if self._page.findData(options.page) < 0:
            self._page.addItem(f"{options.page} px", options.page)
        show_choice(self._page, options.page)
        self._columns.setValue(options.columns)
        padding, extrude = options.edges
        self._padding.setValue(padding)
        self._extrude.setValue(extrude)
        self._power.setChecked(options.power_of_two)
        self._merge.setChecked(options.merge)
        self.form.show_row(self._page_row, arrangement not in (LOOSE, FACES))
        self.form.show_row(self._columns_row, arrangement == GRID)
        self.form.show_row(self._padding_row, is_paged)
        self.form.show_row(self._extrude_row, is_paged)
        self._power.setVisible(is_paged)
        self._merge.setVisible(arrangement == ATLAS)

    def summary(self) -> str:
        arrangement = TARGETS[self.options.target].arrangement
        if arrangement == LOOSE:
            return "a file each"
        if arrangement in (FACES, CHARACTERS, STRIPS):
            return {FACES: "4 × 2 cells of 144 px", CHARACTERS: "3 × 4 cells", STRIPS: "a strip each"}[
                arrangement
            ]
        padding, extrude = self.options.edges
        words = [f"up to {self.options.page} px", f"padding {padding}", f"edges {extrude}"]
        return ", ".join([*words, *(["powers of two"] if self.options.power_of_two else [])])


class NamesForm(OptionsForm):
    """What things are called, and what the pack says about itself."""

    def __init__(self) -> None:
        super().__init__()
        self._name = self._field("Name of the set", lambda text: self._set(name=text))
        self.form.add("Set", self._name)
        self._names = self._field("Names of the pictures", lambda text: self._set(names=text))
        self._names.setPlaceholderText("their own")
        self._names.setToolTip(
            "As in {set}_{index:04d}; there are {set}, {name}, {index}, {seed}, {anim}, {frame}, "
            "{scale}, {hash:8}"
        )
        self.form.add("Pictures", self._names)
        self._animations = tick(
            "Names that differ in their number are frames", lambda v: self._set(animations=v)
        )
        self.form.add_wide(self._animations)
        self._play = choice("How animations go on", _PLAYS, lambda v: self._set(play=v))
        self._fps = decimal("Frames a second", 0.1, 240, 1, lambda v: self._set(fps=v), " a second")
        self._fps.setFixedWidth(112)
        self._play_row = self.form.add("Played", self._play, self._fps)
        self._pivot = choice("Pivot", _PIVOTS, lambda v: self._set(pivot=v))
        self.form.add("Pivot", self._pivot)
        self._recipes = tick(
            "Say how each picture was made",
            lambda v: self._set(recipes=v),
            "Seed and place in the model; that a model made them is always said",
        )
        self._gallery = tick(
            "A page to look through (HTML)",
            lambda v: self._set(gallery=v),
            "One file that opens in a browser",
        )
        self._contact = tick("All pictures, small, on one sheet", lambda v: self._set(contact_sheet=v))
        self._zip = tick("Also one zip beside the folder", lambda v: self._set(zip=v))
        for box in (self._recipes, self._gallery, self._contact, self._zip):
            self.form.add_wide(box)

    def _field(self, name: str, changed: Any) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(name)
        made.setMaxLength(120)
        made.setMinimumWidth(230)
        made.textEdited.connect(changed)
        return made

    def _draw(self, options: PackOptions) -> None:
        for field, text in ((self._name, options.name), (self._names, options.names)):
            if field.text() != text:  # or the cursor would jump
                field.setText(text)
        self._animations.setChecked(options.animations)
        show_choice(self._play, options.play)
        self._fps.setValue(options.fps)
        self.form.show_row(self._play_row, options.animations)
        show_choice(self._pivot, options.pivot)
        self._recipes.setChecked(options.recipes)
        self._gallery.setChecked(options.gallery)
        self._contact.setChecked(options.contact_sheet)
        self._zip.setChecked(options.zip)

    def summary(self) -> str:
        options = self.options
        words = [options.name, options.names or "own names"]
        extra = {"page": options.gallery, "contact sheet": options.contact_sheet, "zip": options.zip}
        return ", ".join([*words, *(name for name, is_wanted in extra.items() if is_wanted)])
