"""From what is known of the pictures to sheets: which box of which page shows what. Touches no pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.core.errors import StudioError

from . import options as kinds
from .layout import Cell, Paper, Place, check_fits, pack
from .model import Animation, Box, Cells, Page, Sheet, Size, Sprite
from .naming import stem_of
from .options import TARGETS, PackOptions
from .reading import Look

FACE = Size(144, 144)  # RPG Maker MV and MZ
_FACE_COLUMNS, _FACE_ROWS = 4, 2
_CHARACTER_COLUMNS, _DIRECTIONS = 3, ("down", "left", "right", "up")
_WALK = _CHARACTER_COLUMNS * len(_DIRECTIONS)
_CONTACT_SIDE = 128  # px
_CONTACT_GAP = 4


_Stems = Callable[[int], Sequence[str]]
"""How so many pages are called."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides a sheet."""

    looks: Sequence[Look]
    names: Sequence[str]  # of the sprites
    animations: tuple[Animation, ...]
    options: PackOptions
    set_name: str
    is_pixel_art: bool
    scale: int = 1
    is_numbered: bool = False  # pages, even a single one

    @property
    def is_premultiplied(self) -> bool:
        return self.options.alpha == "premultiply"

    @property
    def order(self) -> list[int]:
        """Pictures in the order of the sheet: animation after animation, then the rest."""
        at = {name: index for index, name in enumerate(self.names)}
        moving = [at[name] for animation in self.animations for name in animation.frames]
        taken = set(moving)
        return moving + [index for index in range(len(self.names)) if index not in taken]

    def stem(self, name: str, page: int | None = None) -> str:
        return stem_of(name, self.scale, self.is_premultiplied, page)

    def page_stems(self, count: int) -> list[str]:
        """The pages of a set: numbered from 0 where there are several."""
        is_numbered = self.is_numbered or count > 1
        return [self.stem(self.set_name, page if is_numbered else None) for page in range(count)]


def arranged(plan: Plan) -> Sheet:
    """The sheet of one scale. Raises StudioError where something is larger than a page."""
    arrange = {
        kinds.ATLAS: _atlas,
        kinds.LOOSE: _loose,
        kinds.GRID: _grid,
        kinds.STRIPS: _strips,
        kinds.FACES: _faces,
        kinds.CHARACTERS: _characters,
    }[TARGETS[plan.options.target].arrangement]
    return arrange(plan)


def _sheet(plan: Plan, pages: Iterable[Page], sprites: Iterable[Sprite], cells: Cells | None = None) -> Sheet:
    return Sheet(
        stem=plan.stem(plan.set_name),
        scale=plan.scale,
        pages=tuple(pages),
        sprites=tuple(sprites),
        animations=plan.animations,
        cells=cells,
        extrude=plan.options.edges[1],
        alpha=plan.options.alpha,
        matte=plan.options.matte,
        is_pixel_art=plan.is_pixel_art,
    )


def _sprites(plan: Plan) -> list[Sprite]:
    """Each picture as it will be drawn, in the order of the sheet, not placed yet."""
    boxes = _trimmed(plan)
    return [
        Sprite(
            name=plan.names[index],
            picture=index,
            page=0,
            box=Box(0, 0, boxes[index].width, boxes[index].height),
            source=_times(plan.looks[index].size, plan.scale),
            offset_x=boxes[index].x,
            offset_y=boxes[index].y,
            pivot_x=plan.options.pivot[0],
            pivot_y=plan.options.pivot[1],
            duration_ms=plan.options.duration_ms,
        )
        for index in plan.order
    ]


def _times(size: Size, factor: int) -> Size:
    return Size(size.width * factor, size.height * factor)


def _trimmed(plan: Plan) -> list[Box]:
    """What is kept of each picture, in px of the scale."""
    looks, scale, faint = plan.looks, plan.scale, plan.options.faint
    wholes = [Box(0, 0, look.size.width, look.size.height) for look in looks]
    kept = {
        "none": lambda: wholes,
        "sprite": lambda: [look.visible(faint) for look in looks],
        "animation": lambda: _trimmed_together(plan, wholes),
        "all": lambda: [_common(_union([look.visible(faint) for look in looks]), whole) for whole in wholes],
    }[plan.options.trimming]()
    if scale > 1 and not plan.is_pixel_art:  # a smooth edge grows half a pixel beyond the old one
        kept = [
            _common(Box(b.x - 1, b.y - 1, b.width + 2, b.height + 2), whole) for b, whole in zip(kept, wholes)
        ]
    return [Box(b.x * scale, b.y * scale, b.width * scale, b.height * scale) for b in kept]


