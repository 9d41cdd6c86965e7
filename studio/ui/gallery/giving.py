"""Pictures of the gallery leaving it: files without the artist's notes, also for the clipboard and drags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QImage

from studio.core.progress import Progress
from studio.store.files import safe_stem
from studio.store.gallery import Entry, Gallery
from studio.ui.saving import MOST_DRAGGED, free_file
from studio.ui.taking import Taken

from .grid import CARRIED


def save_one(gallery: Gallery, entry: Entry, file: Path, embed: bool) -> Path:
    """embed: whether the file says how it was made. Raises StudioError."""
    gallery.export(entry, file, embed)
    return file


def save_many(
    gallery: Gallery, entries: Sequence[Entry], folder: Path, embed: bool, progress: Progress
) -> list[Path]:
    """Under names that are free in the folder. Raises StudioError."""
    files = []
    for done, entry in enumerate(entries):
        progress.update("Saving pictures", done, len(entries))
        files.append(save_one(gallery, entry, free_file(folder, safe_stem(entry.title)), embed))
    return files


def take(gallery: Gallery, entries: Sequence[Entry], folder: Path, embed: bool, progress: Progress) -> Taken:
    """For the clipboard and for drags: copies in `folder`."""
    files = save_many(gallery, entries[:MOST_DRAGGED], folder, embed, progress)
    return Taken(files, QImage(str(files[0])))


def numbers_of(entries: Sequence[Entry]) -> dict[str, bytes]:
    """By which the gallery itself knows what is dragged."""
    return {CARRIED: ",".join(str(entry.id) for entry in entries).encode()}
