"""The map of a bundle: made once, kept, found again, and made anew when what was kept is not its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.pixels import Pictures, premultiply
from studio.generate import map as maps
from studio.generate.map import SMALL, find_map, find_small, keep_small, rows_on_map, shrink
from studio.store.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundles"), pictures=40)


def small_pictures(count: int) -> Pictures:
    return np.random.default_rng(0).integers(0, 256, (count, SMALL, SMALL, 4), np.uint8)


def test_a_map_is_laid_out_once_and_then_read(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = find_map(bundle, tmp_path / "maps")
    assert np.array_equal(made.codes, bundle.codes)
    assert [file.name for file in (tmp_path / "maps").iterdir()] == [f"{bundle.facts.id}.npz"]
    monkeypatch.setattr(maps, "embed", lambda *_: pytest.fail("laid out again"))
    again = find_map(bundle, tmp_path / "maps")
    assert np.array_equal(again.cells, made.cells)


@pytest.mark.parametrize("harm", ["cut", "other codes", "twice the same cell"])
def test_a_map_that_cannot_be_right_is_made_again(bundle: Bundle, tmp_path: Path, harm: str) -> None:
    made = find_map(bundle, tmp_path)
    file = tmp_path / f"{bundle.facts.id}.npz"
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-40])
    elif harm == "other codes":
        find_map(make_bundle(tmp_path / "other", pictures=40, seed=3), tmp_path)
        other = next(path for path in tmp_path.glob("*.npz") if path != file)
        file.write_bytes(other.read_bytes())
    else:
        content = bytearray(file.read_bytes())
        at = content.find(b"\x93NUMPY") + 128
        content[at : at + 8] = content[at + 8 : at + 16]
        file.write_bytes(bytes(content))
    again = find_map(bundle, tmp_path)
    assert np.array_equal(again.cells, made.cells)


def test_a_folder_that_cannot_be_written_costs_only_time(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("in the way")
    assert len(find_map(bundle, tmp_path / "maps").cells) == 40
    keep_small(bundle, tmp_path / "maps", small_pictures(40))
    assert find_small(bundle, tmp_path / "maps") is None


def test_small_pictures_are_kept_with_the_codes_they_are_of(bundle: Bundle, tmp_path: Path) -> None:
    assert find_small(bundle, tmp_path) is None
    keep_small(bundle, tmp_path, small_pictures(40))
    kept = find_small(bundle, tmp_path)
    assert kept is not None and np.array_equal(kept, small_pictures(40))
    file = tmp_path / f"{bundle.facts.id}-small.npz"
    file.write_bytes(file.read_bytes()[:1000])
    assert find_small(bundle, tmp_path) is None


def test_of_a_large_set_the_map_shows_some_evenly(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "MOST", 16)
    rows = rows_on_map(bundle)
    assert len(rows) == 16 and rows[0] == 0 and np.ptp(np.diff(rows)) <= 1
    assert np.array_equal(find_map(bundle, tmp_path).codes, bundle.codes[rows])


def test_pictures_are_shrunk_without_new_colours_in_pixel_art_and_without_dark_edges() -> None:
    random = np.random.default_rng(0)
    sprite = random.choice(np.array([0, 90, 255], np.uint8), (2, 16, 16, 4))
    assert np.array_equal(shrink(sprite, True)[:, ::2, ::2], premultiply(sprite))
    white = np.full((1, 128, 128, 4), 255, np.uint8)
    white[:, :, :50] = 0
    small = shrink(white, False)
    assert small.shape == (1, SMALL, SMALL, 4)
    assert (small[..., :3] >= small[..., 3:].astype(int) - 1).all()
