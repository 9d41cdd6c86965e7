"""What the benchmark asks of every method that it compares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio.core.pixels import Pictures


@dataclass(frozen=True)
class Budget:
    """What every method is given alike."""

    minutes: float
    seed: int
    device: str  # "cpu" or "cuda"
    threads: int
    scratch: Path  # an empty folder of its own


@dataclass(frozen=True)
class Training:
    """What it took."""

    seconds: float  # the whole of it, by the wall clock
    pictures_per_s: float  # shown to the network while it trained
    seen: int
    note: str  # one sentence about what was trained


class Trained(Protocol):
    """A method after its training. Pictures are uint8 [N, S, S, 4], straight alpha."""

    name: str
    training: Training

    def sample(self, count: int, seed: int) -> Pictures: ...

    def rebuild(self, pictures: Pictures) -> Pictures | None:
        """Through the encoder's mean and back; None for a method that has no encoder."""

    def midpoints(self, a: Pictures, b: Pictures) -> Pictures | None:
        """Half way from each picture of `a` to that of `b`, as the method goes that way."""
