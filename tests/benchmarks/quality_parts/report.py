"""The table and the sheets of a benchmark, as files."""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from studio.core.pixels import Pictures, enlarge, grid, over
from studio.train.machine import device_name

from .methods import Training
from .yardstick import Scores

_GREY = (128, 128, 128)
_COLUMNS = 8
_SMALLEST_CELL = 64  # px; smaller pixel art is enlarged

EXPLAINED = """\
Fréchet: distance of judge features to those of the training pictures, lower is better; @{few}: of {few}
pictures only, which is what the held-out row and the morphs have, so compare these. Precision, recall,
density, coverage: k = 5; / real: coverage of {few} over that of the held-out pictures. SWD: sliced
Wasserstein distance of {few} pictures, a Laplacian level each, finest first. Detail: high frequencies over
the real ones' (noise counts too: read it beside SWD). Rebuild: PSNR of held-out pictures, premultiplied RGBA.
Copies: as near to a training picture as the nearest 1 % of held-out pictures, by pixels and by features.
Morph: Fréchet distance of {few} mid-points between held-out pictures. Seconds: the whole training by the
clock. Pictures a second: while the network trained."""


@dataclass(frozen=True)
class Row:
    """One line of the table; None where a figure has no meaning."""

    name: str
    scores: Scores
    rebuild_db: float | None = None
    morph: float | None = None
    training: Training | None = None
    samples_per_s: float | None = None


def processor() -> str:
    """The CPU as it calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def headline(set_name: str, sides: str, minutes: float, device: torch.device, threads: int, seed: int) -> str:
    """What a figure is worth nothing without."""
    card = f"{device_name(device)}, " if device.type != "cpu" else ""
    return (
        f"set {set_name} | {sides} | {minutes:g} min a method | {card}{processor()}, {threads} threads"
        f" | {datetime.date.today().isoformat()} | torch {torch.__version__} | seed {seed}"
    )


def table(rows: Sequence[Row], few: int) -> str:
    """Markdown, a method a line."""
    head = ["", "Fréchet", f"@{few}", "morph", "precision", "recall", "density", "coverage", "/ real", "SWD"]
    head += ["detail", "rebuild dB", "copies px", "copies feat."]
    has_palette = any(row.scores.off_palette is not None for row in rows)
    head += ["off-palette"] if has_palette else []
    head += ["train s", "train pic/s", "seen", "sample pic/s"]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        s = row.scores
        cells = [row.name, _number(s.frechet, 2), _number(s.frechet_few, 2), _number(row.morph, 2)]
        cells += [f"{x:.2f}" for x in (s.precision, s.recall, s.density, s.coverage, s.coverage_of_real)]
        cells += ["/".join(f"{level:.0f}" for level in s.swd), f"{s.detail:.2f}", _number(row.rebuild_db, 1)]
        cells += [_share(s.pixel_copies), _share(s.feature_copies)]
        cells += [_share(s.off_palette)] if has_palette else []
        t = row.training
        cells += ["–"] * 3 if t is None else [f"{t.seconds:.0f}", f"{t.pictures_per_s:.1f}", str(t.seen)]
        lines.append([*cells, _number(row.samples_per_s, 0)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def write_report(out: Path, headline: str, rows: Sequence[Row], few: int, sentences: Sequence[str]) -> str:
    """The report as text, written as results.md; the same figures for programs as results.json."""
    notes = [f"{row.name}: {row.training.note}." for row in rows if row.training]
    parts = [f"# {headline}", table(rows, few), *sentences, *notes, EXPLAINED.format(few=few)]
    text = "\n\n".join(parts) + "\n"
    (out / "results.md").write_text(text, "utf-8")
    values = {"headline": headline, "few": few, "sentences": list(sentences)}
    values["rows"] = [asdict(row) for row in rows]
    (out / "results.json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return text


def write_samples(path: Path, pictures: Pictures, scale: int, is_pixel_art: bool) -> None:
    """8 x 8 pictures on mid-grey. scale: of finished files over the array."""
    _write_sheet(path, pictures[: _COLUMNS**2], scale, is_pixel_art)


def write_rebuilds(
    path: Path, originals: Pictures, rebuilds: Pictures, scale: int, is_pixel_art: bool
) -> None:
    """Four double rows: originals, and their rebuilds right below."""
    count = min(len(originals), 4 * _COLUMNS) // _COLUMNS * _COLUMNS or len(originals)
    shape = (-1, min(count, _COLUMNS), *originals.shape[1:])
    pairs = np.stack([originals[:count].reshape(shape), rebuilds[:count].reshape(shape)], axis=1)
    _write_sheet(path, pairs.reshape(-1, *originals.shape[1:]), scale, is_pixel_art, min(count, _COLUMNS))


def _write_sheet(
    path: Path, pictures: Pictures, scale: int, is_pixel_art: bool, columns: int = _COLUMNS
) -> None:
    factor = max(scale, -(-_SMALLEST_CELL // pictures.shape[1])) if is_pixel_art else 1
    sheet = grid(enlarge(pictures, factor), columns, gap=4)
    framed = np.pad(sheet, ((4, 4), (4, 4), (0, 0)))
    Image.fromarray(over(framed, _GREY)).save(path)
