"""The map of a set: made once from its codes, kept in the library, and found there again."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import numpy as np

from studio.core.chart import Chart
from studio.core.embedding import embed
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.mosaic import Cells, settle
from studio.core.pixels import Pictures, premultiply
from studio.core.progress import Progress
from studio.store.arrays import Wanted, read_arrays, write_arrays
from studio.store.bundle import Bundle
from studio.store.damage import Damaged
from studio.store.files import atomic_file
from studio.store.resize import resize_smooth

log = logging.getLogger(__name__)

MOST = 20_000
"""Pictures on a map; of a larger set, so many spread evenly over it. The time goes by its square."""
SMALL = 32  # px, side of the pictures that are kept with the map
_METHOD = 1
"""Raised when the same codes would be laid out otherwise, so that older maps are not taken for new."""


def rows_on_map(bundle: Bundle) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which of the bundle's pictures the map shows, int64 [N]."""
    count = len(bundle.codes)
    return np.arange(count) if count <= MOST else np.arange(MOST) * count // MOST


def find_map(bundle: Bundle, folder: Path, progress: Progress = Progress()) -> Chart:  # noqa: B008
    """The bundle's map: read from `folder`, or laid out and kept there.

    3,000 pictures take 2 s, 20,000 take 15 s on one core. A folder that cannot be written costs only
    that time again. Raises Cancelled from `progress`.
    """
    codes = bundle.codes[rows_on_map(bundle)]
    file, mark = folder / f"{bundle.facts.id}.npz", _mark(codes)
    cells = _read_cells(file, mark, len(codes))
    if cells is None:
        cells = settle(embed(codes, progress))
        _keep(file, {"cells": cells.astype("<i4"), "of": mark})
    return Chart(cells, codes, bundle.density)


def find_small(bundle: Bundle, folder: Path) -> Pictures | None:
    """The small pictures of the map that were kept, as `shrink` gives them; None if there are none."""
    codes = bundle.codes[rows_on_map(bundle)]
    small = Wanted("small", "|u1", (len(codes), SMALL, SMALL, 4))
    try:
        arrays = read_arrays(_small_file(bundle, folder), [small, _MARK])
    except (Damaged, OSError):
        return None
    return arrays["small"] if np.array_equal(arrays["of"], _mark(codes)) else None


def keep_small(bundle: Bundle, folder: Path, small: Pictures) -> None:
    """For the next time. small: as `shrink` gives them, in the order of the map."""
    mark = _mark(bundle.codes[rows_on_map(bundle)])
    _keep(_small_file(bundle, folder), {"small": small, "of": mark})


def shrink(pictures: Pictures, is_pixel_art: bool) -> Pictures:
    """Squares of any side to SMALL, premultiplied: uint8 [N, SMALL, SMALL, 4]; pixel art by whole pixels."""
    if not is_pixel_art:
        return premultiply(resize_smooth(pictures, SMALL))
    side = pictures.shape[1]
    nearest = (np.arange(SMALL) * side + side // 2) // SMALL
    return premultiply(np.ascontiguousarray(pictures[:, nearest][:, :, nearest]))


_MARK = Wanted("of", "|u1", (16,))


def _small_file(bundle: Bundle, folder: Path) -> Path:
    return folder / f"{bundle.facts.id}-small.npz"


def _mark(codes: Latents) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Tells whether a map is of these codes and of today's method."""
    digest = hashlib.blake2b(f"{_METHOD}:".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(codes, "<f4").tobytes())
    return np.frombuffer(digest.digest(), np.uint8)


def _read_cells(file: Path, mark: np.ndarray, count: int) -> Cells | None:
    """None for a map that is not there, damaged or of other codes: it can be made again."""
    try:
        arrays = read_arrays(file, [Wanted("cells", "<i4", (count, 2)), _MARK])
    except (Damaged, OSError):
        return None
    cells = arrays["cells"].astype(np.int64)
    in_order = cells.min() == 0 and cells.max() < 4 * count and len(np.unique(cells, axis=0)) == count
    return cells if in_order and np.array_equal(arrays["of"], mark) else None


def _keep(file: Path, arrays: dict[str, np.ndarray]) -> None:
    try:
        with atomic_file(file) as temporary:
            write_arrays(temporary, arrays)
    except StudioError as error:
        log.info("The map is not kept: %s", error)
