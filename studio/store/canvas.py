"""The canvas on the disk: one .npz with all cards and how it was looked at. Checked before it is believed.

The text part is JSON in an array of bytes and carries the version; numbers that every card has are columns.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.canvas import HOWS, REACH, Card, Place
from studio.core.errors import StudioError
from studio.core.lock import Mask
from studio.core.picture import Finish, Picture

from .arrays import Array, Wanted, read_arrays, write_arrays
from .damage import Damaged
from .details import DETAIL_NAME, LARGEST_SIDE
from .files import Upgrade, atomic_write, keep_aside


def _without_locks(values: dict[str, Any]) -> dict[str, Any]:
    """1 to 2: cards keep what of them is locked."""
    return {**values, "format": 2, "locks": {}}


UPGRADES: tuple[Upgrade, ...] = (_without_locks,)
"""Step i turns the text part's version i + 1 into i + 2; each needs its test."""
ORIGIN = Place(0.0, 0.0)
_NO_SEED = -1
_WIDEST_LATENT = 1024
_FARTHEST_LATENT = 1e6
_LONGEST_TEXT = 1024
_COLUMNS = {
    "id": "<i8",
    "x": "<f8",
    "y": "<f8",
    "how": "|u1",
    "is_starred": "|u1",
    "bundle": "<i4",  # place in the list of models
    "seed": "<i8",
    "diversity": "<f8",
    "side": "<i4",
    "width": "<i4",  # of the latent
    "parents": "<i4",  # how many
}


@dataclass(frozen=True)
class Saved:
    """What a canvas is when the program is closed."""

    cards: tuple[Card, ...] = ()
    selection: tuple[int, ...] = ()
    centre: Place = ORIGIN
    zoom: float = 0.0  # px of a card; 0: all of it is to be shown


def save_canvas(file: Path, saved: Saved) -> None:
    """Whole or not at all. Raises StudioError when the disk refuses."""
    cards, bundles = saved.cards, list(dict.fromkeys(card.picture.bundle_id for card in saved.cards))
    text = {
        "format": len(UPGRADES) + 1,
        "bundles": bundles,
        "selection": list(saved.selection),
        "view": [saved.centre.x, saved.centre.y, saved.zoom],
        "names": {
            str(i): card.picture.name[:_LONGEST_TEXT] for i, card in enumerate(cards) if card.picture.name
        },
        "details": {str(i): card.picture.detail for i, card in enumerate(cards) if card.picture.detail},
        "locks": {str(i): len(card.locked) for i, card in enumerate(cards) if card.locked is not None},
    }
    content = json.dumps(text, ensure_ascii=True, allow_nan=False).encode()
    arrays: dict[str, Array] = {"text": np.frombuffer(content, np.uint8)}
    if cards:
        arrays |= _columns(cards, {bundle: place for place, bundle in enumerate(bundles)})
    target = io.BytesIO()
    write_arrays(target, arrays)
    atomic_write(file, target.getvalue())


def _columns(cards: Sequence[Card], place_of: dict[str, int]) -> dict[str, Array]:
    values: dict[str, Callable[[Card], float]] = {
        "id": lambda card: card.id,
        "x": lambda card: card.x,
        "y": lambda card: card.y,
        "how": lambda card: HOWS.index(card.how),
        "is_starred": lambda card: card.is_starred,
        "bundle": lambda card: place_of[card.picture.bundle_id],
        "seed": lambda card: _NO_SEED if card.picture.seed is None else card.picture.seed,
        "diversity": lambda card: card.picture.diversity,
        "side": lambda card: card.picture.finish.side,
        "width": lambda card: len(card.picture.latent),
        "parents": lambda card: len(card.parents),
    }
    columns = {
        name: np.array([values[name](card) for card in cards], kind) for name, kind in _COLUMNS.items()
    }
    columns["latents"] = np.concatenate([card.picture.latent for card in cards]).astype("<f4")
    parents = [parent for card in cards for parent in card.parents]
    if parents:
        columns["parent_ids"] = np.array(parents, "<i8")
    locked = [np.packbits(card.locked) for card in cards if card.locked is not None]
    if locked:
        columns["locked_bits"] = np.concatenate(locked)
    return columns


def load_canvas(file: Path) -> tuple[Saved | None, str]:
    """The canvas, None where there was none; and what the user must be told, or "".

    Never fails: a file that cannot be used is set aside and a sentence says so.
    """
    if not file.exists():
        return None, ""
    try:
        return read_canvas(file), ""
    except StudioError as error:
        kept = keep_aside(file)
        return None, f"{error.message} {kept} A fresh canvas was opened."


