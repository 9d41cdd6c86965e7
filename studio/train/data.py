"""Prepared pictures as batches on the device."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.core.pixels import Pictures

RESIDENT_BYTES = 128 * 2**20
"""A set up to this size stays in memory; a larger one is read row by row (the system's file cache keeps
what is read often, and gives it back when another program needs the memory)."""


class Rows:
    """Random access to the rows of a prepared array, uint8 [N, S, S, 4] straight alpha.

    A file read with `seek`, not a memory map: pages touched through a map count as this process's memory
    until the system wants them back, which on 50,000 pictures of 128 px is 3 GB.
    """

    def __init__(self, array_file: Path) -> None:
        with array_file.open("rb") as file:
            version = np.lib.format.read_magic(file)
            assert version == (1, 0)
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            assert dtype == np.uint8
            assert not fortran
            self._offset = file.tell()
        self.shape = shape
        self._row_bytes = int(np.prod(shape[1:]))
        self._file = array_file.open("rb", buffering=0)
        self._resident: Pictures | None = None
        if self._row_bytes * shape[0] <= RESIDENT_BYTES:
            self._resident = self._read(np.arange(shape[0]))

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, indices: npt.NDArray[np.int64]) -> Pictures:
        """The rows at `indices`, uint8 [len(indices), S, S, 4]."""
        if self._resident is not None:
            return self._resident[indices]
        return self._read(indices)

    def close(self) -> None:
        self._file.close()

    def _read(self, indices: npt.NDArray[np.int64]) -> Pictures:
        rows = np.empty((len(indices), *self.shape[1:]), np.uint8)
        flat = rows.reshape(len(indices), -1)
        for target, index in enumerate(indices):
            self._file.seek(self._offset + int(index) * self._row_bytes)
            self._file.readinto(memoryview(flat[target]))
        return rows


@dataclass(frozen=True)
class Split:
    """Which pictures are learned from and which are held out to judge by."""

    train: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.int64]


def split(count: int, seed: int) -> Split:
    """Hold out a tenth, at least 20 and at most 600; of few pictures, at most a fifth."""
    order = np.random.Generator(np.random.Philox(key=seed)).permutation(count)
    held_out = min(max(count // 10, min(20, count // 5), 1), 600)
    return Split(np.sort(order[held_out:]), np.sort(order[:held_out]))


def batch_indices(members: npt.NDArray[np.int64], batch: int, seen: int, seed: int) -> npt.NDArray[np.int64]:
    """The pictures of one step: every picture once an epoch, in an order that depends on seed and epoch.

    seen: how many pictures the steps before have shown.
    A pure function of its arguments, so that a resumed run continues with the pictures an unbroken one
    would have seen.
    """
    chosen = []
    position, wanted = seen, batch
    while wanted:
        epoch, start = divmod(position, len(members))
        taken = min(wanted, len(members) - start)
        chosen.append(members[_epoch_order(len(members), seed, epoch)[start : start + taken]])
        position, wanted = position + taken, wanted - taken
    return np.concatenate(chosen)


@functools.lru_cache(maxsize=2)  # a batch may reach into the next epoch
def _epoch_order(count: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(count)


class Batches:
    """The pictures of a set as network input on a device."""

    def __init__(self, rows: Rows, device: torch.device) -> None:
        self._rows = rows
        self._device = device
        self._resident: Tensor | None = None
        if device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(device)
            if len(rows) * int(np.prod(rows.shape[1:])) < 0.3 * free:
                self._resident = self._upload(rows)

    def __getitem__(self, indices: npt.NDArray[np.int64]) -> Tensor:
        """float32 [B, 4, S, S], premultiplied, -1..1, channels_last."""
        if self._resident is not None:
            rgba = self._resident[torch.from_numpy(indices).to(self._device)]
        else:
            rgba = torch.from_numpy(self._rows[indices]).to(self._device)
        return to_network(rgba)

    def _upload(self, rows: Rows) -> Tensor:
        whole = torch.empty(rows.shape, dtype=torch.uint8, device=self._device)
        for start in range(0, len(rows), 512):
            part = np.arange(start, min(start + 512, len(rows)))
            whole[start : start + len(part)] = torch.from_numpy(rows[part]).to(self._device)
        return whole


def to_network(rgba: Tensor) -> Tensor:
    """uint8 [B, S, S, 4] straight -> float32 [B, 4, S, S] premultiplied, -1..1, channels_last.

    The tensor twin of core.pixels.to_network, without its rounding of premultiplied levels.
    """
    x = rgba.float()
    x[..., :3] *= x[..., 3:] / 255
    return (x / 127.5 - 1).permute(0, 3, 1, 2)


def augment(x: Tensor, mirror: bool, shift: int, random: torch.Generator) -> Tensor:
    """Mirror half of the batch and move each picture by up to `shift` px; float32 [B, 4, S, S].

    What moves in from outside repeats the edge, so opaque pictures get no transparent rim. The network
    sees and rebuilds the same changed picture: it learns more variety, not to undo the change.
    """
    if mirror:
        flips = (torch.rand(len(x), generator=random) < 0.5).to(x.device)
        x = torch.where(flips[:, None, None, None], x.flip(3), x)
    if shift:
        side = x.shape[-1]
        moves = torch.randint(-shift, shift + 1, (2, len(x), 1), generator=random).to(x.device)
        base = torch.arange(side, device=x.device)
        down = (base + moves[0]).clamp(0, side - 1)[:, None, :, None]  #   [B, 1, S, 1]
        right = (base + moves[1]).clamp(0, side - 1)[:, None, None, :]  #  [B, 1, 1, S]
        picture = torch.arange(len(x), device=x.device)[:, None, None, None]
        channel = torch.arange(4, device=x.device)[None, :, None, None]
        x = x[picture, channel, down, right]
    return x.contiguous(memory_format=torch.channels_last)
