"""What a training run may say. Plain values: they cross threads and processes as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LeftOut:
    """A file an import did not take, and why, as the user reads it."""

    file: str  # relative to what was given
    reason: str


@dataclass(frozen=True)
class Imported:
    """The pictures are read and prepared."""

    accepted: int
    left_out: tuple[LeftOut, ...] = ()
    duplicates: tuple[tuple[str, ...], ...] = ()  # groups of files that show the same


@dataclass(frozen=True)
class Working:
    """Something before or after the training steps goes on: reading pictures, exporting."""

    doing: str  # as the user reads it
    done: int = 0
    total: int = 0  # 0: not known

    @property
    def text(self) -> str:
        return f"{self.doing}: {self.done} of {self.total}" if self.total else self.doing


@dataclass(frozen=True)
class Progress:
    """A step is done."""

    step: int
    seen: int  # pictures shown to the network, with repeats
    seconds: float  # of training, over all sittings
    seconds_left: float
    pictures_per_s: float
    rebuild_error: float | None  # RMS over held-out pictures, levels of 255; None before the first look


@dataclass(frozen=True)
class Preview:
    """Fresh pictures of how far the run is: two PNG sheets of square cells on the disk.

    rebuilds: `columns` held-out originals above the same pictures rebuilt.
    samples: new pictures from fixed seeds, `columns` a row.
    latents: of the samples, float32 [N, D] as .npy: once the bundle is there, its decoder draws the
    same pictures from them if it was made at this step.
    """

    step: int
    rebuilds: Path
    samples: Path
    side: int  # of a cell, px
    columns: int
    latents: Path | None = None


@dataclass(frozen=True)
class Look:
    """One look at a run that is still on the disk."""

    preview: Preview
    seconds: float  # of training
    error: float  # RMS over held-out pictures, levels of 255
    sharpness: float  # fine detail of new pictures over that of real ones
    copies: float  # share of new pictures that show nearly what a learned one shows
    can_be_used: bool  # its weights are kept: the bundle can be made of them


@dataclass(frozen=True)
class Timeline:
    """All looks at the run that are kept, from the first to the last. A newer one replaces it."""

    looks: tuple[Look, ...]


@dataclass(frozen=True)
class Advice:
    """How the run goes, in one sentence for the artist."""

    sentence: str


@dataclass(frozen=True)
class Warned:
    """Something the artist should know; the run goes on."""

    sentence: str


@dataclass(frozen=True)
class Saved:
    """The run can be resumed from here."""

    step: int


@dataclass(frozen=True)
class Tried:
    """What a short trial found of a run before it is begun; not part of a run."""

    pictures_per_s: float
    memory_bytes: int  # 0: not known
    disk_bytes: int
    device: str


@dataclass(frozen=True)
class Chosen:
    """The bundle is being made of the weights of this step's look."""

    step: int
    seconds: float
    reason: str = ""  # why not of the newest, or not of those that were asked for; warned of as well


@dataclass(frozen=True)
class Finished:
    """The bundle is whole and in place."""

    bundle: Path
    seconds: float
    pictures_per_s: float


Event = (
    Imported | Working | Progress | Preview | Timeline | Advice | Warned | Saved | Tried | Chosen | Finished
)

_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (
        Imported,
        Working,
        Progress,
        Preview,
        Timeline,
        Advice,
        Warned,
        Saved,
        Tried,
        Chosen,
        Finished,
    )
}


def to_json(event: Event) -> dict[str, Any]:
    """The event as one JSON object with an "event" key (design: the command line's --json)."""
    values: dict[str, Any] = _without_paths(asdict(event))
    return {"event": type(event).__name__.lower(), **values}


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_paths(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_without_paths(inner) for inner in value]
    return str(value) if isinstance(value, Path) else value


def from_json(values: dict[str, Any]) -> Event:
    """The inverse of `to_json`. Raises KeyError for an unknown event, TypeError for wrong keys."""
    values = dict(values)
    kind = _KINDS[values.pop("event")]
    for key in ("bundle", "rebuilds", "samples", "latents"):
        if values.get(key) is not None:
            values[key] = Path(values[key])
    if kind is Imported:
        values["left_out"] = tuple(LeftOut(**item) for item in values["left_out"])
        values["duplicates"] = tuple(tuple(group) for group in values["duplicates"])
    if kind is Timeline:
        values["looks"] = tuple(
            Look(**{**look, "preview": from_json({"event": "preview", **look["preview"]})})
            for look in values["looks"]
        )
    event: Event = kind(**values)
    return event
