"""The folder appears whole or not at all, and nothing of anyone else's is lost."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import drawing, fill, save

from studio.core.errors import Cancelled, StudioError
from studio.core.picture import Picture
from studio.core.progress import CallbackProgress
from studio.store.facts import Facts
from studio.store.metadata import read_recipe, save_picture
from studio.store.pack import PackOptions, pack
from studio.store.pack import packing as whole

FACTS = Facts(
    id="0123456789abcdef", name="toy", size=8, latent_width=5, licence="CC0", trained={"date": "2026-11-20"}
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return fill(tmp_path / "in", 4, 24)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_full_disk_leaves_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = Path.write_bytes

    def full_after_one(self: Path, data: bytes) -> int:
        if self.name == "001.png":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", full_after_one)
    with pytest.raises(StudioError, match="disk is full"):
        pack([source], tmp_path / "out", PackOptions("png", zip=True))
    assert names(tmp_path) == ["in"]


def test_stopping_leaves_the_older_pack(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack([source], out, PackOptions("json"))
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    save(source / "more.png", drawing(9, 24))
    seen: list[str] = []
    progress = CallbackProgress(
        lambda doing, done, total: seen.append(doing), lambda: "Drawing the pack" in seen
    )
    with pytest.raises(Cancelled):
        pack([source], out, PackOptions("json"), progress)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    assert names(tmp_path) == ["in", "out"]


def test_an_older_pack_is_replaced_and_other_things_are_not(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pack([source], out, PackOptions("json")).replaced == ()
    packed = pack([source], out, PackOptions("png"))
    assert "out/sprites.json" in packed.replaced
    assert "sprites.json" not in names(out)
    (out / "my level.txt").write_text("mine")
    with pytest.raises(StudioError, match=r"out/my level\.txt"):
        pack([source], out, PackOptions("json"))
    assert (out / "my level.txt").exists()
    packed = pack([source], out, PackOptions("json", replace=True))
    assert "out/my level.txt" in packed.replaced
    assert not (out / "my level.txt").exists()


def test_a_zip_that_is_not_ours_stays(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "out.zip").write_bytes(b"other")
    with pytest.raises(StudioError, match=r"out\.zip"):
        pack([source], out, PackOptions("json", zip=True))
    assert (tmp_path / "out.zip").read_bytes() == b"other"
    pack([source], out, PackOptions("json"))
    with pytest.raises(StudioError, match=r"out\.zip"):
        pack([source], out, PackOptions("json", zip=True))
    pack([source], out, PackOptions("json", zip=True, replace=True))
    pack([source], out, PackOptions("json", zip=True))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"out/{name}" for name in names(out)]
        for name in names(out):
            assert archive.read(f"out/{name}") == (out / name).read_bytes()


def test_the_pictures_are_never_replaced(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for out in (source, tmp_path):
        with pytest.raises(StudioError, match="holds the pictures"):
            pack([source], out, PackOptions("json", replace=True))
    monkeypatch.chdir(tmp_path / "in")
    other = fill(tmp_path / "other", 2, 24)
    with pytest.raises(StudioError, match="more than a pack may replace"):
        pack([other], Path(), PackOptions("json", replace=True))
    assert len(names(source)) == 4


def test_a_pack_among_its_pictures_is_not_packed_again(source: Path) -> None:
    out = source / "packed"
    first = pack([source], out, PackOptions("json"))
    assert pack([source], out, PackOptions("json")).count == first.count == 4


@pytest.mark.skipif(os.name == "nt", reason="process numbers are not asked there")
def test_what_a_killed_run_left_is_swept_and_nothing_else(source: Path, tmp_path: Path) -> None:
    dead = 2**22 + 1
    (tmp_path / f".tmp-{dead}-0123abcd-out").mkdir()
    (tmp_path / f".tmp-{dead}-0123abcd-out.zip").touch()
    (tmp_path / f".tmp-{dead}-0123abcd-other").mkdir()
    (tmp_path / ".tmp-out").touch()
    pack([source], tmp_path / "out", PackOptions("json"))
    assert names(tmp_path) == [f".tmp-{dead}-0123abcd-other", ".tmp-out", "in", "out"]


def test_clashes_are_told_before_anything_is_written(tmp_path: Path) -> None:
    source = fill(tmp_path / "in", 1, 24)
    save(source / "000.bmp", drawing(3, 24))
    with pytest.raises(StudioError, match="would both be called “000”"):
        pack([source], tmp_path / "out", PackOptions("png"))
    pack([source], tmp_path / "counted", PackOptions("png", names="{set}_{index:03}"))
    with pytest.raises(StudioError, match=r"both be called “manifest\.json”"):
        pack([source], tmp_path / "out", PackOptions("json", name="manifest", names="{index}"))
    assert names(tmp_path) == ["counted", "in"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": "nowhere"},
        {"scales": (0,)},
        {"scales": (2, 2)},
        {"padding": 1000},
        {"page": 10},
        {"fps": 0},
        {"alpha": "half"},
        {"pivot": (2, 0)},
        {"columns": 3},
        {"faint": 200},
        {"play": "backwards"},
        {"matte": "red"},
        {"target": "grid", "trim": "sprite"},
        {"target": "gamemaker", "padding": 1},
        {"target": "rpgmaker", "scales": (2,)},
        {"names": "{seed}"},
        {"name": "con"},
        {"page": 64, "scales": (8,)},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_a_sentence(source: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(StudioError) as told:
        pack([source], tmp_path / "out", PackOptions(**{"target": "json", **wrong}))
    assert told.value.message.endswith(".")
    assert names(tmp_path) == ["in"]


def test_a_picture_that_changes_meanwhile(source: Path, tmp_path: Path) -> None:
    def change(doing: str, done: int, total: int) -> None:
        if doing == "Drawing the pack":
            save(source / "002.png", drawing(77, 24))

    with pytest.raises(StudioError, match=r"“002\.png” was changed"):
        pack([source], tmp_path / "out", PackOptions("json"), CallbackProgress(change))
    assert names(tmp_path) == ["in"]


def test_what_is_no_picture_is_left_out(source: Path, tmp_path: Path) -> None:
    (source / "notes.txt").write_text("words")
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    packed = pack([source], tmp_path / "out", PackOptions("json"))
    assert packed.count == 4
    assert {item.file for item in packed.left_out} == {"notes.txt", "broken.png"}
    with pytest.raises(StudioError, match="no picture"):
        pack([source / "notes.txt"], tmp_path / "none", PackOptions("json"))


def test_recipes_and_where_pictures_come_from(source: Path, tmp_path: Path) -> None:
    picture = Picture(FACTS.id, np.arange(5, dtype=np.float32), seed=42)
    save_picture(source / "made.png", drawing(8, 24), picture, FACTS)
    loose = tmp_path / "loose"
    pack([source], loose, PackOptions("png", scales=(1, 2)), models=lambda: {FACTS.id: FACTS})
    values = json.loads((loose / "manifest.json").read_text())
    known = {entry["from"]: entry["recipe"] for entry in values["pictures"]}
    assert known["000.png"] is None
    assert (known["made.png"]["seed"], known["made.png"]["bundle"]) == (42, FACTS.id)
    assert values["models"] == [{"id": FACTS.id, "name": "toy", "date": "2026-11-20", "licence": "CC0"}]
    table = (loose / "manifest.csv").read_text()
    assert f"made.png,{FACTS.id},toy,42,2026-11-20,CC0" in table
    for file in ("made.png", "made@2x.png"):
        back = read_recipe(loose / file)
        assert back is not None and back.same_as(picture)
        assert b"trainedAlgorithmicMedia" in (loose / file).read_bytes()
    assert b"trainedAlgorithmicMedia" not in (loose / "000.png").read_bytes()
    sheet = tmp_path / "sheet"
    pack([source], sheet, PackOptions("json", names="{name}_{hash:6}"))
    assert read_recipe(sheet / "sprites.png") is None
    assert json.loads((sheet / "manifest.json").read_text())["models"][0]["name"] is None
    only = tmp_path / "only"
    pack([source / "made.png"], only, PackOptions("png", names="{set}_{seed}"))
    assert "sprites_42.png" in names(only)


def test_models_are_asked_for_only_if_there_are_any(source: Path, tmp_path: Path) -> None:
    def never() -> dict[str, Facts]:
        raise AssertionError

    pack([source], tmp_path / "out", PackOptions("json"), models=never)


def test_large_pages_are_drawn_one_after_another(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack([source], tmp_path / "small", PackOptions("json", page=64))
    monkeypatch.setattr(whole.draw.__globals__["_Painter"], "small_page", None)
    monkeypatch.setitem(whole.draw.__globals__, "_SMALL_PAGE", 0)
    pack([source], tmp_path / "large", PackOptions("json", page=64))
    for file in (tmp_path / "small").iterdir():
        assert file.read_bytes() == (tmp_path / "large" / file.name).read_bytes()
