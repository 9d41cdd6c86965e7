"""What is like what: an order by likeness, and pictures that show the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.doubles import Groups, coarse, join_near, likeness
from studio.store.importing.parallel import in_parallel

from .looks import FEATURE_BYTES
from .query import Ids

_ROWS = 2048  # read at a time
_ROWS_AT_ONCE = 128  # compared with all in reach: 50 MB where a hundred thousand are
_CELLS_APART = 9.0
"""RMS over the 64 numbers of a feature. Copies that a close look takes for the same (moved by a pixel,
resized, brightened, saved as JPEG or WebP) are 0 to 5.5 apart: measured with three models."""


@dataclass(frozen=True)
class DoubleGroup:
    """Pictures that show the same, by number, oldest first."""

    ids: tuple[int, ...]
    is_exact: bool  # pixel by pixel, all of them


def by_likeness(connection: Connection, ids: Ids, alike: int) -> Ids:
    """Pictures of the same model by the distance of their latents, then all others by how they look.

    A latent knows more of a picture than any small feature; across models it says nothing.
    """
    row = connection.execute(
        "SELECT model, latent, feature FROM traits WHERE picture = ?", (alike,)
    ).fetchone()
    if row is None:
        return ids
    model, latent, feature = row
    wanted = np.sort(ids)
    near, apart = np.empty(0, np.int64), np.empty(0, np.float32)
    if latent is not None:
        near, apart = _distances(
            connection, "latent", "WHERE model = ? AND latent IS NOT NULL", (model,), latent, "<f4"
        )
        near, apart = _only(near, apart, wanted)
    rest = np.setdiff1d(wanted, near)
    others, look_apart = _distances(connection, "feature", "", (), feature, "u1")
    others, look_apart = _only(others, look_apart, rest)
    return np.concatenate(
        [near[np.argsort(apart, kind="stable")], others[np.argsort(look_apart, kind="stable")]]
    )


def _only(ids: Ids, values: npt.NDArray[np.float32], wanted: Ids) -> tuple[Ids, npt.NDArray[np.float32]]:
    """wanted: sorted."""
    is_wanted = np.isin(ids, wanted, assume_unique=True)
    return ids[is_wanted], values[is_wanted]


def _distances(
    connection: Connection, column: str, where: str, values: Sequence[str], centre: bytes, kind: str
) -> tuple[Ids, npt.NDArray[np.float32]]:
    """Numbers of pictures and how far each is from the centre; memory stays flat."""
    middle = np.frombuffer(centre, kind).astype(np.float32)
    rows = connection.execute(f"SELECT picture, {column} FROM traits {where}", values)
    all_ids, all_apart = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    while some := rows.fetchmany(_ROWS):
        some = [row for row in some if len(row[1]) == len(centre)]
        vectors = np.frombuffer(b"".join(row[1] for row in some), kind).reshape(len(some), len(middle))
        all_ids.append(np.array([row[0] for row in some], np.int64))
        all_apart.append(np.linalg.norm(vectors.astype(np.float32) - middle, axis=1).astype(np.float32))
    return np.concatenate(all_ids), np.concatenate(all_apart)


def exact_doubles(connection: Connection) -> list[DoubleGroup]:
    """Pictures with the same pixels."""
    rows = connection.execute(
        "SELECT hash, id FROM pictures WHERE hash IN "
        "(SELECT hash FROM pictures GROUP BY hash HAVING count(*) > 1) ORDER BY hash, created_ms, id"
    )
    groups: dict[str, list[int]] = {}
    for hash, id in rows:
        groups.setdefault(hash, []).append(id)
    return sorted((DoubleGroup(tuple(ids), True) for ids in groups.values()), key=lambda group: group.ids)


def near_doubles(
    connection: Connection, pixels: Callable[[int], Pictures | None], progress: Progress
) -> list[DoubleGroup]:
    """Pictures that show the same, exact doubles among them.

    What has nothing near it by its feature is not read; the others are compared as an import does it.
    pixels: a picture by its number, uint8 [H, W, 4], None if it cannot be had; on any thread. Raises
    Cancelled from `progress`.
    """
    rows = connection.execute(
        "SELECT id, hash, feature FROM pictures JOIN traits ON picture = id ORDER BY created_ms, id"
    ).fetchall()
    if len(rows) < 2:
        return []
    groups = Groups(len(rows))
    first_of: dict[str, int] = {}
    for place, (_, hash, _) in enumerate(rows):
        groups.join(first_of.setdefault(hash, place), place)
    single = np.array(sorted(first_of.values()))
    features = np.frombuffer(b"".join(rows[i][2] for i in single), np.uint8).reshape(-1, FEATURE_BYTES)
    worth = single[_have_neighbours(features, progress)].tolist()
    _join_seen(groups, worth, lambda place: pixels(rows[place][0]), progress)
    return [
        DoubleGroup(tuple(rows[i][0] for i in group), len({rows[i][1] for i in group}) == 1)
        for group in groups.of_several()
    ]


def _have_neighbours(features: npt.NDArray[np.uint8], progress: Progress) -> npt.NDArray[np.bool_]:
    """Whether another one is near each. features: [N, FEATURE_BYTES].

    Sorted along the direction in which they vary most, each is compared with those in reach there.
    """
    centred = features.astype(np.float32) - features.mean(axis=0, dtype=np.float32)
    _, directions = np.linalg.eigh(centred.T @ centred)
    along = centred @ directions[:, -1]
    order = np.argsort(along, kind="stable")
    centred, along = np.ascontiguousarray(centred[order]), along[order]
    squares, reach = (centred**2).sum(axis=1), _CELLS_APART * FEATURE_BYTES**0.5
    ends = np.searchsorted(along, along + reach, side="right")
    have = np.zeros(len(features), np.bool_)
    for start in range(0, len(features), _ROWS_AT_ONCE):
        progress.update("Comparing pictures", start, len(features))
        stop = min(start + _ROWS_AT_ONCE, len(features))
        end = int(ends[stop - 1])
        apart = squares[start:stop, None] + squares[None, start:end]
        apart -= 2 * (centred[start:stop] @ centred[start:end].T)
        near = apart <= reach**2
        near[np.tri(stop - start, end - start, dtype=np.bool_)] = False  # itself, and pairs seen before
        have[order[start:stop][near.any(axis=1)]] = True
        have[order[start:end][near.any(axis=0)]] = True
    return have


def _join_seen(
    groups: Groups, places: Sequence[int], pixels: Callable[[int], Pictures | None], progress: Progress
) -> None:
    """Read each once, on all cores; what is kept of it for the comparison lies in a file without a name."""

    def look(place: int) -> tuple[Pictures, tuple[int, int]] | None:
        rgba = pixels(place)
        return None if rgba is None else (likeness(rgba), (rgba.shape[1], rgba.shape[0]))

    kept: list[int] = []
    coarse_ones, shapes = [], []
    with tempfile.TemporaryFile() as likenesses:
        for place, seen in zip(places, in_parallel(look, places, "Looking closely", progress), strict=True):
            if seen is not None:
                small, shape = seen
                likenesses.write(small.tobytes())
                kept.append(place)
                coarse_ones.append(coarse(small))
                shapes.append(shape)
        if len(kept) > 1:
            join_near(groups, kept, np.stack(coarse_ones), shapes, likenesses, progress)