def _trimmed_together(plan: Plan, wholes: Sequence[Box]) -> list[Box]:
    """The frames of each animation to what can be seen in any of them: they keep their places."""
    at = {name: index for index, name in enumerate(plan.names)}
    kept = [look.visible(plan.options.faint) for look in plan.looks]
    for animation in plan.animations:
        frames = [at[name] for name in animation.frames]
        seen = _union([kept[index] for index in frames])
        for index in frames:
            kept[index] = _common(seen, wholes[index])
    return kept


def _union(boxes: Sequence[Box]) -> Box:
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(left, top, right - left, bottom - top)


def _common(box: Box, whole: Box) -> Box:
    """The part of `box` inside; one pixel if there is none."""
    left, top = min(max(box.x, 0), whole.width - 1), min(max(box.y, 0), whole.height - 1)
    right = max(left + 1, min(box.x + box.width, whole.width))
    bottom = max(top + 1, min(box.y + box.height, whole.height))
    return Box(left, top, right - left, bottom - top)


def _put(sprite: Sprite, page: int, x: int, y: int) -> Sprite:
    return replace(sprite, page=page, box=Box(x, y, sprite.box.width, sprite.box.height))


# Atlas -----------------------------------------------------------------------------------------------


def _atlas(plan: Plan) -> Sheet:
    """Packed tightly; pictures that show the same share a place, animations stay on one page if they can."""
    padding, extrude = plan.options.edges
    sprites = _sprites(plan)
    keys = [_sameness(plan, sprite) for sprite in sprites]
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    shown = sorted(first.values())
    cells = [
        Cell(sprites[i].name, sprites[i].box.width + 2 * extrude, sprites[i].box.height + 2 * extrude)
        for i in shown
    ]
    cell_of = {i: cell for cell, i in enumerate(shown)}
    groups = _groups(plan, {sprite.name: cell_of[first[key]] for key, sprite in zip(keys, sprites)})
    layout = pack(cells, Paper(plan.options.page, padding, plan.options.power_of_two), groups)
    place_of: dict[int, Place] = dict(zip(shown, layout.places))
    placed = []
    for key, sprite in zip(keys, sprites):
        place = place_of[first[key]]
        placed.append(_put(sprite, place.page, place.x + extrude, place.y + extrude))
    stems = plan.page_stems(len(layout.pages))
    return _sheet(plan, [Page(f"{stem}.png", size) for stem, size in zip(stems, layout.pages)], placed)


def _sameness(plan: Plan, sprite: Sprite) -> tuple[object, ...]:
    """Equal for sprites that show the same pixels."""
    look = plan.looks[sprite.picture]
    if not plan.options.merge:
        return (sprite.picture,)
    is_exact = plan.options.trimming == "sprite" and not plan.options.faint
    if is_exact and (plan.scale == 1 or plan.is_pixel_art):
        return (look.visible_digest,)
    return (look.digest, sprite.offset_x, sprite.offset_y, sprite.box.size)


def _groups(plan: Plan, cell_of: Mapping[str, int]) -> list[set[int]]:
    """The cells of each animation; animations that share one are one group."""
    groups: list[set[int]] = []
    for animation in plan.animations:
        own = {cell_of[name] for name in animation.frames}
        apart = [group for group in groups if group.isdisjoint(own)]
        touching = [group for group in groups if not group.isdisjoint(own)]
        groups = [*apart, own.union(*touching)]
    return groups


# One file each ---------------------------------------------------------------------------------------


def _loose(plan: Plan) -> Sheet:
    sprites = [replace(sprite, page=page) for page, sprite in enumerate(_sprites(plan))]
    for_each = [Page(f"{_loose_stem(plan, sprite.name)}.png", sprite.box.size) for sprite in sprites]
    return _sheet(plan, for_each, sprites)


