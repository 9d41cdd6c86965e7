"""Pictures of every room, dialog and step of the wizard, in both themes and at two scales, to be looked at.

Run by hand: python tests/benchmarks/screens.py FOLDER [--scales 1 2] [--themes dark light] [--size 1366x768].
It draws off the screen unless QT_QPA_PLATFORM says otherwise. A real trainer trains for some seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from tour import tour

from studio.app import Studio, trainer_command
from studio.core.recipe import Recipe
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw
from studio.store.bundle import Bundle, list_bundles
from studio.store.files import Library, starters_folder
from studio.store.rename import rename_bundle
from studio.store.runs import start_run
from studio.store.settings import Settings, save_settings
from studio.store.sharing import copy_bundle

_PICTURES = 48
_LONGEST_S = 240.0  # that a step of the tour may take on a busy machine


def pump(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + _LONGEST_S
    while not claim():
        if time.monotonic() > until:
            raise TimeoutError("a step of the tour did not come about")
        pump(0.1)


def make_pictures(bundle: Bundle, folder: Path) -> None:
    """A set to learn from, drawn by a starter."""
    folder.mkdir()
    pictures = draw(bundle, 5, _PICTURES)
    decoded = Decoder(bundle).decode(np.stack([picture.latent for picture in pictures]))
    for i, rgba in enumerate(decoded):
        Image.fromarray(rgba).save(folder / f"portrait {i:02}.png")
    (folder / "notes.txt").write_text("not a picture")
    shutil.copy(folder / "portrait 00.png", folder / "copy of 00.png")


def furnish(library: Library, theme: str) -> None:
    """What a library looks like after some weeks, the first hints still there."""
    library.ensure()
    save_settings(library.settings_file, Settings(theme=theme))
    starters, _ = list_bundles([starters_folder()])
    names = ("Moon cats", "Sprites of the second act, with a long name", "Portraits")
    for name, starter in zip(names, reversed(starters), strict=False):
        rename_bundle(copy_bundle(starter, library.bundles), name)
    broken = copy_bundle(starters[0], library.bundles, "Copied half")
    (broken.folder / "decoder.onnx").write_bytes(b"half")
    start_run(library, Recipe("Night owls", size=64), ())


def tell(kind: QtMsgType, context: object, text: str | None) -> None:
    """What Qt has to say, without what only the platform off the screen says."""
    if text and "This plugin does not support" not in text:
        print(f"Qt: {text}", file=sys.stderr)


def screen_of(size: tuple[int, int], folder: Path) -> str:
    """A platform off the screen whose screen is as large as the window; its own is 800 x 800."""
    across, down = size
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screen = {"name": "made", "x": 0, "y": 0, "width": across, "height": down, **dots}
    file = folder / "screens.json"
    file.write_text(
        json.dumps({"synchronousWindowSystemEvents": False, "windowFrameMargins": False, "screens": [screen]})
    )
    return f"offscreen:configfile={file}"


def shoot(theme: str, size: tuple[int, int], out: Path) -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library")
        furnish(library, theme)
        starters, _ = list_bundles([starters_folder()])
        pictures = Path(folder) / "Portraits by hand"
        make_pictures(starters[0], pictures)
        studio = Studio(app, library, starters_folder(), trainer_command())
        studio.open([])
        studio.window.resize(*size)
        pump(3)
        for number, place in enumerate(tour(studio, pictures, wait)):
            pump(2)  # what fades in, decodes or is laid out later
            name = place.name.replace(" ", "-").lower()
            place.widget.grab().save(str(out / f"{number:02}-{name}.png"))
        studio.window._may_stop_training = lambda: True  # type: ignore[method-assign]
        studio.window.close()
        pump(0.5)
    print(f"{out}: {len(list(out.glob('*.png')))} pictures")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scales", nargs="+", default=["1", "2"])
    parser.add_argument("--themes", nargs="+", default=["dark", "light"])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--size", default="1366x768")
    asked = parser.parse_args()
    across, down = (int(part) for part in asked.size.split("x"))
    if asked.one:
        qInstallMessageHandler(tell)
        for theme in asked.themes:
            shoot(theme, (across, down), asked.out / f"{theme} {asked.scales[0]}x")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for scale in asked.scales:  # Qt reads it once, so each has a process of its own
            screen = screen_of((round(across * float(scale)), round(down * float(scale))), Path(folder))
            environment = {"QT_QPA_PLATFORM": screen, **os.environ, "QT_SCALE_FACTOR": scale}
            command = [sys.executable, __file__, str(asked.out), "--one", "--size", asked.size]
            command += ["--scales", scale, "--themes", *asked.themes]
            subprocess.run(command, env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
