"""The sentence about how a run goes."""

from studio.train.advice import COPYING, EARLY, FLAT, IMPROVING, advise


def _history(errors: list[float]) -> list[tuple[float, float]]:
    return [(15.0 * index, error) for index, error in enumerate(errors)]


def test_advice_follows_the_error() -> None:
    assert advise(_history([50, 40])) == EARLY
    assert advise(_history([50, 40, 35, 31, 28, 26, 24])) == IMPROVING
    assert advise(_history([30, 20, 15, 15, 15.01, 14.99, 15, 15, 15])) == FLAT
    assert advise(_history([30, 20, 15, 14, 15, 16, 16.5, 17, 17])) == COPYING
