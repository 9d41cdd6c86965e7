"""What is like what: an order by likeness, and pictures that show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

import numpy as np
import numpy.typing as npt

from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.importing.doubles import Groups, likeness, show_the_same

from .looks import FEATURE_BYTES
from .query import Ids

_ROWS = 2048  # read, or compared with all others, at a time
_BITS_APART = 24  # of 128; a copy that was moved by a pixel, resized or saved as JPEG differs in 0 to 20
_CELLS_APART = 14.0  # RMS over the 64 numbers of a feature
_PAIRS = 64  # looked at closely at a time


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
    connection: Connection, small: Callable[[int], Pictures | None], progress: Progress
) -> list[DoubleGroup]:
    """Pictures that show the same, exact doubles among them.

    Candidates by difference hash and feature, then looked at closely, as an import does. small: a picture by
    its number, uint8 [H, W, 4], None if it cannot be had. Raises Cancelled from `progress`.
    """
    rows = connection.execute(
        "SELECT id, hash, dhash, feature FROM pictures JOIN traits ON picture = id ORDER BY created_ms, id"
    ).fetchall()
    if len(rows) < 2:
        return []
    groups = Groups(len(rows))
    first_of: dict[str, int] = {}
    for place, (_, hash, _, _) in enumerate(rows):
        groups.join(first_of.setdefault(hash, place), place)
    single = np.array(sorted(first_of.values()))
    hashes = np.frombuffer(b"".join(rows[i][2] for i in single), "<u8").reshape(-1, 2)
    features = np.frombuffer(b"".join(rows[i][3] for i in single), np.uint8).reshape(-1, FEATURE_BYTES)
    pairs = [(int(single[a]), int(single[b])) for a, b in _candidates(hashes, features, progress)]
    for a, b in _confirmed(pairs, lambda place: small(rows[place][0]), groups, progress):
        groups.join(a, b)
    return [
        DoubleGroup(tuple(rows[i][0] for i in group), len({rows[i][1] for i in group}) == 1)
        for group in groups.of_several()
    ]


def _candidates(
    hashes: npt.NDArray[np.uint64], features: npt.NDArray[np.uint8], progress: Progress
) -> list[tuple[int, int]]:
    """Pairs near by both measures, the first before the second. hashes: [N, 2]; features: [N, 64]."""
    found: list[tuple[int, int]] = []
    first, second = np.ascontiguousarray(hashes[:, 0]), np.ascontiguousarray(hashes[:, 1])
    limit = _CELLS_APART**2 * FEATURE_BYTES
    for i in range(len(hashes) - 1):
        if i % 256 == 0:
            progress.update("Comparing pictures", i, len(hashes))
        bits = np.bitwise_count(first[i + 1 :] ^ first[i]) + np.bitwise_count(second[i + 1 :] ^ second[i])
        near = np.flatnonzero(bits <= _BITS_APART)
        if len(near):
            apart = features[i + 1 + near].astype(np.float32) - features[i]
            near = near[(apart**2).sum(axis=1) <= limit]
            found += [(i, i + 1 + int(j)) for j in near]
    return found


def _confirmed(
    pairs: list[tuple[int, int]],
    small: Callable[[int], Pictures | None],
    groups: Groups,
    progress: Progress,
) -> list[tuple[int, int]]:
    """Those of the pairs that show the same when they are aligned with each other."""
    known: dict[int, Pictures | None] = {}

    def look(place: int) -> Pictures | None:
        if place not in known:
            if len(known) > 20_000:  # 4 KB each
                known.clear()
            rgba = small(place)
            known[place] = None if rgba is None else likeness(rgba)
        return known[place]

    confirmed = []
    for start in range(0, len(pairs), _PAIRS):
        progress.update("Looking closely", start, len(pairs))
        batch = [(a, b) for a, b in pairs[start : start + _PAIRS] if groups.leader(a) != groups.leader(b)]
        seen = [(a, b, look(a), look(b)) for a, b in batch]
        whole = [(a, b, x, y) for a, b, x, y in seen if x is not None and y is not None]
        if not whole:
            continue
        one = np.stack([x for _, _, x, _ in whole]).astype(np.float32)
        other = np.stack([y for _, _, _, y in whole]).astype(np.float32)
        same = show_the_same(one, other)
        confirmed += [(a, b) for (a, b, _, _), is_same in zip(whole, same, strict=True) if is_same]
    return confirmed
