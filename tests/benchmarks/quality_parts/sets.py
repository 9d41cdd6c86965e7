"""The picture sets measured on: which files are held out, and both parts as the program prepares them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.store.importing import PreparedSet, prepare

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
HELD_OUT_EVERY = 5
"""Every fifth file, by name, is never shown to any method: 600 of 3,000. No seed changes that."""
_FEWEST_VALUES, _MOST_VALUES = 2, 60
_NO_ATTRIBUTES = {"file", "seed", "drawing", "hidden", "split", "source_mode"}
"""Columns that no picture shows."""


@dataclass(frozen=True)
class PictureSet:
    name: str
    folder: str
    parts: tuple[str, ...]  # folders in it that are used
    attributes: tuple[str, ...] = ()  # columns the judge learns; none: all with 2 to 60 values


SETS = {
    chosen.name: chosen
    for chosen in (
        PictureSet("lorelei", "avatars-lorelei", ("images",)),
        PictureSet("pixel", "avatars-pixel", ("images",)),
        PictureSet("tiles", "tiles-dcss", ("mon", "item")),
        PictureSet(
            "emoji",
            "emoji-noto",
            (
                "activities",
                "animals-nature",
                "food-drink",
                "objects",
                "people-body",
                "smileys-emotion",
                "travel-places",
            ),
            ("group", "subgroup", "skin_tone"),
        ),
        # 9 pieces of each painting, on both sides of the split: the judge learns to tell paintings apart.
        PictureSet("artwork", "artwork", ("images",), ("painting", "piece")),
    )
}


@dataclass(frozen=True, eq=False)
class Material:
    """What every method and the judge get: the same arrays, and the same files for who reads files."""

    chosen: PictureSet
    folder: Path  # copies of the training files only
    prepared: PreparedSet  # of the training files
    train: Pictures  # uint8 [N, S, S, 4]
    test: Pictures  # uint8 [M, S, S, 4]
    test_files: tuple[str, ...]

    @property
    def size(self) -> int:
        """The side all methods see, px; for pixel art its own grid."""
        return self.prepared.size


def files_of(chosen: PictureSet, subset: int | None = None) -> list[Path]:
    """The set's files, by name, relative to its folder; `subset`: only so many, evenly spread.

    Raises StudioError if the set is not there.
    """
    root = DATA / chosen.folder
    found = sorted(
        path.relative_to(root)
        for part in chosen.parts
        for path in (root / part).rglob("*")
        if path.suffix in (".png", ".jpg")
    )
    if not found:
        raise StudioError(f"The pictures of “{chosen.name}” are not in {root}.", "Put the image kits there.")
    if subset is not None and subset < len(found):
        found = [found[i] for i in np.linspace(0, len(found) - 1, subset).astype(int)]
    return found


def split(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """(training, test)"""
    last = HELD_OUT_EVERY - 1
    train = [file for i, file in enumerate(files) if i % HELD_OUT_EVERY != last]
    return train, [file for i, file in enumerate(files) if i % HELD_OUT_EVERY == last]


def make_material(chosen: PictureSet, size: int, fit: str, subset: int | None, scratch: Path) -> Material:
    """Copy, split and prepare. Raises StudioError where the set is absent or the parts come out unlike."""
    prepared = []
    for part, files in zip(("train", "test"), split(files_of(chosen, subset)), strict=True):
        for file in files:
            target = scratch / part / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(DATA / chosen.folder / file, target)
        prepared.append(prepare([scratch / part], size, fit, scratch / "prepared"))
    train, test = prepared
    if (train.size, train.scale, train.pixel_art) != (test.size, test.scale, test.pixel_art):
        raise StudioError("The held-out pictures were prepared in another way than the rest.")
    return Material(
        chosen,
        scratch / "train",
        train,
        np.load(train.array_file, allow_pickle=False),
        np.load(test.array_file, allow_pickle=False),
        test.files,
    )


@dataclass(frozen=True, eq=False)
class Targets:
    """What the judge learns: a class a picture and attribute; -1 where a value was never trained on."""

    names: tuple[str, ...]
    classes: tuple[int, ...]
    train: npt.NDArray[np.int64]  # [N, attributes]
    test: npt.NDArray[np.int64]  # [M, attributes]


def targets(material: Material) -> Targets:
    with open(DATA / material.chosen.folder / "labels.csv", encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    train = [rows[name] for name in material.prepared.files]
    test = [rows[name] for name in material.test_files]
    return attributes(train, test, material.chosen.attributes)


def attributes(
    train: Sequence[dict[str, str]], test: Sequence[dict[str, str]], wanted: Sequence[str] = ()
) -> Targets:
    """Columns with 2 to 60 values, or those wanted, as numbers; an empty cell (absent) is a value too."""
    names, classes, columns = [], [], []
    for name in wanted or [column for column in train[0] if column not in _NO_ATTRIBUTES]:
        values = sorted({row[name] for row in train})
        if len(values) < _FEWEST_VALUES or (not wanted and len(values) > _MOST_VALUES):
            continue
        number = {value: i for i, value in enumerate(values)}
        names.append(name)
        classes.append(len(values))
        columns.append([[number.get(row[name], -1) for row in part] for part in (train, test)])
    stacked = [np.array([column[part] for column in columns], np.int64) for part in (0, 1)]
    shapes = ((len(names), len(train)), (len(names), len(test)))
    return Targets(
        tuple(names), tuple(classes), *(x.reshape(s).T.copy() for x, s in zip(stacked, shapes, strict=True))
    )
