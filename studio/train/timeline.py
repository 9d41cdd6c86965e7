"""The looks at a run that are kept on the disk: pictures of many, weights of a few one can go back to.

Everything here lies in the run's folder under names that begin with the step, and goes with it.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

from studio.core.density import Density
from studio.core.errors import StudioError
from studio.core.events import Look, Preview, Timeline
from studio.core.latent import Latents, picture_seed
from studio.core.pixels import Pictures, grid
from studio.core.thinning import thin
from studio.store.files import atomic_write, sweep_temporary
from studio.store.runs import Run
from studio.train.checkpoint import Moment, load_weights, save_weights
from studio.train.learner import Learner

COLUMNS = 8
_SAMPLE_ROWS = 4
_REBUILDS, _SAMPLES, _LATENTS, _WEIGHTS = "rebuilds.png", "samples.png", "latents.npy", "weights.safetensors"
MOST_LOOKS = 64
MOST_BYTES = 64 * 2**20  # of pictures; at 256 px a look takes some 4 MB
MOST_WEIGHTS = 8


class Looks:
    """Those of one run. The learner's history says which there were, the disk which are kept."""

    def __init__(self, run: Run, learner: Learner) -> None:
        """Finds what earlier sittings kept; what a killed one kept after its last save is gone."""
        self._run, self._learner = run, learner
        for folder in (run.previews, run.moments):
            sweep_temporary(folder)
        self.forget_later()

    def forget_later(self) -> None:
        """Only looks of the learner's history stay: those after the last save will come again."""
        known = {moment.step for moment in self._learner.standing.history}
        for folder in (self._run.previews, self._run.moments):
            for file in folder.glob("*-*") if folder.is_dir() else ():
                step = file.name.partition("-")[0]
                if not (step.isdecimal() and int(step) in known):
                    _remove(file)

    def keep(self, density: Density) -> Preview:
        """The newest look of the history: its pictures, and the averaged network's weights.

        The samples come from the same seeds at every look: one sees the same picture get better.
        Raises StudioError when the disk refuses; nothing of the look is left then.
        """
        learner = self._learner
        step = learner.standing.history[-1].step
        held_out = learner.split.held_out[:COLUMNS]
        originals = learner.rows[held_out]
        rebuilt = learner.decode(learner.encode(held_out))
        seeds = [picture_seed(learner.seed, index) for index in range(COLUMNS * _SAMPLE_ROWS)]
        latents = density.draw_seeds("preview", seeds)
        preview = self._preview(step)
        assert preview.latents is not None
        try:
            _write(preview.rebuilds, np.concatenate([_filled(originals), _filled(rebuilt)]))
            _write(preview.samples, learner.decode(latents))
            atomic_write(preview.latents, _npy(latents))
            save_weights(self._weights(step), learner.average)
        except StudioError:
            for file in (*self._files(learner.standing.history[-1]), self._weights(step)):
                _remove(file)  # of no use, and the disk may want the room
            raise
        self._thin()
        return preview

    def timeline(self) -> Timeline:
        return Timeline(tuple(self._look(moment) for moment in self._kept()))

    def nearest(self, step: int) -> Moment | None:
        """The look nearest to a step of those whose weights are kept; None if there is none."""
        return next(iter(self._nearest_first(step)), None)

    def return_to(self, step: int) -> Moment | None:
        """The averaged network as it was at this look or, where what was kept of it is gone or damaged, at
        the nearest that is whole. None, and nothing changed, where none is."""
        for moment in self._nearest_first(step):
            with contextlib.suppress(StudioError):
                load_weights(self._weights(moment.step), self._learner.average)
                return moment
        return None

    def _nearest_first(self, step: int) -> list[Moment]:
        usable = [moment for moment in self._kept() if self._weights(moment.step).exists()]
        return sorted(usable, key=lambda moment: abs(moment.step - step))

    def _preview(self, step: int) -> Preview:
        folder = self._run.previews
        files = [folder / f"{step:08d}-{name}" for name in (_REBUILDS, _SAMPLES, _LATENTS)]
        return Preview(step, files[0], files[1], self._learner.plan.shape.side, COLUMNS, files[2])

    def _weights(self, step: int) -> Path:
        return self._run.moments / f"{step:08d}-{_WEIGHTS}"

    def _look(self, moment: Moment) -> Look:
        return Look(
            preview=self._preview(moment.step),
            seconds=moment.seconds,
            error=moment.error,
            sharpness=moment.sharpness,
            copies=moment.copies,
            can_be_used=self._weights(moment.step).exists(),
        )

    def _kept(self) -> list[Moment]:
        moments = {moment.step: moment for moment in self._learner.standing.history}
        return [moment for moment in moments.values() if all(map(Path.exists, self._files(moment)))]

    def _files(self, moment: Moment) -> list[Path]:
        preview = self._preview(moment.step)
        assert preview.latents is not None
        return [preview.rebuilds, preview.samples, preview.latents]

    def _thin(self) -> None:
        """Weights first; a look whose weights are kept, or that is the best so far, keeps its pictures."""
        moments = self._kept()
        weighed = [moment for moment in moments if self._weights(moment.step).exists()]
        stay = {weighed[i].step for i in thin([moment.seconds for moment in weighed], MOST_WEIGHTS)}
        for moment in weighed:
            if moment.step not in stay:
                _remove(self._weights(moment.step))
        best = self._learner.standing.best
        stay |= {best.step} if best is not None else set()
        size = sum(file.stat().st_size for moment in moments for file in self._files(moment))
        affordable = len(moments) if size <= MOST_BYTES else int(len(moments) * MOST_BYTES / size)
        spared = [i for i, moment in enumerate(moments) if moment.step in stay]
        most = max(2, min(MOST_LOOKS, affordable))
        kept = set(thin([moment.seconds for moment in moments], most, spared))
        for i, moment in enumerate(moments):
            if i not in kept:
                for file in self._files(moment):
                    _remove(file)


def _filled(row: Pictures) -> Pictures:
    """A row of a tiny set has fewer pictures; empty cells follow."""
    missing = COLUMNS - len(row)
    return np.concatenate([row, np.zeros((missing, *row.shape[1:]), np.uint8)]) if missing else row


def _write(file: Path, cells: Pictures) -> None:
    target = io.BytesIO()
    Image.fromarray(grid(cells, COLUMNS)).save(target, "PNG", compress_level=1)
    atomic_write(file, target.getvalue())


def _npy(latents: Latents) -> bytes:
    target = io.BytesIO()
    np.save(target, latents.astype("<f4"), allow_pickle=False)
    return target.getvalue()


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):  # one that is looked at stays, and is tried again at the next look
        file.unlink()
