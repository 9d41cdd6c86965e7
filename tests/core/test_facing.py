"""Whether a set faces one way."""

from __future__ import annotations

import numpy as np

from studio.core.facing import Facing


def _pictures(lean: float) -> np.ndarray:
    """Noise, and a bright half that lies left in a share of them: uint8 [200, 16, 16, 4]."""
    random = np.random.default_rng(3)
    pictures = random.integers(0, 60, (200, 16, 16, 4), dtype=np.uint8)
    for index, picture in enumerate(pictures):
        half = picture[:, :8] if index < lean * len(pictures) else picture[:, 8:]
        half += 150
    return pictures


def test_only_what_all_share_is_a_side() -> None:
    assert not Facing().is_one_way
    for lean, is_one_way in ((1.0, True), (0.9, True), (0.5, False)):
        facing = Facing()
        for chunk in np.array_split(_pictures(lean), 7):
            facing.add(chunk)
        assert facing.is_one_way is is_one_way
