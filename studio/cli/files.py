"""Writing what the commands make: nothing is ever overwritten by something else."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.store.bundle import Bundle
from studio.store.files import atomic_write
from studio.store.metadata import save_picture

_AHEAD = 64
"""Pictures that may wait for the disk, so that memory stays flat."""

Item = tuple[Path, Pictures, Picture | None]
"""Where, what, and how it was made."""


def save_all(files: Generator[Item], bundle: Bundle) -> None:
    """Write while the next ones are being made: PNG encoding runs beside the decoder."""
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(thread_name_prefix="png") as pool, closing(files):
        for path, rgba, picture in files:
            waiting.append(pool.submit(save, path, rgba, picture, bundle))
            if len(waiting) >= _AHEAD:
                waiting.popleft().result()
        for future in waiting:
            future.result()


def save(path: Path, rgba: Pictures, picture: Picture | None, bundle: Bundle) -> None:
    if not _is_there(path, rgba):
        save_picture(path, rgba, picture, bundle.facts)


def save_plain(path: Path, rgba: Pictures) -> None:
    if not _is_there(path, rgba):
        content = io.BytesIO()
        Image.fromarray(rgba).save(content, "PNG")
        atomic_write(path, content.getvalue())


def _is_there(path: Path, rgba: Pictures) -> bool:
    """Whether the file shows just that already. StudioError if it is another: nothing is overwritten."""
    if not path.exists():
        return False
    try:
        with Image.open(path) as image:
            if np.array_equal(np.asarray(image), rgba):
                return True
    except (OSError, ValueError, SyntaxError):
        pass
    raise StudioError(f"“{path}” is there already and is another picture.", "Choose another place or seed.")


def stem(file: str) -> str:
    """What a picture made from this one is called; the folders it lies in become part of that."""
    return Path(file.replace("/", "_")).stem
