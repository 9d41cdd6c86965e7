"""Arrays in an .npz file, checked before they are believed: names, types, shapes, sizes. No pickle.

Members are stored, never compressed: what is read cannot be larger than the file, so there are no bombs.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from .damage import BROKEN_ZIP, Damaged

Array = npt.NDArray[Any]
_HEADER = re.compile(
    r"\{'descr': '(?P<dtype>[^']{1,8})', 'fortran_order': False, "
    r"'shape': \((?P<shape>(?:[0-9]{1,12}, ?)*(?:[0-9]{1,12})?)\), \} *\n"
)


@dataclass(frozen=True)
class Wanted:
    """An array that should be in the file."""

    name: str
    dtype: str  # as NumPy writes it, with the byte order: "<f4", "|u1"
    shape: tuple[int | None, ...]  # None: any length of at least 1
    optional: bool = False


def write_arrays(target: Path | IO[bytes], arrays: Mapping[str, Array]) -> None:
    """A plain .npz; equal arrays give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(
                    member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
                )


def read_arrays(path: Path, wanted: Sequence[Wanted]) -> dict[str, Array]:
    """The wanted arrays, read-only; optional ones that are absent are left out.

    Raises Damaged with the first thing that is not as wanted, OSError when the disk does.
    """
    with _opened(path) as archive:
        found = {}
        for want in wanted:
            member = _member(archive, want, path.name)
            if member is None:
                continue
            with archive.open(member) as stream:
                shape = _checked_shape(stream, member, want, path.name)
                found[want.name] = np.frombuffer(stream.read(), want.dtype).reshape(shape)
        return found


def shape_of(path: Path, want: Wanted) -> tuple[int, ...] | None:
    """The shape the file says the array has, without reading it; None if it is optional and absent."""
    with _opened(path) as archive:
        member = _member(archive, want, path.name)
        if member is None:
            return None
        with archive.open(member) as stream:
            return _checked_shape(stream, member, want, path.name)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except BROKEN_ZIP as error:
        raise Damaged(f"“{path.name}” is damaged") from error


def _member(archive: zipfile.ZipFile, want: Wanted, file: str) -> zipfile.ZipInfo | None:
    try:
        member = archive.getinfo(f"{want.name}.npy")
    except KeyError:
        if want.optional:
            return None
        raise Damaged(f"“{want.name}” is missing from “{file}”") from None
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        raise Damaged(f"“{want.name}” in “{file}” is compressed or encrypted")
    return member


def _checked_shape(stream: IO[bytes], member: zipfile.ZipInfo, want: Wanted, file: str) -> tuple[int, ...]:
    """Reads the header and leaves the stream at the numbers."""
    dtype, shape, header_size = _header(stream, want.name, file)
    if dtype != want.dtype:
        raise Damaged(f"“{want.name}” in “{file}” has numbers of the wrong kind")
    if len(shape) != len(want.shape) or not all(
        length > 0 if wish is None else length == wish for length, wish in zip(shape, want.shape, strict=True)
    ):
        raise Damaged(f"“{want.name}” in “{file}” has the wrong shape")
    if math.prod(shape) * np.dtype(dtype).itemsize != member.file_size - header_size:
        raise Damaged(f"“{want.name}” in “{file}” is cut short")
    return shape


def _header(stream: IO[bytes], name: str, file: str) -> tuple[str, tuple[int, ...], int]:
    """(dtype, shape, its own length in bytes) of a .npy file, version 1.0, in C order.

    NumPy's own reader evaluates the header as Python, which hostile text makes fail in many ways.
    """
    start = stream.read(10)
    length = int.from_bytes(start[8:], "little")
    text = stream.read(length).decode("latin-1")
    found = _HEADER.fullmatch(text)
    if start[:8] != b"\x93NUMPY\x01\x00" or found is None:
        raise Damaged(f"“{name}” in “{file}” has an unknown form")
    shape = tuple(int(number) for number in re.findall("[0-9]+", found["shape"]))
    return found["dtype"], shape, 10 + length
