"""What models lost of own pictures, as files in the library: named by their content, checked when read."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import time
from collections.abc import Collection
from pathlib import Path

import numpy as np

from studio.core.detail import Detail
from studio.core.errors import StudioError

from .arrays import Wanted, read_arrays, write_arrays
from .damage import Damaged
from .files import atomic_write

DETAIL_NAME = re.compile(r"[0-9a-f]{32}")
LARGEST_SIDE = 1024  # px, as large as a network may see
_LARGEST = 14 * LARGEST_SIDE**2  # bytes: three a channel, and room for what the file says of itself
_ENDING = ".npz"
KEPT_DAYS = 30
"""How long a detail stays that nothing refers to."""
_MEND = "Give the picture to the canvas again."


def keep_detail(folder: Path, detail: Detail) -> str:
    """The name under which the detail can be had again; the same detail is kept once.

    Raises StudioError when the disk refuses.
    """
    content = io.BytesIO()
    write_arrays(
        content,
        {
            "rebuild": detail.rebuild,
            "residual": detail.residual.astype("<i2"),
            "pixel_art": np.array([detail.is_pixel_art], np.uint8),
        },
    )
    name = hashlib.blake2b(content.getvalue(), digest_size=16).hexdigest()
    file = _file(folder, name)
    if not file.exists():
        atomic_write(file, content.getvalue())
    return name


def load_detail(folder: Path, name: str) -> Detail:
    """name: not yet trusted. Raises StudioError for one that is not there, or no longer what it was."""
    if not DETAIL_NAME.fullmatch(name):
        raise StudioError("This picture's detail has an impossible name.", _MEND)
    file = _file(folder, name)
    try:
        if file.stat().st_size > _LARGEST:
            raise Damaged(f"“{file.name}” is far too large")
        if hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest() != name:
            raise Damaged(f"“{file.name}” is damaged")
        return _read(file)
    except (Damaged, OSError) as error:
        raise StudioError("The fine detail of this picture cannot be read.", _MEND) from error


def old_details(folder: Path, referred: Collection[str], now: float | None = None) -> list[str]:
    """The names of those that nothing has referred to for KEPT_DAYS.

    referred: names that something refers to now; their files are marked with the time, so that a picture
    that comes back within those days, from a bin or from another folder, finds its detail still there.
    now: seconds since 1970.
    """
    now = time.time() if now is None else now
    old = []
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            name = file.stem
            if file.suffix != _ENDING or not DETAIL_NAME.fullmatch(name):
                continue
            with contextlib.suppress(OSError):  # one that went meanwhile, or may not be touched
                if name in referred:
                    os.utime(file, (now, now))
                elif file.stat().st_mtime < now - KEPT_DAYS * 24 * 3600:
                    old.append(name)
    return old


def remove_detail(folder: Path, name: str) -> None:
    """For good. What cannot be removed stays."""
    with contextlib.suppress(OSError):
        _file(folder, name).unlink()


def _read(file: Path) -> Detail:
    arrays = read_arrays(
        file,
        [
            Wanted("rebuild", "|u1", (None, None, 4)),
            Wanted("residual", "<i2", (None, None, 4)),
            Wanted("pixel_art", "|u1", (1,)),
        ],
    )
    rebuild, residual = arrays["rebuild"], arrays["residual"].astype(np.int16)
    if rebuild.shape != residual.shape or rebuild.shape[0] != rebuild.shape[1]:
        raise Damaged(f"“{file.name}” has the wrong shape")
    original = rebuild + residual
    if original.min() < 0 or original.max() > 255:
        raise Damaged(f"“{file.name}” holds impossible colours")
    return Detail(rebuild, residual, bool(arrays["pixel_art"][0]))


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}{_ENDING}"
