"""TexturePacker's JSON, as a hash, an array and Phaser's multiatlas: PixiJS, Phaser, LittleJS, Unreal.

With what Aseprite adds (`duration`, `frameTags`).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from studio import __version__

from ..model import Page, Sheet, Sprite
from .readable import readable

_APP = "Morpho Studio"


def json_hash(sheet: Sheet) -> dict[str, str]:
    """One file a page; `frames` by name."""
    return _one_a_page(sheet, is_array=False)


def json_array(sheet: Sheet) -> dict[str, str]:
    """One file a page; `frames` as a list."""
    return _one_a_page(sheet, is_array=True)


def multiatlas(sheet: Sheet) -> dict[str, str]:
    """One file for all pages."""
    textures = [
        {**_texture(page), "scale": sheet.scale, "frames": [_named(sprite) for sprite in sprites]}
        for page, sprites in zip(sheet.pages, sheet.by_page)
    ]
    meta = {"app": _APP, "version": __version__, "frameTags": _frame_tags(sheet, sheet.sprites)}
    animations = {animation.name: list(animation.shown) for animation in sheet.animations}
    return {f"{sheet.stem}.json": readable({"textures": textures, "animations": animations, "meta": meta})}


def _one_a_page(sheet: Sheet, is_array: bool) -> dict[str, str]:
    files = [f"{PurePosixPath(page.file).stem}.json" for page in sheet.pages]
    texts = {}
    for file, page, here in zip(files, sheet.pages, sheet.by_page):
        sprites = here if is_array else tuple(sorted(here, key=_place_in_javascript))
        meta = {
            "app": _APP,
            "version": __version__,
            **_texture(page),
            "scale": str(sheet.scale),
            "frameTags": _frame_tags(sheet, sprites),
            "related_multi_packs": [other for other in files if other != file],
        }
        frames = (
            list(map(_named, sprites)) if is_array else {sprite.name: _frame(sprite) for sprite in sprites}
        )
        texts[file] = readable({"frames": frames, "animations": _animations(sheet, sprites), "meta": meta})
    return texts


def _place_in_javascript(sprite: Sprite) -> int:
    """Objects there hold whole numbers first, by size, then all else as written; tags count frames so."""
    is_number = (
        sprite.name.isdigit() and str(int(sprite.name)) == sprite.name and int(sprite.name) < 2**32 - 1
    )
    return int(sprite.name) if is_number else 2**32


def _texture(page: Page) -> dict[str, Any]:
    size = {"w": page.size.width, "h": page.size.height}
    return {"image": page.file, "format": "RGBA8888", "size": size}


def _named(sprite: Sprite) -> dict[str, Any]:
    return {"filename": sprite.name, **_frame(sprite)}


def _frame(sprite: Sprite) -> dict[str, Any]:
    """`trimmed` always stands there: PixiJS takes a missing one for true, Phaser for false."""
    box, source = sprite.box, sprite.source
    pivot = {"x": sprite.pivot_x, "y": sprite.pivot_y}
    return {
        "frame": {"x": box.x, "y": box.y, "w": box.width, "h": box.height},
        "rotated": False,
        "trimmed": sprite.is_trimmed,
        "spriteSourceSize": {"x": sprite.offset_x, "y": sprite.offset_y, "w": box.width, "h": box.height},
        "sourceSize": {"w": source.width, "h": source.height},
        "pivot": pivot,
        **({} if sprite.is_centred else {"anchor": pivot}),
        "duration": sprite.duration_ms,
    }


def _animations(sheet: Sheet, sprites: tuple[Sprite, ...]) -> dict[str, list[str]]:
    """Of each animation the frames on this page, as they are shown: PixiJS looks for them on no other."""
    here = {sprite.name for sprite in sprites}
    found = {each.name: [name for name in each.shown if name in here] for each in sheet.animations}
    return {name: frames for name, frames in found.items() if frames}


def _frame_tags(sheet: Sheet, sprites: tuple[Sprite, ...]) -> list[dict[str, Any]]:
    """Aseprite's: from which frame to which, and how; an animation's frames stand together."""
    at = {sprite.name: index for index, sprite in enumerate(sprites)}
    tags = []
    for animation in sheet.animations:
        places = [at[name] for name in animation.frames if name in at]
        if places:
            direction = "pingpong" if animation.play == "ping-pong" else "forward"
            repeat = {"repeat": "1"} if animation.play == "once" else {}
            place = {"from": places[0], "to": places[-1], "direction": direction}
            tags.append({"name": animation.name, **place, **repeat})
    return tags
