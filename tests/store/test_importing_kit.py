"""Every row of the list of hostile and odd files. Skipped where that kit is not beside the project."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.pixels import premultiply
from studio.store.importing import Survey, prepare, read_picture, survey

KIT = Path(__file__).resolve().parents[3] / "shared" / "data" / "dirty"
ROWS: list[dict[str, str]] = []
if (KIT / "EXPECT.csv").is_file():
    with open(KIT / "EXPECT.csv", newline="", encoding="utf-8") as _file:
        ROWS = list(csv.DictReader(_file))
pytestmark = pytest.mark.skipif(not ROWS, reason="the kit of dirty files is not there")


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dirty")
    with tarfile.open(KIT / "pictures.tar.gz") as archive:
        archive.extractall(folder, filter="tar")
    return folder


def listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in folder.rglob("*") if not p.is_dir()
    )


@pytest.fixture(scope="module")
def surveyed(dirty: Path) -> Survey:
    before = listing(dirty)
    result = survey([dirty])
    assert listing(dirty) == before
    return result


@pytest.mark.parametrize("row", ROWS, ids=[row["file"].encode("ascii", "replace").decode() for row in ROWS])
def test_row(row: dict[str, str], surveyed: Survey, dirty: Path) -> None:
    taken = {item.file: item for item in surveyed.accepted}.get(row["file"])
    reasons = [
        item.reason
        for item in surveyed.left_out
        if row["file"] == item.file or row["file"].startswith(item.file + "/")
    ]
    assert (taken is None) == bool(reasons), "either taken or left out with a reason"
    allowed = {"accept": [True], "reject": [False], "skip": [False], "double": [True], "near-double": [True]}
    assert (taken is not None) in allowed.get(row["expect"], [True, False])
    if row["expect"] in ("double", "near-double"):
        groups = [group for group in surveyed.duplicates if row["file"] in group]
        assert [True for group in groups if "doubles/original.png" in group]
    if taken is None:
        if row["expect"] == "reject":
            with pytest.raises(StudioError):
                read_picture(dirty / row["file"])
        return
    picture = read_picture(dirty / row["file"])
    assert picture.shape == (taken.height, taken.width, 4)
    assert not picture[picture[..., 3] == 0].any()
    assert taken.alpha == bool(picture[..., 3].min() < 255)
    if row["width"]:
        assert (taken.width, taken.height) == (int(row["width"]), int(row["height"]))
        assert taken.alpha == (row["alpha"] == "yes")
    if row["same_as"]:
        same = read_picture(dirty / row["same_as"])
        difference = np.abs(premultiply(picture).astype(int) - premultiply(same).astype(int))
        assert difference.max() <= int(row["max_diff"])


def test_every_file_is_on_the_list(surveyed: Survey) -> None:
    assert len(ROWS) == 102
    assert len({item.file for item in surveyed.accepted}) == len(surveyed.accepted)


def test_mirrored_is_another_picture(surveyed: Survey) -> None:
    assert not any("doubles/mirrored.png" in group for group in surveyed.duplicates)


def test_the_whole_kit_can_be_prepared(dirty: Path, tmp_path: Path, surveyed: Survey) -> None:
    ready = prepare([dirty], 32, "pad", tmp_path)
    array = np.load(ready.array_file, mmap_mode="r")
    assert array.shape == (ready.count, 32, 32, 4)
    assert ready.survey.accepted == surveyed.accepted
    assert ready.survey.left_out == surveyed.left_out
    assert ready.survey.duplicates == surveyed.duplicates
    assert set(ready.files) <= {item.file for item in surveyed.accepted}


@pytest.mark.parametrize("kit", ["avatars-lorelei", "avatars-pixel"])
def test_no_false_doubles_in_a_set_of_one_style(kit: str, tmp_path: Path) -> None:
    pictures = sorted((KIT.parent / kit / "images").glob("*.png"))[:400]
    if not pictures:
        pytest.skip("that kit is not there")
    result = survey(pictures)
    assert len(result.accepted) == 400
    assert result.duplicates == ()
    assert (result.pixel_art, result.pixel_scale) == ((True, 2) if "pixel" in kit else (False, 1))
