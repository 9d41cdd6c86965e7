"""What is chosen before a run, by the pictures and the machine."""

import pytest

from studio.core.recipe import Recipe
from studio.train.plan import make_plan


@pytest.mark.parametrize(("count", "batch"), [(20, 8), (40, 10), (300, 32), (2400, 64), (20_000, 256)])
def test_on_a_card_an_epoch_has_some_forty_steps(count: int, batch: int) -> None:
    assert make_plan(Recipe("x", 64), 64, 0, count, is_gpu=True).batch == batch


def test_on_a_processor_steps_are_small() -> None:
    assert make_plan(Recipe("x", 64), 64, 0, 20_000, is_gpu=False).batch == 16


@pytest.mark.parametrize(("side", "palette"), [(16, 40), (32, 256), (64, 0), (128, 0), (256, 0)])
def test_the_network_is_the_same_on_every_machine(side: int, palette: int) -> None:
    on_a_card, here = (
        make_plan(Recipe("x", 64), side, palette, 2000, is_gpu=is_gpu) for is_gpu in (True, False)
    )
    assert on_a_card.shape == here.shape


def test_a_step_fits_into_the_memory() -> None:
    assert make_plan(Recipe("x", 256), 256, 0, 50_000, is_gpu=True).batch == 256
    assert make_plan(Recipe("x", 32), 32, 512, 50_000, is_gpu=True).batch == 128
