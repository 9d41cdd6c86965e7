"""Commands that make pictures with a bundle: `sample`, `rebuild` and `name`."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.picture import Finish, Picture
from studio.core.pixels import Pictures, rms_difference
from studio.store.fitted import Fitted, fitted_pictures
from studio.store.pack import FAINT, TARGETS, PackOptions

from .files import Item, save, save_all, stem
from .options import (
    BundleArgument,
    DeviceOption,
    DiversityOption,
    JsonOption,
    LibraryOption,
    OutOption,
    PicturesArgument,
    SeedOption,
    SideOption,
    UniqueOption,
    one_of,
    open_bundle,
    speak,
)
from .packing import NewPictures, pack_new, turned_away
from .voice import plural


def sample(
    bundle: BundleArgument,
    count: Annotated[int, typer.Option(help="How many, all different.", min=1)],
    out: OutOption,
    seed: SeedOption = None,
    diversity: DiversityOption = 1.0,
    unique: UniqueOption = False,
    size: SideOption = 0,
    pack: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help=f"As a pack for a game: {', '.join(TARGETS)}. `pack --from` has all its choices.",
            callback=one_of(tuple(TARGETS)),
            show_default="single files",
        ),
    ] = None,
    device: DeviceOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Make new pictures as PNG files that remember how they were made."""
    with speak(json, library) as voice:
        from studio.generate.decoder import Decoder
        from studio.generate.drawing import Sample
        from studio.generate.novelty import Novelty

        if pack is not None:
            new = NewPictures(bundle, count, seed, diversity, size, unique, device)
            pack_new(voice, new, out, PackOptions(pack, name="", animations=False, faint=FAINT), library)
            return
        chosen = open_bundle(bundle, library)
        seed = secrets.randbelow(2**31) if seed is None else seed
        decoder = Decoder(chosen, device)
        novelty = Novelty(chosen, device) if unique else None
        begun = time.perf_counter()
        made = Sample(chosen, decoder, seed, count, diversity, Finish(size), novelty)
        digits = max(4, len(str(count - 1)))

        def files() -> Generator[Item]:
            for index, item in enumerate(made):
                voice.work("Making pictures", index, count)
                file = f"{chosen.facts.name}_{index:0{digits}}_{item.picture.seed}.png"
                yield out / file, item.rgba, item.picture

        save_all(files(), chosen)
        rate = count / (time.perf_counter() - begun)
        refused = made.refused
        voice.finished(
            count=count,
            refused=refused.total,
            **asdict(refused),
            pictures_per_s=rate,
            seed=seed,
            out=str(out),
        )
        voice.say(f"{plural(count, 'picture')} from seed {seed} are in {out} ({rate:.0f} a second).")
        if unique or refused.total:
            away = turned_away(unique, refused.repeats, refused.copies, refused.doubles)
            voice.say(f"{away[0].upper()}{away[1:]}.")


def rebuild(
    bundle: BundleArgument,
    pictures: PicturesArgument,
    out: OutOption,
    beside: Annotated[bool, typer.Option("--beside", help="The original on the left of each.")] = False,
    size: SideOption = 0,
    device: DeviceOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Encode pictures and decode them again: what the model keeps of them."""
    with speak(json, library) as voice:
        from studio.generate.decoder import Decoder
        from studio.generate.encoder import Encoder

        chosen = open_bundle(bundle, library)
        encoder, decoder = Encoder(chosen, device), Decoder(chosen, device)
        left_out: list[LeftOut] = []
        rebuilt: list[dict[str, Any]] = []
        taken: set[Path] = set()

        def files() -> Generator[Item]:
            for item in each:
                if isinstance(item, LeftOut):
                    left_out.append(item)
                    continue
                file = out / f"{stem(item.file)}.png"
                if file in taken:  # photo.png and photo.jpg
                    file = out / f"{stem(item.file)}_{len(rebuilt)}.png"
                taken.add(file)
                error, rgba, picture = _rebuilt(item, encoder, decoder, size)
                rebuilt.append({"file": item.file, "out": str(file), "rebuild_error": error})
                if beside:
                    original = decoder.finish(item.rgba[None], Finish(size))[0]
                    yield file, np.concatenate([original, rgba], axis=1), None
                else:
                    yield file, rgba, picture

        with fitted_pictures(pictures, chosen.facts, voice.progress) as each:
            save_all(files(), chosen)
        voice.end_work()
        voice.listing("Left out:", [f"{item.file}: {item.reason}" for item in left_out])
        if not rebuilt:
            raise StudioError("There is no picture in what was given.", "Give PNG, JPEG, WebP or the like.")
        mean = statistics.fmean(entry["rebuild_error"] for entry in rebuilt)
        voice.say(f"{plural(len(rebuilt), 'picture')} rebuilt into {out}, {mean:.1f} of 255 away on average.")
        voice.finished(
            count=len(rebuilt),
            rebuild_error=mean,
            pictures=rebuilt,
            left_out=[asdict(item) for item in left_out],
        )


def _rebuilt(item: Fitted, encoder: Any, decoder: Any, side: int) -> tuple[float, Pictures, Picture]:
    """RMS error in levels of 255 at the network's size, the finished picture, and how to have it again."""
    mean, _ = encoder.encode(item.rgba[None])
    decoded = decoder.decode(mean)
    finish = Finish(side)
    picture = Picture(decoder.facts.id, mean[0], finish=finish)
    return rms_difference(item.rgba[None], decoded), decoder.finish(decoded, finish)[0], picture


def picture_of_name(
    bundle: BundleArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Any word or name.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The PNG to write.")],
    size: SideOption = 0,
    device: DeviceOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Make the picture of a name: the same name gives the same picture, for ever."""
    with speak(json, library) as voice:
        from studio.generate.decoder import Decoder
        from studio.generate.drawing import named

        if out.suffix.lower() != ".png":
            raise StudioError(f"“{out}” is not the name of a PNG file.", "Let it end in .png.")
        chosen = open_bundle(bundle, library)
        picture = named(chosen, name, Finish(size))
        save(out, Decoder(chosen, device).render([picture])[0], picture, chosen)
        voice.say(f"“{picture.name}” is in {out}.")
        voice.finished(count=1, out=str(out), seed=picture.seed)
