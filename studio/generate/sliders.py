"""Sliders found by looking: directions in latent space that visibly change the picture, evened to the eye."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from studio.core.axes import between_piles, independent_axes, widest_axes
from studio.core.errors import StudioError
from studio.core.latent import Latents, random_for
from studio.core.naming import names_of_change, told_apart
from studio.core.pixels import NetworkPictures
from studio.core.progress import Progress
from studio.core.slider import STOPS, Slider, readings_of
from studio.store.bundle import Bundle

MOST_FOUND = 14
_CANDIDATES = 20  # of each kind
_TRIED_ON = 4  # pictures
_LEAST_VISIBLE = 0.25  # of the most visible one's change; less is dead
_LEAST_CHANGE = 1.0  # RMS levels of 255, from end to end
_ALIKE = 0.65  # cosine between what two sliders do to the pictures
_WIDEST = 2.5  # standard deviations of the data
_RARE = 1.0  # per cent of the codes that lie beyond an end
_LEAST_SLOPE = 0.15  # share of an even travel kept where nothing changes, so that no step jumps
_SKETCH = 32  # px, of the differences that are compared
_LEVELS = np.float32(127.5)  # of 255, in a unit of what networks see
_AT_A_TIME = 4  # pictures; whoever drags a slider meanwhile gets a turn in between

Floats = npt.NDArray[np.float64]


class DecodesSoftly(Protocol):
    """What is needed of a Decoder; the window gives one that other threads use as well."""

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]: ...


@dataclass(frozen=True, eq=False)
class _Candidate:
    direction: Floats  # [D], of length 1
    reading: Floats  # [D]
    zero: float  # what it reads off the density's centre
    low: float  # travel of its ends
    high: float


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a candidate does to the pictures it was tried on, from end to end."""

    candidate: _Candidate
    change: float  # RMS levels of 255
    sketch: Floats  # the signed differences, small; [P]


def find_sliders(
    bundle: Bundle, decoder: DecodesSoftly, progress: Progress, taken: Collection[str] = ()
) -> tuple[Slider, ...]:
    """The sliders of a bundle, the most visible first, named by what they change. The same bundle gives the
    same sliders. taken: names that others have.

    The widest and the independent directions of the training codes are tried on some pictures; those that
    change little, or nearly what another changes, are left out. Raises Cancelled from `progress`.
    """
    random = random_for(f"{bundle.facts.id}/sliders", 0)
    pictures = _examples(bundle, random)
    ways = [
        axes.steps[:, :_CANDIDATES].T
        for axes in (independent_axes(bundle.codes, random), widest_axes(bundle.codes))
    ]
    candidates = _candidates(bundle, np.concatenate(ways))
    seen = []
    for index, candidate in enumerate(candidates):
        progress.update("Looking for sliders", index, len(candidates) + MOST_FOUND)
        seen.append(_look(decoder, pictures, candidate))
    kept = _different(seen)
    sliders, names = [], []
    for index, candidate in enumerate(kept):
        progress.update("Evening the sliders", len(candidates) + index, len(candidates) + MOST_FOUND)
        shown = _shown_at_stops(decoder, pictures, candidate)
        sliders.append(_evened(shown, candidate, "", "found"))
        names.append(names_of_change(shown[:, 0] / _LEVELS, shown[:, -1] / _LEVELS))
    told = told_apart(names, taken)
    return tuple(replace(slider, name=name) for slider, name in zip(sliders, told, strict=True))


def slider_from_piles(
    bundle: Bundle,
    decoder: DecodesSoftly,
    more: Sequence[Latents],
    less: Sequence[Latents],
    name: str,
    progress: Progress,
) -> Slider:
    """A slider towards the pictures in `more` and away from those in `less`.

    Raises StudioError when the piles do not differ, and Cancelled.
    """
    random = random_for(f"{bundle.facts.id}/sliders", 0)
    pictures = _examples(bundle, random)
    progress.update("Comparing the piles", 0, 2)
    way = between_piles(independent_axes(bundle.codes, random), more, less)
    (candidate,) = _candidates(bundle, way[None])
    progress.update("Evening the slider", 1, 2)
    if _look(decoder, pictures, candidate).change < _LEAST_CHANGE:
        raise StudioError(
            "The model shows no difference between the two piles.", "Choose pictures that differ more."
        )
    return _evened(_shown_at_stops(decoder, pictures, candidate), candidate, name, "piles")


def _examples(bundle: Bundle, random: np.random.Generator) -> Floats:
    """Some of the artist's pictures, float64 [n, D]."""
    count = min(_TRIED_ON, len(bundle.codes))
    return bundle.codes[random.choice(len(bundle.codes), count, replace=False)].astype(np.float64)


