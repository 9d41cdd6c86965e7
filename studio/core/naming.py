"""Names for sliders that nobody has named: where in the picture something changes, and into what.

A name is only as bold as what is seen: "Top, lighter" where all pictures tried get lighter there, and no more
than "Top, shape" where some grow and others shrink.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from studio.core.pixels import NetworkPictures

Floats = npt.NDArray[np.float64]

_AGREED = 0.6
"""Share of a change that goes one way, from which a name says which."""
_LEAST_SEEN = 0.25  # of a change is of a kind that gives it its name
_ALPHA_COUNTS, _HUE_COUNTS = 0.5, 2.0  # to make a change of either as visible as one of lightness
_MOST_OF_IT = 0.5  # of the change lies in that third
_HALF_OF_IT, _SIDES_OF_IT = 0.7, 0.75
_THIRDS = (("Top", "Middle", "Bottom"), ("Left", "Middle", "Right"))
_HUES = ((15, "pinker"), (50, "redder"), (120, "yellower"), (205, "greener"), (285, "bluer"),
         (325, "more purple"), (360, "pinker"))  # fmt: skip
"""Up to which angle, in degrees in the plane of Oklab's a and b, a colour is called so."""
_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


class _Kind(NamedTuple):
    word: str  # where pictures do not agree
    agreed: str
    energy: Floats  # [N, H, W]: how much of it is seen where
    share: float  # that goes one way, 0..1


def names_of_change(before: NetworkPictures, after: NetworkPictures) -> list[str]:
    """What turns some pictures into others, as "Top, lighter"; the most telling name first.

    before, after: float32 [N, 4, H, W], premultiplied, -1..1.
    """
    (alpha, lab), (alpha_after, lab_after) = map(_seen, (before, after))
    there = np.minimum(alpha, alpha_after)  # a colour that nobody sees does not change
    difference = there[..., None] * (lab_after - lab)
    kinds = (
        _scalar(_ALPHA_COUNTS * (alpha_after - alpha), "shape", "fuller", "slimmer"),
        _scalar(difference[..., 0], "shades", "lighter", "darker"),
        _hue(_HUE_COUNTS * difference[..., 1:]),
    )
    by_energy = sorted(kinds, key=lambda kind: -kind.energy.sum())
    total = sum(float(kind.energy.sum()) for kind in kinds)
    is_there = np.maximum(alpha, alpha_after).max(axis=0) > 0.5
    agreed = [k for k in by_energy if k.share >= _AGREED and k.energy.sum() >= _LEAST_SEEN * total]
    if not agreed:
        return [_name(by_energy[0], by_energy[0].word, is_there)]
    return [_name(kind, kind.agreed, is_there) for kind in agreed]


def told_apart(choices: Sequence[Sequence[str]], taken: Collection[str] = ()) -> list[str]:
    """A name for each, of its choices the first that is free, else that with a number.

    taken: names that others have.
    """
    used, told = set(taken), []
    for names in choices:
        numbered = (f"{names[0]} {number}" for number in itertools.count(2))
        one = next(name for name in itertools.chain(names, numbered) if name not in used)
        used.add(one)
        told.append(one)
    return told


def _name(kind: _Kind, words: str, is_there: npt.NDArray[np.bool_]) -> str:
    where = _where(np.sqrt(kind.energy).mean(axis=0), is_there)
    return f"{where}, {words}" if where else words[0].upper() + words[1:]


def _seen(pictures: NetworkPictures) -> tuple[Floats, Floats]:
    """Alpha, 0..1, float64 [N, H, W], and colours in Oklab (Ottosson 2020), [N, H, W, 3]."""
    values = (np.moveaxis(pictures, 1, -1).astype(np.float64) + 1) / 2
    alpha = np.clip(values[..., 3], 0, 1)
    colour = np.clip(values[..., :3] / np.maximum(alpha[..., None], 1e-3), 0, 1)
    light = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return alpha, np.cbrt(light @ _TO_LMS.T) @ _TO_LAB.T


def _scalar(change: Floats, word: str, more: str, less: str) -> _Kind:
    size = max(float(np.abs(change).sum()), 1e-9)
    share = float(change.sum()) / size
    return _Kind(word, more if share > 0 else less, change**2, abs(share))


def _hue(change: Floats) -> _Kind:
    """change: [N, H, W, 2]."""
    a, b = change.sum(axis=(0, 1, 2))
    size = max(float(np.linalg.norm(change, axis=-1).sum()), 1e-9)
    angle = float(np.degrees(np.arctan2(b, a))) % 360
    word = next(word for end, word in _HUES if angle <= end)
    return _Kind("colours", word, (change**2).sum(axis=-1), float(np.hypot(a, b)) / size)


def _where(change: Floats, is_there: npt.NDArray[np.bool_]) -> str:
    """The part of what is in the pictures that changes; "" for all of it. change: [H, W]."""
    if not is_there.any():
        return ""
    rows, columns = (np.flatnonzero(is_there.any(axis=axis)) for axis in (1, 0))
    inside = change[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    inside = inside / max(float(inside.sum()), 1e-9)
    down, across = inside.sum(axis=1), inside.sum(axis=0)
    thirds_down, thirds_across = _parts(down, 3), _parts(across, 3)
    upper = _parts(down, 2)[0]
    if max(thirds_down) >= _MOST_OF_IT:
        return _THIRDS[0][int(np.argmax(thirds_down))]
    if min(thirds_across[0], thirds_across[2]) >= 1 - _SIDES_OF_IT and thirds_across[1] <= 1 - _SIDES_OF_IT:
        return "Sides"
    if max(thirds_across) >= _MOST_OF_IT + 0.1:  # most of a picture is in its middle
        return _THIRDS[1][int(np.argmax(thirds_across))]
    if max(upper, 1 - upper) >= _HALF_OF_IT:
        return "Upper half" if upper > 0.5 else "Lower half"
    return ""


def _parts(line: Floats, count: int) -> list[float]:
    """Sums of equal parts; a place on a border counts for both, by its shares."""
    sums = np.interp(np.linspace(0, len(line), count + 1), np.arange(len(line) + 1), np.r_[0, line.cumsum()])
    return [float(part) for part in np.diff(sums)]
