"""Detail on the disk: exact, kept once, and refused when it is not what it was."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing

from studio.core.detail import Detail
from studio.core.errors import StudioError
from studio.store.arrays import write_arrays
from studio.store.details import KEPT_DAYS, keep_detail, load_detail, old_details, remove_detail


def some_detail(seed: int = 0) -> Detail:
    return Detail.between(drawing(seed), drawing(seed + 1), False)


def test_detail_comes_back_as_it_was_and_lies_there_once(tmp_path: Path) -> None:
    detail = some_detail()
    name = keep_detail(tmp_path / "details", detail)
    assert keep_detail(tmp_path / "details", detail) == name
    assert keep_detail(tmp_path / "details", some_detail(5)) != name
    assert len(list((tmp_path / "details").iterdir())) == 2
    back = load_detail(tmp_path / "details", name)
    assert np.array_equal(back.rebuild, detail.rebuild)
    assert np.array_equal(back.residual, detail.residual)
    assert back.is_pixel_art == detail.is_pixel_art


@pytest.mark.parametrize("name", ["", "../settings", "x" * 32, "0" * 31, "0" * 32])
def test_names_that_cannot_be_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudioError):
        load_detail(tmp_path, name)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    name = keep_detail(tmp_path, some_detail())
    file = tmp_path / f"{name}.npz"
    content = bytearray(file.read_bytes())
    content[-2000] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(StudioError, match="cannot be read"):
        load_detail(tmp_path, name)


@pytest.mark.parametrize("harm", ["shapes", "colours", "missing"])
def test_content_that_cannot_be_is_refused_whatever_its_name(tmp_path: Path, harm: str) -> None:
    rebuild = np.full((8, 8, 4), 200, np.uint8)
    residual = np.zeros((8, 8, 4), "<i2")
    arrays = {"rebuild": rebuild, "residual": residual, "pixel_art": np.zeros(1, np.uint8)}
    if harm == "shapes":
        arrays["residual"] = residual[:4]
    elif harm == "colours":
        arrays["residual"] = residual + np.int16(100)
    else:
        del arrays["residual"]
    write_arrays(tmp_path / "made.npz", arrays)
    name = hashlib.blake2b((tmp_path / "made.npz").read_bytes(), digest_size=16).hexdigest()
    (tmp_path / "made.npz").rename(tmp_path / f"{name}.npz")
    with pytest.raises(StudioError, match="cannot be read"):
        load_detail(tmp_path, name)


def test_only_what_nothing_refers_to_for_long_is_old(tmp_path: Path) -> None:
    referred, old, young = (keep_detail(tmp_path, some_detail(seed)) for seed in (0, 5, 9))
    now = 1e9
    before = now - (KEPT_DAYS + 1) * 24 * 3600
    for name in (referred, old):
        os.utime(tmp_path / f"{name}.npz", (before, before))
    os.utime(tmp_path / f"{young}.npz", (now - 60, now - 60))
    (tmp_path / "notes.txt").write_text("somebody else's")
    os.utime(tmp_path / "notes.txt", (before, before))
    assert old_details(tmp_path, {referred}, now) == [old]
    assert (tmp_path / f"{referred}.npz").stat().st_mtime == now, "its days do not begin anew"
    remove_detail(tmp_path, old)
    assert old_details(tmp_path, {referred}, now) == []
    assert len(list(tmp_path.iterdir())) == 3
    remove_detail(tmp_path, old)
    assert old_details(tmp_path / "none", set(), now) == []
