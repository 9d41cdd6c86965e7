"""Seeds for what is made anew: nobody sees them, so they may be long."""

from __future__ import annotations

import secrets

MOST_SEED = 2**32 - 1


def fresh_seeds(count: int) -> list[int]:
    """One for each child."""
    return [secrets.randbelow(MOST_SEED + 1) for _ in range(count)]
