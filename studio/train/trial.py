"""A few seconds of training on some of the pictures: how fast this machine is, and what a run needs of it."""

from __future__ import annotations

import functools
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from studio.core.events import Tried
from studio.core.recipe import Recipe
from studio.store.importing import prepare_few
from studio.train.checkpoint import Standing
from studio.train.data import Rows, split
from studio.train.learner import Learner
from studio.train.machine import core_count, device_name, pick_device, wait_for
from studio.train.timeline import MOST_BYTES, MOST_LOOKS, MOST_WEIGHTS
from studio.train.tuning import choose_speed, plan_for, within_memory

if sys.platform != "win32":
    import resource

_TRIED_ON = 48  # pictures
_LONG_ENOUGH_S = 2.0
_PARTS_OF_A_RUN = (0.1, 0.3, 0.5, 0.7, 0.9)  # late steps cost more where textures count
_LOOKING = 15 / 16  # of the time is left for steps
_SHEETS = 48  # pictures on the two sheets of a look
_PNG = 0.5  # of their bytes, at most; drawn art takes less


def try_out(recipe: Recipe, paths: Sequence[Path], count: int, leave_free: int = 0) -> Tried:
    """What a run of this recipe on `count` pictures would be like here. Leaves nothing behind.

    Raises StudioError when the pictures cannot be read or the memory does not suffice for one of them.
    """
    device = pick_device(recipe.device)
    few = prepare_few(paths, recipe.size, recipe.fit, _TRIED_ON)
    side = few.rgba.shape[1]
    parts = split(count, recipe.seed)
    plan, palette = plan_for(recipe, side, few.palette, few.has_alpha, len(parts.train), device, few.rgba)
    standing = Standing(batch=plan.batch, threads=max(1, core_count() - leave_free))
    with tempfile.TemporaryDirectory() as folder:
        array_file = Path(folder) / "pictures.npy"
        np.save(array_file, few.rgba, allow_pickle=False)
        rows = Rows(array_file)
        try:
            tried_on = split(len(few.rgba), recipe.seed)
            learner = Learner(plan, rows, tried_on, palette, False, recipe.seed, device, standing)
            torch.set_num_threads(standing.threads)
            choose_speed(learner, recipe)
            pictures_per_s = _speed(learner)
        finally:
            rows.close()
    weights = sum(value.numel() for value in learner.network.parameters())
    return Tried(
        pictures_per_s=round(_LOOKING * pictures_per_s, 1),
        memory_bytes=_most_memory(),
        disk_bytes=_disk(weights, count, side),
        device=device_name(device),
    )


def _speed(learner: Learner) -> float:
    """Pictures a second, over a whole run."""
    within_memory(learner, lambda: learner.step(_PARTS_OF_A_RUN[-1]))  # the first is slower than the rest
    wait_for(learner.device)
    began, seen = time.perf_counter(), learner.standing.seen
    while (seconds := time.perf_counter() - began) < _LONG_ENOUGH_S:
        for progress in _PARTS_OF_A_RUN:
            within_memory(learner, functools.partial(learner.step, progress))
            wait_for(learner.device)
    return (learner.standing.seen - seen) / seconds


def _most_memory() -> int:
    """What this process took at its most, bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _disk(weights: int, count: int, side: int) -> int:
    """Bytes while a run goes on: prepared pictures, two saves (one being written), looks, the bundle."""
    prepared = count * side**2 * 4
    save = 4 * weights * (3 + 2)  # three networks, and two numbers a weight of the optimizer
    looks = min(MOST_BYTES, int(MOST_LOOKS * _SHEETS * side**2 * 4 * _PNG)) + MOST_WEIGHTS * 2 * weights
    return prepared + 2 * save + looks + 2 * weights
