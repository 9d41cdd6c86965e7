"""Packs through the engines' own parsers: every frame and animation found, with its numbers.

    npm install --prefix DIR pixi.js phaser
    python3 tests/benchmarks/engine_parsers.py DIR

Needs node. PixiJS's Spritesheet and Phaser's texture parsers run as they are published, on textures without
pixels. Packs go over several pages, with trimmed sprites, animations, two scales and a moved pivot.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from pictures import drawing, save

from studio.store.pack import PackOptions, pack

SCRIPT = Path(__file__).with_suffix(".mjs")
PARSERS = {"json": ("pixi", "phaser-hash"), "json-array": ("phaser-array",), "phaser": ("phaser-array",)}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "in"
        for animation in range(6):
            for frame in range(12):
                save(
                    source / f"anim{animation}x_{frame:02}.png",
                    drawing(animation * 50 + frame, 60 + animation),
                )
        for still in range(30):
            save(source / f"still{still}x.png", drawing(999 + still, 50))
        for target, parsers in PARSERS.items():
            out = Path(scratch) / target
            options = PackOptions(target, page=512, play="ping-pong", scales=(1, 2), pivot=(0.5, 1.0))
            packed = pack([source], out, options)
            for parser in parsers:
                command = ["node", str(SCRIPT), sys.argv[1], parser, str(out)]
                print(f"{target} on {packed.pages} pages, {parser}:", flush=True)
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
