"""manifest.json and manifest.csv: what is where, how each picture was made, and by which model."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.store.facts import Facts
from studio.store.metadata import recipe_to_json

from ..model import Sheet, Sprite
from ..options import PackOptions
from ..reading import Look
from .provenance import Drawn
from .readable import readable

MANIFEST = "manifest.json"
TABLE = "manifest.csv"
MARK = "Morpho Studio pack"
"""Says that a folder is a pack of ours and may be replaced by a newer one."""
_PLACES = ("x", "y", "width", "height", "source_width", "source_height", "offset_x", "offset_y")
_ORIGIN = ("from", "model", "model_name", "seed", "model_date", "licence")
_COLUMNS = ("name", "scale", "page", *_PLACES, "animation", "frame", *_ORIGIN)


def manifest_texts(
    sheets: Sequence[Sheet],
    looks: Sequence[Look],
    options: PackOptions,
    models: Mapping[str, Facts],
    files: Sequence[str],
    drawn: Drawn | None,
) -> dict[str, str]:
    """files: every file of the pack, these two included. models: those that are known, by id."""
    values = {
        "format": 1,
        "what": MARK,
        "target": options.target,
        "alpha": sheets[0].alpha,
        "pixel_art": sheets[0].is_pixel_art,
        "sheets": [_sheet(sheet) for sheet in sheets],
        "sprites": [_sprite(sheet, sprite, looks) for sheet in sheets for sprite in sheet.sprites],
        "animations": [
            {
                "name": each.name,
                "fps": each.fps,
                "loop": each.is_looping,
                "play": each.play,
                "frames": list(each.frames),
            }
            for each in sheets[0].animations
        ],
        "pictures": [_picture(look, options.recipes) for look in looks],
        "models": [_model(identity, models.get(identity)) for identity in _used_models(looks)],
        "drawn": None if drawn is None else drawn.to_json(),
        "files": list(files),
        "zip": options.zip,
    }
    return {MANIFEST: readable(values), TABLE: _table(sheets, looks, options, models)}


def _used_models(looks: Sequence[Look]) -> list[str]:
    return sorted({look.recipe.bundle_id for look in looks if look.recipe is not None})


def _sheet(sheet: Sheet) -> dict[str, Any]:
    cells = sheet.cells
    grid = cells and {
        "width": cells.size.width,
        "height": cells.size.height,
        "columns": cells.columns,
        "margin": cells.margin,
        "spacing": cells.spacing,
    }
    pages = [
        {"file": page.file, "width": page.size.width, "height": page.size.height} for page in sheet.pages
    ]
    return {"scale": sheet.scale, "cells": grid, "pages": pages}


def _sprite(sheet: Sheet, sprite: Sprite, looks: Sequence[Look]) -> dict[str, Any]:
    return {
        "name": sprite.name,
        "scale": sheet.scale,
        "page": sheet.pages[sprite.page].file,
        **_place(sprite),
        "pivot": [sprite.pivot_x, sprite.pivot_y],
        "duration_ms": sprite.duration_ms,
        "from": looks[sprite.picture].file,
    }


def _place(sprite: Sprite) -> dict[str, int]:
    box, source = sprite.box, sprite.source
    return {
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "source_width": source.width,
        "source_height": source.height,
        "offset_x": sprite.offset_x,
        "offset_y": sprite.offset_y,
    }


def _picture(look: Look, says_recipe: bool) -> dict[str, Any]:
    recipe = look.recipe if says_recipe else None
    return {"from": look.file, "recipe": None if recipe is None else recipe_to_json(recipe)}


def _model(identity: str, facts: Facts | None) -> dict[str, Any]:
    if facts is None:
        return {"id": identity, "name": None, "date": None, "licence": None}
    return {
        "id": identity,
        "name": facts.name,
        "date": facts.trained.get("date"),
        "licence": facts.licence or None,
    }


def _table(
    sheets: Sequence[Sheet], looks: Sequence[Look], options: PackOptions, models: Mapping[str, Facts]
) -> str:
    target = io.StringIO()
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for sheet in sheets:
        frames = {
            name: (animation.name, index)
            for animation in sheet.animations
            for index, name in enumerate(animation.frames)
        }
        for sprite in sheet.sprites:
            place = (sprite.name, sheet.scale, sheet.pages[sprite.page].file, *_place(sprite).values())
            origin = _origin(looks[sprite.picture], options.recipes, models)
            rows.writerow((*place, *frames.get(sprite.name, ("", "")), *origin))
    return target.getvalue()


def _origin(look: Look, says_recipe: bool, models: Mapping[str, Facts]) -> Iterator[object]:
    recipe = look.recipe
    facts = models.get(recipe.bundle_id) if recipe else None
    yield _harmless(look.file)
    yield recipe.bundle_id if recipe else ""
    yield _harmless(facts.name) if facts else ""
    yield "" if recipe is None or recipe.seed is None or not says_recipe else recipe.seed
    yield _harmless(str(facts.trained.get("date", ""))) if facts else ""
    yield _harmless(facts.licence) if facts else ""


def _harmless(text: str) -> str:
    """Spreadsheets run what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
