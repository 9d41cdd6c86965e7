"""Morphs: frames along a path, placed so that the picture changes evenly from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from studio.core.path import Path
from studio.core.picture import Finish, Picture
from studio.core.pixels import Pictures, rms_difference
from studio.core.progress import Progress
from studio.core.survey import finest, surveying
from studio.core.tempo import Survey, Tempo, frame_places, playing_order, unevenness
from studio.store.facts import Facts

from .drawing import Draws, Made

_AT_A_TIME = 16


class MorphDraws(Draws, Protocol):
    """What a morph needs of a decoder."""

    @property
    def facts(self) -> Facts: ...


class Morph:
    """Iterates over the frames in the order they are played, decoding as it goes: memory stays flat.

    Rests repeat a frame without decoding it again. Every iteration gives the same frames.
    """

    def __init__(
        self,
        decoder: MorphDraws,
        path: Path,
        tempo: Tempo,
        finish: Finish | None = None,
        progress: Progress | None = None,
        survey: Survey | None = None,
    ) -> None:
        """Looks along the way to see where the picture changes, unless a survey of it is there already.

        Raises StudioError, and Cancelled.
        """
        self._decoder, self._path, self._tempo = decoder, path, tempo
        self._finish = finish or Finish()
        if survey is None:
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


def survey_path(decoder: MorphDraws, path: Path, frames: int, progress: Progress) -> Survey:
    """Where the picture changes along a path, closely enough for so many frames. Raises Cancelled."""
    has_palette = decoder.facts.palette is not None
    survey = surveying(path, finest(frames, path.legs, has_palette), has_palette)
    look = next(survey)
    while True:
        progress.update("Measuring the way", look.done, look.total)
        try:
            look = survey.send(decoder.decode(path.along(look.places)))
        except StopIteration as end:
            found: Survey = end.value
            return found
