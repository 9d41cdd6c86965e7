"""lightweight-gan (Liu et al. 2021, arXiv:2101.04775, as lucidrains packs it): run where there is a card.

Trained by its command line with its own settings. It has no encoder: no rebuilds, no morphs.
"""

from __future__ import annotations

import contextlib
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
_SAVE_EVERY = 200  # steps
_A_STEP = 40  # pictures: batches of 10, 4 gradients a step
_DRAW = """
import sys
import torch
import numpy as np
from lightweight_gan.lightweight_gan import Trainer
folder, side, save_every, count, seed = sys.argv[1], *map(int, sys.argv[2:])
trainer = Trainer(results_dir=f"{folder}/results", models_dir=f"{folder}/models", name="default",
                  image_size=side, transparent=True, save_every=save_every, use_aim=False)
trainer.load(-1)
gan = trainer.GAN.eval()
network = gan.GE if trainer.steps > 20_000 else gan.G  # until then its average is an older copy, no average
torch.manual_seed(seed)
parts = []
with torch.inference_mode():
    for start in range(0, count, 100):
        made = network(torch.randn(min(100, count - start), gan.latent_dim).cuda()).clamp(0, 1)
        parts.append((255 * made).round().byte().permute(0, 2, 3, 1).cpu().numpy())
np.save(f"{folder}/made.npy", np.concatenate(parts))
"""
"""Its own command writes one picture at a time and takes no seed."""


class LightweightGan:
    name = "lightweight-gan"

    def __init__(self, side: int, scratch: Path, training: Training) -> None:
        self.training = training
        self._side, self._scratch = side, scratch

    def sample(self, count: int, seed: int) -> Pictures:
        """Raises StudioError if nothing comes of it."""
        numbers = map(str, (self._side, _SAVE_EVERY, count, seed))
        drawing = subprocess.run([sys.executable, "-c", _DRAW, str(self._scratch), *numbers], check=False)
        if drawing.returncode:
            raise StudioError("lightweight-gan could not draw what it had learned.")
        pictures: Pictures = np.load(self._scratch / "made.npy", allow_pickle=False)
        pictures[pictures[..., 3] == 0] = 0
        return pictures

    def rebuild(self, pictures: Pictures) -> None:
        return None

    def midpoints(self, a: Pictures, b: Pictures) -> None:
        return None


def train_lightweight_gan(train: Pictures, budget: Budget) -> LightweightGan:
    """Stopped when the minutes are over; what it last saved counts."""
    side = train.shape[1]
    if side & (side - 1):
        raise StudioError("lightweight-gan takes sides that are powers of two only.")
    folder = budget.scratch / "pictures"
    folder.mkdir(parents=True)
    for i, picture in enumerate(train):
        Image.fromarray(picture).save(folder / f"{i:05}.png")
    command = [sys.executable, "-c", _START, f"--data={folder}", f"--image_size={side}", "--transparent"]
    command += [f"--{what}_dir={budget.scratch / what}" for what in ("results", "models")]
    command += [f"--save_every={_SAVE_EVERY}", "--evaluate_every=1000000"]
    began = time.perf_counter()
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=True, timeout=60 * budget.minutes)
    seconds = time.perf_counter() - began
    saved = len(list((budget.scratch / "models").rglob("model_*.pt")))
    if not saved:
        raise StudioError("lightweight-gan saved nothing in these minutes.")
    steps = _SAVE_EVERY * (saved - 1)
    training = Training(
        seconds, steps * _A_STEP / seconds, steps * _A_STEP, f"its own defaults, {steps} steps"
    )
    return LightweightGan(side, budget.scratch, training)
