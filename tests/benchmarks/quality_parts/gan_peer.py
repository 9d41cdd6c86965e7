"""lightweight-gan (Liu et al. 2021, arXiv:2101.04775, as lucidrains packs it): run where there is a card.

Its command line and nothing else, with its own settings. It has no encoder: no rebuilds, no morphs.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.errors import StudioError
from studio.core.pixels import Pictures

from .methods import Budget, Training

_START = "from lightweight_gan.cli import main; main()"
_GAP = 2  # px around every cell of its sheets


class LightweightGan:
    name = "lightweight-gan"

    def __init__(self, command: list[str], side: int, scratch: Path, training: Training) -> None:
        self.training = training
        self._command, self._side, self._scratch = command, side, scratch

    def sample(self, count: int, seed: int) -> Pictures:
        """seed: not used, its command has none."""
        columns = math.ceil(math.sqrt(count))
        subprocess.run([*self._command, "--generate", f"--num_image_tiles={columns}"], check=True)
        sheets = sorted(self._scratch.glob("results/**/generated-*-ema.*"))
        sheet = np.asarray(Image.open(sheets[-1]).convert("RGBA"))
        step = self._side + _GAP
        places = itertools.product(range(_GAP, columns * step, step), repeat=2)
        cells = [sheet[top : top + self._side, left : left + self._side] for top, left in places]
        pictures: Pictures = np.stack(cells[:count])
        pictures[pictures[..., 3] == 0] = 0
        return pictures

    def rebuild(self, pictures: Pictures) -> None:
        return None

    def midpoints(self, a: Pictures, b: Pictures) -> None:
        return None


def train_lightweight_gan(train: Pictures, budget: Budget) -> LightweightGan:
    """Stopped when the minutes are over; what it last saved counts (it is asked to save every 200 steps)."""
    side = train.shape[1]
    if side & (side - 1):
        raise StudioError("lightweight-gan takes sides that are powers of two only.")
    folder = budget.scratch / "pictures"
    folder.mkdir(parents=True)
    for i, picture in enumerate(train):
        Image.fromarray(picture).save(folder / f"{i:05}.png")
    command = [sys.executable, "-c", _START, f"--data={folder}", f"--image_size={side}", "--transparent"]
    command += [f"--{what}_dir={budget.scratch / what}" for what in ("results", "models")]
    began = time.perf_counter()
    steps = ["--save_every=200", "--evaluate_every=1000000", f"--seed={budget.seed}", "--amp"]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run([*command, *steps], check=True, timeout=60 * budget.minutes)
    seconds = time.perf_counter() - began
    saved = len(list((budget.scratch / "models").rglob("model_*.pt")))
    if not saved:
        raise StudioError("lightweight-gan saved nothing in these minutes.")
    seen = 200 * (saved - 1) * 40  # batches of 10, 4 gradients a step
    training = Training(seconds, seen / seconds, seen, "its own defaults, mixed precision")
    return LightweightGan(command, side, budget.scratch, training)
