"""What a pack will be, before its first byte: names, sheets, files. All that can clash is found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio.store.facts import Facts

from . import naming
from .arranging import Plan, arranged, contact_sheet
from .model import Sheet
from .options import TARGETS, PackOptions
from .reading import Look, is_pixel_art
from .writers import WRITERS
from .writers.gallery import GALLERY
from .writers.manifest import MANIFEST, TABLE, manifest_texts
from .writers.provenance import PROVENANCE, Drawn, provenance


@dataclass(frozen=True)
class Planned:
    """Everything about a pack but its pixels."""

    looks: Sequence[Look]
    options: PackOptions
    sheets: tuple[Sheet, ...]  # one a scale
    contact: tuple[Sheet, ...]
    texts: Mapping[str, str]  # by the writers of the target
    files: tuple[str, ...]  # names of all there will be, sorted

    @property
    def drawn(self) -> tuple[Sheet, ...]:
        """Every sheet whose pages are files."""
        return (*self.sheets, *self.contact)

    @property
    def is_generated(self) -> bool:
        """Whether a model made any of the pictures."""
        return _is_generated(self.looks)

    @property
    def pages(self) -> int:
        return sum(len(sheet.pages) for sheet in self.sheets)

    @property
    def fill(self) -> float:
        """Share of the pages' area that sprites cover. 0..1."""
        areas = [sum(page.size.area for page in sheet.pages) for sheet in self.sheets]
        return sum(sheet.fill * area for sheet, area in zip(self.sheets, areas)) / sum(areas)

    @property
    def merged(self) -> int:
        """Names that share a place with another."""
        first = self.sheets[0]
        return len(first.sprites) - len({(sprite.page, sprite.box) for sprite in first.sprites})

    @property
    def scattered(self) -> tuple[str, ...]:
        """Animations that did not fit on one page: PixiJS would find only a part of each."""
        return tuple(sorted({name for sheet in self.sheets for name in sheet.scattered}))

    def notes(self, models: Mapping[str, Facts], drawn: Drawn | None) -> dict[str, str]:
        """What the pack says about itself: the manifest, its table, where the pictures come from."""
        recipes = [look.recipe for look in self.looks]
        said = provenance(self.sheets[0], recipes, self.options, models, drawn) if self.is_generated else {}
        return said | manifest_texts(self.sheets, self.looks, self.options, models, self.files, drawn)


def planned(looks: Sequence[Look], options: PackOptions) -> Planned:
    """Raises StudioError for names that clash, pictures larger than a page, and options that do not go."""
    options.check()
    set_name = naming.safe_name(options.name)
    is_pixels = is_pixel_art(looks) if options.pixel_art is None else options.pixel_art
    sheets = _sheets(looks, options, set_name, is_pixels)
    contact: tuple[Sheet, ...] = ()
    if options.contact_sheet:
        names = [str(index) for index in range(len(looks))]
        contact = (contact_sheet(Plan(looks, names, (), replace(options, scales=(1,)), set_name, is_pixels)),)
    texts: dict[str, str] = {}
    files = [page.file for sheet in (*sheets, *contact) for page in sheet.pages]
    for sheet in sheets:
        written = WRITERS[options.target](sheet)
        files += written
        texts |= written
    files += [MANIFEST, TABLE]
    files += [PROVENANCE] if _is_generated(looks) else []
    files += [GALLERY] if options.gallery else []
    naming.check_files(files)
    return Planned(looks, options, sheets, contact, texts, tuple(sorted(files)))


def _is_generated(looks: Sequence[Look]) -> bool:
    return any(look.recipe is not None for look in looks)


def _sheets(looks: Sequence[Look], options: PackOptions, set_name: str, is_pixels: bool) -> tuple[Sheet, ...]:
    plans = []
    for scale in options.scales:
        names = _names(looks, options, set_name, scale)
        naming.check_sprites(names, [look.file for look in looks])
        moving = naming.animations(names, set_name, options.fps, options.play) if options.animations else ()
        plans.append(Plan(looks, names, moving, options, set_name, is_pixels, scale))
    sheets = tuple(arranged(plan) for plan in plans)
    if len({len(sheet.pages) > 1 for sheet in sheets}) > 1:
        # The larger scale took a second page: engines look for the same file at every scale.
        return tuple(arranged(replace(plan, is_numbered=True)) for plan in plans)
    return sheets


def _names(looks: Sequence[Look], options: PackOptions, set_name: str, scale: int) -> list[str]:
    """Raises StudioError where a template does not suit the pictures."""
    keeps_spaces = TARGETS[options.target].keeps_spaces
    if not options.names:
        if keeps_spaces:
            return [naming.renpy_name(look.file, set_name) for look in looks]
        return [naming.own_name(look.file) for look in looks]
    template = naming.Template(options.names)
    frames: dict[str, int] = {}
    names = []
    for index, look in enumerate(looks, 1):
        own = naming.own_name(look.file, keeps_spaces)
        anim = naming.without_number(own)[0] or set_name
        frames[anim] = frames.get(anim, 0) + 1
        values = {
            "file": look.file,
            "set": set_name,
            "name": own,
            "index": index,
            "seed": None if look.recipe is None else look.recipe.seed,
            "anim": anim,
            "frame": frames[anim],
            "scale": scale,
            "hash": naming.Digest(look.digest.hex()),
        }
        names.append(naming.safe_name(template.filled(values), keeps_spaces))
    return names
