"""The sentence about how a run goes."""

from studio.train.advice import COPYING, EARLY, FLAT, IMPROVING, TEXTURES, advise, why_worse
from studio.train.checkpoint import Moment


def _history(errors: list[float], copies: float = 0.0) -> list[Moment]:
    return [Moment(15.0 * index, error, copies) for index, error in enumerate(errors)]


def test_looks_before_textures_counted_are_not_compared() -> None:
    """They cost squared error, which is not learning by heart."""
    history = [Moment(float(i), 20.0 - i / 10, 0.0, step=i) for i in range(10)]
    history += [Moment(10.0 + i, 22.0 - i / 5, 0.0, step=10 + i) for i in range(8)]
    assert advise(history[:15]) == COPYING
    assert advise(history[:15], textured_from=10) == TEXTURES
    assert advise(history, textured_from=10) == IMPROVING


def test_advice_follows_the_error() -> None:
    assert advise(_history([50, 40])) == EARLY
    assert advise(_history([50, 40, 35, 31, 28, 26, 24])) == IMPROVING
    assert advise(_history([30, 20, 15, 15, 15.01, 14.99, 15, 15, 15])) == FLAT
    assert advise(_history([30, 20, 15, 14, 15, 16, 16.5, 17, 17])) == COPYING


def test_copies_are_told_even_while_the_error_falls() -> None:
    falling = [50.0, 40, 35, 31, 28, 26, 24]
    assert advise(_history(falling, copies=0.4)) == COPYING
    assert advise(_history(falling, copies=0.02)) == IMPROVING


def test_sharper_pictures_may_be_a_little_farther_off() -> None:
    sharpening = [Moment(15.0 * i, 37 + 0.4 * i, 0.0, i, 0.4 + 0.04 * i) for i in range(9)]
    assert advise(sharpening) == IMPROVING
    assert sharpening[-1].cost < sharpening[0].cost
    learned_by_heart = [Moment(15.0 * i, 20 + i, 0.0, i, 0.9) for i in range(9)]
    assert advise(learned_by_heart) == COPYING


def test_pictures_that_blur_are_not_said_to_be_copied() -> None:
    blurring = [Moment(15.0 * i, 20 - 0.1 * i, 0.0, i, 0.9 - 0.08 * i) for i in range(9)]
    assert blurring[-1].cost > blurring[0].cost * 1.3
    assert advise(blurring) == FLAT
    assert "fine detail" in why_worse(blurring[-1], blurring[0])
    assert "by heart" in why_worse(Moment(9.0, 24.0, 0.0, 9, 0.85), blurring[0])
