"""gallery.html: all pictures of a pack on one page that opens from the disk, in any browser, offline.

Everything is in the file, and its own policy forbids it to ask the network for anything.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

from PIL import Image

from studio import __version__
from studio.core.picture import Picture
from studio.core.progress import Progress
from studio.store.facts import Facts
from studio.store.importing.parallel import in_parallel

from ..model import Sheet, Size, Sprite
from ..options import PackOptions
from ..pixels import resized
from ..reading import Look, pixels_of
from .gallery_page import PAGE, SPLIT

GALLERY = "gallery.html"
_SIDE = 192  # px of a picture, at most
_QUALITY = 88  # of WebP, for smooth pictures; pixel art loses nothing


def write_gallery(
    folder: Path,
    sheet: Sheet,
    looks: Sequence[Look],
    options: PackOptions,
    models: Mapping[str, Facts],
    progress: Progress,
) -> None:
    """Picture by picture, so that memory stays flat. Raises OSError when the disk refuses."""
    used = {look.recipe.bundle_id for look in looks if look.recipe is not None}
    known = {identity: models[identity] for identity in sorted(used & models.keys())}
    head, foot = _page(options, len(sheet.sprites), known).split(SPLIT)
    animation_of = {name: each.name for each in sheet.animations for name in each.frames}

    def entry(sprite: Sprite) -> str:
        look = looks[sprite.picture]
        recipe = look.recipe if options.recipes else None
        facts = list(_facts(sheet, sprite, look, recipe, models, animation_of.get(sprite.name, "")))
        return _entry(sprite, _embedded(look, sheet.is_pixel_art), facts, sheet.is_pixel_art)

    with open(folder / GALLERY, "w", encoding="utf-8", newline="\n") as file:
        file.write(head)
        for part in in_parallel(entry, sheet.sprites, "Making the page", progress):
            file.write(part)
        file.write(foot)


def _page(options: PackOptions, count: int, models: Mapping[str, Facts]) -> str:
    licences = "".join(
        f"<p><b>{escape(facts.name)}</b>: {escape(facts.licence or 'no licence note')}</p>"
        for facts in models.values()
    )
    return PAGE.substitute(
        title=escape(options.name),
        count=count,
        target=escape(options.target),
        version=escape(__version__),
        licences=licences,
    )


def _facts(
    sheet: Sheet,
    sprite: Sprite,
    look: Look,
    recipe: Picture | None,
    models: Mapping[str, Facts],
    animation: str,
) -> Iterator[tuple[str, str]]:
    box = sprite.box
    yield "From", look.file
    yield "Size", f"{sprite.source.width} × {sprite.source.height} px"
    yield "File", sheet.pages[sprite.page].file
    yield "Place", f"{box.x}, {box.y}, {box.width} × {box.height} px"
    if animation:
        yield "Animation", animation
    if look.recipe is not None:
        facts = models.get(look.recipe.bundle_id)
        yield "Model", facts.name if facts else look.recipe.bundle_id
    if recipe is None:
        return
    if recipe.name:
        yield "Name", recipe.name
    if recipe.seed is not None:
        yield "Seed", str(recipe.seed)
    yield "Diversity", f"{recipe.diversity:g}"


def _entry(sprite: Sprite, picture: str, facts: Sequence[tuple[str, str]], is_pixel_art: bool) -> str:
    name = escape(sprite.name)
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in facts)
    words = escape(" ".join([sprite.name, *(value for _, value in facts)]).lower())
    look = ' class="pixel"' if is_pixel_art else ""
    return (
        f'<li data-words="{words}"><button type="button"><img{look} alt="{name}" loading="lazy" '
        f'decoding="async" src="{picture}"><span>{name}</span></button><dl hidden>{rows}</dl></li>\n'
    )


def _embedded(look: Look, is_pixel_art: bool) -> str:
    """The picture as a data URL, no longer than _SIDE."""
    factor = min(1.0, _SIDE / max(look.size.width, look.size.height))
    size = Size(max(1, round(look.size.width * factor)), max(1, round(look.size.height * factor)))
    target = io.BytesIO()
    save = partial(Image.fromarray(resized(pixels_of(look), size, is_pixel_art)).save, target, "WEBP")
    if is_pixel_art:
        save(lossless=True, method=0, quality=0)
    else:
        save(quality=_QUALITY, method=2)
    return f"data:image/webp;base64,{base64.b64encode(target.getvalue()).decode()}"
