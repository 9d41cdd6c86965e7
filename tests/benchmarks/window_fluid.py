"""Whether the window stays fluid while a real run trains from it: the gaps of a 16 ms timer.

Run by hand: python tests/benchmarks/window_fluid.py. A real trainer process trains on generated pictures;
meanwhile the window shows the run, then the canvas, moving. Prints only.
"""

# ruff: noqa: E402 (the path to the project comes first)
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

import numpy as np
from bundles import make_bundle
from PIL import Image
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import Studio, trainer_command
from studio.core.recipe import Recipe
from studio.core.steps import Answers, Step, Wizard
from studio.store.files import Library, starters_folder
from studio.ui.training import Phase

SECONDS = 15.0  # of each part
SLEEPER = """
import sys, time
gaps, last, end = [], time.perf_counter(), time.perf_counter() + float(sys.argv[1])
while last < end:
    time.sleep(0.016)
    now = time.perf_counter()
    gaps.append(1000 * (now - last))
    last = now
gaps.sort()
print(f"p99 {gaps[len(gaps) * 99 // 100]:.1f} ms, worst {gaps[-1]:.1f} ms")
"""
PICTURES, SIZE = 300, 64


def make_pictures(folder: Path) -> None:
    """Discs of random colour, place and size on transparency."""
    folder.mkdir()
    random = np.random.default_rng(0)
    y, x = np.mgrid[:SIZE, :SIZE]
    for i in range(PICTURES):
        cx, cy, radius = random.uniform((20, 20, 8), (44, 44, 20))
        rgba = np.zeros((SIZE, SIZE, 4), np.uint8)
        rgba[(x - cx) ** 2 + (y - cy) ** 2 < radius**2] = (*random.integers(40, 256, 3), 255)
        Image.fromarray(rgba).save(folder / f"{i}.png")


def wait(seconds: float) -> None:
    """Run the event loop as the program does. QTest.qWait would keep the threads from running."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


class Ticks:
    """The gaps between the ticks of a 16 ms precise timer on the UI thread, ms."""

    def __init__(self) -> None:
        self._last = 0.0
        self.gaps: list[float] = []
        self._machine = ""
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now

    def over(self, seconds: float) -> None:
        machine = [sys.executable, "-c", SLEEPER, str(seconds)]
        with subprocess.Popen(machine, stdout=subprocess.PIPE, text=True) as sleeper:
            self.gaps, self._last = [], time.perf_counter()
            self._timer.start(16)
            wait(seconds)
            self._timer.stop()
            self._machine = sleeper.communicate()[0].strip()

    def report(self, what: str) -> None:
        p50, p99 = np.percentile(self.gaps, (50, 99))
        worst = max(self.gaps)
        print(f"{what}: p50 {p50:.1f} ms, p99 {p99:.1f} ms (must be below 33), worst {worst:.1f} ms (150)")
        print(f"    the machine meanwhile, a process that only sleeps: {self._machine}")


def scroll(studio: Studio) -> QTimer:
    view = studio.window.create_room.view
    timer = QTimer()
    timer.timeout.connect(lambda: view.pan(0, 7))
    timer.start(16)
    return timer


def main() -> int:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library")
        library.ensure()
        make_pictures(Path(folder) / "discs")
        if not any(starters_folder().glob("*/bundle.json")):
            make_bundle(library.bundles, "toy", size=64, latent_width=64)
        studio = Studio(app, library, starters_folder(), trainer_command())
        studio.open([])
        ticks = Ticks()
        ticks.over(3)
        ticks.report("before training, Create")
        ticks.over(6)
        ticks.report("while the trainer warms up")
        window = studio.window
        answers = Answers(paths=(Path(folder) / "discs",), name="discs", size=SIZE)
        studio.desk.start(Recipe(name="discs", size=SIZE, minutes=5), answers.paths)
        window.new_model.wizard.set(Wizard(Step.TRAINING, answers))
        window.show_new_model()
        ticks.over(1)
        while studio.desk.phase.value is Phase.STARTING:
            wait(0.1)
        if studio.desk.phase.value is not Phase.RUNNING:
            print("The run did not start:", studio.desk.error.value)
            window.close()
            return 1
        ticks.over(SECONDS)
        ticks.report("training, its page shown")
        window.show_create()
        scrolling = scroll(studio)
        ticks.over(SECONDS)
        ticks.report("training, the canvas moving")
        scrolling.stop()
        progress = studio.desk.progress.value
        assert progress is not None
        print(f"the run made {progress.step} steps, {progress.pictures_per_s:.0f} pictures a second")
        window._may_stop_training = lambda: True  # type: ignore[method-assign]
        window.close()
    return 0


sys.exit(main())
