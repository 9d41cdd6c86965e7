"""provenance.md: where the pictures come from, for whoever must answer for them. Text that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from studio import __version__
from studio.core.picture import Picture
from studio.store.facts import Facts

from ..model import Sheet
from ..options import PackOptions

PROVENANCE = "provenance.md"


@dataclass(frozen=True)
class Drawn:
    """How a model was asked for a set of new pictures, and what was turned away."""

    seed: int  # of the series
    diversity: float
    is_unique: bool  # near-copies were looked for
    repeats: int = 0  # equal to an earlier one, pixel by pixel
    copies: int = 0  # show nearly what a picture shows that the model learned from
    doubles: int = 0  # show nearly what an earlier one shows

    @property
    def refused(self) -> int:
        return self.repeats + self.copies + self.doubles

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "refused": self.refused}


def provenance(
    sheet: Sheet,
    recipes: Sequence[Picture | None],
    options: PackOptions,
    models: Mapping[str, Facts],
    drawn: Drawn | None,
) -> dict[str, str]:
    """recipes: of the pictures, by their number."""
    lines = [
        f"# Where the pictures of “{options.name}” come from",
        "",
        f"{len(recipes)} pictures, packed for {options.target} by Morpho Studio {__version__}. "
        f"{sum(recipe is not None for recipe in recipes)} of them were made by a model; "
        "the files of these say so in their metadata (IPTC: trainedAlgorithmicMedia).",
        *_drawn(drawn),
    ]
    for identity in sorted({recipe.bundle_id for recipe in recipes if recipe is not None}):
        seeds = [
            (sprite.name, recipe.seed)
            for sprite in sheet.sprites
            if (recipe := recipes[sprite.picture]) is not None and recipe.bundle_id == identity
        ]
        lines += _model(identity, models.get(identity), len(seeds))
        lines += _seeds(seeds) if options.recipes else []
    return {PROVENANCE: "\n".join(lines) + "\n"}


def _drawn(drawn: Drawn | None) -> Iterator[str]:
    if drawn is None:
        return
    yield ""
    yield "## How they were drawn"
    yield ""
    yield f"- Series: seed {drawn.seed}, diversity {drawn.diversity:g}"
    if drawn.is_unique:
        yield f"- Refused as near-copies of pictures the model learned from: {drawn.copies}"
        yield f"- Refused as too like an earlier one of the series: {drawn.doubles + drawn.repeats}"
    else:
        yield "- Near-copies of pictures the model learned from were not looked for"
        yield f"- Refused as equal to an earlier one of the series: {drawn.repeats}"


def _model(identity: str, facts: Facts | None, count: int) -> Iterator[str]:
    yield ""
    yield f"## Model {_plain(facts.name)}" if facts else "## A model that is not in the library"
    yield ""
    yield f"- Id: `{identity}`"
    yield f"- Pictures here: {count}"
    if facts is None:
        return
    if date := facts.trained.get("date"):
        yield f"- Trained: {_plain(date)}"
    if learned := facts.trained.get("pictures"):
        yield f"- Learned from: {learned} pictures"
    yield f"- Licence note: {_plain(facts.licence) if facts.licence else 'none was given'}"


def _seeds(seeds: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    yield ""
    yield "Seeds; the whole recipe of each picture is in manifest.json:"
    yield ""
    for name, seed in seeds:
        yield f"    {name}  {'not from a seed' if seed is None else seed}"


def _plain(text: str) -> str:
    """On one line, with nothing that Markdown would read as its own or a browser as a tag."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|" else letter for letter in line)
