"""Every format, read back by another reader: each sprite comes out of its page as it went in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pack_readers as readers
import pytest
from pictures import drawing, save, sprite

from studio.core.errors import StudioError
from studio.core.pixels import Pictures, enlarge, premultiply
from studio.store.pack import TARGETS, Packed, PackOptions, pack
from studio.store.resize import resize_smooth, stretch_smooth

SINGLE = "flag"


def originals() -> dict[str, Pictures]:
    """Five frames of an animation, two sprites, a clear one and a copy."""
    made = {f"hero_{number:04}": drawing(number, 40) for number in range(1, 6)}
    made["hero_0005"] = made["hero_0002"].copy()
    made["clear"] = np.zeros((12, 12, 4), np.uint8)
    made[SINGLE] = drawing(30, 64)[:, 10:40]
    made["dot"] = drawing(31, 40)[18:19, 18:19].copy()
    made["dot"][..., 3] = 255
    return made


def write(folder: Path, pictures: dict[str, Pictures]) -> Path:
    for name, rgba in pictures.items():
        save(folder / f"{name}.png", rgba)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", originals())


def run(source: Path, target: str, **options: object) -> tuple[Path, Packed]:
    out = source.parent / "out"
    return out, pack([source], out, PackOptions(target, **options))  # type: ignore[arg-type]


def visible(rgba: Pictures) -> Pictures:
    shown = rgba.copy()
    shown[shown[..., 3] == 0] = 0
    return shown


def assert_same(found: dict[str, Pictures], wanted: dict[str, Pictures]) -> None:
    assert set(found) == set(wanted)
    for name, rgba in wanted.items():
        assert np.array_equal(visible(found[name]), rgba), name


# Atlases ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [4096, 64 + 8])
@pytest.mark.parametrize("trim", ["none", "sprite"])
@pytest.mark.parametrize(("target", "read"), [("json", "hash"), ("json-array", "array"), ("phaser", "multi")])
def test_texture_packer(source: Path, target: str, read: str, trim: str, page: int) -> None:
    out, packed = run(source, target, trim=trim, page=page)
    assert (packed.pages > 1) == (page < 4096)
    reader = readers.multiatlas if read == "multi" else readers.texture_packer
    first = "sprites.json" if read == "multi" or packed.pages == 1 else "sprites-0.json"
    assert_same(reader(out / first), originals())
    assert_same(readers.manifest(out), originals())


def test_what_json_says_besides(source: Path) -> None:
    out, packed = run(source, "json", pivot=(0.5, 1.0), fps=20, name="My Set")
    data = json.loads((out / "my_set.json").read_text())
    frame = data["frames"]["hero_0001"]
    assert (frame["duration"], frame["pivot"], frame["anchor"]) == (
        50,
        {"x": 0.5, "y": 1},
        {"x": 0.5, "y": 1},
    )
    assert data["animations"] == {"hero": [f"hero_{number:04}" for number in range(1, 6)]}
    assert data["meta"]["frameTags"] == [{"name": "hero", "from": 0, "to": 4, "direction": "forward"}]
    assert (data["meta"]["scale"], data["meta"]["image"]) == ("1", "my_set.png")
    assert all("trimmed" in frame for frame in data["frames"].values())
    assert packed.animations == ("hero",)


def test_whole_numbers_as_names_stand_as_javascript_orders_them(tmp_path: Path) -> None:
    pictures = {str(number): drawing(number, 16) for number in (0, 2, 10)} | {"a": drawing(7, 16)}
    out, _ = run(write(tmp_path / "in", pictures), "json")
    assert list(json.loads((out / "sprites.json").read_text())["frames"]) == ["0", "2", "10", "a"]
    readers.texture_packer(out / "sprites.json")


@pytest.mark.parametrize("page", [4096, 72])
def test_godot(source: Path, page: int) -> None:
    out, _ = run(source, "godot", page=page)
    animations = readers.godot(out / "sprites.tres")
    wanted = originals()
    frames = {f"hero_{number:04}": rgba for number, rgba in enumerate(animations.pop("hero"), 1)}
    assert_same(frames | {name: shown[0] for name, shown in animations.items()}, wanted)


@pytest.mark.parametrize("page", [4096, 72])
def test_libgdx(source: Path, page: int) -> None:
    out, _ = run(source, "libgdx", page=page)
    regions = readers.libgdx(out / "sprites.atlas")
    named = {name if index < 0 else f"{name}_{index:04}": rgba for (name, index), rgba in regions.items()}
    assert_same(named, originals())


GODOT = """[gd_resource type="SpriteFrames" format=3]

