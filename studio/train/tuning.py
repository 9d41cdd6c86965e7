"""What a learner takes from the machine it is on: a precision, threads, and no more memory than there is."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import torch

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.core.quality import is_painted
from studio.core.recipe import Recipe
from studio.train.learner import Learner
from studio.train.machine import fastest, is_out_of_memory, wait_for
from studio.train.plan import Plan, is_categorical, make_plan

Result = TypeVar("Result")


def plan_for(
    recipe: Recipe,
    side: int,
    palette: Pictures | None,
    has_alpha: bool,
    learned_from: int,
    device: torch.device,
    some: Pictures,
) -> tuple[Plan, Pictures | None]:
    """The plan for such pictures on that device, and the palette where the network is to choose from it.

    some: enough of the pictures to see what kind of art they are.
    """
    if palette is None or not is_categorical(side, len(palette)):
        palette = None
    colours = 0 if palette is None else len(palette)
    plan = make_plan(recipe, side, colours, learned_from, device.type == "cuda")
    shape = replace(plan.shape, is_opaque=not has_alpha and palette is None)
    return replace(plan, shape=shape, textures=palette is None and is_painted(some)), palette


def choose_speed(learner: Learner, recipe: Recipe) -> None:
    """Precision and threads by a trial of each: bf16 pays only where the processor has it, and a second
    thread on a busy machine costs more than it brings. A run counted in steps is meant to be repeated:
    its threads are fixed, because sums over more threads round differently."""
    standing, device = learner.standing, learner.device

    def trial(chosen: str, threads: int) -> None:
        standing.precision = chosen
        torch.set_num_threads(threads)
        within_memory(learner, learner.try_step)
        wait_for(device)

    if recipe.precision != "auto":
        precisions = [recipe.precision]
    else:
        precisions = ["fp32"] if device.type == "mps" else ["fp32", "bf16"]
    most = standing.threads
    is_fixed = device.type != "cpu" or most == 1 or recipe.steps is not None
    threads_tried = {most} if is_fixed else {most, most - 1, max(1, most // 2)}
    choices = list(itertools.product(precisions, sorted(threads_tried, reverse=True)))
    if len(choices) > 1:
        with learner.nothing_changed():
            choices = [fastest({choice: functools.partial(trial, *choice) for choice in choices})]
    standing.precision, standing.threads = choices[0]
    torch.set_num_threads(standing.threads)


def within_memory(learner: Learner, step: Callable[[], Result]) -> Result:
    """A step with as many pictures as the memory holds: halved, for good, when it does not."""
    while True:
        try:
            return step()
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if learner.standing.batch == 1:
                raise StudioError(
                    "There is not enough memory to train pictures of this size.",
                    "Choose a smaller size, or train with --device cpu.",
                ) from error
            learner.standing.batch //= 2
            learner.optimizer.zero_grad(set_to_none=True)
            if learner.device.type == "cuda":
                torch.cuda.empty_cache()