def _candidates(bundle: Bundle, ways: Floats) -> list[_Candidate]:
    """Directions with the reach that the data has on them. ways: [S, D]."""
    directions = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    readings = readings_of(directions, bundle.density)
    zeros = readings @ bundle.density.centre
    travels = bundle.codes @ readings.T - zeros  # [N, S]
    middles, spreads = travels.mean(axis=0), np.maximum(travels.std(axis=0), 1e-6)
    low, high = np.percentile(travels, [_RARE, 100 - _RARE], axis=0)
    low = np.maximum(low, middles - _WIDEST * spreads)
    high = np.minimum(high, middles + _WIDEST * spreads)
    high = np.maximum(high, low + spreads)
    return [
        _Candidate(*parts)
        for parts in zip(directions, readings, zeros.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _look(decoder: DecodesSoftly, pictures: Floats, candidate: _Candidate) -> _Seen:
    shown = decode_in_turns(decoder, _along(pictures, candidate, [candidate.low, candidate.high]))
    difference = shown[1::2] - shown[0::2]  # of each picture, from the low end to the high one
    change = float(np.sqrt((difference**2).mean(axis=(1, 2, 3))).mean())
    return _Seen(candidate, change, _small(difference).reshape(-1).astype(np.float64))


def _along(pictures: Floats, candidate: _Candidate, travels: Sequence[float]) -> Latents:
    """Each picture at each of the travels, float32 [n * T, D]."""
    starts = pictures @ candidate.reading - candidate.zero
    ways = np.asarray(travels)[None, :] - starts[:, None]  # [n, T]
    places = pictures[:, None, :] + ways[:, :, None] * candidate.direction
    latents: Latents = places.reshape(-1, pictures.shape[1]).astype(np.float32)
    return latents


def decode_in_turns(
    decoder: DecodesSoftly, latents: Latents, report: Callable[[int], None] = lambda done: None
) -> NetworkPictures:
    """float32 [N, 4, H, W], premultiplied, in levels of 255. report: how many are done, before each turn."""
    parts: list[NetworkPictures] = []
    for start in range(0, len(latents), _AT_A_TIME):
        report(start)
        parts.extend(decoder.decode_softly(latents[start : start + _AT_A_TIME]))
    return np.concatenate(parts) * _LEVELS


def _small(pictures: NetworkPictures) -> NetworkPictures:
    """At most _SKETCH px wide, by averaging squares."""
    count, planes, side, _ = pictures.shape
    factor = -(-side // _SKETCH)
    kept = side // factor
    cut = pictures[:, :, : kept * factor, : kept * factor]
    small: NetworkPictures = cut.reshape(count, planes, kept, factor, kept, factor).mean(axis=(3, 5))
    return small


def _different(seen: Sequence[_Seen]) -> list[_Candidate]:
    """The candidates worth a slider, the most visible first; brighter or fuller pictures are on the right."""
    by_change = sorted(seen, key=lambda one: -one.change)
    least = max(_LEAST_CHANGE, _LEAST_VISIBLE * by_change[0].change)
    kept: list[_Seen] = []
    for one in by_change:
        if one.change < least or len(kept) == MOST_FOUND:
            break
        if all(abs(_cosine(one.sketch, other.sketch)) < _ALIKE for other in kept):
            kept.append(one)
    return [one.candidate if one.sketch.sum() >= 0 else _turned(one.candidate) for one in kept]


def _turned(candidate: _Candidate) -> _Candidate:
    return _Candidate(
        -candidate.direction, -candidate.reading, -candidate.zero, -candidate.high, -candidate.low
    )


def _cosine(a: Floats, b: Floats) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def _travels(candidate: _Candidate) -> Floats:
    return np.linspace(candidate.low, candidate.high, STOPS)


def _shown_at_stops(decoder: DecodesSoftly, pictures: Floats, candidate: _Candidate) -> NetworkPictures:
    """Each picture from end to end, float32 [n, STOPS, 4, H, W]."""
    shown = decode_in_turns(decoder, _along(pictures, candidate, _travels(candidate).tolist()))
    return shown.reshape(len(pictures), STOPS, *shown.shape[1:])


def _evened(shown: NetworkPictures, candidate: _Candidate, name: str, origin: str) -> Slider:
    """The slider whose equal steps change the picture equally, as the mean over some pictures has it.

    On other portraits than those it was evened on, steps then differ half as much as without (measured).
    shown: at the stops of an uneven travel.
    """
    travels = _travels(candidate)
    steps = np.diff(shown.reshape(len(shown), STOPS, -1), axis=1)
    changes = np.sqrt((steps**2).mean(axis=2)).mean(axis=0).astype(np.float64)  # [STOPS - 1]
    changes = changes / max(float(changes.sum()), 1e-9)
    lengths = np.concatenate([[0.0], np.cumsum((1 - _LEAST_SLOPE) * changes + _LEAST_SLOPE / len(changes))])
    even = np.interp(np.linspace(0, lengths[-1], STOPS), lengths, travels)
    direction = tuple(float(number) for number in candidate.direction.astype(np.float32))
    return Slider(name, direction, tuple(even.tolist()), origin)
