"""What a slider made from two piles changes beside what is meant: the plain difference of means and ours.

    python tests/benchmarks/piles.py PICTURES [--bundle models/lorelei]

PICTURES: a folder with the labelled portraits the bundle was trained on (images/ and labels.csv). For each
trait and size of pile, pairs of piles are drawn; twelve pictures without the trait are moved along each
direction until their re-encoded pictures show it as strongly as those that have it. What else changed is
judged on the decoded and re-encoded pictures too, by linear readings fitted to all labels, in standard
deviations.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from studio.core.axes import Axes, between_piles, independent_axes
from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.latent import random_for
from studio.core.progress import Progress
from studio.generate.decoder import Decoder
from studio.generate.encoder import Encoder
from studio.store.bundle import Bundle, load_bundle
from studio.store.fitted import fitted_pictures

TRAITS = ("glasses", "beard", "hairAccessories")
COLOURS = ("hairColor", "skinColor")
REPEATS = 20
TRIED = 12
REACHES = np.linspace(0.25, 3.0, 12)  # of the way between the two kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--bundle", type=Path, default=Path("models/lorelei"))
    given = parser.parse_args()
    bundle = load_bundle(given.bundle)
    encoder, decoder = Encoder(bundle, "cpu"), Decoder(bundle, "cpu")
    codes, labels = read(bundle, encoder, given.pictures)
    readings = fit(codes, labels)
    axes = independent_axes(bundle.codes, random_for(f"{bundle.facts.id}/sliders", 0))
    print(
        f"{'trait':16} {'pile':>4}  {'plain: others':>14} {'reached':>8}  {'ours: others':>13} {'reached':>8}"
    )
    for trait in TRAITS:
        for size in (4, 8, 16):
            results = compare(trait, size, codes, labels, readings, axes, encoder, decoder)
            plain, ours = results["plain"], results["ours"]
            print(
                f"{trait:16} {size:4}  {plain[0]:14.3f} {plain[1]:8.0%}  {ours[0]:13.3f} {ours[1]:8.0%}",
                flush=True,
            )


def read(bundle: Bundle, encoder: Encoder, folder: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Codes of all labelled pictures, and their labels as numbers."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = {Path(row["file"]).name: row for row in csv.DictReader(file)}
    with fitted_pictures([folder / "images"], bundle.facts, Progress()) as each:
        found = [one for one in each if not isinstance(one, LeftOut)]
    codes = encoder.encode(np.stack([one.rgba for one in found]))[0].astype(float)
    kept = [rows[Path(one.file).name] for one in found]
    labels = {trait: np.array([row[trait] != "" for row in kept], float) for trait in TRAITS}
    for colour in COLOURS:
        rgb = np.array([[int((row[colour] or "#808080")[i : i + 2], 16) for i in (1, 3, 5)] for row in kept])
        labels |= {f"{colour} {'RGB'[channel]}": rgb[:, channel] / 255 for channel in range(3)}
    return codes, labels


def fit(codes: np.ndarray, labels: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, float]]:
    """A linear reading of each label off the codes: weights and offset, the label in standard deviations."""
    columns = np.column_stack([codes, np.ones(len(codes))])
    fitted = {}
    for name, label in labels.items():
        weights = np.linalg.lstsq(columns, (label - label.mean()) / label.std(), rcond=None)[0]
        fitted[name] = (weights[:-1], float(weights[-1]))
    return fitted


def compare(
    trait: str,
    size: int,
    codes: np.ndarray,
    labels: dict[str, np.ndarray],
    readings: dict[str, tuple[np.ndarray, float]],
    axes: Axes,
    encoder: Encoder,
    decoder: Decoder,
) -> dict[str, tuple[float, float]]:
    """By method: how much all other labels change (median over the piles), how often the trait is reached."""
    has, lacks = np.flatnonzero(labels[trait] == 1), np.flatnonzero(labels[trait] == 0)
    weights = readings[trait][0]
    gap = float((codes[has].mean(axis=0) - codes[lacks].mean(axis=0)) @ weights)
    ways: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "plain": lambda more, less: more.mean(axis=0) - less.mean(axis=0),
        "ours": lambda more, less: between_piles(axes, list(more), list(less)),
    }
    found: dict[str, list[tuple[float, bool]]] = {name: [] for name in ways}
    for seed in range(REPEATS):
        random = np.random.default_rng(seed)
        more, less = codes[random.choice(has, size, False)], codes[random.choice(lacks, size, False)]
        starts = codes[random.choice(lacks, TRIED, False)]
        for name, way in ways.items():
            try:
                direction = way(more, less)
            except StudioError:
                found[name].append((np.nan, False))
                continue
            found[name].append(change(starts, direction, trait, gap, readings, encoder, decoder))
    return {
        name: (float(np.nanmedian([one[0] for one in each])), float(np.mean([one[1] for one in each])))
        for name, each in found.items()
    }


def change(
    starts: np.ndarray,
    direction: np.ndarray,
    trait: str,
    gap: float,
    readings: dict[str, tuple[np.ndarray, float]],
    encoder: Encoder,
    decoder: Decoder,
) -> tuple[float, bool]:
    """Mean change of the other labels once the mean picture shows the trait, and whether it ever does."""

    def seen(latents: np.ndarray) -> np.ndarray:
        return encoder.encode(decoder.decode(latents.astype(np.float32)))[0].astype(float)

    before = seen(starts)
    towards = direction @ readings[trait][0]
    if towards <= 0:
        return np.nan, False
    step = direction * gap / towards
    for reach in REACHES:
        moved = seen(starts + reach * step) - before
        if float((moved @ readings[trait][0]).mean()) >= 0.8 * gap:
            others = [
                np.abs(moved @ weights).mean() for name, (weights, _) in readings.items() if name != trait
            ]
            return float(np.mean(others)), True
    return np.nan, False


if __name__ == "__main__":
    main()
