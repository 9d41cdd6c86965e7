"""Animations in packs: trimmed together, kept on one page, played there and back, walking in RPG Maker."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pack_readers as readers
import pytest
from pictures import drawing, save

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.store.pack import PackOptions, pack
from studio.store.pack.layout import Cell, Paper
from studio.store.pack.layout import pack as lay_out


def block(x: int, y: int, side: int = 8, of: int = 40) -> Pictures:
    """A square of a colour of its own, somewhere on a clear picture."""
    rgba = np.zeros((of, of, 4), np.uint8)
    rgba[y : y + side, x : x + side] = (5 * x, 5 * y, 99, 255)
    return rgba


def write(folder: Path, pictures: dict[str, Pictures]) -> Path:
    for name, rgba in pictures.items():
        save(folder / f"{name}.png", rgba)
    return folder


JUMP = {"jump_1": block(10, 30), "jump_2": block(12, 10), "jump_3": block(14, 28)}


def test_frames_of_an_animation_are_trimmed_to_one_box(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {**JUMP, "coin": block(4, 4)})
    pack([source], tmp_path / "out", PackOptions("json", trim="animation"))
    frames = json.loads((tmp_path / "out" / "sprites.json").read_text())["frames"]
    boxes = {name: entry["spriteSourceSize"] for name, entry in frames.items()}
    assert boxes.pop("coin") == {"x": 4, "y": 4, "w": 8, "h": 8}
    assert set(map(str, boxes.values())) == {str({"x": 10, "y": 10, "w": 12, "h": 28})}
    found = readers.texture_packer(tmp_path / "out" / "sprites.json")
    for name, rgba in JUMP.items():
        cut = found[name]
        cut[cut[..., 3] == 0] = 0
        assert np.array_equal(cut, rgba)


def test_a_picture_of_two_animations_keeps_the_box_of_each(tmp_path: Path) -> None:
    """The same pixels, trimmed in two ways, are two sprites."""
    source = write(tmp_path / "in", {**JUMP, "walk_1": JUMP["jump_1"], "walk_2": block(2, 30)})
    pack([source], tmp_path / "out", PackOptions("json", trim="animation"))
    frames = json.loads((tmp_path / "out" / "sprites.json").read_text())["frames"]
    assert frames["jump_1"]["frame"]["h"] == 28
    assert frames["walk_1"]["frame"]["h"] == 8


def test_strips_are_trimmed_by_animation(tmp_path: Path) -> None:
    source = write(tmp_path / "in", JUMP)
    pack([source], tmp_path / "out", PackOptions("gamemaker", trim="animation"))
    assert readers.page(tmp_path / "out" / "jump_strip3.png").shape == (28, 36, 4)
    with pytest.raises(StudioError, match="equal"):
        pack([source], tmp_path / "out", PackOptions("gamemaker", trim="sprite"))
    with pytest.raises(StudioError, match="equal"):
        pack([source], tmp_path / "out", PackOptions("grid", trim="animation"))


def test_ping_pong(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {**JUMP, "jump_4": block(20, 20)})
    out = tmp_path / "out"
    pack([source], out, PackOptions("godot", play="ping-pong"))
    shown = readers.godot(out / "sprites.tres")["jump"]
    assert len(shown) == 2 * 4 - 2
    wanted = [JUMP["jump_2"], JUMP["jump_3"], block(20, 20), JUMP["jump_3"], JUMP["jump_2"]]
    for cut, rgba in zip(shown[1:], wanted, strict=True):
        cut[cut[..., 3] == 0] = 0
        assert np.array_equal(cut, rgba)
    pack([source], out, PackOptions("json", play="ping-pong"))
    data = json.loads((out / "sprites.json").read_text())
    assert data["animations"]["jump"] == [f"jump_{n}" for n in (1, 2, 3, 4, 3, 2)]
    assert data["meta"]["frameTags"] == [{"name": "jump", "from": 0, "to": 3, "direction": "pingpong"}]
    pack([source], out, PackOptions("json", play="once"))
    tag = json.loads((out / "sprites.json").read_text())["meta"]["frameTags"][0]
    assert (tag["direction"], tag["repeat"]) == ("forward", "1")
    pack([source], out, PackOptions("godot", play="once"))
    assert '"loop": false, "name": &"jump"' in (out / "sprites.tres").read_text()
    listed = json.loads((out / "manifest.json").read_text())["animations"]
    assert [(each["play"], each["loop"], len(each["frames"])) for each in listed] == [("once", False, 4)]


def test_two_frames_there_and_back_are_two(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a_1": block(0, 0), "a_2": block(9, 9)})
    pack([source], tmp_path / "out", PackOptions("json", play="ping-pong"))
    data = json.loads((tmp_path / "out" / "sprites.json").read_text())
    assert data["animations"]["a"] == ["a_1", "a_2"]


def test_numbers_need_not_mean_animations(tmp_path: Path) -> None:
    source = write(tmp_path / "in", JUMP)
    packed = pack([source], tmp_path / "out", PackOptions("godot", animations=False))
    assert packed.animations == ()
    assert set(readers.godot(tmp_path / "out" / "sprites.tres")) == set(JUMP)


# On one page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sides", [(20, 20), (12, 24)], ids=["equal", "mixed"])
@pytest.mark.parametrize("power_of_two", [False, True])
def test_an_animation_stays_on_one_page(tmp_path: Path, sides: tuple[int, int], power_of_two: bool) -> None:
    random = np.random.default_rng(0)
    pictures: dict[str, Pictures] = {}
    for number in range(60):
        rgba = np.full((*random.integers(sides[0], sides[1] + 1, 2), 4), 255, np.uint8)
        rgba[..., :3] = number
        name = f"anim{number % 6}x_{number // 6}" if number < 42 else f"still{number}x"
        pictures[name] = rgba
    source = write(tmp_path / "in", pictures)
    page = 128 if power_of_two else 100
    options = PackOptions("json", page=page, trim="none", power_of_two=power_of_two)
    packed = pack([source], tmp_path / "out", options)
    assert packed.pages > 2 and packed.scattered == ()
    whole: dict[str, list[str]] = {}
    for file in sorted((tmp_path / "out").glob("sprites-*.json")):
        for name, frames in json.loads(file.read_text())["animations"].items():
            assert name not in whole, "PixiJS would find only a part of it"
            whole[name] = frames
    assert {name: len(frames) for name, frames in whole.items()} == {f"anim{n}x": 7 for n in range(6)}
    found = readers.texture_packer(tmp_path / "out" / "sprites-0.json")
    for name, rgba in pictures.items():
        assert np.array_equal(found[name], rgba)


def test_layout_keeps_groups_and_the_order_of_nothing_else() -> None:
    random = np.random.default_rng(1)
    cells = [Cell(str(n), *map(int, random.integers(5, 40, 2))) for n in range(300)]
    groups = [set(range(start, start + 10)) for start in range(0, 150, 10)]
    layout = lay_out(cells, Paper(160, 2), groups)
    for group in groups:
        assert len({layout.places[index].page for index in group}) == 1
    filled = np.zeros((len(layout.pages), 160, 160), bool)
    for cell, place in zip(cells, layout.places, strict=True):
        size = layout.pages[place.page]
        assert place.x + cell.width + 2 <= size.width and place.y + cell.height + 2 <= size.height
        spot = filled[place.page, place.y : place.y + cell.height, place.x : place.x + cell.width]
        assert not spot.any()
        spot[:] = True
    loose = lay_out(cells, Paper(160, 2))
    assert len(layout.pages) <= len(loose.pages) + 2


def test_what_does_not_fit_on_a_page_goes_over_several(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {f"long_{n:02}": drawing(n, 30) for n in range(20)})
    packed = pack([source], tmp_path / "out", PackOptions("json", page=72, trim="none"))
    assert packed.pages > 1
    assert packed.scattered == ("long",)
    assert len(readers.texture_packer(tmp_path / "out" / "sprites-0.json")) == 20
    (listed,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["animations"]
    assert listed["frames"] == [f"long_{n:02}" for n in range(20)]


# RPG Maker's characters ------------------------------------------------------------------------------


def test_characters(tmp_path: Path) -> None:
    walk = {f"ada_{n:02}": block(n, 2 * n, of=48) for n in range(1, 13)}
    turns = [f"bo_{direction}_{n}" for direction in ("down", "left", "right", "up") for n in (1, 2, 3)]
    walk |= {name: block(3 * n, 30, of=48) for n, name in enumerate(turns)}
    source = write(tmp_path / "in", walk)
    out = tmp_path / "out"
    packed = pack([source], out, PackOptions("rpgmaker-characters"))
    assert packed.pages == 2
    for character, names in (("ada", [f"ada_{n:02}" for n in range(1, 13)]), ("bo", turns)):
        sheet = readers.page(out / f"${character}.png")
        assert sheet.shape == (4 * 48, 3 * 48, 4)
        for cell, name in zip(readers.cells(sheet, 48, 48), names, strict=True):
            cell = cell.copy()
            cell[cell[..., 3] == 0] = 0
            assert np.array_equal(cell, walk[name])
    save(source / "tree.png", drawing(1, 48))
    with pytest.raises(StudioError, match="“tree” is not one of the 12 frames"):
        pack([source], out, PackOptions("rpgmaker-characters"))
