"""Batches: every picture once an epoch, the same again after a resume, from memory or from the disk."""

from pathlib import Path

import numpy as np
import pytest
import torch

from studio.core import pixels
from studio.train import data
from studio.train.data import Batches, Rows, augment, batch_indices, split


def _saved(folder: Path, pictures: np.ndarray) -> Path:
    np.save(folder / "pictures.npy", pictures)
    return folder / "pictures.npy"


def _noise(count: int, side: int = 8) -> np.ndarray:
    rgba = np.random.default_rng(0).integers(0, 256, (count, side, side, 4), dtype=np.uint8)
    rgba[rgba[..., 3] == 0] = 0
    return rgba


@pytest.mark.parametrize("resident_bytes", [0, 2**20])
def test_rows_are_the_arrays_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resident_bytes: int
) -> None:
    monkeypatch.setattr(data, "RESIDENT_BYTES", resident_bytes)
    pictures = _noise(9)
    rows = Rows(_saved(tmp_path, pictures))
    chosen = np.array([8, 0, 0, 3])
    np.testing.assert_array_equal(rows[chosen], pictures[chosen])
    rows.close()


def test_an_epoch_shows_every_picture_once() -> None:
    members = np.arange(100, 117)
    seen = np.concatenate([batch_indices(members, 5, start, seed=3) for start in range(0, 10 * 17, 5)])
    for epoch in range(10):
        np.testing.assert_array_equal(np.sort(seen[epoch * 17 : (epoch + 1) * 17]), members)
    assert not np.array_equal(seen[:17], seen[17:34])


def test_batches_depend_on_nothing_but_their_arguments() -> None:
    members = np.arange(40)
    np.testing.assert_array_equal(batch_indices(members, 16, 64, 1), batch_indices(members, 16, 64, 1))
    assert not np.array_equal(batch_indices(members, 16, 64, 1), batch_indices(members, 16, 64, 2))


@pytest.mark.parametrize(("count", "held_out"), [(8, 1), (30, 6), (100, 20), (3000, 300), (50_000, 600)])
def test_split_holds_out_a_fair_share(count: int, held_out: int) -> None:
    parts = split(count, seed=0)
    assert len(parts.held_out) == held_out
    np.testing.assert_array_equal(np.sort(np.concatenate([parts.train, parts.held_out])), np.arange(count))


def test_tensor_and_array_conventions_agree() -> None:
    rgba = _noise(5)
    ours = data.to_network(torch.from_numpy(rgba)).numpy()
    np.testing.assert_allclose(ours, pixels.to_network(rgba), atol=1.01 / 255)


def test_batches_are_in_channels_last(tmp_path: Path) -> None:
    rows = Rows(_saved(tmp_path, _noise(4)))
    x = Batches(rows, torch.device("cpu"))[np.array([1, 2])]
    assert augment(x, True, 1, torch.Generator()).is_contiguous(memory_format=torch.channels_last)
    rows.close()


def test_augment_mirrors_and_moves_without_a_rim() -> None:
    x = torch.zeros(64, 4, 8, 8) + torch.arange(8.0)
    assert torch.equal(augment(x, False, 0, torch.Generator()), x)
    mirrored = augment(x, True, 0, torch.Generator().manual_seed(0))
    flipped = (mirrored == x.flip(3)).all(dim=(1, 2, 3))
    assert 16 < flipped.sum() < 48
    assert torch.equal(mirrored[~flipped], x[~flipped])
    moved = augment(x, False, 1, torch.Generator().manual_seed(0))
    assert moved.min() >= 0
    assert moved.max() <= 7
    assert not torch.equal(moved, x)
