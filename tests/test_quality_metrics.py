"""The measures of tests/benchmarks/quality.py, on sets of which the answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from benchmarks.quality_parts.metrics import (
    CopyLimit,
    SlicedWasserstein,
    distances,
    frechet,
    laplacian_pyramid,
    nearest,
    neighbourhood,
    off_palette,
    pixel_vectors,
    psnr,
)
from benchmarks.quality_parts.report import Row, table
from benchmarks.quality_parts.sets import attributes, split
from benchmarks.quality_parts.yardstick import Scores

from studio.core.pixels import Pictures, rms_difference


def normal(count: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width))


def noise(count: int, side: int, seed: int) -> Pictures:
    """Opaque random colours."""
    pictures = np.random.default_rng(seed).integers(0, 256, (count, side, side, 4), dtype=np.uint8)
    pictures[..., 3] = 255
    return pictures


def test_frechet_distance_of_gaussians_is_what_the_formula_says() -> None:
    """Means 3 apart in one direction, deviations 1 and 2 in all four: 9 + 4 * (2 - 1)**2."""
    a, b = normal(20_000, 4, 0), 2 * normal(20_000, 4, 1)
    b[:, 0] += 3
    assert frechet(a, b) == pytest.approx(13, rel=0.03)
    assert frechet(b, a) == pytest.approx(frechet(a, b))


def test_frechet_distance_to_itself_is_nothing_even_with_fewer_rows_than_columns() -> None:
    a = normal(10, 32, 0)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + 1) == pytest.approx(32, rel=1e-6)


def test_distances_and_the_nearest() -> None:
    a, b = np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 0], [3, 0], [0, 8]])
    assert distances(a, b) == pytest.approx(np.array([[0, 3, 8], [5, 4, 5]]))
    assert nearest(a, b) == pytest.approx([0, 4])


def test_a_set_is_all_precision_recall_and_coverage_to_itself() -> None:
    a = normal(200, 8, 0)
    same = neighbourhood(a, a)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)
    assert same.density == pytest.approx(6 / 5)  # each ball holds its own middle and five others


def test_equal_gaussians_score_as_naeem_found() -> None:
    """Density about 1, coverage about 1 - 2**-5 (arXiv:2002.09797, section 3.3)."""
    equal = neighbourhood(normal(1500, 16, 0), normal(1500, 16, 1))
    assert equal.density == pytest.approx(1, abs=0.1)
    assert equal.coverage == pytest.approx(1 - 2**-5, abs=0.02)


def test_a_set_far_away_has_none_and_half_a_set_covers_half() -> None:
    a = normal(200, 8, 0)
    far = neighbourhood(a, a + 100)
    assert (far.precision, far.recall, far.density, far.coverage) == (0, 0, 0, 0)
    two_heaps = np.concatenate([a, a + 100])
    half = neighbourhood(two_heaps, normal(400, 8, 1))
    assert half.precision > 0.6
    assert half.coverage == pytest.approx(0.5, abs=0.01)
    assert half.recall <= 0.5


def test_too_few_pictures_have_no_neighbourhood() -> None:
    assert np.isnan(neighbourhood(normal(5, 2, 0), normal(9, 2, 1)).precision)


@pytest.mark.parametrize("side", [16, 64])
def test_distance_of_pixel_vectors_is_the_rms_difference(side: int) -> None:
    a, b = noise(3, side, 0), noise(3, side, 1)
    between = distances(pixel_vectors(a), pixel_vectors(b))
    assert between[1, 2] == pytest.approx(rms_difference(a[1:2], b[2:3]), rel=1e-4)


def test_large_pictures_are_compared_halved() -> None:
    assert pixel_vectors(noise(2, 128, 0)).shape == (2, 64 * 64 * 4)


def test_copies_are_found_and_new_pictures_are_not() -> None:
    train, test, new = (pixel_vectors(noise(100, 8, seed)) for seed in (0, 1, 2))
    limit = CopyLimit.of(train, test)
    assert limit.rate(train) == 1
    assert limit.rate(test) == pytest.approx(0.01)
    assert limit.rate(new) < 0.1


def test_psnr_of_a_known_error() -> None:
    a = np.full((600, 4, 4, 4), 255, np.uint8)
    b = a.copy()
    b[..., 0] -= 51
    assert psnr(a, b) == pytest.approx(10 * np.log10(4 * 255**2 / 51**2))
    assert psnr(a, a) > 100


def test_pixels_off_the_palette_are_counted() -> None:
    palette = np.array([[0, 0, 0, 0], [255, 0, 0, 255]], np.uint8)
    pictures = palette[np.random.default_rng(0).integers(0, 2, (4, 8, 8))]
    assert off_palette(pictures, palette) == 0
    pictures[0, 0, 0] = (254, 0, 0, 255)
    assert off_palette(pictures, palette) == pytest.approx(1 / 256)


def test_a_pyramid_ends_at_16_px_and_adds_up_again() -> None:
    x = torch.rand(2, 4, 64, 64)
    levels = laplacian_pyramid(x)
    assert [level.shape[-1] for level in levels] == [64, 32, 16]
    assert [level.shape[-1] for level in laplacian_pyramid(x[..., :16, :16])] == [16, 8]
    assert [level.shape[-1] for level in laplacian_pyramid(x[..., :24, :24])] == [24, 12]
    flat = laplacian_pyramid(torch.full((1, 4, 32, 32), 7.0))
    assert flat[0][..., 4:-4, 4:-4].abs().max() < 1e-4  # an even colour has no details
    assert flat[1] == pytest.approx(7)


def test_sliced_wasserstein_knows_blur_and_colour_from_chance() -> None:
    measure = SlicedWasserstein(noise(24, 32, 0))
    fresh = noise(24, 32, 1)
    blurred = fresh.copy()
    blurred[:, :, 1:, :3] = (fresh[:, :, 1:, :3].astype(int) + fresh[:, :, :-1, :3]) // 2
    shifted = fresh // 2 + 64
    shifted[..., 3] = 255
    floor = measure(fresh)
    assert len(floor) == 2
    assert max(floor) < 120
    assert measure(blurred)[0] > 3 * floor[0]
    assert measure(shifted)[1] > 3 * floor[1]
    assert measure(fresh) == floor


def test_every_fifth_file_is_held_out() -> None:
    files = [Path(f"{i:02}.png") for i in range(12)]
    train, test = split(files)
    assert [file.stem for file in test] == ["04", "09"]
    assert sorted(train + test) == files


def test_attributes_are_columns_of_some_values_and_absent_is_one() -> None:
    train = [{"file": str(i), "hat": ("", "red")[i % 2], "same": "x", "id": str(i)} for i in range(70)]
    test = [
        {"file": "a", "hat": "", "same": "x", "id": "0"},
        {"file": "b", "hat": "blue", "same": "x", "id": "1"},
    ]
    goal = attributes(train, test)
    assert goal.names == ("hat",)
    assert goal.classes == (2,)
    assert goal.train[:3, 0].tolist() == [0, 1, 0]
    assert goal.test[:, 0].tolist() == [0, -1]
    assert attributes(train, test, ["id"]).classes == (70,)
    assert attributes(train, test, ["same"]).train.shape == (70, 0)


@pytest.mark.parametrize("share", [None, 0.5])
def test_the_table_has_as_many_cells_in_every_line(share: float | None) -> None:
    scores = Scores(1, 2, 0.9, 0.8, 1.1, 0.7, 0.95, (14.2, 12.0), 1.02, 0.01, 0.02, share)
    lines = table([Row("real", scores), Row("ours", scores, 20.5, 3.2)], 600).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "| 14/12 |" in lines[2]
    assert ("off-palette" in lines[0]) == (share is not None)
