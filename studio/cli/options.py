"""What the commands' options and arguments have in common, and what they stand for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.core.recipe import FITS, SIZES
from studio.store.bundle import Bundle, find_bundle
from studio.store.files import Library, default_library, starters_folder

from .voice import Voice, speaking


def program() -> str:
    """How the user called us, to be put before commands that we propose."""
    return "python3 main.py" if Path(sys.argv[0]).name == "main.py" else "studio"


def quoted(text: str) -> str:
    """Fit to be copied into a shell, in commands that we propose."""
    return f'"{text}"' if " " in text else text


def where(library: Path | None) -> str:
    """The end of a command that we propose, so that it finds the same library."""
    return f" --library {quoted(str(library))}" if library else ""


def resume_command(name: str, library: Path | None) -> str:
    """What to type to go on with an unfinished run."""
    return f"{program()} train --name {quoted(name)} --resume{where(library)}"


def one_of(choices: Sequence[Any]) -> Callable[[Any], Any]:
    """A check for options that takes these values only."""

    def check(value: Any) -> Any:
        if value is not None and value not in choices:
            raise typer.BadParameter(f"{value} is not one of {', '.join(map(str, choices))}.")
        return value

    return check


PicturesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="PICTURES…", help="Picture files, folders and zips.", show_default=False),
]
BundleArgument = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="A model: its name in the library, a starter's, or its folder."),
]
LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", metavar="DIR", help="Where models are kept.", show_default="the user's data"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
SizeOption = Annotated[
    int, typer.Option(help=f"Side in pixels: {', '.join(map(str, SIZES))}.", callback=one_of(SIZES))
]
FitOption = Annotated[
    str, typer.Option(help=f"How pictures become square: {', '.join(FITS)}.", callback=one_of(FITS))
]
SideOption = Annotated[
    int, typer.Option("--size", min=0, metavar="PX", help="Side of the files; 0: its own.")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the pictures.")]
SeedOption = Annotated[
    int | None, typer.Option(help="Same seed, same pictures.", min=0, show_default="a new one")
]
DiversityOption = Annotated[float, typer.Option(help="Below 1 safer, above 1 wilder.", min=0)]
UniqueOption = Annotated[
    bool,
    typer.Option("--unique", help="Leave out near-copies of the set's own pictures and of each other."),
]
DeviceOption = Annotated[
    str, typer.Option(help="auto, cpu or cuda.", callback=one_of(("auto", "cpu", "cuda")))
]


def open_library(folder: Path | None) -> Library:
    return Library(folder) if folder else default_library()


def speak(is_json: bool, folder: Path | None) -> AbstractContextManager[Voice]:
    """The voice of a command that uses this library; faults of ours are written down there."""
    return speaking(is_json, lambda: open_library(folder).log_file)


def open_bundle(name: str, library: Path | None) -> Bundle:
    """Raises StudioError if neither the library nor the starters have it and no folder is it."""
    return find_bundle(name, (open_library(library).bundles, starters_folder()))
