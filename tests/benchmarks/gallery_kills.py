"""Kill a process that fills a gallery, at random moments, and see whether anything was lost or left half.

    python3 tests/benchmarks/gallery_kills.py [--kills 30] [--seed 0]

A process imports pictures, keeps generated ones, gives stars, tags and places in collections, throws some
away and has them back, and prints what is done. It is killed (SIGKILL) anywhere between its first instruction
and some seconds later. After each kill: every PNG must be whole, the database must pass SQLite's own check,
what was told done must be there, and an index made from the files alone must equal the one there is.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from pictures import drawing, photo, save

from studio.core.picture import Picture
from studio.core.progress import Progress
from studio.store.gallery import Gallery, Search, Sort, open_gallery, sync
from studio.store.importing import read_picture

LONGEST_S = 3.0


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def work(folder: Path, pictures: Path, seed: int) -> None:
    """The victim: goes on until it is killed."""
    dice = random.Random(seed)
    say(doing="starting")
    gallery, _ = open_gallery(folder)
    sync(gallery, Progress())
    ids = gallery.search(Search(sort=Sort.OLD)).tolist()
    heroes = next((c.id for c in gallery.collections.all()), None) or gallery.collections.make("Heroes")
    sources = sorted(pictures.iterdir())
    while True:
        doing = dice.choice(("import", "keep", "keep", "stars", "tags", "collection", "write", "bin"))
        say(doing=doing)
        if doing == "import":
            ids += gallery.import_files(dice.sample(sources, 3), Progress()).ids
        elif doing == "keep":
            picture = Picture("ab" * 8, drawing(dice.randrange(10**6), 8)[0, :, :3].ravel().astype("f4"))
            added = gallery.keep(drawing(dice.randrange(10**6), 96), picture)
            ids.append(added.id)
            say(kept=gallery.entries([added.id])[0].key)
        elif doing == "write":
            gallery.write_back()
        elif ids and doing == "stars":
            some = dice.sample(ids, min(len(ids), 5))
            stars = {id: dice.randrange(6) for id in some}
            gallery.set_stars(stars)
            say(stars={entry.key: stars[entry.id] for entry in gallery.entries(some)})
        elif ids and doing == "tags":
            gallery.set_tags({dice.choice(ids): [f"tag {dice.randrange(9)}"]})
        elif ids and doing == "collection":
            members = dice.sample(ids, min(len(ids), 8))
            gallery.collections.set_members(heroes, members)
            say(members=[entry.key for entry in gallery.entries(members)])
        elif ids and doing == "bin":
            gone = gallery.discard([ids[-1]])
            gallery.restore(gone)


class Told:
    """What the victims said is done."""

    def __init__(self) -> None:
        self.kept: set[str] = set()
        self.stars: dict[str, int] = {}
        self.unsure: set[str] = set()  # the last thing said, which may or may not have been done
        self.members: list[str] | None = None
        self.doing = "starting"

    def hear(self, line: str) -> None:
        try:
            values = json.loads(line)
        except ValueError:
            return  # the kill cut this line
        self.doing = values.get("doing", self.doing)
        self.kept |= {values["kept"]} if "kept" in values else set()
        self.stars |= values.get("stars", {})
        self.members = values.get("members", self.members)


def everything(gallery: Gallery) -> dict[str, Any]:
    """By key: what is known of each picture; and the collections."""
    found = gallery.entries(gallery.search(Search(sort=Sort.OLD)).tolist())
    tags = gallery.tags_of([entry.id for entry in found])
    seen: dict[str, Any] = {
        entry.key: (entry.file, entry.hash, entry.stars, entry.name, entry.created_ms, tags[entry.id])
        for entry in found
    }
    for one in gallery.collections.all():
        members = gallery.entries(gallery.collections.members(one.id))
        seen[one.name] = [entry.key for entry in members]
    return seen


def check(folder: Path, told: Told) -> list[str]:
    """What is wrong after a kill."""
    wrong = []
    gallery, set_aside = open_gallery(folder)
    if set_aside:
        wrong.append(set_aside)
    found = sync(gallery, Progress())  # checks the database, and reads what it does not know
    if found.told or found.unreadable:
        wrong.append(f"sync: {found}")
    for file in folder.rglob("*.png"):
        try:
            read_picture(file)
        except Exception as error:
            wrong.append(f"{file}: {error}")
    wrong += [f"left: {file}" for file in folder.rglob(".tmp-*")]
    now = everything(gallery)
    in_bin = 1 if told.doing == "bin" else 0
    missing = told.kept - set(now)
    if len(missing) > in_bin:
        wrong.append(f"{len(missing)} kept pictures are gone")
    if told.doing != "stars":  # else the last ones may have been given and not told
        off = [key for key, stars in told.stars.items() if key in now and now[key][2] != stars]
        wrong += [f"stars of {key}" for key in off]
    if told.doing not in ("collection", "bin") and told.members is not None:
        wrong += [] if now.get("Heroes") == told.members else ["the collection is another one"]
    gone = gallery.entries(gallery.search(Search(is_not_well=True)).tolist())
    if len(gone) > in_bin:
        wrong.append(f"{len(gone)} pictures are not well")
    gallery.discard([e.id for e in gone])  # their files went to the bin when the kill came
    now = everything(gallery)
    told.kept &= set(now)
    told.stars = {key: values[2] for key, values in now.items() if isinstance(values, tuple)}
    told.members = now.get("Heroes")
    gallery.write_back()
    gallery.close()
    with tempfile.TemporaryDirectory() as other:  # from the files alone
        copy = Path(other) / "gallery"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.sqlite*"))
        again, _ = open_gallery(copy)
        sync(again, Progress())
        if everything(again) != now:
            wrong.append("the index made from the files differs")
        again.close()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    answers = parser.parse_args()
    if answers.work:
        work(Path(answers.work[0]), Path(answers.work[1]), int(answers.work[2]))
    dice = random.Random(answers.seed)
    while_doing: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        pictures, folder = Path(scratch) / "in", Path(scratch) / "gallery"
        for i in range(40):
            save(pictures / f"{i:02}.{'jpg' if i % 4 == 0 else 'png'}", photo(i, 160))
        told = Told()
        for kill in range(answers.kills):
            command = [sys.executable, __file__, "--work", str(folder), str(pictures), str(kill)]
            environment = {"XDG_DATA_HOME": str(Path(scratch) / "data"), "OMP_NUM_THREADS": "1"}
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
            assert process.stdout is not None
            told.doing = "loading"
            told.hear(process.stdout.readline())
            timer = threading.Timer(dice.uniform(0.0, LONGEST_S), process.kill)
            timer.start()
            for line in process.stdout:
                told.hear(line)
            timer.cancel()
            if process.wait() != -9:
                print(f"kill {kill}: the victim ended by itself, while: {told.doing}")
                failures += 1
            process.stdout.close()
            while_doing[told.doing] += 1
            wrong = check(folder, told)
            failures += bool(wrong)
            print(f"kill {kill + 1}, while: {told.doing}: {'; '.join(wrong) or 'whole'}", flush=True)
        count = len(list(folder.rglob("*.png")))
    print(
        f"{answers.kills} kills while {dict(while_doing)}; {count} pictures in the end; {failures} failures"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