def _loose_stem(plan: Plan, name: str) -> str:
    """A template with {scale} tells scales apart by itself."""
    return stem_of(name, 1 if "{scale" in plan.options.names else plan.scale, plan.is_premultiplied)


# Equal cells -----------------------------------------------------------------------------------------


def _grid(plan: Plan) -> Sheet:
    """Row by row, each sprite in the middle of its cell."""
    padding, extrude = plan.options.edges
    sprites = _sprites(plan)
    size = _largest(sprites)
    pitch = Size(size.width + 2 * extrude + padding, size.height + 2 * extrude + padding)
    paper = Paper(plan.options.page, 0, plan.options.power_of_two)
    check_fits([Cell(sprites[0].name, pitch.width, pitch.height)], paper)
    columns = plan.options.columns or _square_columns(len(sprites), pitch)
    columns = min(columns, len(sprites))
    if plan.options.columns and columns * pitch.width > paper.largest:
        raise StudioError(
            f"{columns} columns of {pitch.width} pixels are wider than a page of {paper.limit}.",
            "Give fewer columns or allow larger pages.",
        )
    columns = min(columns, paper.largest // pitch.width)
    cells = Cells(size, columns, extrude, 2 * extrude + padding)
    return _in_cells(plan, sprites, cells, paper.largest // pitch.height, plan.page_stems, paper)


def _square_columns(count: int, pitch: Size) -> int:
    return max(1, math.ceil(math.sqrt(count * pitch.height / pitch.width)))


def _largest(sprites: Sequence[Sprite]) -> Size:
    return Size(max(s.box.width for s in sprites), max(s.box.height for s in sprites))


def _in_cells(
    plan: Plan, sprites: Sequence[Sprite], cells: Cells, most_rows: int, stems: _Stems, paper: Paper
) -> Sheet:
    """As many pages as it takes."""
    a_page = cells.columns * most_rows
    count = -(-len(sprites) // a_page)
    placed = [
        _in_cell(sprite, cells, index // a_page, index % a_page) for index, sprite in enumerate(sprites)
    ]
    pages = []
    for page, stem in enumerate(stems(count)):
        rows = -(-min(a_page, len(sprites) - page * a_page) // cells.columns)
        pages.append(Page(f"{stem}.png", _grid_size(cells, rows, paper)))
    return _sheet(plan, pages, placed, cells)


def _grid_size(cells: Cells, rows: int, paper: Paper | None) -> Size:
    """Whole cells with all their edges, so that width / columns is the pitch."""
    width = cells.columns * (cells.size.width + cells.spacing)
    height = rows * (cells.size.height + cells.spacing)
    if paper is not None and paper.power_of_two:
        return Size(paper.rounded(width), paper.rounded(height))
    return Size(width, height)


def _whole_size(plan: Plan, cells: Cells, rows: int, what: str, instead: str) -> Size:
    """Of cells that must not be parted. Raises StudioError where they are larger than a page."""
    size = _grid_size(cells, rows, None)
    if max(size.width, size.height) > plan.options.page:
        raise StudioError(
            f"{what} would be {size.width} × {size.height} pixels, more than a page of {plan.options.page}.",
            f"Allow larger pages or {instead}.",
        )
    return size


def _in_cell(sprite: Sprite, cells: Cells, page: int, index: int) -> Sprite:
    row, column = divmod(index, cells.columns)
    size, box = cells.size, sprite.box
    x = cells.margin + column * (size.width + cells.spacing) + (size.width - box.width) // 2
    y = cells.margin + row * (size.height + cells.spacing) + (size.height - box.height) // 2
    return _put(sprite, page, x, y)


def _strips(plan: Plan) -> Sheet:
    """GameMaker: a row for each animation; the file's name says how many frames it has.

    It plays forward only: there and back is written out.
    """
    by_name = {sprite.name: sprite for sprite in _sprites(plan)}
    whole = _sheet(plan, (), by_name.values())
    pages: list[Page] = []
    placed: list[Sprite] = []
    echoes: list[Sprite] = []
    for sequence in whole.sequences:
        sprites = [by_name[name] for name in sequence.shown]
        cells = Cells(_largest(sprites), len(sprites), 0, 0)
        size = _whole_size(plan, cells, 1, f"The strip “{sequence.name}”", "use fewer frames")
        pages.append(Page(f"{plan.stem(sequence.name)}_strip{len(sprites)}.png", size))
        row = [_in_cell(sprite, cells, len(pages) - 1, index) for index, sprite in enumerate(sprites)]
        placed += row[: len(sequence.frames)]
        echoes += row[len(sequence.frames) :]
    return replace(whole, pages=tuple(pages), sprites=tuple(placed), echoes=tuple(echoes))


def _faces(plan: Plan) -> Sheet:
    """RPG Maker: sheets of 4 × 2 cells of 144 px, each whole."""
    cells = Cells(FACE, _FACE_COLUMNS, 0, 0)
    sheet = _in_cells(plan, _fitted(plan, FACE), cells, _FACE_ROWS, plan.page_stems, Paper(plan.options.page))
    whole = _grid_size(cells, _FACE_ROWS, None)
    return replace(sheet, pages=tuple(Page(page.file, whole) for page in sheet.pages))


def _characters(plan: Plan) -> Sheet:
    """RPG Maker: a file of 3 × 4 cells for each walking character, "$" before its name."""
    by_name = {sprite.name: sprite for sprite in _sprites(plan)}
    pages: list[Page] = []
    placed: list[Sprite] = []
    for name, frames in _walks(plan.animations, set(by_name)):
        sprites = [by_name[frame] for frame in frames]
        cells = Cells(_largest(sprites), _CHARACTER_COLUMNS, 0, 0)
        size = _whole_size(plan, cells, len(_DIRECTIONS), f"The character “{name}”", "smaller frames")
        pages.append(Page(f"${plan.stem(name)}.png", size))
        placed += [_in_cell(sprite, cells, len(pages) - 1, index) for index, sprite in enumerate(sprites)]
    return _sheet(plan, pages, placed)


def _walks(animations: Sequence[Animation], names: set[str]) -> list[tuple[str, list[str]]]:
    """Characters and their twelve frames: one animation of all, or one of three for each direction.

    Raises StudioError for anything that is no part of a character.
    """
    by_name = {animation.name: list(animation.frames) for animation in animations}
    walks = [(name, frames) for name, frames in by_name.items() if len(frames) == _WALK]
    for name in by_name:
        start = name.removesuffix(f"_{_DIRECTIONS[0]}")
        parts = [by_name.get(f"{start}_{direction}", []) for direction in _DIRECTIONS]
        if start != name and all(len(part) == _CHARACTER_COLUMNS for part in parts):
            walks.append((start, [frame for part in parts for frame in part]))
    names = names.difference(*(frames for _, frames in walks))
    if names:
        raise StudioError(
            f"“{min(names)}” is not one of the {_WALK} frames of a walking character.",
            "Call them hero_01 to hero_12 (down, left, right, up, three each), or hero_down_1 and so on.",
        )
    return walks


def contact_sheet(plan: Plan) -> Sheet:
    """All pictures, small, on one page that is looked at and not read by engines."""
    count = len(plan.looks)
    columns = math.ceil(math.sqrt(count))
    side = max(8, min(_CONTACT_SIDE, plan.options.page // columns - _CONTACT_GAP))
    cells = Cells(Size(side, side), columns, _CONTACT_GAP // 2, _CONTACT_GAP)
    plain = replace(plan, options=replace(plan.options, alpha="zero", extrude=0), scale=1)
    sprites = _fitted(plain, cells.size)
    sheet = _in_cells(plain, sprites, cells, count, lambda _: [f"{plan.set_name}_contact"], Paper(2**30))
    return replace(sheet, extrude=0)


def _fitted(plan: Plan, size: Size) -> list[Sprite]:
    """Each picture whole, as large as it can be inside `size`; pixel art by whole factors where it can."""
    fitted = []
    for sprite in _sprites(replace(plan, options=replace(plan.options, trim="none"))):
        factor = min(size.width / sprite.source.width, size.height / sprite.source.height)
        if plan.is_pixel_art and factor >= 1:
            factor = math.floor(factor)
        drawn = Size(
            max(1, round(sprite.source.width * factor)), max(1, round(sprite.source.height * factor))
        )
        fitted.append(replace(sprite, source=drawn, box=Box(0, 0, drawn.width, drawn.height)))
    return fitted
