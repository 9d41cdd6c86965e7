"""libGDX and Spine 4: one .atlas text a sheet."""

from __future__ import annotations

from ..model import Page, Sheet, Sprite
from ..naming import without_number

_LARGEST_INDEX = 2**31 - 1  # a Java int


def atlas(sheet: Sheet) -> dict[str, str]:
    """Frames of an animation share its name and differ by index; pages stand apart by a blank line."""
    indices = _indices(sheet)
    parts = [
        _page(sheet, page)
        + "".join(_region(sprite, *indices.get(sprite.name, (sprite.name, -1))) for sprite in sprites)
        for page, sprites in zip(sheet.pages, sheet.by_page)
    ]
    return {f"{sheet.stem}.atlas": "\n".join(parts)}


def _indices(sheet: Sheet) -> dict[str, tuple[str, int]]:
    """Sprite -> its animation and its number there: that at the end of its name where these differ."""
    found = {}
    for animation in sheet.animations:
        numbers = [without_number(name)[1] or 0 for name in animation.frames]
        if len(set(numbers)) < len(numbers) or max(numbers) > _LARGEST_INDEX:
            numbers = list(range(len(numbers)))
        for name, number in zip(animation.frames, numbers):
            found[name] = animation.name, number
    return found


def _page(sheet: Sheet, page: Page) -> str:
    texture_filter = "Nearest" if sheet.is_pixel_art else "Linear"
    return (
        f"{page.file}\n"
        f"size: {page.size.width}, {page.size.height}\n"
        "format: RGBA8888\n"
        f"filter: {texture_filter}, {texture_filter}\n"
        "repeat: none\n"
        f"pma: {'true' if sheet.is_premultiplied else 'false'}\n"
    )


def _region(sprite: Sprite, name: str, index: int) -> str:
    """`offsets` counts from the lower left, unlike `bounds`."""
    box, source = sprite.box, sprite.source
    below = source.height - sprite.offset_y - box.height
    return (
        f"{name}\n"
        + (f"index: {index}\n" if index >= 0 else "")
        + f"bounds: {box.x}, {box.y}, {box.width}, {box.height}\n"
        f"offsets: {sprite.offset_x}, {below}, {source.width}, {source.height}\n"
    )
