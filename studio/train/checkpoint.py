"""Everything a run needs to go on exactly where it stopped, as one safetensors file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.store.files import atomic_write

VERSION = 2
SMALLEST_HALVED = 64
"""Weights of fewer numbers stay float32 in what is kept or exported: they save nothing."""


class Moment(NamedTuple):
    """How a run stood at one look at it."""

    seconds: float  # of training
    error: float  # RMS, held-out pictures and their rebuilds, levels of 255
    copies: float  # share of new pictures that show nearly what a learned one shows
    step: int = 0
    sharpness: float = 0.0  # fine detail of new pictures over that of real ones

    @property
    def cost(self) -> float:
        """What moments of one run are compared by: the error, and as many times more as `softness` says.

        By the squared error alone a blur beats a sharp picture that is a little off (Blau and Michaeli 2018,
        arXiv:1711.06077): of monsters that are all drawn differently, the smudges of the seventh minute
        (37.5, sharpness 0.43) were kept instead of the crisp ones of the last (40.3, 0.71).
        """
        return self.error * self.softness

    @property
    def softness(self) -> float:
        """1 where no fine detail is missing, 2 where all of it is."""
        return 2 - min(self.sharpness, 1.0)


@dataclass
class Standing:
    """Where a run stands, besides its tensors. Random numbers need no state here: every step's are a
    function of the recipe's seed and the step."""

    pictures: str = ""  # key of the prepared set
    shape: dict[str, Any] = field(default_factory=dict)  # of the network
    step: int = 0
    seconds: float = 0.0  # of training, over all sittings
    seen: int = 0
    variances: tuple[float, ...] = ()  # of the calibrated likelihood
    batch: int = 0
    precision: str = "fp32"
    threads: int = 1
    history: tuple[Moment, ...] = ()  # at every look
    best: Moment | None = None  # of these, where the run keeps its best moment
    setbacks: int = 0  # how often the run went astray; each halves the learning rate
    textured_from: int | None = None  # the step from which on textures counted
    chosen: int | None = None  # the step whose weights the artist wants; nothing is learned after that


def save_checkpoint(
    file: Path, networks: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer, standing: Standing
) -> None:
    """Write the run's state, whole or not at all. Raises StudioError when the disk refuses."""
    tensors: dict[str, Tensor] = {}
    for prefix, module in networks.items():
        tensors.update((f"{prefix}.{name}", value) for name, value in module.state_dict().items())
    for index, state in optimizer.state_dict()["state"].items():
        tensors.update((f"optimizer.{index}.{key}", value) for key, value in state.items())
    held = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    note = {"version": str(VERSION), "standing": json.dumps(asdict(standing))}
    atomic_write(file, save(held, metadata=note))


def read_standing(file: Path) -> Standing:
    """Where the run of this checkpoint stands. Raises StudioError for a damaged file."""
    with _sentence_for_damage(file), safe_open(file, framework="pt") as opened:
        note = opened.metadata() or {}
        if int(note.get("version", "0")) != VERSION:
            raise ValueError("unknown version")
        standing = Standing(**json.loads(note["standing"]))
        standing.variances = tuple(standing.variances)
        standing.history = tuple(_moment(values) for values in standing.history)
        standing.best = _moment(standing.best) if standing.best else None
        return standing


def _moment(values: Sequence[float]) -> Moment:
    seconds, error, copies, *rest = values
    step, sharpness = rest or (0, 0.0)  # older runs do not know these
    return Moment(float(seconds), float(error), float(copies), int(step), float(sharpness))


def save_weights(file: Path, network: nn.Module) -> None:
    """A network's weights in half precision, as a bundle has them. Raises StudioError."""
    held = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    for name, value in held.items():
        if value.numel() >= SMALLEST_HALVED:
            held[name] = value.half()
    atomic_write(file, save(held))


def load_weights(file: Path, network: nn.Module) -> None:
    """The inverse of `save_weights`.

    Raises StudioError for a file that is damaged or of another network; the network is then as before.
    """
    with _sentence_for_damage(file), safe_open(file, framework="pt") as opened:
        weights = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118
        shapes = {name: value.shape for name, value in network.state_dict().items()}
        if {name: value.shape for name, value in weights.items()} != shapes:
            raise ValueError("of another network")
        if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
            raise ValueError("not all of it is numbers")
        network.load_state_dict(weights)


def load_checkpoint(file: Path, networks: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer) -> None:
    """Restore the tensors that `save_checkpoint` wrote into freshly built objects of the same shape.

    Raises StudioError for a file that is damaged or of another network.
    """
    with _sentence_for_damage(file), safe_open(file, framework="pt") as opened:
        # Copies: a tensor that kept the file mapped would keep Windows from replacing it.
        tensors = {name: opened.get_tensor(name).clone() for name in opened.keys()}  # noqa: SIM118
        for prefix, module in networks.items():
            module.load_state_dict(_below(prefix, tensors))
        _restore_optimizer(optimizer, _below("optimizer", tensors))


@contextlib.contextmanager
def _sentence_for_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise StudioError(
            "The saved state of this training run is damaged or belongs to another version.",
            f"Remove the run in Models, or delete the folder “{file.parent}”; your pictures are not touched.",
        ) from error


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    whole = optimizer.state_dict()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for name, value in tensors.items():
        index, key = name.split(".")
        if value.dim():
            # In its weight's memory layout: the fused step walks both side by side.
            value = torch.empty_like(parameters[int(index)]).copy_(value)
        whole["state"].setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(whole)
