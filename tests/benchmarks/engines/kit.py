"""Pictures to pack whose every pixel is known, what a reader found, and what of that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pictures import drawing, photo, save, sprite

from studio.core.pixels import Pictures, enlarge
from studio.store.pack import PackOptions, pack

FRAMES, ANIMATIONS, STILLS, FPS, PIVOT = 12, 6, 24, 12.0, (0.5, 1.0)
SCALES = (1, 2)
Key = tuple[int, str]
"""Scale, and name of a sprite or an animation."""


@dataclass
class Shown:
    """An animation as a program would play it."""

    frames: list[Pictures]
    fps: float | None = None  # None: the format holds none
    is_looping: bool | None = None


@dataclass
class Found:
    """What one program made of a pack. Pictures: uint8 [H, W, 4], with what was trimmed put back."""

    program: str
    sprites: dict[Key, Pictures] = field(default_factory=dict)
    animations: dict[Key, Shown] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)  # other things that are wrong


class Absent(Exception):
    """A program is not here; says what to do."""


def sources() -> dict[str, Pictures]:
    """Pixel art, so that two scales have known pixels, and with every sort of trim."""
    made = {}
    for animation in range(ANIMATIONS):
        for frame in range(FRAMES):
            side = 20 + 2 * animation
            grown = sprite(animation * 50 + frame, side, 2)
            grown[: 2 * (frame % 5)] = 0  # frames of one animation are trimmed each its own way
            made[f"anim{animation}x_{frame:02}"] = grown
    for still in range(STILLS):
        made[f"still{still}x"] = sprite(900 + still, 22, 2)
    made["twin_a"] = made["twin_b"] = sprite(999, 24, 2)
    made["empty"] = np.zeros((40, 30, 4), np.uint8)
    made["dot"] = np.zeros((33, 21, 4), np.uint8)
    made["dot"][29, 3] = (200, 10, 30, 255)
    made["soft"] = drawing(7, 48)
    made["opaque"] = photo(8, 40)
    return made


def pack_kit(pictures: Mapping[str, Pictures], folder: Path, target: str, play: str) -> Path:
    """folder/target, packed on several pages at two scales."""
    source = folder / "in"
    for name, rgba in pictures.items():
        save(source / f"{name}.png", rgba)
    is_atlas = target in ("json", "json-array", "phaser", "godot", "libgdx")
    more = {"page": 512, "pivot": PIVOT} if is_atlas else {}
    options = PackOptions(
        target, play=play, fps=FPS, scales=SCALES if is_atlas else (1,), pixel_art=True, **more
    )
    pack([source], folder / target, options)
    return folder / target


def expected(pictures: Mapping[str, Pictures], scales: tuple[int, ...], play: str) -> Found:
    found = Found("the pictures")
    for scale in scales:
        large = {name: enlarge(rgba, scale) for name, rgba in pictures.items()}
        found.sprites |= {(scale, name): rgba for name, rgba in large.items()}
        for number in range(ANIMATIONS):
            there = [f"anim{number}x_{frame:02}" for frame in range(FRAMES)]
            if there[0] not in large:  # the target knows no animations, and other names
                continue
            names = there + there[-2:0:-1] if play == "ping-pong" else there
            frames = [large[name] for name in names]
            found.animations[scale, f"anim{number}x"] = Shown(frames, FPS, play != "once")
    return found


def is_equal(one: Pictures, other: Pictures) -> bool:
    """Pixel for pixel; what colour is where nothing can be seen does not count."""
    if one.shape != other.shape or not np.array_equal(one[..., 3], other[..., 3]):
        return False
    seen = one[..., 3] > 0
    return bool(np.array_equal(one[seen], other[seen]))


def wrong_in(found: Found, wanted: Found) -> list[str]:
    wrong = list(found.remarks)
    for key in wanted.sprites.keys() | found.sprites.keys():
        if key not in found.sprites:
            wrong.append(f"{key} is missing")
        elif key not in wanted.sprites:
            wrong.append(f"{key} is one too many")
        elif not is_equal(found.sprites[key], wanted.sprites[key]):
            wrong.append(f"{key} has other pixels")
    for key, shown in found.animations.items():
        if key not in wanted.animations:
            wrong.append(f"animation {key} is one too many")
            continue
        right = wanted.animations[key]
        if len(shown.frames) != len(right.frames) or not all(map(is_equal, shown.frames, right.frames)):
            wrong.append(f"animation {key} has other frames")
        if shown.fps not in (None, right.fps):
            wrong.append(f"animation {key} runs at {shown.fps}")
        if shown.is_looping not in (None, right.is_looping):
            wrong.append(f"animation {key} loops: {shown.is_looping}")
    return wrong
