"""Pictures per second of a full training step, against the same network in plain PyTorch in the same run.

    python3 tests/benchmarks/training_speed.py [--size 64] [--rounds 8] [--threads N]

Plain: float32, NCHW, eager, AdamW with its default settings, the same loss, no averaging of weights, the
batch already prepared. Ours: what a run does, batch preparation and averaging included, in the precision
that its trial chooses. Rounds alternate, so that a busy machine is busy for both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from studio.core.recipe import Recipe
from studio.train.checkpoint import Standing
from studio.train.data import Rows, split, to_network
from studio.train.learner import Learner
from studio.train.losses import CalibratedGaussian
from studio.train.machine import core_count
from studio.train.plan import Plan, make_plan
from studio.train.vae import Vae

_STEPS_A_ROUND = 6


def plain_step(plan: Plan, x: torch.Tensor) -> Callable[[], None]:
    """A training step as a tutorial would write it."""
    network = Vae(plan.shape)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak_lr)
    likelihood = CalibratedGaussian()
    random = torch.Generator().manual_seed(0)

    def step() -> None:
        posterior = network.posterior(x)
        rebuilt = network.decoder(posterior.sample(random))
        loss = likelihood(rebuilt, x) + plan.beta * posterior.kl().sum(dim=1).mean()
        optimizer.zero_grad()
        (loss / x[0].numel()).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()

    return step


def seconds_a_step(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(_STEPS_A_ROUND):
        step()
    return (time.perf_counter() - start) / _STEPS_A_ROUND


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--threads", type=int, default=core_count())
    answers = parser.parse_args()
    torch.set_num_threads(answers.threads)
    pictures = np.random.default_rng(0).integers(0, 256, (512, answers.size, answers.size, 4), dtype=np.uint8)
    plan = make_plan(Recipe("speed", answers.size), answers.size, 0, len(pictures), is_gpu=False)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "pictures.npy", pictures)
        rows = Rows(Path(folder) / "pictures.npy")
        ours = {}
        for precision in ("fp32", "bf16"):
            standing = Standing(batch=plan.batch, threads=answers.threads, precision=precision)
            parts = split(len(pictures), 0)
            learner = Learner(plan, rows, parts, None, False, 0, torch.device("cpu"), standing)
            ours[precision] = lambda learner=learner: learner.step(0.5)
        x = to_network(torch.from_numpy(pictures[: plan.batch])).contiguous()
        steps = {
            "plain fp32 NCHW": plain_step(plan, x),
            **{f"ours {key}": step for key, step in ours.items()},
        }
        times: dict[str, list[float]] = {name: [] for name in steps}
        for step in steps.values():
            step()
        for _ in range(answers.rounds):
            for name, step in steps.items():
                times[name].append(seconds_a_step(step))
        rows.close()
    plain = statistics.median(times["plain fp32 NCHW"])
    print(
        f"{answers.size} px, batch {plan.batch}, {answers.threads} threads, median of {answers.rounds} rounds"
    )
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        print(f"{name:18} {plan.batch / middle:7.1f} pictures/s   {plain / middle:5.2f} x plain")


if __name__ == "__main__":
    main()
