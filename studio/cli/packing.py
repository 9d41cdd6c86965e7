"""The command that makes pictures ready for a game: `pack`, also of new ones in one go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import replace as replace_in
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.core.errors import StudioError
from studio.store.bundle import list_bundles
from studio.store.facts import Facts
from studio.store.files import starters_folder
from studio.store.pack import (
    ALPHAS,
    FAINT,
    PLAYS,
    TARGETS,
    TRIMS,
    Foreseen,
    Packed,
    PackOptions,
    foresee,
)
from studio.store.pack import pack as pack_pictures

from .options import (
    DeviceOption,
    DiversityOption,
    JsonOption,
    LibraryOption,
    OutOption,
    SeedOption,
    SideOption,
    UniqueOption,
    one_of,
    open_bundle,
    open_library,
    speak,
)
from .voice import Voice, plural

_BY_TARGET = "by target"


def _whole_numbers(text: str) -> str:
    if not all(part.isascii() and part.isdigit() for part in text.split(",")):
        raise typer.BadParameter(f"{text} is not a list like 1,2,3.")
    return text


def _two_shares(text: str) -> str:
    try:
        _, _ = map(float, text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not two numbers like 0.5,1.") from error
    return text


def pack(
    out: OutOption,
    target: Annotated[
        str, typer.Option(help=f"What it is for: {', '.join(TARGETS)}.", callback=one_of(tuple(TARGETS)))
    ],
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PICTURES…", help="Files, folders and zips, to be packed as they are.", show_default=False
        ),
    ] = None,
    bundle: Annotated[
        str,
        typer.Option("--from", metavar="BUNDLE", help="New pictures of this model.", show_default=False),
    ] = "",
    count: Annotated[int, typer.Option(min=1, help="How many new ones.")] = 300,
    unique: UniqueOption = False,
    seed: SeedOption = None,
    diversity: DiversityOption = 1.0,
    size: SideOption = 0,
    device: DeviceOption = "auto",
    name: Annotated[
        str,
        typer.Option(
            help="What the set is called; its files begin so.", show_default="sprites, or the model"
        ),
    ] = "",
    scale: Annotated[
        str, typer.Option(metavar="1,2,3", help="Sizes to write, each with @2x, …", callback=_whole_numbers)
    ] = "1",
    padding: Annotated[
        int | None, typer.Option(min=0, metavar="PX", help="Between sprites.", show_default=_BY_TARGET)
    ] = None,
    extrude: Annotated[
        int | None,
        typer.Option(min=0, metavar="PX", help="Repeat each sprite's edge so far.", show_default=_BY_TARGET),
    ] = None,
    trim: Annotated[
        str | None,
        typer.Option(
            help=f"Cut off what is clear: {', '.join(TRIMS)} (these two alike).",
            callback=one_of(TRIMS),
            show_default=_BY_TARGET,
        ),
    ] = None,
    faint: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="ALPHA",
            help="What is that faint is cut off too.",
            show_default=f"of files, 0; of new pictures, {FAINT}",
        ),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge/--no-merge", help="One place for sprites that look the same.")
    ] = True,
    power_of_two: Annotated[
        bool, typer.Option("--power-of-two", help="Pages of 256, 512, … for old graphics chips.")
    ] = False,
    page: Annotated[
        int, typer.Option(metavar="PX", help="Longest side of a page; more go on others.")
    ] = 4096,
    alpha: Annotated[
        str,
        typer.Option(help=f"Colour under transparency: {', '.join(ALPHAS)}.", callback=one_of(ALPHAS)),
    ] = "bleed",
    columns: Annotated[
        int, typer.Option(min=0, help="Of a grid; 0: as square as it gets.", show_default=False)
    ] = 0,
    names: Annotated[
        str,
        typer.Option(
            metavar="TEMPLATE",
            help="As in {set}_{index:04d}; also {name}, {seed}, {anim}, {frame}, {scale}, {hash:8}.",
            show_default="the files' own",
        ),
    ] = "",
    animations: Annotated[
        bool | None,
        typer.Option(
            "--animations/--no-animations",
            help="Names that differ only in their number are frames of one.",
            show_default="of files, yes; of new pictures, no",
        ),
    ] = None,
    fps: Annotated[float, typer.Option(help="Pictures a second of animations.")] = 12.0,
    play: Annotated[
        str, typer.Option(help=f"How they go on: {', '.join(PLAYS)}.", callback=one_of(PLAYS))
    ] = "loop",
    pivot: Annotated[
        str, typer.Option(metavar="X,Y", help="0.5,1: the feet.", callback=_two_shares)
    ] = "0.5,0.5",
    pixel: Annotated[
        bool | None,
        typer.Option("--pixel/--smooth", help="How larger sizes are made.", show_default="by looking"),
    ] = None,
    matte: Annotated[
        str, typer.Option(metavar="#RRGGBB", help="A colour behind the pictures.", show_default="none")
    ] = "",
    recipes: Annotated[
        bool, typer.Option("--recipes/--no-recipes", help="Say how each new picture was made.")
    ] = True,
    contact_sheet: Annotated[
        bool, typer.Option("--contact-sheet", help="All pictures, small, on one page.")
    ] = False,
    gallery: Annotated[
        bool, typer.Option("--gallery", help="Also an HTML page to look through them, in one file.")
    ] = False,
    zip: Annotated[bool, typer.Option("--zip", help="Also one zip beside the folder.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even if the folder is not an older pack.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be written and replaced.")
    ] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Make pictures ready for a game: sprite sheets, strips and files as engines read them."""
    with speak(json, library) as voice:
        if bool(pictures) == bool(bundle):
            raise StudioError(
                "Pictures are packed, or new ones of a model.", "Give PICTURES, or --from BUNDLE."
            )
        across, down = map(float, pivot.split(","))
        options = PackOptions(
            target=target,
            name=name or ("" if bundle else "sprites"),
            scales=tuple(map(int, scale.split(","))),
            padding=padding,
            extrude=extrude,
            trim=trim,
            faint=(FAINT if bundle else 0) if faint is None else faint,
            merge=merge,
            power_of_two=power_of_two,
            page=page,
            alpha=alpha,
            columns=columns,
            names=names,
            animations=not bundle if animations is None else animations,
            fps=fps,
            play=play,
            pivot=(across, down),
            pixel_art=pixel,
            matte=matte.lower(),
            recipes=recipes,
            contact_sheet=contact_sheet,
            gallery=gallery,
            zip=zip,
            replace=replace,
        )
        if dry_run:
            if bundle:
                raise StudioError("What is not drawn yet cannot be looked at.", "Leave out --dry-run.")
            tell_ahead(voice, out, foresee(pictures or [], out, options, voice.progress))
        elif bundle:
            new = NewPictures(bundle, count, seed, diversity, size, unique, device)
            pack_new(voice, new, out, options, library)
        else:
            known = partial(models_by_id, library)
            tell(voice, pack_pictures(pictures or [], out, options, voice.progress, known))


