"""Commands about pictures going in: `check` and `train`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from studio.core.errors import Cancelled
from studio.core.events import (
    Advice,
    Event,
    Finished,
    Imported,
    LeftOut,
    Preview,
    Progress,
    Warned,
    Working,
    to_json,
)
from studio.core.progress import Control
from studio.core.recipe import DEVICES, PRECISIONS, PRESET_MINUTES, Recipe
from studio.store.importing import PreparedSet, Survey, prepare, survey

from .files import save_plain, stem
from .options import (
    FitOption,
    JsonOption,
    LibraryOption,
    PicturesArgument,
    SizeOption,
    one_of,
    open_library,
    program,
    quoted,
    resume_command,
    speak,
    where,
)
from .voice import INTERRUPTED, Voice, duration, plural, stopping_gently

_FOR_PROGRAMS = ("imported", "progress", "advice", "warned", "saved", "finished")
"""The events that --json passes on; the others speak to the window."""


def check(
    pictures: PicturesArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write them there as the model would see them.")
    ] = None,
    size: SizeOption = 64,
    fit: FitOption = "pad",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Say what an import would take, what it would leave out and why."""
    with speak(json, library) as voice:
        found = survey(pictures, voice.progress)
        voice.end_work()
        imported = {key: asdict(found)[key] for key in ("accepted", "left_out", "duplicates")}
        voice.event({"event": "imported", **imported})
        _tell_survey(voice, found)
        written = 0
        if out is not None:
            written = _write_prepared(
                voice, prepare(pictures, size, fit, open_library(library).prepared), out
            )
        voice.finished(
            count=len(found.accepted),
            pixel_art=found.pixel_art,
            pixel_scale=found.pixel_scale,
            suggested_size=found.suggested_size,
            warnings=found.warnings,
            written=written,
        )


def _tell_survey(voice: Voice, found: Survey) -> None:
    clear = sum(picture.alpha for picture in found.accepted)
    voice.say(f"{plural(len(found.accepted), 'picture')} can be used, {clear} of them with transparency.")
    voice.listing(
        f"{plural(len(found.left_out), 'file')} would be left out:",
        [f"{item.file}: {item.reason}" for item in found.left_out],
    )
    voice.listing("These look the same:", [" = ".join(group) for group in found.duplicates])
    if found.pixel_art:
        scale = found.pixel_scale
        voice.say(f"This is pixel art{f', enlarged {scale} times' if scale > 1 else ''}.")
    if found.accepted:
        voice.say(f"A good size to train it at: {found.suggested_size}.")
    for sentence in found.warnings:
        voice.say(sentence)


def _write_prepared(voice: Voice, prepared: PreparedSet, out: Path) -> int:
    """Every picture of the set as the network gets it; the side can be smaller than asked for."""
    array = np.load(prepared.array_file, mmap_mode="r", allow_pickle=False)
    for index, file in enumerate(prepared.files):
        voice.work("Writing pictures", index, prepared.count)
        save_plain(out / f"{index:05}_{stem(file)}.png", np.asarray(array[index]))
    voice.end_work()
    voice.say(f"{plural(prepared.count, 'picture')} of {prepared.size} × {prepared.size} are in {out}.")
    return prepared.count


