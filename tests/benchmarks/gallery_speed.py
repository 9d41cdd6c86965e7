"""A gallery of a hundred thousand pictures: opening, scrolling, searching, memory. Run by hand; prints only.

    python3 tests/benchmarks/gallery_speed.py [--count 100000] [--folder DIR] [--doubles]

Each entry has a row of its own in the index (name, note, tags, model, stars, latent) and a file of its own
name; the files are hard links to 500 drawn PNGs of 128 px, so that a hundred thousand take no space.
--folder: where the library is made, and found again the next time. --doubles: look for pictures that show the
same, too; takes minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

import numpy as np
from pictures import drawing
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import Studio, trainer_command
from studio.core.picture import Picture
from studio.store.files import Library, starters_folder
from studio.store.gallery import Search, Sort, index, open_gallery
from studio.store.gallery.index import FileStamp, Item
from studio.store.gallery.looks import look_at
from studio.store.gallery.notes import Notes, new_key
from studio.store.metadata import packed_png_bytes
from studio.ui.gallery.room import GalleryRoom

SHARED, SIDE, LATENT = 500, 128, 64
WORDS = (
    "dragon", "elf", "castle", "river", "stone", "night", "ember", "frost", "moss", "raven", "crown", "tide",
)  # fmt: skip
STEPS = 300  # of scrolling
DOUBLES = 100  # one picture in so many shows what the one before it shows


def fill(folder: Path, count: int) -> None:
    gallery, _ = open_gallery(folder)
    numbers, dice = np.random.default_rng(0), random.Random(0)
    looks = []
    (folder / ".shared").mkdir()
    for i in range(SHARED):
        rgba, file = drawing(i, SIDE), folder / ".shared" / f"{i}.png"
        file.write_bytes(packed_png_bytes(rgba, None, is_generated=True))
        looks.append((look_at(rgba), file, file.stat()))
    for start in range(0, count, 2000):
        with gallery.database.writing() as connection:
            for n in range(start, min(count, start + 2000)):
                look, there, facts = looks[(n - 1 if n % DOUBLES == 1 else n) % SHARED]
                name = f"{2020 + n // 24000}-{n // 2000 % 12 + 1:02}/{n:06}.png"
                (folder / name).parent.mkdir(exist_ok=True)
                os.link(there, folder / name)
                picture = Picture(f"{n % 8:016x}", numbers.standard_normal(LATENT).astype(np.float32), n)
                notes = Notes(
                    new_key(),
                    1_600_000_000_000 + n * 60_000,
                    f"{dice.choice(WORDS)} {n}" if n % 3 == 0 else "",
                    f"model {n % 8}",
                    dice.choice((0, 0, 0, 3, 4, 5)),
                    " ".join(dice.sample(WORDS, 3)) if n % 5 == 0 else "",
                    tuple(dice.sample(WORDS, n % 3)),
                )
                if n % DOUBLES != 1:
                    features = mixed(looks, numbers)
                own = replace(look, hash=f"{n:032x}", dhash=features[0], feature=features[1])
                item = Item(name, FileStamp(facts.st_size, facts.st_mtime_ns), own, notes, picture)
                index.insert(connection, item)
    gallery.close()


def mixed(looks: list[Any], numbers: np.random.Generator) -> tuple[bytes, bytes]:
    """Difference hash and feature between those of two pictures: no two alike, all of the same kind."""
    one, other = (looks[i][0] for i in numbers.integers(0, len(looks), 2))
    share = numbers.random()
    bits = np.packbits(numbers.random(8 * len(one.dhash)) < share)
    a, b = (np.frombuffer(look.dhash, np.uint8) for look in (one, other))
    x, y = (np.frombuffer(look.feature, np.uint8).astype(np.float32) for look in (one, other))
    return ((a & bits) | (b & ~bits)).tobytes(), (share * x + (1 - share) * y).astype(np.uint8).tobytes()


class Watch:
    """Of one thread, in ms: by the clock, and of CPU, without what other programs took meanwhile."""

    def __init__(self) -> None:
        self._begun = time.perf_counter(), time.thread_time()

    def taken(self) -> tuple[float, float]:
        wall, cpu = self._begun
        return 1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - cpu)


def best_ms(act: Callable[[], object], times: int = 7) -> str:
    """The least of several: other programs only ever add."""
    taken = []
    for _ in range(times):
        watch = Watch()
        act()
        taken.append(watch.taken())
    wall, cpu = (min(each) for each in zip(*taken, strict=True))
    return f"{wall:.1f} ms by the clock, {cpu:.1f} of CPU"


def memory_mb(what: str = "VmRSS") -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) / 1024
    return float("nan")


def wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool], most_s: float = 120) -> None:
    end = time.perf_counter() + most_s
    while not is_so() and time.perf_counter() < end:
        wait(0.004)


def search(folder: Path) -> None:
    gallery, _ = open_gallery(folder)
    for text in ("dragon", "dra", "dragon elf", "model 3 raven", "model"):
        wanted = Search(text=text)
        taken, found = best_ms(partial(gallery.search, wanted)), gallery.count(wanted)
        print(f"text search “{text}”: {taken}; {found} found")
    for sort in (Sort.NEW, Sort.STARS, Sort.COLOUR, Sort.NAME, Sort.ALIKE):
        taken = best_ms(partial(gallery.search, Search(sort=sort, alike=5)), 4)
        print(f"all, {sort.value.lower()}: {taken}")
    gallery.close()


def scroll(gallery: GalleryRoom, when: str) -> None:
    """Paints the whole view at each step."""
    bar, grid, dice = gallery.grid.verticalScrollBar(), gallery.grid, random.Random(1)
    for name, step in (("a page a step", grid.viewport().height()), ("anywhere", 0), ("by 30 px", 30)):
        taken = []
        for _ in range(STEPS):
            bar.setValue(bar.value() + step if step else dice.randrange(bar.maximum()))
            watch = Watch()
            grid.viewport().repaint()
            taken.append(watch.taken())
            wait(0.016)
        wall, cpu = (
            f"p50 {np.percentile(each, 50):.1f}, p99 {np.percentile(each, 99):.1f}" for each in zip(*taken)
        )
        print(f"scrolling {name}, {when}: ms a paint {wall} by the clock; {cpu} of CPU")


def doubles(studio: Studio) -> None:
    """As the user asks for them; the window is painted every 16 ms meanwhile."""
    gallery, gaps, last = studio.window.gallery, [], [time.perf_counter()]
    cpu = time.process_time()

    def tick() -> None:
        gallery.grid.viewport().update()
        now = time.perf_counter()
        gaps.append(1000 * (now - last[0]))
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(16)
    start = time.perf_counter()
    gallery.find_doubles()
    wait_until(lambda: not gallery.desk.is_busy, 1200)
    timer.stop()
    print(f"doubles: {len(gallery.model.ids)} in {len(gallery._groups or ())} groups after "
          f"{time.perf_counter() - start:.0f} s, {time.process_time() - cpu:.0f} s of CPU; between paints "
          f"p50 {np.percentile(gaps, 50):.0f}, p99 {np.percentile(gaps, 99):.0f}, most {max(gaps):.0f} ms; "
          f"memory {memory_mb():.0f} MB, at most {memory_mb('VmHWM'):.0f}")  # fmt: skip


def room(app: QApplication, library: Library, with_doubles: bool) -> None:
    before = memory_mb()
    studio = Studio(app, library, starters_folder(), trainer_command())
    studio.window.resize(1366, 768)
    studio.open([])
    wait(2)
    models = memory_mb()
    gallery = studio.window.gallery
    start, cpu = time.perf_counter(), time.process_time()
    studio.window.show_gallery()
    wait_until(lambda: gallery.model.rowCount() > 0)
    listed = time.perf_counter() - start
    wait_until(lambda: all(gallery.model.pixmap(row) is not None for row in range(15)))
    drawn = time.perf_counter() - start
    count = gallery.model.rowCount()
    print(f"opening: {count} listed after {listed:.2f} s, first screen drawn after {drawn:.2f} s; "
          f"{time.process_time() - cpu:.2f} s of CPU, of all threads")  # fmt: skip
    scroll(gallery, "while the index is compared with the files")
    start = time.perf_counter()
    wait_until(lambda: not gallery.desk.is_busy)
    print(f"    (that went on for {time.perf_counter() - start:.0f} s more)")
    scroll(gallery, "afterwards")
    print(f"memory: {memory_mb():.0f} MB ({memory_mb('RssAnon'):.0f} of its own, the rest mapped files); "
          f"{models:.0f} with Create open, {before:.0f} before the window")  # fmt: skip
    if with_doubles:
        doubles(studio)
    wait_until(lambda: not gallery.desk.is_busy)
    studio.window.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--doubles", action="store_true")
    answers = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        library = Library(answers.folder or Path(scratch) / "library")
        library.ensure()
        if not (library.gallery / "gallery.sqlite").exists():
            start = time.perf_counter()
            fill(library.gallery, answers.count)
            print(f"made {answers.count} entries in {time.perf_counter() - start:.0f} s")
        app = QApplication([])
        room(app, library, answers.doubles)
        search(library.gallery)
    return 0


if __name__ == "__main__":
    sys.exit(main())
