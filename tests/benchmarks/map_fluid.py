"""How fluid the map is: from a hover to its picture on the screen, and the time of a frame at every zoom.

    python3 tests/benchmarks/map_fluid.py [BUNDLE] [--pictures 20000]

Of the bundle (a folder; the portraits' starter if none is given) the hovers, with its own decoder; frames of
a map of so many pictures with random looks. Offscreen unless QT_QPA_PLATFORM says otherwise.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtWidgets import QApplication

from studio.core.chart import Chart
from studio.core.mosaic import settle
from studio.generate.decoder import Decoder
from studio.generate.map import SMALL
from studio.store.bundle import Bundle, load_bundle
from studio.ui.backdrop import Backdrop
from studio.ui.canvas.tiles import TileMaker
from studio.ui.decoding import DecodeQueue, Decoders
from studio.ui.map.hands import Map
from studio.ui.map.live import LivePlace
from studio.ui.map.pictures import Found, MapPictures, Small
from studio.ui.state import Value
from studio.ui.theme import Theme

HOVERS, FRAMES = 120, 40
SIDES = (2.5, 6, 12, 24, 48, 96)  # px of a picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", nargs="?", default=str(ROOT / "models" / "lorelei"))
    parser.add_argument("--pictures", type=int, default=20_000)
    choices = parser.parse_args()
    app = QApplication(sys.argv[:1])
    bundle = load_bundle(Path(choices.bundle))
    theme = Theme(app, "dark")
    backdrop = Backdrop(theme, Value("checkerboard"))
    queue = DecodeQueue(Decoders(Decoder))
    with tempfile.TemporaryDirectory() as folder:
        pictures = MapPictures(queue, Path(folder))
        live = LivePlace(queue)
        view = Map(pictures, live, TileMaker(backdrop, theme), backdrop)
        view.resize(1000, 700)
        view.show()
        found = large_map(bundle, choices.pictures)
        pictures.bundle = bundle
        pictures._on_found(found)
        wait(200)
        print(f"{bundle.facts.name}, {bundle.facts.size} px, {len(found.chart.codes)} pictures")
        hover(view)
        for side in SIDES:
            frames(view, side)
        queue.stop()


def large_map(bundle: Bundle, count: int) -> Found:
    random = np.random.default_rng(0)
    codes = bundle.codes[random.integers(len(bundle.codes), size=count)]
    codes = codes + random.normal(0, 0.1, codes.shape).astype(np.float32)
    groups = random.standard_normal((60, 2)) * 6
    places = groups[random.integers(60, size=count)] + random.standard_normal((count, 2))
    small = random.integers(0, 256, (count, SMALL, SMALL, 4), np.uint8)
    small[..., :3] = np.minimum(small[..., :3], small[..., 3:])
    return Found(bundle, Chart(settle(places), codes, bundle.density), Small.of(small))


def hover(view: Map) -> None:
    """One move after another, each when the one before is on the screen and a little later."""
    waits = []
    for number in range(HOVERS):
        loop = QEventLoop()
        view.live_painted.connect(loop.quit)
        QTimer.singleShot(2000, loop.quit)
        angle = 0.7 * number
        start = time.perf_counter()
        view.live.go(view.centre + QPointF(np.cos(angle), np.sin(angle)) * (4 + 0.2 * number))
        loop.exec()
        waits.append(1000 * (time.perf_counter() - start))
        view.live_painted.disconnect(loop.quit)
        wait(8)
    told("hover to picture", waits[5:])


def frames(view: Map, side: float) -> None:
    """The whole view again and again, moving, as while panning and zooming."""
    view.fit()
    middle = view.centre
    times = []
    for number in range(FRAMES):
        view.look_from(middle + QPointF(0.3 * number, 0.1 * number), side * (1 + 0.004 * number))
        start = time.perf_counter()
        view.repaint()
        times.append(1000 * (time.perf_counter() - start))
        QApplication.processEvents()
    told(f"frame, pictures of {side:g} px", times)


def told(what: str, times: list[float]) -> None:
    worst = sorted(times)[int(0.95 * len(times))]
    print(f"{what:28s} p50 {statistics.median(times):5.1f} ms   p95 {worst:5.1f} ms")


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
