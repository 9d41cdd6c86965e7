"""Morphs: frames along a path, placed so that the picture changes evenly from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.core.path import Path
from studio.core.picture import Finish, Picture
from studio.core.pixels import NetworkPictures, Pictures, rms_difference
from studio.core.progress import Progress
from studio.core.tempo import Floats, Survey, Tempo, frame_places, playing_order, unevenness

from .decoder import Decoder
from .drawing import Made

_MARKS_A_FRAME = 4
_MOST_MARKS = 2_000
_LONGEST_STEP = 0.5  # of the change from frame to frame; a longer one is looked into
_MOST_PIECES = 8
_AT_A_TIME = 16


class Morph:
    """Iterates over the frames in the order they are played, decoding as it goes: memory stays flat.

    Rests repeat a frame without decoding it again. Every iteration gives the same frames.
    """

    def __init__(
        self,
        decoder: Decoder,
        path: Path,
        tempo: Tempo,
        finish: Finish | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Looks along the way to see where the picture changes. Raises StudioError, and Cancelled."""
        self._decoder, self._path, self._tempo = decoder, path, tempo
        self._finish = finish or Finish()
        survey = survey_path(decoder, path, tempo.frames, progress or Progress())
        self.places = frame_places(survey, tempo, path.is_closed)
        """float64 [N], of the frames on the path."""
        self._order = playing_order(self.places, tempo)
        self.changes: list[float] = []
        """From frame to frame in the last iteration so far, RMS levels of 255 before the finish."""

    def __len__(self) -> int:
        """Frames as they are played."""
        return len(self._order)

    @property
    def is_endless(self) -> bool:
        """Whether the first frame follows the last."""
        return self._path.is_closed or self._tempo.is_ping_pong

    @property
    def unevenness(self) -> float:
        """The largest change over the median one, of the last iteration."""
        return unevenness(self.changes)

    def __iter__(self) -> Iterator[Made]:
        self.changes = []
        first = previous = None
        made: Made | None = None
        for (picture, rgba), shown in self._decoded():
            if previous is None:
                first = rgba
            else:
                self.changes.append(rms_difference(previous, rgba))
            previous = rgba
            made = Made(picture, self._decoder.finish(rgba[None], picture.finish)[0])
            for _ in range(shown):
                yield made
        if self.is_endless and first is not None and previous is not None:
            self.changes.append(rms_difference(previous, first))

    def _decoded(self) -> Iterator[tuple[tuple[Picture, Pictures], int]]:
        """Each frame at the network's size, and how many times it is shown in a row."""
        runs = _runs(self._order)
        for start in range(0, len(runs), _AT_A_TIME):
            part = runs[start : start + _AT_A_TIME]
            latents = self._path.along(self.places[[index for index, _ in part]])
            rgba = self._decoder.decode(latents)
            for latent, frame, (_, shown) in zip(latents, rgba, part, strict=True):
                picture = Picture(self._decoder.facts.id, latent, finish=self._finish)
                yield (picture, frame), shown

    def sample(self, count: int = 24) -> Pictures:
        """Some frames from the whole way at the network's size, uint8 [n, H, W, 4], to choose colours by."""
        chosen = np.unique(np.linspace(0, len(self.places) - 1, count).round().astype(int))
        return self._decoder.decode(self._path.along(self.places[chosen]))


def _runs(order: list[int]) -> list[tuple[int, int]]:
    """Equal neighbours as one: [(index, how many)]."""
    runs: list[tuple[int, int]] = []
    for index in order:
        if runs and runs[-1][0] == index:
            runs[-1] = index, runs[-1][1] + 1
        else:
            runs.append((index, 1))
    return runs


def survey_path(decoder: Decoder, path: Path, frames: int, progress: Progress) -> Survey:
    """Decodes some pictures a frame along the path and adds up how much each differs from the one before.

    Where the picture changes fast it looks again, closer.
    """
    a_leg = int(np.clip(-(-_MARKS_A_FRAME * frames // path.legs), 4, max(4, _MOST_MARKS // path.legs)))
    places = np.linspace(0, path.legs, path.legs * a_leg + 1)
    steps = _changes(decoder, path, places, progress)
    for _ in range(2):
        wanted = _LONGEST_STEP * steps.sum() / frames
        pieces = np.clip(np.ceil(steps / max(wanted, 1e-9)), 1, _MOST_PIECES).astype(int)
        if pieces.max() == 1:
            break
        places, steps = _closer(decoder, path, places, steps, pieces, progress)
    return Survey(places, np.concatenate([[0.0], np.cumsum(steps)]))


def _closer(
    decoder: Decoder, path: Path, places: Floats, steps: Floats, pieces: np.ndarray, progress: Progress
) -> tuple[Floats, Floats]:
    """Places and steps with each step cut into its number of pieces; those that stay whole are not redone."""
    fine = [
        np.linspace(start, end, count + 1)
        for start, end, count in zip(places, places[1:], pieces, strict=False)
    ]
    cut = [part for part, count in zip(fine, pieces, strict=True) if count > 1]
    measured = _changes(decoder, path, np.concatenate(cut), progress)
    new_steps, at = [], 0
    for step, count in zip(steps, pieces, strict=True):
        if count == 1:
            new_steps.append(np.array([step]))
            continue
        new_steps.append(measured[at : at + count])
        at += count + 1  # the step over to the next part that was cut does not count
    new_places = np.concatenate([*(part[:-1] for part in fine), places[-1:]])
    return new_places, np.concatenate(new_steps)


def _changes(decoder: Decoder, path: Path, places: Floats, progress: Progress) -> Floats:
    """RMS difference of premultiplied pixels from place to place in levels of 255: float64 [M - 1].

    Before rounding to whole levels, which would hide small steps and so make slow parts look fast.
    """
    changes = np.zeros(len(places) - 1)
    previous: NetworkPictures | None = None
    done = 0
    for start in range(0, len(places), _AT_A_TIME):
        progress.update("Measuring the way", start, len(places))
        for pictures in decoder.decode_softly(path.along(places[start : start + _AT_A_TIME])):
            for picture in pictures:
                if previous is not None:
                    changes[done - 1] = 127.5 * np.sqrt(np.mean((picture - previous) ** 2))
                previous, done = picture, done + 1
    return changes
