"""Morpho Studio itself, used as its user does: the train command, then the bundle through `generate`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import slerp
from studio.core.pixels import Pictures
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw
from studio.generate.encoder import Encoder
from studio.store.bundle import Bundle, load_bundle

from .methods import Budget, Training

_ROOT = Path(__file__).resolve().parents[3]


class Ours:
    name = "ours"

    def __init__(self, bundle: Bundle, training: Training, device: str) -> None:
        self.training = training
        self._bundle = bundle
        where = "cpu" if device == "cpu" else "auto"  # a card that trains may lack what ONNX Runtime needs
        self._encoder, self._decoder = Encoder(bundle, where), Decoder(bundle, where)

    def sample(self, count: int, seed: int) -> Pictures:
        drawn = draw(self._bundle, seed, count)
        return self._decoder.decode(np.stack([picture.latent for picture in drawn]))

    def rebuild(self, pictures: Pictures) -> Pictures:
        return self._decoder.decode(self._encoder.encode(pictures)[0])

    def midpoints(self, a: Pictures, b: Pictures) -> Pictures:
        """Along the arc around the middle of the density, as a morph goes."""
        centre = self._bundle.density.centre
        pairs = zip(self._encoder.encode(a)[0], self._encoder.encode(b)[0], strict=True)
        return self._decoder.decode(np.stack([slerp(x, y, 0.5, centre) for x, y in pairs]))


def train_ours(folder: Path, size: int, fit: str, budget: Budget, keep: Path) -> Ours:
    """Train on the files in `folder`, in a process of its own; the bundle's folder becomes `keep`.

    The minutes hold everything: reading the files, trials of speed, looks, the density and the export.
    """
    command = [sys.executable, str(_ROOT / "main.py"), "train", str(folder), "--name", "ours"]
    command += ["--size", str(size), "--fit", fit, "--minutes", str(budget.minutes)]
    command += ["--seed", str(budget.seed), "--device", budget.device]
    command += ["--library", str(budget.scratch / "library"), "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    events: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or not events or "bundle" not in events[-1]:
        raise StudioError(f"Our own training failed: {done.stdout[-300:]} {done.stderr[-1000:]}")
    bundle = load_bundle(Path(events[-1]["bundle"]).replace(keep))
    facts = bundle.facts.trained
    note = (
        f"{facts['precision']}, {facts['threads']} threads, {facts['steps']} steps of {facts['batch']},"
        f" {len(bundle.density.weights)} Gaussians"
    )
    training = Training(seconds, float(facts["pictures_per_s"]), int(facts["seen"]), note)
    return Ours(bundle, training, budget.device)
