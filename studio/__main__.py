"""Which of the two it is, the window or the command line. Loads neither until it knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

COMMANDS = (
    *("check", "train", "sample", "rebuild", "name", "morph", "pack", "models", "bench", "doctor"),
    "trainer",
)
"""The first words that mean a command even where a file is called so; `cli` holds them."""


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the window: none, `--library DIR`, or existing files."""
    if not arguments or arguments[0].partition("=")[0] == "--library":
        return True
    return arguments[0] not in COMMANDS and os.path.exists(arguments[0])


def main(arguments: Sequence[str]) -> int:
    """Run the program; returns its exit status."""
    # Before torch or ONNX Runtime load. Threads that spin while they wait slow a busy machine's training
    # up to twelvefold.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    try:
        if opens_window(arguments):
            return _open_window(list(arguments))
        if arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            _complain(f"“{arguments[0]}” is neither a command nor a file; --help shows the commands.")
            return 2
        from studio import cli  # the window must not wait for it, nor a command for Qt

        return cli.main(arguments)
    except KeyboardInterrupt:  # while things were still being loaded
        return 130


def start() -> None:
    """The `studio` command of an installed package."""
    sys.exit(main(sys.argv[1:]))


def _without_library(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The files among the window's arguments, and the folder that --library names: "" for an empty one,
    None without that option."""
    files, folder = [], None
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=")
        if option == "--library":
            folder = value if equals else next(words, "")
        else:
            files.append(word)
    return files, folder


def _open_window(arguments: list[str]) -> int:
    files, folder = _without_library(arguments)
    if folder == "":
        _complain("--library needs a folder.")
        return 2
    for file in files:
        if not os.path.exists(file):
            _complain(f"There is no file “{file}”.")
            return 1
    if not _has_display():
        _complain(
            f"There is no display to open a window on; the commands {', '.join(COMMANDS[:-1])} "
            "work without one, and --help explains them."
        )
        return 1
    from studio.core.errors import StudioError
    from studio.store.files import Library, default_library

    try:
        from studio import app

        return app.run(Library(Path(folder)) if folder else default_library(), files)
    except StudioError as error:
        _complain(str(error))
    except ImportError as error:
        if ".so" not in str(error):
            raise
        _complain(f"Qt needs a library that this system lacks ({error}); main.py says how to install it.")
    return 1


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    start()