[ext_resource type="Texture2D" path="a.png" id="1"]

[sub_resource type="AtlasTexture" id="s0"]
atlas = ExtResource("1")
region = Rect2(3, 3, 5, 4)
margin = Rect2(2, 1, 5, 8)
filter_clip = true

[sub_resource type="AtlasTexture" id="s1"]
atlas = ExtResource("1")
region = Rect2(3, 11, 3, 4)
margin = Rect2(0, 0, 0, 0)
filter_clip = true

[resource]
animations = [{"frames": [{"duration": 1.0, "texture": SubResource("s0")}, \
{"duration": 1.0, "texture": SubResource("s1")}], "loop": true, "name": &"walk", "speed": 12.0}]
"""
LIBGDX = """a.png
size: 12, 20
format: RGBA8888
filter: Nearest, Nearest
repeat: none
pma: false
walk
index: 1
bounds: 3, 3, 5, 4
offsets: 2, 7, 10, 12
walk
index: 2
bounds: 3, 11, 3, 4
offsets: 0, 0, 3, 4
"""


def test_golden_texts(tmp_path: Path) -> None:
    first = np.zeros((12, 10, 4), np.uint8)
    first[1:5, 2:7] = (1, 2, 3, 255)
    second = np.full((4, 3, 4), 255, np.uint8)
    source = write(tmp_path / "in", {"walk_1": first, "walk_2": second})
    out, _ = run(source, "godot", name="a")
    assert (out / "a.tres").read_text() == GODOT
    out, _ = run(source, "libgdx", name="a", pixel_art=True)
    assert (out / "a.atlas").read_text() == LIBGDX


# Pixels ----------------------------------------------------------------------------------------------


def test_copies_share_a_place_unless_told_not_to(source: Path) -> None:
    out, merged = run(source, "json")
    frames = json.loads((out / "sprites.json").read_text())["frames"]
    assert frames["hero_0005"]["frame"] == frames["hero_0002"]["frame"]
    assert merged.merged == 1
    out, apart = run(source, "json", merge=False)
    frames = json.loads((out / "sprites.json").read_text())["frames"]
    assert frames["hero_0005"]["frame"] != frames["hero_0002"]["frame"]
    assert apart.merged == 0


def test_what_lies_under_transparency(source: Path) -> None:
    for alpha in ("bleed", "zero"):
        out, _ = run(source, "json", alpha=alpha, extrude=0, trim="none")
        page = readers.page(out / "sprites.png")
        clear = page[page[..., 3] == 0]
        assert clear.any() == (alpha == "bleed")
    out, _ = run(source, "libgdx", alpha="premultiply")
    assert "pma: true" in (out / "sprites_pma.atlas").read_text()
    assert (out / "sprites_pma.png").exists()
    wanted = {name: premultiply(rgba) for name, rgba in originals().items()}
    assert_same(readers.manifest(out), wanted)


def test_the_edge_is_repeated_around_each_sprite(source: Path) -> None:
    out, _ = run(source, "json", extrude=2, padding=1)
    page = readers.page(out / "sprites.png")
    for entry in json.loads((out / "sprites.json").read_text())["frames"].values():
        x, y, width, height = (entry["frame"][key] for key in "xywh")
        inside = page[y : y + height, x : x + width]
        around = page[y - 2 : y + height + 2, x - 2 : x + width + 2]
        assert np.array_equal(around, np.pad(inside, ((2, 2), (2, 2), (0, 0)), mode="edge"))


def test_larger_sizes_of_smooth_art(source: Path) -> None:
    out, packed = run(source, "json", scales=(1, 2))
    assert not packed.is_pixel_art
    larger = readers.texture_packer(out / "sprites@2x.json")
    assert json.loads((out / "sprites@2x.json").read_text())["meta"]["scale"] == "2"
    for name, rgba in originals().items():
        wanted = stretch_smooth(rgba, 2 * rgba.shape[1], 2 * rgba.shape[0])
        difference = premultiply(larger[name]).astype(int) - premultiply(wanted)
        assert larger[name].shape == wanted.shape
        # Trimmed off is only what Lanczos rings far outside of a hard edge.
        assert np.abs(difference).max() <= 12, name


def test_larger_sizes_of_pixel_art(tmp_path: Path) -> None:
    pictures = {f"tile{index}x": sprite(index, 16) for index in range(9)}
    out, packed = run(write(tmp_path / "in", pictures), "phaser", scales=(1, 3))
    assert packed.is_pixel_art
    assert_same(
        readers.multiatlas(out / "sprites@3x.json"), {name: enlarge(p, 3) for name, p in pictures.items()}
    )


def test_trimmed_alike(source: Path) -> None:
    out, _ = run(source, "grid", trim="all")
    assert_same(readers.manifest(out), originals())


def test_a_haze_is_cut_off_on_request(tmp_path: Path) -> None:
    """What stays is untouched; pictures that differ in their haze only are not one."""
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[..., 3] = 5
    rgba[10:20, 12:18] = (200, 9, 9, 255)
    other = rgba.copy()
    other[0, 0, 3] = 6
    source = write(tmp_path / "in", {"a": rgba, "b": other})
    for faint, sides in ((0, (40, 40)), (4, (40, 40)), (8, (6, 10))):
        out, packed = run(source, "json", faint=faint)
        frame = json.loads((out / "sprites.json").read_text())["frames"]["a"]
        assert (frame["frame"]["w"], frame["frame"]["h"], packed.merged) == (*sides, 0)
        assert frame["sourceSize"] == {"w": 40, "h": 40}
    cut = readers.texture_packer(out / "sprites.json")["a"]
    assert np.array_equal(cut[10:20, 12:18], rgba[10:20, 12:18])


# One file each, strips and grids ---------------------------------------------------------------------


@pytest.mark.parametrize("trim", ["none", "sprite", "all"])
def test_loose_files(source: Path, trim: str) -> None:
    out, packed = run(source, "png", trim=trim)
    assert packed.pages == 8
    assert_same(readers.manifest(out), originals())
    if trim == "none":
        assert_same({file.stem: readers.page(file) for file in out.glob("*.png")}, originals())
    rows = (out / "manifest.csv").read_text().splitlines()
    assert len(rows) == 9
    assert len({row.count(",") for row in rows}) == 1


def test_renpy_names_have_a_tag(source: Path) -> None:
    out, _ = run(source, "renpy")
    names = {file.stem for file in out.glob("*.png")}
    assert names == {
        *(f"hero {number:04}" for number in range(1, 6)),
        "sprites flag",
        "sprites dot",
        "sprites clear",
    }


def test_gamemaker_strips(source: Path) -> None:
    out, _ = run(source, "gamemaker", scales=(1, 2))
    strip = readers.page(out / "hero_strip5.png")
    wanted = originals()
    assert strip.shape == (40, 200, 4)
    for index, frame in enumerate(readers.cells(strip, 40, 40), 1):
        assert np.array_equal(visible(frame), wanted[f"hero_{index:04}"])
    assert np.array_equal(visible(readers.page(out / "flag_strip1.png")), wanted[SINGLE])
    assert readers.page(out / "hero@2x_strip5.png").shape == (80, 400, 4)
    with pytest.raises(StudioError, match="The strip “hero” would be 200 × 40"):
        run(source, "gamemaker", page=100)


def test_gamemaker_plays_there_and_back(source: Path) -> None:
    """It knows forward only: what lies between the ends is drawn once more, and stays one sprite."""
    out, _ = run(source, "gamemaker", play="ping-pong")
    strip = readers.page(out / "hero_strip8.png")
    wanted = originals()
    shown = readers.cells(strip, 40, 40)
    for number, frame in zip((1, 2, 3, 4, 5, 4, 3, 2), shown, strict=True):
        assert np.array_equal(visible(frame), wanted[f"hero_{number:04}"])
    assert (out / "flag_strip1.png").is_file()
    sprites = readers.manifest(out)
    assert len([name for name in sprites if name.startswith("hero")]) == 5


def test_rpgmaker_faces(source: Path) -> None:
    out, _ = run(source, "rpgmaker")
    sheet = readers.page(out / "sprites.png")
    assert sheet.shape == (288, 576, 4)
    faces = readers.cells(sheet, 144, 144)
    wanted = resize_smooth(originals()["hero_0001"][None], 144)[0]
    assert len(faces) == 7  # and a clear one
    assert np.array_equal(visible(faces[0]), visible(wanted))
    pictures = {f"f{index}": sprite(index, 16) for index in range(9)}
    out, packed = run(write(source.parent / "pixels", pictures), "rpgmaker")
    assert packed.pages == 2
    assert np.array_equal(
        visible(readers.cells(readers.page(out / "sprites-1.png"), 144, 144)[0]), enlarge(pictures["f8"], 9)
    )


def test_grids_and_unity(tmp_path: Path) -> None:
    pictures = {f"t{index:02}": drawing(index, 20) for index in range(10)}
    source = write(tmp_path / "in", pictures)
    out, packed = run(source, "grid", columns=4)
    assert readers.page(out / "sprites.png").shape == (60, 80, 4)
    for cell, wanted in zip(
        readers.cells(readers.page(out / "sprites.png"), 20, 20), pictures.values(), strict=True
    ):
        assert np.array_equal(visible(cell), wanted)
    out, packed = run(source, "unity", page=64)
    assert packed.pages == 3  # 24 px a cell with its edges: 2 × 2 on each
    text = (out / "sprites-README.txt").read_text()
    assert "Pixel Size 20 x 20, Offset 1 x 1, Padding 4 x 4" in text
    found = [
        cell
        for page in range(packed.pages)
        for cell in readers.cells(readers.page(out / f"sprites-{page}.png"), 20, 20, 1, 4)
    ]
    for cell, wanted in zip(found, pictures.values(), strict=True):
        assert np.array_equal(visible(cell), wanted)
    with pytest.raises(StudioError, match="9 columns of 20 pixels"):
        run(source, "grid", columns=9, page=64)


def test_contact_sheet(source: Path) -> None:
    out, packed = run(source, "png", contact_sheet=True)
    assert "sprites_contact.png" in packed.files
    assert readers.page(out / "sprites_contact.png").shape[:2] == (3 * 132, 3 * 132)


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_pictures_give_the_same_files(source: Path, target: str) -> None:
    if target == "rpgmaker-characters":
        source = write(
            source.parent / "walk", {f"hero_{number}": drawing(number, 24) for number in range(12)}
        )
    first, packed = run(source, target, zip=True)
    files = {file.name: file.read_bytes() for file in first.iterdir()}
    zipped = (source.parent / "out.zip").read_bytes()
    assert sorted(files) == list(packed.files)
    again, _ = run(source, target, zip=True)
    assert {file.name: file.read_bytes() for file in again.iterdir()} == files
    assert (source.parent / "out.zip").read_bytes() == zipped