def read_canvas(file: Path) -> Saved:
    """Raises StudioError for a file that is damaged or from a newer program."""
    try:
        (text,) = read_arrays(file, [Wanted("text", "|u1", (None,))]).values()
        values = _upgraded(json.loads(text.tobytes()))
        return _checked(file, values)
    except OSError as error:
        raise StudioError(f"The canvas cannot be read ({error.strerror}).") from error
    except (Damaged, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StudioError("The canvas of last time is damaged.") from error


def _upgraded(values: Any) -> dict[str, Any]:
    version = values["format"]
    if type(version) is not int or version < 1:
        raise Damaged("its version is impossible")
    if version > len(UPGRADES) + 1:
        raise StudioError("The canvas of last time was saved by a newer Morpho Studio.")
    for upgrade in UPGRADES[version - 1 :]:
        values = upgrade(values)
    checked: dict[str, Any] = values
    return checked


def _checked(file: Path, values: dict[str, Any]) -> Saved:
    x, y, zoom = map(float, values["view"])
    if not (abs(x) <= 2 * REACH and abs(y) <= 2 * REACH and 0 <= zoom <= 1e5):
        raise Damaged("its view is impossible")
    cards = _read_cards(file, values)
    there = {card.id for card in cards}
    if len(there) != len(cards):
        raise Damaged("two cards have one number")
    selection = tuple(card_id for card_id in values["selection"] if card_id in there)
    return Saved(cards, selection, Place(x, y), zoom)


def _read_cards(file: Path, values: dict[str, Any]) -> tuple[Card, ...]:
    wanted = [Wanted(name, kind, (None,), optional=True) for name, kind in _COLUMNS.items()]
    wanted += [Wanted("latents", "<f4", (None,), True), Wanted("parent_ids", "<i8", (None,), True)]
    wanted += [Wanted("locked_bits", "|u1", (None,), True)]
    found = read_arrays(file, wanted)
    if not found:
        return ()
    count = len(found["id"])
    if any(len(found[name]) != count for name in _COLUMNS):
        raise Damaged("its columns are of different lengths")
    _check_columns(found, len(values["bundles"]))
    bundles = [_checked_id(bundle) for bundle in values["bundles"]]
    names, details = _texts(values["names"], count), _texts(values["details"], count)
    if not all(map(DETAIL_NAME.fullmatch, details.values())):
        raise Damaged("a detail has an impossible name")
    latents = _cut(found["latents"].astype(np.float32), found["width"])
    parents = _cut(found.get("parent_ids", np.zeros(0, np.int64)), found["parents"])
    locks = _locks(values["locks"], found.get("locked_bits", np.zeros(0, np.uint8)), count)
    column = {name: found[name].tolist() for name in _COLUMNS}
    return tuple(
        Card(
            column["id"][i],
            Picture(
                bundles[column["bundle"][i]],
                latents[i],
                None if column["seed"][i] == _NO_SEED else column["seed"][i],
                column["diversity"][i],
                Finish(column["side"][i]),
                names.get(i, ""),
                details.get(i, ""),
            ),
            column["x"][i],
            column["y"][i],
            HOWS[column["how"][i]],
            tuple(parents[i].tolist()),
            bool(column["is_starred"][i]),
            locks.get(i),
        )
        for i in range(count)
    )


def _check_columns(found: dict[str, Array], bundles: int) -> None:
    """Also false for NaN, which is never within limits."""
    limits = {
        "id": (1, 2**53),
        "x": (-REACH, REACH),
        "y": (-REACH, REACH),
        "how": (0, len(HOWS) - 1),
        "is_starred": (0, 1),
        "bundle": (0, bundles - 1),
        "seed": (_NO_SEED, 2**63 - 1),
        "diversity": (0, 100),
        "side": (0, 2**14),
        "width": (1, _WIDEST_LATENT),
        "parents": (0, 10_000),
        "latents": (-_FARTHEST_LATENT, _FARTHEST_LATENT),
    }
    for name, (least, most) in limits.items():
        if not ((found[name] >= least) & (found[name] <= most)).all():
            raise Damaged(f"its {name} are impossible")


def _cut(values: Array, lengths: Array) -> list[Array]:
    """One long array into pieces of these lengths."""
    ends = np.cumsum(lengths.astype(np.int64))
    if len(ends) and int(ends[-1]) != len(values):
        raise Damaged("it is cut short")
    return [piece.copy() for piece in np.split(values, ends[:-1])]


def _checked_id(bundle: Any) -> str:
    if not isinstance(bundle, str) or not re.fullmatch("[0-9a-f]{16}", bundle):
        raise Damaged("it names no model")
    return bundle


def _texts(values: dict[str, Any], count: int) -> dict[int, str]:
    texts = {int(i): text for i, text in values.items()}
    for i, text in texts.items():
        if not (0 <= i < count and isinstance(text, str) and len(text) <= _LONGEST_TEXT):
            raise Damaged("its texts are impossible")
    return texts


def _locks(sides: dict[str, Any], bits: Array, count: int) -> dict[int, Mask]:
    """What is locked, by place in the list of cards. bits: one mask after the other, each in whole bytes."""
    places = {int(i): side for i, side in sides.items()}
    for i, side in places.items():
        if not (0 <= i < count and type(side) is int and 1 <= side <= LARGEST_SIDE):
            raise Damaged("its locks are impossible")
    lengths = np.array([-(-side * side // 8) for side in places.values()], np.int64)
    if int(lengths.sum()) != len(bits):
        raise Damaged("its locks are cut short")
    pieces = _cut(bits, lengths) if places else []
    return {
        i: np.unpackbits(piece, count=side * side).reshape(side, side).astype(np.bool_)
        for (i, side), piece in zip(places.items(), pieces, strict=True)
    }
