"""The second pass: pictures onto pages, pages into files. Memory holds a few pages, never all pictures."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.parallel import in_parallel
from studio.store.metadata import packed_png_bytes

from .model import Box, Sheet, Sprite
from .pixels import cropped, on_matte, paste, resized, with_alpha
from .reading import Look, pixels_of

_SMALL_PAGE = 2**20  # pixels; as many of these are drawn at once as there are cores
_PAGES_BEING_SAVED = 2
"""Of large pages: one is compressed while the next is drawn."""
_DOING = "Drawing the pack"


@dataclass
class Clock:
    """Seconds of work by kind, summed over threads."""

    pixels: float = 0.0
    writing: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counting(self, kind: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        with self._lock:
            setattr(self, kind, getattr(self, kind) + time.perf_counter() - begun)


def draw(
    sheet: Sheet,
    looks: Sequence[Look],
    folder: Path,
    clock: Clock,
    progress: Progress,
    says_recipes: bool = True,
) -> None:
    """Write all pages of the sheet into `folder`. says_recipes: in the files, how a picture was made.

    Raises OSError when the disk refuses, StudioError for a picture that has changed, Cancelled.
    """
    painter = _Painter(sheet, looks, folder, clock, says_recipes)
    pages = range(len(sheet.pages))
    small = [page for page in pages if sheet.pages[page].size.area <= _SMALL_PAGE]
    for _ in in_parallel(painter.small_page, small, _DOING, progress):
        pass
    large = [page for page in pages if sheet.pages[page].size.area > _SMALL_PAGE]
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(_PAGES_BEING_SAVED, thread_name_prefix="pages") as pool:
        for page in large:
            waiting.append(pool.submit(painter.save, page, painter.large_page(page, progress)))
            if len(waiting) >= _PAGES_BEING_SAVED:
                waiting.popleft().result()
        for future in waiting:
            future.result()


class _Painter:
    def __init__(
        self, sheet: Sheet, looks: Sequence[Look], folder: Path, clock: Clock, says_recipes: bool
    ) -> None:
        self._sheet = sheet
        self._looks = looks
        self._folder = folder
        self._clock = clock
        self._says_recipes = says_recipes

    def small_page(self, page: int) -> None:
        with self._clock.counting("pixels"):
            canvas = self._canvas(page)
            for sprite in self._sheet.drawn_by_page[page]:
                paste(canvas, self._drawn(sprite), sprite.box, self._sheet.extrude)
        self.save(page, canvas)

    def large_page(self, page: int, progress: Progress) -> Pictures:
        """uint8 [H, W, 4]. Its pictures are read on all cores."""
        canvas = self._canvas(page)
        sprites = self._sheet.drawn_by_page[page]
        for sprite, rgba in zip(sprites, in_parallel(self._counted, sprites, _DOING, progress), strict=True):
            paste(canvas, rgba, sprite.box, self._sheet.extrude)
        return canvas

    def save(self, page: int, canvas: Pictures) -> None:
        with self._clock.counting("writing"):
            sprites = self._sheet.by_page[page]
            recipes = [self._looks[sprite.picture].recipe for sprite in sprites]
            said = _only(recipes) if self._says_recipes else None
            data = packed_png_bytes(canvas, said, any(recipe is not None for recipe in recipes))
            (self._folder / self._sheet.pages[page].file).write_bytes(data)

    def _canvas(self, page: int) -> Pictures:
        size = self._sheet.pages[page].size
        return np.zeros((size.height, size.width, 4), np.uint8)

    def _counted(self, sprite: Sprite) -> Pictures:
        with self._clock.counting("pixels"):
            return self._drawn(sprite)

    def _drawn(self, sprite: Sprite) -> Pictures:
        return drawn(self._sheet, sprite, self._looks[sprite.picture])


def drawn(sheet: Sheet, sprite: Sprite, look: Look) -> Pictures:
    """uint8 [box.height, box.width, 4]: the sprite as it will lie on its page."""
    whole = resized(pixels_of(look), sprite.source, sheet.is_pixel_art)
    kept = cropped(whole, Box(sprite.offset_x, sprite.offset_y, sprite.box.width, sprite.box.height))
    return on_matte(kept, sheet.matte) if sheet.matte else with_alpha(kept, sheet.alpha)


def _only(recipes: Sequence[Picture | None]) -> Picture | None:
    """A page of one picture keeps its recipe; the manifest has those of the others."""
    return recipes[0] if len(recipes) == 1 else None
