"""How fluid the canvas is: painting 10,000 pictures, memory, generating 1,000 more, a slider's picture.

Run by hand: python tests/benchmarks/canvas_fluid.py [pictures]. The whole window, a library of its own, the
first starter of 128 px; decoding all pictures takes minutes on a CPU. Prints only. Beside the time by
the clock stands the time the work itself took (CPU), and what a process that only sleeps met meanwhile: the
rest is the machine's other work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from studio.app import Studio, trainer_command
from studio.core.canvas import Place
from studio.core.picture import Picture
from studio.generate.drawing import draw
from studio.store.files import Library, starters_folder
from studio.ui.canvas.view import CanvasView
from studio.ui.create import CreateRoom

PICTURES = 10_000
SIZE = (1280, 800)  # px of the window
SLEEPER = """
import time
last, gaps = time.perf_counter(), []
while True:
    time.sleep(0.004)
    now = time.perf_counter()
    gaps.append(1000 * (now - last))
    last = now
    if len(gaps) % 50 == 0:
        gaps.sort()
        half, most = gaps[len(gaps) // 2], gaps[len(gaps) * 99 // 100]
        print(f"p50 {half:.1f}, p99 {most:.1f}, worst {gaps[-1]:.1f}", flush=True)
"""


class Machine:
    """The gaps, ms, between the wakings of a process that sleeps 4 ms at a time."""

    def __enter__(self) -> Machine:
        self._process = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.stdout is not None
        lines = self._process.stdout.read().splitlines()
        print(f"    a process that sleeps 4 ms at a time, meanwhile: {lines[-1] if lines else '-'}")


def wait(seconds: float) -> None:
    """Run the event loop as the program does."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(is_done: Callable[[], bool], seconds: float = 1800) -> None:
    end = time.perf_counter() + seconds
    while not is_done():
        assert time.perf_counter() < end, "it takes too long"
        wait(0.05)


def megabytes(key: str) -> float:
    """VmRSS: memory now; VmHWM: the most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return 0.0


def say(what: str, times: list[tuple[float, float]], limit: str) -> None:
    """times: by the clock, and of the CPU."""
    clock, cpu = (
        "p50 {:.1f} ms, p99 {:.1f} ms, worst {:.1f} ms".format(*np.percentile(column, (50, 99, 100)))
        for column in zip(*times, strict=True)
    )
    print(f"{what} ({limit}):\n    by the clock {clock}\n    of the CPU   {cpu}")


def frames(view: CanvasView, step: Callable[[int], None], count: int) -> list[tuple[float, float]]:
    """ms of each frame: moving the view and painting all of it, as fast as it goes; the loop runs between."""
    times = []
    for i in range(count):
        start, cpu = time.perf_counter(), time.thread_time()
        step(i)
        view.viewport().repaint()
        times.append((1000 * (time.perf_counter() - start), 1000 * (time.thread_time() - cpu)))
        QApplication.processEvents()
    return times


def painting(room: CreateRoom) -> None:
    view = room.view
    bounds = view.places.bounds()
    assert bounds is not None
    centre = Place(bounds.center().x(), bounds.center().y())
    middle = QPointF(view.viewport().rect().center())
    for words, zoom in (
        ("100 %", 136),
        ("cards of 48 px", 48),
        ("cards of 24 px", 24),
        ("cards of 10 px", 10),
    ):
        view.look_from(centre, zoom)
        wait(3)
        with Machine():
            times = frames(
                view, lambda i: view.pan(9 if i % 120 < 60 else -9, 4 if i % 240 < 120 else -4), 360
            )
            say(f"pan, {words}", times, "p99 must be below 16")
    view.fit()
    wait(3)
    with Machine():
        times = frames(view, lambda i: view.zoom_at(middle, 1.05 if i % 160 < 80 else 1 / 1.05), 480)
        say("zoom, from all in view to near and back", times, "p99 must be below 16")


def generating(room: CreateRoom) -> None:
    """The gaps between the ticks of an 8 ms timer while a thousand pictures are made and decoded."""
    view = room.view
    view.look_from(Place(0, 0), 100)
    wait(2)
    gaps: list[tuple[float, float]] = []
    last = (0.0, 0.0)

    def tick() -> None:
        nonlocal last
        now = (time.perf_counter(), time.thread_time())
        gaps.append((1000 * (now[0] - last[0]), 1000 * (now[1] - last[1])))
        last = now
        view.pan(3, 2)

    room._preferences.count.set(1000)
    wanted = len(room.canvas) + 1000
    timer = QTimer()
    timer.timeout.connect(tick)
    with Machine():
        last = (time.perf_counter(), time.thread_time())
        timer.start(8)
        room.generate()
        wait_until(lambda: len(room.canvas) == wanted)
        wait(8)
        timer.stop()
        say("generating 1,000, the canvas moving: gaps between frames", gaps, "worst must be below 50")


def sliding(room: CreateRoom, painted: list[float]) -> None:
    """From a new value to the painted picture, the slider waiting for each; then as fast as a display."""
    view, card = room.view, room.canvas.cards[0]
    view.look_from(card.place, 136)
    wait_until(lambda: not room.pictures._todo and room.pictures._asked is None)
    wait(1)
    arrived: list[int] = []
    room.pictures.arrived.connect(lambda ids: arrived.append(1) if card.id in ids else None)
    times = []
    direction = np.random.default_rng(0).standard_normal(len(card.picture.latent)).astype(np.float32)
    with Machine():
        for i in range(300):
            picture = Picture(card.picture.bundle_id, card.picture.latent + direction * np.float32(i / 300))
            arrived.clear()
            start, cpu = time.perf_counter(), time.process_time()
            room.canvas.show_meanwhile(card.id, picture)
            while not arrived:
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            count = len(painted)
            while len(painted) == count:
                QApplication.processEvents()
            times.append((1000 * (painted[-1] - start), 1000 * (time.process_time() - cpu)))
        say("slider to painted picture", times, "p50 must be below 16, p99 below 33")
    room.canvas.show_meanwhile(card.id, None)


def main() -> int:
    painted: list[float] = []
    paint = CanvasView.paintEvent

    def noted(self: CanvasView, event: QPaintEvent) -> None:
        paint(self, event)
        painted.append(time.perf_counter())

    CanvasView.paintEvent = noted  # type: ignore[method-assign]
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.ensure()
        studio = Studio(app, library, starters_folder(), trainer_command())
        studio._warm_soon = lambda: None  # type: ignore[method-assign]
        bundle = next(bundle for bundle in studio.shelf.bundles if bundle.facts.size == 128)
        studio.create_state.bundle.set(bundle)
        studio.open([])
        studio.window.resize(*SIZE)
        room = studio.window.create_room
        wait_until(lambda: len(room.canvas) > 0)
        port = room.view.viewport()
        print(f"“{bundle.facts.name}”, view of {port.width()} × {port.height()} px")
        print(f"memory with {len(room.canvas)} pictures: {megabytes('VmRSS'):.0f} MB")
        sliding(room, painted)
        for _ in range(0, count - len(room.canvas), 500):
            room.canvas.add(
                draw(bundle, 1, min(500, count - len(room.canvas)), start=len(room.canvas)), "drawn"
            )
        room.canvas.select(())
        room.view.fit()
        start = time.perf_counter()
        thumbs = room.pictures.thumbs
        wait_until(lambda: all(card.id in thumbs for card in room.canvas.cards))
        print(f"decoding {len(room.canvas)} pictures took {time.perf_counter() - start:.0f} s")
        painting(room)
        print(f"memory with {len(room.canvas)} pictures: {megabytes('VmRSS'):.0f} MB (must be below 600)")
        generating(room)
        print(f"memory at the end: {megabytes('VmRSS'):.0f} MB, at most {megabytes('VmHWM'):.0f} MB")
        studio.window.close()
    return 0


sys.exit(main())
