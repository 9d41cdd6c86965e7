"""Keeping sliders: in their bundle, or in the library where the bundle is not the user's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.slider import MOST_SLIDERS, Slider

from .bundle import FACTS, Bundle
from .damage import Damaged
from .facts import read_facts, sliders_from
from .files import Library, Upgrade, read_json, write_json

UPGRADES: tuple[Upgrade, ...] = ()
"""Of a file in the library: step i turns its version i + 1 into i + 2."""


def load_sliders(bundle: Bundle, library: Library) -> tuple[Slider, ...]:
    """As they were kept last, read from the disk; none if nobody looked for them yet.

    Raises StudioError for a file that is damaged.
    """
    try:
        if not _is_own(bundle, library) and (file := _file(bundle, library)).exists():
            values = read_json(file, UPGRADES).get("sliders")
            if not isinstance(values, list) or len(values) > MOST_SLIDERS:
                raise Damaged(f"“{file.name}” holds no sliders")
            return sliders_from(values, bundle.facts.latent_width)
        return read_facts(bundle.folder / FACTS).sliders
    except Damaged as error:
        raise StudioError(
            f"The sliders of “{bundle.facts.name}” cannot be read.", "Find them again."
        ) from error


def save_sliders(bundle: Bundle, library: Library, sliders: Sequence[Slider]) -> None:
    """Keep these and no others; the bundle's id and all else stay as they are on the disk.

    Raises StudioError when the disk refuses.
    """
    assert len(sliders) <= MOST_SLIDERS
    if _is_own(bundle, library):
        path = bundle.folder / FACTS
        try:
            facts = read_facts(path)  # not the bundle's own facts: a new name may have come since it was read
        except Damaged as error:
            raise StudioError(
                f"The model “{bundle.facts.name}” cannot be used: {error}.", "Copy it again."
            ) from error
        write_json(path, replace(facts, sliders=tuple(sliders)).to_json())
    else:
        values = {"format": len(UPGRADES) + 1, "sliders": [each.to_json() for each in sliders]}
        write_json(_file(bundle, library), values)


def _is_own(bundle: Bundle, library: Library) -> bool:
    """Starters and bundles elsewhere are left alone: their folders may be read-only, or somebody else's."""
    return os.path.realpath(bundle.folder.parent) == os.path.realpath(library.bundles)


def _file(bundle: Bundle, library: Library) -> Path:
    return library.sliders / f"{bundle.facts.id}.json"
