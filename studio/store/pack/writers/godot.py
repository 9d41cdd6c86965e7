"""Godot 4: one SpriteFrames resource a sheet, as text. Needs no plugin; paths are relative to the file."""

from __future__ import annotations

from ..model import Animation, Sheet, Sprite


def sprite_frames(sheet: Sheet) -> dict[str, str]:
    """Each animation, and each other sprite as an animation of one frame under its name."""
    at = {sprite.name: index for index, sprite in enumerate(sheet.sprites)}
    parts = [
        '[gd_resource type="SpriteFrames" format=3]\n',
        *(
            f'[ext_resource type="Texture2D" path="{page.file}" id="{index + 1}"]'
            for index, page in enumerate(sheet.pages)
        ),
        "",
        *(_texture(index, sprite) for index, sprite in enumerate(sheet.sprites)),
        "[resource]",
        f"animations = [{', '.join(_animation(each, at) for each in sheet.sequences)}]\n",
    ]
    return {f"{sheet.stem}.tres": "\n".join(parts)}


def _texture(index: int, sprite: Sprite) -> str:
    """`margin` is what was trimmed: left, top, and in all across and down."""
    box = sprite.box
    trimmed = sprite.source.width - box.width, sprite.source.height - box.height
    return (
        f'[sub_resource type="AtlasTexture" id="s{index}"]\n'
        f'atlas = ExtResource("{sprite.page + 1}")\n'
        f"region = Rect2({box.x}, {box.y}, {box.width}, {box.height})\n"
        f"margin = Rect2({sprite.offset_x}, {sprite.offset_y}, {trimmed[0]}, {trimmed[1]})\n"
        "filter_clip = true\n"
    )


def _animation(animation: Animation, at: dict[str, int]) -> str:
    """All four keys and both of each frame must be there, or Godot skips the entry.

    Released versions know no ping-pong: it is written out, there and back.
    """
    frames = ", ".join(
        f'{{"duration": 1.0, "texture": SubResource("s{at[name]}")}}' for name in animation.shown
    )
    loop = "true" if animation.is_looping else "false"
    rest = f'"loop": {loop}, "name": &"{animation.name}", "speed": {float(animation.fps)}'
    return f'{{"frames": [{frames}], {rest}}}'