def tell_ahead(voice: Voice, out: Path, foreseen: Foreseen) -> None:
    """What would be done, and what would be lost by it."""
    plan, there = foreseen.plan, foreseen.there
    voice.end_work()
    voice.say(
        f"{plural(len(plan.looks), 'picture')} on {plural(plan.pages, 'page')}, {plan.fill:.0%} filled, "
        f"would go into {out}."
    )
    voice.listing("Would be written:", list(plan.files))
    voice.listing("Would be replaced:", [name for name in there.files if name not in there.strangers])
    voice.listing("Would be lost, and is of no pack made here (--replace):", list(there.strangers))
    voice.finished(
        count=len(plan.looks),
        pages=plan.pages,
        fill=plan.fill,
        files=list(plan.files),
        replaced=list(there.files),
        strangers=list(there.strangers),
        scattered=list(plan.scattered),
    )


def models_by_id(library: Path | None) -> Mapping[str, Facts]:
    found, _ = list_bundles((open_library(library).bundles, starters_folder()))
    return {bundle.facts.id: bundle.facts for bundle in found}


@dataclass(frozen=True)
class NewPictures:
    """What the commands were asked for; a seed of None is any."""

    bundle: str
    count: int
    seed: int | None
    diversity: float
    side: int
    is_unique: bool
    device: str


def pack_new(voice: Voice, new: NewPictures, out: Path, options: PackOptions, library: Path | None) -> None:
    """A set of new pictures straight into a pack. options: without a name it is the model's."""
    from studio.generate.decoder import Decoder
    from studio.generate.novelty import Novelty
    from studio.generate.sets import Wanted, pack_set

    chosen = open_bundle(new.bundle, library)
    seed = secrets.randbelow(2**31) if new.seed is None else new.seed
    wanted = Wanted(chosen, new.count, seed, new.diversity, new.side, new.is_unique)
    decoder = Decoder(chosen, new.device)
    novelty = Novelty(chosen, new.device) if new.is_unique else None
    options = replace_in(options, name=options.name or chosen.facts.name)
    packed, drawn = pack_set(
        wanted, decoder, novelty, out, options, voice.progress, partial(models_by_id, library)
    )
    voice.end_work()
    away = turned_away(drawn.is_unique, drawn.repeats, drawn.copies, drawn.doubles)
    voice.say(f"{plural(packed.count, 'picture')} drawn from seed {seed}; {away}.")
    tell(voice, packed, refused=drawn.refused, drawn=drawn.to_json())


def turned_away(is_unique: bool, repeats: int, copies: int, doubles: int) -> str:
    """What was left out of a set, in words."""
    if not is_unique:
        return f"{plural(repeats, 'repeat')} left out"
    near = plural(copies, "near-copy", "near-copies")
    return f"turned away: {near} of the model's own pictures, {doubles + repeats} too like another of these"


def tell(voice: Voice, packed: Packed, **more: Any) -> None:
    """Everything about a pack that was made. more: for programs."""
    voice.end_work()
    voice.listing("Left out:", [f"{item.file}: {item.reason}" for item in packed.left_out])
    voice.listing("Replaced:", list(packed.replaced))
    kind = "pixel art" if packed.is_pixel_art else "smooth art"
    pages = plural(packed.pages, "page")
    voice.say(
        f"{plural(packed.count, 'picture')} ({kind}) on {pages}, {packed.fill:.0%} filled: {packed.out}"
    )
    if packed.merged:
        voice.say(
            f"{plural(packed.merged, 'picture shares its', 'pictures share their')} place with another."
        )
    if packed.animations:
        voice.listing("Animations:", list(packed.animations))
    if packed.scattered:
        voice.listing("Too large for one page, so their frames are on several:", list(packed.scattered))
    if packed.zip:
        voice.say(f"All of it is also in {packed.zip}.")
    voice.finished(
        count=packed.count,
        pages=packed.pages,
        fill=packed.fill,
        merged=packed.merged,
        animations=list(packed.animations),
        scattered=list(packed.scattered),
        pixel_art=packed.is_pixel_art,
        files=list(packed.files),
        replaced=list(packed.replaced),
        left_out=[asdict(item) for item in packed.left_out],
        seconds=packed.seconds,
        out=str(packed.out),
        zip=str(packed.zip) if packed.zip else None,
        **more,
    )