def train(
    name: Annotated[str, typer.Option(help="What the model is called.", show_default=False)],
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PICTURES…", help="Picture files, folders and zips.", show_default=False),
    ] = None,
    size: SizeOption = 64,
    fit: FitOption = "pad",
    minutes: Annotated[float | None, typer.Option(help="How long, export included.", min=0.01)] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help=", ".join(f"{key} ({value:g} min)" for key, value in PRESET_MINUTES.items()),
            callback=one_of(list(PRESET_MINUTES)),
            show_default="balanced",
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Exactly so many steps, not by time.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same weights on the same device.", min=0)] = 0,
    device: Annotated[str, typer.Option(help=f"{', '.join(DEVICES)}.", callback=one_of(DEVICES))] = "auto",
    precision: Annotated[
        str, typer.Option(help=f"{', '.join(PRECISIONS)}.", callback=one_of(PRECISIONS))
    ] = "auto",
    mirror: Annotated[
        bool | None,
        typer.Option(
            "--mirror/--no-mirror", help="Whether a mirrored picture is as good.", show_default="by the set"
        ),
    ] = None,
    licence: Annotated[str, typer.Option(help="Your note on rights, kept in the model.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the unfinished run NAME.")] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Learn from pictures and leave a model in the library. Ctrl-C saves; --resume goes on."""
    if minutes is not None and preset is not None:
        raise typer.BadParameter("--minutes and --preset cannot both be given.")
    if not pictures and not resume:
        raise typer.BadParameter("PICTURES are missing: give files, folders or zips.")
    with speak(json, library) as voice:
        recipe = Recipe(
            name=name,
            size=size,
            fit=fit,
            mirror=mirror,
            minutes=minutes or PRESET_MINUTES[preset or "balanced"],
            steps=steps,
            seed=seed,
            device=device,
            precision=precision,
            licence=licence,
        )
        recipe.check()
        voice.show("Starting", None)
        from studio.train import loop  # torch: only now, when a run starts

        control = Control()
        teller = RunTeller(
            voice, f"{program()} sample {quoted(name)} --count 64 --out pictures{where(library)}"
        )
        run = loop.train(recipe, pictures or [], open_library(library), resume, control)
        try:
            with stopping_gently(lambda: _stop(voice, control)), closing(run):
                for event in run:
                    teller.tell(event)
        except (Cancelled, KeyboardInterrupt):
            again = resume_command(name, library)
            voice.failed("Training was stopped; the run is saved.", f"Go on with: {again}")
            raise typer.Exit(INTERRUPTED) from None


def _stop(voice: Voice, control: Control) -> None:
    control.stop = True
    voice.say("Saving the run …")


class RunTeller:
    """Says how a run goes, in events for programs and in words for people."""

    def __init__(self, voice: Voice, next_command: str) -> None:
        self._voice = voice
        self._next_command = next_command
        self._advice = ""
        self._has_shown_previews = False

    def tell(self, event: Event) -> None:
        values = to_json(event)
        if values["event"] in _FOR_PROGRAMS:
            self._voice.event(values)
        match event:
            case Working(doing, done, total):
                self._voice.work(doing, done, total)
            case Imported(accepted, left_out, duplicates):
                self._imported(accepted, left_out, duplicates)
            case Progress():
                self._progress(event)
            case Preview(rebuilds=rebuilds) if not self._has_shown_previews:
                self._has_shown_previews = True
                self._voice.say(f"Pictures of how it goes: {rebuilds.parent}")
            case Advice(sentence) if sentence != self._advice:
                self._advice = sentence
                self._voice.say(sentence)
            case Warned(sentence):
                self._voice.say(sentence)
            case Finished(bundle, seconds, pictures_per_s):
                self._voice.end_work()
                self._voice.say(
                    f"Done after {duration(seconds)} ({pictures_per_s:.0f} pictures a second): {bundle}"
                )
                self._voice.say(f"Next: {self._next_command}")

    def _imported(
        self, accepted: int, left_out: tuple[LeftOut, ...], duplicates: tuple[tuple[str, ...], ...]
    ) -> None:
        self._voice.end_work()
        self._voice.say(f"{plural(accepted, 'picture')} to learn from.")
        self._voice.listing(
            f"{plural(len(left_out), 'file was', 'files were')} left out:",
            [f"{item.file}: {item.reason}" for item in left_out],
        )
        if duplicates:
            self._voice.say(
                f"{plural(len(duplicates), 'group')} of pictures look the same (check lists them)."
            )

    def _progress(self, event: Progress) -> None:
        whole = event.seconds + event.seconds_left
        error = "" if event.rebuild_error is None else f", rebuilt {event.rebuild_error:.1f} of 255 away"
        text = f"Training: {duration(event.seconds_left)} left, {event.pictures_per_s:.0f} pictures a second"
        self._voice.show(text + error, event.seconds / whole if whole else None)
