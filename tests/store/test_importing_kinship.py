"""Sets that are alike and sets that are not, told apart; what a survey shows while it reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, save

from studio.core.pixels import Pictures
from studio.core.progress import CallbackProgress
from studio.store.importing import Glance, Survey, prepare_few, survey
from studio.store.importing.kinship import LEAST_IN_COMMON, in_common


def test_the_same_picture_in_other_colours_has_much_in_common() -> None:
    random = np.random.default_rng(0)
    one = random.integers(0, 256, 192).astype(np.float64)
    alike = [np.clip(one + random.normal(0, 20, 192), 0, 255).astype(np.uint8) for _ in range(50)]
    unlike = [random.integers(0, 256, 192).astype(np.uint8) for _ in range(50)]
    assert in_common(alike) > 0.8
    assert in_common(unlike) < 0.1
    assert in_common(unlike[:10]) == 1.0, "too few to tell"
    assert in_common([np.full(192, 7, np.uint8)] * 30) == 1.0


def _some_of(folder: Path, count: int = 120) -> Survey:
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".png", ".jpg"))
    return survey([files[i * len(files) // count] for i in range(count)])


@pytest.mark.parametrize(
    ("kit", "is_alike", "faces_one_way"),
    [
        ("avatars-lorelei/images", True, True),
        ("avatars-pixel/images", True, False),
        ("anomaly/train", True, True),
        ("tiles-dcss", False, False),
        ("emoji-noto", False, False),
        ("artwork/images", False, False),
    ],
)
def test_real_sets_are_judged_rightly(kits: Path, kit: str, is_alike: bool, faces_one_way: bool) -> None:
    found = _some_of(kits / kit)
    assert (found.in_common > LEAST_IN_COMMON) is is_alike
    assert any("differ much from each other" in sentence for sentence in found.warnings) is not is_alike
    assert found.faces_one_way is faces_one_way


def test_some_pictures_are_shown_while_it_reads(tmp_path: Path) -> None:
    for seed in range(10):
        save(tmp_path / f"{seed}.png", drawing(seed))
    (tmp_path / "5.png").write_bytes(b"no picture")
    shown: list[Pictures] = []
    done_at: list[int] = []
    progress = CallbackProgress(lambda doing, done, total: done_at.append(len(shown)))
    survey([tmp_path], progress, Glance(shown.append, most=5, side=20))
    assert len(shown) == 5
    assert all(max(rgba.shape[:2]) <= 20 for rgba in shown)
    assert min(done_at) < 5 <= max(done_at)


def test_a_few_of_a_set_are_prepared_as_all_would_be(tmp_path: Path) -> None:
    for seed in range(20):
        save(tmp_path / f"{seed}.png", drawing(seed))
    few = prepare_few([tmp_path], 16, "pad", most=6)
    assert few.rgba.shape[1:] == (16, 16, 4)
    assert 3 <= len(few.rgba) <= 6
    assert few.palette is None
