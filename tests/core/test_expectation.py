"""What a run comes to, against runs that were measured."""

from __future__ import annotations

import pytest

from studio.core.expectation import Outlook, expect
from studio.core.steps import Found


@pytest.mark.parametrize(
    ("pictures", "is_alike", "seen", "outlook"),
    [
        (3000, True, 37_000, Outlook.RECOGNISABLE),
        (3000, True, 76_000, Outlook.GOOD),
        (3000, True, 211_000, Outlook.FINE),
        (400, True, 60_000, Outlook.FIRST_LOOK),
        (1317, False, 237_000, Outlook.GOOD),
    ],
)
def test_measured_runs_are_foretold(pictures: int, is_alike: bool, seen: int, outlook: Outlook) -> None:
    found = Found(pictures, is_alike=is_alike)
    foretold = expect(10, seen / (600 - 20), found)
    assert foretold.outlook is outlook
    assert foretold.seen == seen
    assert foretold.reason.endswith(".")


def test_a_short_run_keeps_a_fifth_for_its_end() -> None:
    assert expect(0.5, 100, Found(3000)).seen == 2400
