"""A whole run on the kit of hostile files: it learns from what is good and lists the rest."""

import csv
import tarfile
from pathlib import Path

from studio.core.events import Imported
from studio.core.recipe import Recipe
from studio.store.bundle import load_bundle
from studio.store.files import Library
from studio.train.loop import train


def test_training_on_hostile_files_leads_to_what_is_expected(
    kits: Path, library: Library, tmp_path: Path
) -> None:
    with tarfile.open(kits / "dirty" / "pictures.tar.gz") as archive:
        archive.extractall(tmp_path / "dirty", filter="fully_trusted")
    recipe = Recipe("dirty", size=16, steps=1, precision="fp32", device="cpu")
    events = list(train(recipe, [tmp_path / "dirty"], library))
    imported = next(event for event in events if isinstance(event, Imported))
    left_out = {item.file: item.reason for item in imported.left_out}
    doubles = {file for group in imported.duplicates for file in group}
    learned = set(load_bundle(library.bundles / "dirty").code_files)
    with (kits / "dirty" / "EXPECT.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [
        row["file"]
        for row in rows
        if not {
            # An exact double is told and learned once.
            "accept": row["file"] in learned or (row["file"] in doubles and row["file"] not in left_out),
            "reject": bool(left_out.get(row["file"])) and row["file"] not in learned,
            "skip": row["file"] not in learned,
            "either": row["file"] in learned | doubles | left_out.keys(),
            "double": row["file"] in doubles,
            "near-double": row["file"] in doubles,
        }[row["expect"]]
    ]
    assert wrong == []
    assert len(rows) == 102
