"""Generated pictures leaving the window: files, the clipboard, a drag."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.bundle import Bundle
from studio.store.files import safe_stem
from studio.store.metadata import save_picture

from .backdrop import to_image
from .decoding import CHUNK, Decoders
from .details import Details
from .taking import Taken

MOST_DRAGGED = 32  # they are decoded while the mouse is on its way


class Saver:
    """Makes pictures at full quality and writes them; for any thread."""

    def __init__(self, decoders: Decoders, details: Details) -> None:
        self._decoders, self._details = decoders, details

    def make(self, bundle: Bundle, pictures: Sequence[Picture]) -> Pictures:
        """uint8 [N, side, side, 4], finished as each picture says. All must have the same finish."""
        decoder = self._decoders.get(bundle)
        decoded = decoder.decode(np.stack([picture.latent for picture in pictures]))
        shown = [
            self._details.apply(picture.detail, rgba) for picture, rgba in zip(pictures, decoded, strict=True)
        ]
        return decoder.finish(np.stack(shown), pictures[0].finish)

    def save_one(self, bundle: Bundle, picture: Picture, file: Path, embed: bool) -> Path:
        save_picture(file, self.make(bundle, [picture])[0], picture, bundle.facts, embed=embed)
        return file

    def save_many(
        self,
        bundle: Bundle,
        pictures: Sequence[Picture],
        folder: Path,
        embed: bool,
        progress: Progress,
    ) -> list[Path]:
        """Into a folder, under names that are free there."""
        files: list[Path] = []
        for start in range(0, len(pictures), CHUNK):
            progress.update("Saving pictures", start, len(pictures))
            some = pictures[start : start + CHUNK]
            for picture, rgba in zip(some, self.make(bundle, some), strict=True):
                file = free_file(folder, file_stem(bundle, picture))
                save_picture(file, rgba, picture, bundle.facts, embed=embed)
                files.append(file)
        return files

    def take(
        self,
        groups: Sequence[tuple[Bundle, Sequence[Picture]]],
        folder: Path,
        embed: bool,
        progress: Progress,
    ) -> Taken:
        """For the clipboard and for drags: files in `folder`. Pictures of one group have the same finish."""
        files: list[Path] = []
        for bundle, pictures in groups:
            some = pictures[: MOST_DRAGGED - len(files)]
            files += self.save_many(bundle, some, folder, embed, progress)
        bundle, pictures = groups[0]
        return Taken(files, to_image(self.make(bundle, pictures[:1])[0]))


class PassingFolder:
    """Where pictures lie that are dragged out or copied; gone when the window is."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="morpho-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def remove(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def file_stem(bundle: Bundle, picture: Picture) -> str:
    """ "lorelei 3735928559", or after the name it was made from."""
    words: list[Any] = [picture.name or bundle.facts.name]
    if not picture.name and picture.seed is not None:
        words.append(picture.seed)
    return safe_stem(" ".join(map(str, words)))


def free_file(folder: Path, stem: str, ending: str = ".png") -> Path:
    """A file of that name in the folder that does not exist yet."""
    file, number = folder / f"{stem}{ending}", 2
    while file.exists():
        file, number = folder / f"{stem} {number}{ending}", number + 1
    return file
