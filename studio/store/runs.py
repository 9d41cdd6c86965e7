"""Training runs on the disk: what they were asked to do, and which of them can go on."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.recipe import Recipe

from .bin import Binned, move_to_bin
from .files import TEMPORARY, Library, disk_error, read_json, write_json

RUN, CHECKPOINT, PREVIEWS, MOMENTS = "run.json", "checkpoint.safetensors", "previews", "moments"


@dataclass(frozen=True)
class Run:
    """A run under way or stopped: its folder and what was asked for."""

    folder: Path
    identity: str  # at random; its bundle carries it, so that the two know each other whatever their names
    recipe: Recipe
    paths: tuple[Path, ...]  # the pictures, as given

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def checkpoint_file(self) -> Path:
        return self.folder / CHECKPOINT

    @property
    def previews(self) -> Path:
        return self.folder / PREVIEWS

    @property
    def moments(self) -> Path:
        return self.folder / MOMENTS

    @property
    def has_started(self) -> bool:
        """Whether there is training to go on from; if not, resuming starts from the first step."""
        return self.checkpoint_file.exists()


def start_run(library: Library, recipe: Recipe, paths: tuple[Path, ...]) -> Run:
    """Make the folder of a new run. Raises StudioError if the name is taken by a run or a bundle."""
    recipe.check()
    if (library.bundles / recipe.name).exists():
        raise StudioError(f"There is a model named “{recipe.name}” already.", "Choose another name.")
    folder = library.runs / recipe.name
    if folder.exists():
        if _can_go_on(library, recipe.name):
            raise StudioError(
                f"A training run named “{recipe.name}” was begun and not finished.",
                "Resume it (--resume), or choose another name.",
            )
        delete_run(library, recipe.name)  # what is left of it must not be taken for this run's
    run = Run(folder, secrets.token_hex(8), recipe, tuple(path.absolute() for path in paths))
    asked = {"format": 1, "id": run.identity, "recipe": recipe.to_json(), "paths": list(map(str, run.paths))}
    write_json(folder / RUN, asked)
    return run


def name_was_taken(run: Run) -> StudioError:
    """What to say when, since the run began, another bundle was given its name."""
    return StudioError(
        f"There is another model named “{run.name}” now.", "Rename that one, then resume this run."
    )


def _can_go_on(library: Library, name: str) -> bool:
    try:
        open_run(library, name)
    except StudioError:
        return (library.runs / name / CHECKPOINT).exists() and (library.runs / name / RUN).exists()
    return True


def open_run(library: Library, name: str) -> Run:
    """The unfinished run of that name. Raises StudioError if there is none or it is damaged."""
    folder = library.runs / name
    if not (folder / RUN).exists():
        raise StudioError(
            f"There is no unfinished training run named “{name}”.", "Leave out --resume to begin one."
        )
    values = read_json(folder / RUN)
    try:
        recipe = Recipe.from_json(values["recipe"])
        recipe.check()
        return Run(folder, str(values["id"]), recipe, tuple(Path(path) for path in values["paths"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise StudioError(
            f"The training run “{name}” is damaged.",
            f"Delete the folder “{folder}”; your pictures are not touched.",
        ) from error


def read_latents(file: Path) -> Latents | None:
    """The latents of a look's samples, float32 [N, D]; None if they cannot be read."""
    try:
        latents = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    is_whole = latents.dtype == np.dtype("<f4") and latents.ndim == 2 and bool(np.isfinite(latents).all())
    return latents if is_whole else None


def list_runs(library: Library) -> tuple[Run, ...]:
    """Every unfinished run that can be read, by name."""
    runs = []
    for file in sorted(library.runs.glob(f"*/{RUN}")):
        try:
            runs.append(open_run(library, file.parent.name))
        except StudioError:
            continue  # what cannot be read cannot be resumed; removing it is the user's choice
    return tuple(runs)


def delete_run(library: Library, name: str) -> None:
    """Forget a run and its state. Its bundle, if it made one, and the pictures stay."""
    folder = library.runs / name
    if folder.resolve().parent != library.runs.resolve() or not folder.exists():
        return
    # Out of the way in one step: killed half-way, no checkpoint is left for a later run of that name.
    aside = folder.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        os.rename(folder, aside)
        folder = aside
    shutil.rmtree(folder, ignore_errors=True)


def remove_run(library: Library, name: str) -> Binned:
    """Into the bin at the user's wish. Raises StudioError while somebody trains it or if the disk refuses."""
    with held(library, name):
        return move_to_bin(library.runs / name, library.bin)


@contextlib.contextmanager
def held(library: Library, name: str) -> Iterator[None]:
    """Keep everyone else's hands off the run of that name, in this process and in others.

    The system lets go of it when the process ends, however it ends.
    Raises StudioError if somebody else holds it.
    """
    lock_file = library.locks / name
    try:
        library.locks.mkdir(parents=True, exist_ok=True)
        lock = lock_file.open("ab")
    except OSError as error:
        raise disk_error(error, lock_file) from error
    with lock:
        try:
            _lock(lock)
        except OSError as error:
            raise StudioError(
                f"“{name}” is being trained by another window or terminal.", "Wait for it or stop it there."
            ) from error
        yield  # the file stays: removed, it could be locked by one while another makes a new one


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
