"""One PNG of the gallery: everything it says and shows, and what it is called."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.store.files import disk_error, safe_stem
from studio.store.importing.decoding import NotTaken, decode, read_file
from studio.store.metadata import recipe_in

from .index import FileStamp, Item
from .looks import look_at
from .notes import LONGEST_NAME, Notes, new_key, notes_in, one_line


def recipe_of(png: bytes) -> Picture | None:
    """How a picture was made; a damaged recipe counts as none."""
    try:
        return recipe_in(io.BytesIO(png), "")
    except StudioError:
        return None


def read_item(path: Path, file: str) -> Item:
    """Everything a file says and shows. One without notes gets some. Raises NotTaken."""
    try:
        stamp = stamp_of(path)
    except StudioError as error:
        raise NotTaken("the file cannot be read") from error
    data = read_file(path)
    rgba = decode(data, file, is_to_learn=False)
    notes = notes_in(data)
    picture = recipe_of(data)
    if notes is not None:
        return Item(file, stamp, look_at(rgba), notes, picture)
    name = picture.name if picture else path.stem
    notes = Notes(new_key(), stamp.mtime_ns // 1_000_000, one_line(name, LONGEST_NAME))
    return Item(file, stamp, look_at(rgba), notes, picture, has_notes=False)


def stamp_of(path: Path) -> FileStamp:
    try:
        facts = path.stat()
    except OSError as error:
        raise disk_error(error, path) from error
    return FileStamp(facts.st_size, facts.st_mtime_ns)


def file_for(notes: Notes, picture: Picture | None) -> str:
    """By month, so that no folder grows without end; with a part of the key, so that no name is taken."""
    words = [notes.name or notes.model or "picture"]
    if not notes.name and picture is not None and picture.seed is not None:
        words.append(str(picture.seed))
    stem = safe_stem(" ".join(words), 60)
    month = datetime.fromtimestamp(notes.created_ms / 1000)
    return f"{month:%Y-%m}/{stem} {notes.key[:8]}.png"
