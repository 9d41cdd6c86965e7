"""The sentence about how a run goes."""

from studio.train.advice import COPYING, EARLY, FLAT, IMPROVING, advise
from studio.train.checkpoint import Moment


def _history(errors: list[float], copies: float = 0.0) -> list[Moment]:
    return [Moment(15.0 * index, error, copies) for index, error in enumerate(errors)]


def test_advice_follows_the_error() -> None:
    assert advise(_history([50, 40])) == EARLY
    assert advise(_history([50, 40, 35, 31, 28, 26, 24])) == IMPROVING
    assert advise(_history([30, 20, 15, 15, 15.01, 14.99, 15, 15, 15])) == FLAT
    assert advise(_history([30, 20, 15, 14, 15, 16, 16.5, 17, 17])) == COPYING


def test_copies_are_told_even_while_the_error_falls() -> None:
    falling = [50.0, 40, 35, 31, 28, 26, 24]
    assert advise(_history(falling, copies=0.4)) == COPYING
    assert advise(_history(falling, copies=0.02)) == IMPROVING
