"""The command that makes one picture turn into another: `morph`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from studio.core.errors import StudioError
from studio.core.path import Path as LatentPath
from studio.core.picture import Finish
from studio.core.tempo import EASES, Tempo
from studio.store.animation import Frame, Playing, real_fps, write_animation, write_sheet
from studio.store.exporting import is_sequence

from .options import (
    BundleArgument,
    DeviceOption,
    JsonOption,
    LibraryOption,
    SideOption,
    one_of,
    open_bundle,
    speak,
)
from .voice import Voice, plural


def _colour(text: str) -> str:
    if not re.fullmatch(r"#?[0-9a-fA-F]{6}", text):
        raise typer.BadParameter(f"{text} is not a colour like #ffffff.")
    return text.removeprefix("#")


def morph(
    bundle: BundleArgument,
    stops: Annotated[
        list[str],
        typer.Argument(metavar="STOPS…", help="Two or more picture files, seed:123 or name:Ada."),
    ],
    frames: Annotated[int, typer.Option(help="Different pictures, the stops among them.", min=2)],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE|DIR", help=".gif, .png, .webp, .avif, .mp4, .webm, or DIR.")
    ],
    loop: Annotated[
        bool, typer.Option("--loop", help="From the last stop on to the first, for ever.")
    ] = False,
    ping_pong: Annotated[bool, typer.Option("--ping-pong", help="And back the same way, for ever.")] = False,
    fps: Annotated[float, typer.Option(help="Pictures a second.", min=0.1, max=120)] = 24.0,
    hold: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long each stop rests.", min=0, max=60)
    ] = 0.0,
    ease: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(EASES)}: in leaves each stop slowly, out arrives slowly, smooth does both.",
            callback=one_of(EASES),
        ),
    ] = "linear",
    sheet: Annotated[bool, typer.Option("--sheet", help="A .png of all frames in rows instead.")] = False,
    strip: Annotated[bool, typer.Option("--strip", help="A .png of all frames in one row instead.")] = False,
    matte: Annotated[
        str, typer.Option(metavar="COLOUR", help="Behind what cannot be transparent.", callback=_colour)
    ] = "ffffff",
    quality: Annotated[int, typer.Option(help="Of WebP, AVIF and videos.", min=1, max=100)] = 80,
    linear: Annotated[bool, typer.Option("--linear", help="Straight lines, for comparison.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Even if the file is there already.")] = False,
    size: SideOption = 0,
    device: DeviceOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Turn pictures into each other, as evenly as the eye sees it."""
    if loop and ping_pong:
        raise typer.BadParameter("--loop and --ping-pong cannot both be given.")
    with speak(json, library) as voice:
        from studio.generate.decoder import Decoder
        from studio.generate.morph import Morph
        from studio.generate.stops import Stops

        is_sheet = sheet or strip
        _check_out(out, is_sheet, replace)
        chosen = open_bundle(bundle, library)
        begun = time.perf_counter()
        found = Stops(chosen, device, voice.progress).find(stops)
        for stop in found:
            if stop.note:
                voice.say(stop.note)
        fps = fps if is_sheet else real_fps(out.suffix.lower(), fps)
        way = LatentPath.through([stop.latent for stop in found], chosen.density.centre, loop, linear)
        eases, holds = (ease,) * way.legs, (round(hold * fps),) * len(found)
        tempo = Tempo(frames, eases, holds, ping_pong)
        made = Morph(Decoder(chosen, device), way, tempo, Finish(size), voice.progress)
        playing = Playing(
            frames=len(made),
            fps=fps,
            is_endless=made.is_endless,
            is_pixel_art=chosen.facts.kind == "pixel",
            matte=(int(matte[:2], 16), int(matte[2:4], 16), int(matte[4:], 16)),
            quality=quality,
        )

        def each() -> Iterator[Frame]:
            for index, one in enumerate(made):
                voice.work("Making frames", index, len(made))
                yield one.rgba, one.picture

        if is_sheet:
            write_sheet(out, each(), len(made) if strip else 0, len(made))
        else:
            write_animation(out, each(), playing, made.sample)
        _tell(voice, out, playing, made.unevenness, time.perf_counter() - begun, is_sheet)


def _check_out(out: Path, is_sheet: bool, replace: bool) -> None:
    """Raises StudioError for a place that cannot be, before anything is made."""
    if is_sheet and out.suffix.lower() != ".png":
        raise StudioError(f"A sheet is a PNG, and “{out.name}” is not.", "Let it end in .png.")
    if out.is_dir() and any(out.iterdir()) and (out.suffix or not replace or not is_sequence(out)):
        raise StudioError(f"“{out}” is a folder that is not empty.", "Name a new folder or a file.")
    if out.is_file() and not replace:
        raise StudioError(f"“{out}” is there already.", "Choose another name, or give --replace.")


def _tell(voice: Voice, out: Path, playing: Playing, uneven: float, seconds: float, is_sheet: bool) -> None:
    voice.end_work()
    lasts = "" if is_sheet else f", {playing.frames / playing.fps:.1f} s at {playing.fps:.4g} a second"
    voice.say(f"{plural(playing.frames, 'frame')}{lasts}: {out}")
    if out.suffix.lower() == ".mp4":  # never a sheet
        voice.say("An MP4 has no transparency: the matte stands behind the pictures.")
    voice.finished(
        frames=playing.frames,
        fps=playing.fps,
        seconds=seconds,
        largest_step_over_median=uneven,
        out=str(out),
    )
