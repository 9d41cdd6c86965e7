"""What a bundle says of itself in an artist's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from studio.core.recipe import PRESET_MINUTES
from studio.core.steps import time_in_words
from studio.store.bundle import Bundle

_THIN = "\u202f"  # between thousands
_FITS = {
    "pad": "room added around them",
    "crop": "the middle cut out",
    "trim": "empty edges cut off, then room added",
    "stretch": "stretched to a square",
}


def number(value: int) -> str:
    return f"{value:,}".replace(",", _THIN)


def size_in_words(size: int) -> str:
    """Bytes as file managers say them."""
    for unit, step, digits in (("GB", 10**9, 1), ("MB", 10**6, 1), ("KB", 10**3, 0)):
        if size >= step:
            return f"{size / step:.{digits}f} {unit}"
    return f"{size} bytes"


def kind_in_words(bundle: Bundle) -> str:
    side = bundle.facts.picture_side
    return f"{side} × {side} px {'pixel art' if bundle.facts.kind == 'pixel' else 'pictures'}"


def facts_in_words(bundle: Bundle) -> list[str]:
    """What an artist wants to know of a model at a glance, a line each."""
    facts = bundle.facts
    trained = facts.trained
    lines = [kind_in_words(bundle)]
    if trained.get("pictures"):
        lines.append(f"Learnt from {number(trained['pictures'])} pictures")
    when = date_in_words(str(trained.get("date", "")))
    seconds = trained.get("seconds")
    if seconds:
        lines.append(f"Trained {time_in_words(float(seconds))}{f', {when}' if when else ''}")
    elif when:
        lines.append(f"Trained {when}")
    quality = quality_in_words(facts.quality)
    if quality:
        lines.append(quality)
    return lines


def date_in_words(date: str) -> str:
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return ""
    return f"{when.day} {when:%b %Y}"


def quality_in_words(quality: dict[str, float]) -> str:
    """How close held-out pictures come back, if the run measured it."""
    error = quality.get("rebuild_error")
    if error is None:
        return ""
    limits = ((8, "very closely"), (16, "closely"), (28, "fairly"))
    words = next((words for limit, words in limits if error < limit), "roughly")
    return f"Unseen pictures come back {words}"


def sharpness_in_words(quality: dict[str, float]) -> str:
    """How much of the fine detail of the artist's pictures new ones have, if the run measured it."""
    share = quality.get("sharpness")
    if share is None:
        return ""
    if share > 1.15:
        return "New pictures are busier in their details than yours"
    if share >= 0.9:
        return "New pictures are as sharp as yours"
    return f"New pictures have {round(100 * share)} % of the fine detail of yours"


Fact = tuple[str, str]
"""What it is about, and the words."""


def main_facts(bundle: Bundle) -> list[Fact]:
    """How a model came about and what it is good for."""
    trained, quality = bundle.facts.trained, bundle.facts.quality
    told = [
        ("Makes", _makes(bundle)),
        ("Learnt from", _learnt_from(trained)),
        ("Trained", _trained(trained)),
        ("Recipe", recipe_in_words(trained.get("recipe", {}), trained.get("mirror"))),
        ("Quality", _sentences(quality_in_words(quality), sharpness_in_words(quality))),
    ]
    return [(what, words) for what, words in told if words]


def file_facts(bundle: Bundle, size: int) -> list[Fact]:
    """What its files are. size: on the disk, bytes; 0 if not known."""
    told = [
        ("Small pictures of the set", "Kept in the model" if bundle.has_thumbnails else "Not in the model"),
        ("On the disk", size_in_words(size) if size else ""),
        ("Made with", _versions(bundle.facts.trained.get("versions", {}))),
        ("Id", bundle.facts.id),
    ]
    return [(what, words) for what, words in told if words]


def _sentences(*parts: str) -> str:
    return "".join(f"{part}. " for part in parts if part).strip()


def _makes(bundle: Bundle) -> str:
    palette = bundle.facts.palette
    return kind_in_words(bundle) + (f" in {len(palette)} colours" if palette else "")


def _learnt_from(trained: dict[str, Any]) -> str:
    pictures, held_out = trained.get("pictures"), trained.get("held_out")
    if not pictures:
        return ""
    kept = f"; {number(held_out)} of them kept aside to measure by" if held_out else ""
    return f"{number(pictures)} pictures{kept}"


def _trained(trained: dict[str, Any]) -> str:
    when, seconds = date_in_words(str(trained.get("date", ""))), trained.get("seconds")
    parts = [when, time_in_words(float(seconds)) if seconds else "", str(trained.get("device", ""))]
    return ", ".join(part for part in parts if part)


def recipe_in_words(recipe: dict[str, Any], mirror: Any) -> str:
    """What was asked for. recipe: as a bundle keeps it, from someone else perhaps: nothing in it is sure."""
    words = []
    size, minutes, fit = recipe.get("size"), recipe.get("minutes"), recipe.get("fit")
    if isinstance(size, int):
        words.append(f"{size} px")
    if isinstance(minutes, int | float) and not recipe.get("steps"):
        preset = next((name for name, each in PRESET_MINUTES.items() if each == minutes), "")
        words.append(f"{minutes:g} minutes{f' ({preset})' if preset else ''}")
    if isinstance(fit, str) and fit in _FITS:
        words.append(_FITS[fit])
    if isinstance(mirror, bool):
        words.append("mirrored pictures are as good" if mirror else "never mirrored")
    if isinstance(recipe.get("seed"), int):
        words.append(f"seed {recipe['seed']}")
    return ", ".join(words)


def _versions(versions: dict[str, Any]) -> str:
    ours = versions.get("studio")
    rest = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "studio")
    return ", ".join(part for part in (f"Morpho Studio {ours}" if ours else "", rest) if part)
