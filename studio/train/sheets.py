"""Pictures of how far a run is, as PNG files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.density import Density
from studio.core.latent import picture_seed
from studio.core.pixels import Pictures, grid
from studio.store.files import atomic_write
from studio.train.learner import Learner

COLUMNS = 8
_SAMPLE_ROWS = 4


def write_sheets(folder: Path, learner: Learner, density: Density) -> tuple[int, int, Path, Path]:
    """(side of a cell, columns, rebuilds file, samples file), named by step so that a timeline remains.

    The samples come from the same seeds at every look: one sees the same picture get better.
    """
    step = learner.standing.step
    held_out = learner.split.held_out[:COLUMNS]
    originals = learner.rows[held_out]
    rebuilt = learner.decode(learner.encode(held_out))
    seeds = [picture_seed(learner.seed, index) for index in range(COLUMNS * _SAMPLE_ROWS)]
    samples = learner.decode(density.draw_seeds("preview", seeds))
    files = folder / f"{step:08d}-rebuilds.png", folder / f"{step:08d}-samples.png"
    _write(files[0], np.concatenate([_filled(originals), _filled(rebuilt)]))
    _write(files[1], samples)
    return originals.shape[1], COLUMNS, *files


def _filled(row: Pictures) -> Pictures:
    """A row of a tiny set has fewer pictures; empty cells follow."""
    missing = COLUMNS - len(row)
    return np.concatenate([row, np.zeros((missing, *row.shape[1:]), np.uint8)]) if missing else row


def _write(file: Path, cells: Pictures) -> None:
    target = io.BytesIO()
    Image.fromarray(grid(cells, COLUMNS)).save(target, "PNG", compress_level=1)
    atomic_write(file, target.getvalue())
