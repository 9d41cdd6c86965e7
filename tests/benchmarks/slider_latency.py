"""How long from a slider's value to the painted picture, on a starter's canvas in the real window.

    python tests/benchmarks/slider_latency.py [--bundle lorelei] [--values 200]

Beside it stands how long the decoder alone takes for one picture on the same machine at the same time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import Studio, trainer_command
from studio.generate.decoder import Decoder
from studio.store.files import Library, starters_folder

PAUSE_MS = 40  # between values, as a hand moves


class Painted(QObject):
    """Notes when the canvas has been painted with what arrived last."""

    def __init__(self, studio: Studio, card: int) -> None:
        super().__init__()
        room = studio.window.create_room
        self._card, self.asked, self.took = card, 0.0, list[float]()
        self._has_arrived = False
        room.pictures.arrived.connect(self._on_arrived)
        room.view.viewport().installEventFilter(self)

    def _on_arrived(self, ids: tuple[int, ...]) -> None:
        self._has_arrived |= self._card in ids

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._has_arrived and self.asked:
            QTimer.singleShot(0, self, self._note)  # the paint itself comes first
        return False

    def _note(self) -> None:
        if self.asked and self._has_arrived:
            self.took.append(1000 * (time.perf_counter() - self.asked))
        self.asked, self._has_arrived = 0.0, False


def wait_for(app: QApplication, is_true: object, seconds: float) -> bool:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        if is_true():  # type: ignore[operator]
            return True
        time.sleep(0.0005)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bundle", default="lorelei")
    parser.add_argument("--values", type=int, default=200)
    given = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.ensure()
        studio = Studio(app, library, starters_folder(), trainer_command())
        bundle = next(one for one in studio.shelf.starters if one.facts.name == given.bundle)
        studio.create_state.bundle.set(bundle)
        studio.open([])
        studio._warming.stop()
        measure(app, studio, given.values)
        studio.window.close()
    decoder = Decoder(bundle, "cpu")
    alone = []
    for code in bundle.codes[: given.values]:
        start = time.perf_counter()
        decoder.decode(code[None])
        alone.append(1000 * (time.perf_counter() - start))
    print(f"decoder alone     p50 {np.percentile(alone, 50):5.1f} ms, p99 {np.percentile(alone, 99):5.1f} ms")


def measure(app: QApplication, studio: Studio, values: int) -> None:
    canvas, section = studio.canvas, studio._inspector.sliders
    wait_for(app, lambda: len(canvas) > 0, 30)
    card = canvas.cards[0].id
    wait_for(app, lambda: studio.window.create_room.pictures.look(card) is not None, 60)
    canvas.select((card,))
    wait_for(app, lambda: section.rows and not studio._inspector.rack.is_working, 300)
    wait_for(app, lambda: False, 5)  # both ends of every slider, and what else comes late
    painted = Painted(studio, card)
    handle = section.rows[0].handle
    handle.setSliderDown(True)
    for number in range(values):
        painted.asked = time.perf_counter()
        handle.setValue(round(90 * np.sin(0.3 * number)))
        seen = len(painted.took)
        wait_for(app, lambda seen=seen: len(painted.took) > seen, 2)
        wait_for(app, lambda: False, PAUSE_MS / 1000)
    handle.setSliderDown(False)
    took = painted.took
    print(f"value to picture  p50 {np.percentile(took, 50):5.1f} ms, p99 {np.percentile(took, 99):5.1f} ms")
    print(f"painted: {len(took)} of {values} values")


if __name__ == "__main__":
    main()
