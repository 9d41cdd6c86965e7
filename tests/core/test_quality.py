"""What is measured of new pictures."""

from __future__ import annotations

import numpy as np

from studio.core.quality import Level, fine_detail, is_painted, lights, variety


def test_pictures_that_are_alike_are_less_varied() -> None:
    random = np.random.default_rng(0)
    real, others = random.normal(0, 1, (2, 250, 16)).astype(np.float32)
    assert 0.9 < variety(others, real) < 1.1
    assert 0.45 < variety(others / 2 + 30, real) < 0.55
    assert variety(np.repeat(others[:10], 25, axis=0), real) < 0.05


def test_lights_follow_what_was_measured() -> None:
    starter = {"sharpness": 0.82, "variety": 0.84, "copies": 0.004, "novelty": 0.33}
    assert [light.level for light in lights(starter)] == [Level.GOOD] * 3
    assert [light.level for light in lights({})] == [Level.UNKNOWN] * 3
    weak = {"sharpness": 0.6, "variety": 0.55, "copies": 0.05, "novelty": 0.3}
    assert [light.level for light in lights(weak)] == [Level.FAIR] * 3
    poor = {"sharpness": 0.2, "variety": 0.3, "copies": 0.4, "novelty": 0.05}
    assert [light.level for light in lights(poor)] == [Level.POOR] * 3
    assert all(light.sentence.endswith(".") for light in lights(poor))


def test_paintings_are_told_from_drawings() -> None:
    random = np.random.default_rng(0)
    drawn = np.full((4, 32, 32, 4), 255, np.uint8)
    drawn[..., :3], drawn[:, 8:20, 8:20, :3] = 160, 90
    painted = drawn.copy()
    painted[..., :3] = np.clip(painted[..., :3] + random.normal(0, 9, (4, 32, 32, 3)), 0, 255)
    assert not is_painted(drawn)
    assert is_painted(painted)
    cut_out = painted.copy()
    cut_out[:, :, 10:] = 0  # what cannot be seen is not flat
    assert is_painted(cut_out)


def test_blur_has_less_fine_detail() -> None:
    random = np.random.default_rng(0)
    sharp = random.integers(0, 256, (4, 16, 16, 4), dtype=np.uint8)
    soft = np.full_like(sharp, 128)
    assert fine_detail(sharp) > 40 > fine_detail(soft) == 0
