"""Small readers of the packs' formats, written from the formats' rules and not from our writers.

Each gives every sprite by name as uint8 [H, W, 4] at its size before trimming, cut out of its page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.pixels import Pictures

Sprites = dict[str, Pictures]


def page(file: Path) -> Pictures:
    with Image.open(file) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)


def restored(
    sheet: Pictures, box: tuple[int, ...], offset: tuple[int, ...], size: tuple[int, ...]
) -> Pictures:
    """box: x, y, width, height on the page; offset: from the top left; size: before trimming."""
    x, y, width, height = box
    whole = np.zeros((size[1], size[0], 4), np.uint8)
    cut = sheet[y : y + height, x : x + width]
    assert cut.shape[:2] == (height, width), "outside the page"
    place = whole[offset[1] : offset[1] + height, offset[0] : offset[0] + width]
    assert place.shape[:2] == (height, width), "outside the source"
    place[:] = cut
    return whole


def _frame(sheet: Pictures, entry: dict[str, Any]) -> Pictures:
    assert entry["rotated"] is False
    box = tuple(entry["frame"][key] for key in "xywh")
    if not entry["trimmed"]:
        assert (entry["sourceSize"]["w"], entry["sourceSize"]["h"]) == box[2:]
        return restored(sheet, box, (0, 0), box[2:])
    trim = entry["spriteSourceSize"]
    assert (trim["w"], trim["h"]) == box[2:]
    size = entry["sourceSize"]["w"], entry["sourceSize"]["h"]
    return restored(sheet, box, (trim["x"], trim["y"]), size)


def _checked_page(folder: Path, meta: dict[str, Any]) -> Pictures:
    sheet = page(folder / meta["image"])
    assert (meta["size"]["w"], meta["size"]["h"]) == sheet.shape[1::-1]
    assert meta["format"] == "RGBA8888"
    return sheet


def texture_packer(file: Path) -> Sprites:
    """Hash or array, with the files it is related to."""
    data = json.loads(file.read_text(encoding="utf-8"))
    others = [file.parent / other for other in data["meta"]["related_multi_packs"]]
    sprites: Sprites = {}
    for each in [data, *(json.loads(other.read_text(encoding="utf-8")) for other in others)]:
        sheet = _checked_page(file.parent, each["meta"])
        frames = each["frames"]
        pairs = (
            frames.items() if isinstance(frames, dict) else [(entry["filename"], entry) for entry in frames]
        )
        for name, entry in pairs:
            assert name not in sprites
            sprites[name] = _frame(sheet, entry)
        names = [name for name, _ in pairs]
        for tag in each["meta"]["frameTags"]:
            assert names[tag["from"] : tag["to"] + 1] == each["animations"][tag["name"]]
    return sprites


def multiatlas(file: Path) -> Sprites:
    data = json.loads(file.read_text(encoding="utf-8"))
    sprites: Sprites = {}
    for texture in data["textures"]:
        sheet = _checked_page(file.parent, texture)
        sprites |= {entry["filename"]: _frame(sheet, entry) for entry in texture["frames"]}
    return sprites


def godot(file: Path) -> dict[str, list[Pictures]]:
    """Animation -> its frames."""
    text = file.read_text(encoding="utf-8")
    assert text.startswith('[gd_resource type="SpriteFrames" format=3]\n')
    pages = {
        number: page(file.parent / path)
        for path, number in re.findall(r'\[ext_resource type="Texture2D" path="(.+?)" id="(\d+)"\]', text)
    }
    textures = {}
    for found in re.finditer(
        r'\[sub_resource type="AtlasTexture" id="(?P<id>\w+)"\]\natlas = ExtResource\("(?P<page>\d+)"\)\n'
        r"region = Rect2\((?P<region>.*?)\)\nmargin = Rect2\((?P<margin>.*?)\)\nfilter_clip = true\n",
        text,
    ):
        region = tuple(map(int, found["region"].split(", ")))
        margin = tuple(map(int, found["margin"].split(", ")))
        size = region[2] + margin[2], region[3] + margin[3]  # Godot's own sum
        textures[found["id"]] = restored(pages[found["page"]], region, margin[:2], size)
    _, _, listed = text.partition("[resource]\nanimations = ")
    plain = re.sub(r'SubResource\("(\w+)"\)', r'"\1"', listed).replace('&"', '"')
    animations = {}
    for entry in json.loads(plain):
        assert set(entry) == {"name", "speed", "loop", "frames"}
        assert all(set(frame) == {"duration", "texture"} for frame in entry["frames"])
        assert entry["name"] not in animations
        animations[entry["name"]] = [textures[frame["texture"]] for frame in entry["frames"]]
    return animations


def libgdx(file: Path) -> dict[tuple[str, int], Pictures]:
    """(name, index) -> picture."""
    regions = {}
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = block.splitlines()
        sheet = page(file.parent / lines[0])
        head = dict(line.split(": ") for line in lines[1:6])
        assert tuple(map(int, head["size"].split(", "))) == sheet.shape[1::-1]
        assert list(head) == ["size", "format", "filter", "repeat", "pma"]
        region: dict[str, Any] = {}
        for line in [*lines[6:], "end"]:
            if ": " in line:
                key, _, value = line.partition(": ")
                region[key] = tuple(map(int, value.split(", ")))
                continue
            if region:
                left, bottom, width, height = region["offsets"]
                box = region["bounds"]
                cut = restored(sheet, box, (left, height - bottom - box[3]), (width, height))
                key = region["name"], region.get("index", (-1,))[0]
                assert key not in regions
                regions[key] = cut
            region = {"name": line}
    return regions


def manifest(folder: Path) -> Sprites:
    """Name, or name@scale above 1."""
    data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sprites = {}
    for entry in data["sprites"]:
        box = tuple(entry[key] for key in ("x", "y", "width", "height"))
        offset, size = (entry["offset_x"], entry["offset_y"]), (entry["source_width"], entry["source_height"])
        name = entry["name"] if entry["scale"] == 1 else f"{entry['name']}@{entry['scale']}"
        sprites[name] = restored(page(folder / entry["page"]), box, offset, size)
    return sprites


def cells(sheet: Pictures, width: int, height: int, offset: int = 0, padding: int = 0) -> list[Pictures]:
    """As slicers cut by cell size: row by row, cells that are whole inside, empty ones left out."""
    cut = [
        sheet[y : y + height, x : x + width]
        for y in range(offset, sheet.shape[0] - height + 1, height + padding)
        for x in range(offset, sheet.shape[1] - width + 1, width + padding)
    ]
    return [cell for cell in cut if cell[..., 3].any()]
