"""What an artist changes of a bundle that is done: its name (its folder's too) and the licence note."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.recipe import Recipe

from .bundle import FACTS, Bundle
from .damage import Damaged
from .facts import Facts, read_facts
from .files import disk_error, write_json


def rename_bundle(bundle: Bundle, name: str) -> Bundle:
    """The same bundle under another name; its id, and so every saved picture's recipe, stays good.

    Raises StudioError for a name that cannot be or is taken, and when the disk refuses.
    """
    name = name.strip()
    Recipe(name=name).check()
    target = bundle.folder.with_name(name)
    only_case_differs = name.casefold() == bundle.folder.name.casefold()
    if not only_case_differs and _is_taken(target):
        raise StudioError(f"There is already a model called “{name}”.", "Choose another name.")
    before = _facts_now(bundle)
    facts = replace(before, name=name)
    write_json(bundle.folder / FACTS, facts.to_json())
    try:
        os.rename(bundle.folder, target)
    except OSError as error:
        write_json(bundle.folder / FACTS, before.to_json())
        raise disk_error(error, target) from error
    return replace(bundle, folder=target, facts=facts)


def note_licence(bundle: Bundle, licence: str) -> Bundle:
    """The same bundle with another licence note. Raises StudioError if it is too long or cannot be saved."""
    Recipe(name=bundle.facts.name, licence=licence).check()
    facts = replace(_facts_now(bundle), licence=licence)
    write_json(bundle.folder / FACTS, facts.to_json())
    return replace(bundle, facts=facts)


def _facts_now(bundle: Bundle) -> Facts:
    """From the disk: sliders may have been kept since the bundle was read."""
    if not bundle.folder.is_dir():
        raise StudioError(f"The model “{bundle.facts.name}” is not there any more.")
    try:
        return read_facts(bundle.folder / FACTS)
    except Damaged as error:
        raise StudioError(f"The model “{bundle.facts.name}” is damaged.", "Copy it again.") from error


def _is_taken(target: Path) -> bool:
    names = {path.name.casefold() for path in target.parent.iterdir()}
    return target.name.casefold() in names
