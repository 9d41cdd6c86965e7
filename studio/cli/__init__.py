"""The command line: everything the window does to files. Wires rooms together, has no logic of its own.

`studio.generate` and `studio.train` are imported by the commands that need them: `--help` and a mistyped
word must not wait for ONNX Runtime or torch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from studio import __version__

from .learning import check, train
from .looking import bench, doctor, models
from .making import picture_of_name, rebuild, sample
from .morphing import morph
from .options import program
from .packing import pack
from .voice import Voice


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status (0 done, 1 a known error, 2 wrong usage, 130 stopped)."""
    try:
        status = build()(list(arguments), prog_name=program(), standalone_mode=False)
        sys.stdout.flush()  # here, where it can be heard that nobody reads on
    except typer.exceptions.TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else program()
        Voice("--json" in arguments).failed(error.format_message(), f"{command} --help shows how it is used.")
        return 2
    except BrokenPipeError:  # whoever reads our answer has seen enough: `… | head`
        sys.stdout = None  # or Python would try to flush it once more
        return 1
    return status if isinstance(status, int) else 0


def build() -> typer.Typer:
    """All commands, in the order that --help shows."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
    app.callback(invoke_without_command=True)(_root)
    for command in (check, train, sample, rebuild):
        app.command()(command)
    app.command("name")(picture_of_name)
    for later in (morph, pack, models, bench, doctor):
        app.command()(later)
    app.command(hidden=True)(trainer)
    return app


def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Turn a folder of pictures into a model that makes new ones. Without a command, a window opens."""
    if version:
        print(f"Morpho Studio {__version__}")
        raise typer.Exit


def trainer() -> None:
    """Serve the window: JSON lines in and out."""
    from studio import trainer as process  # torch

    raise typer.Exit(process.main())
