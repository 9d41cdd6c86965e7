"""The prepared set: all pictures fitted, in one array on the disk that training maps into memory."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import multimode
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.events import LeftOut
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.core.recipe import FEWEST_PICTURES
from studio.store.files import atomic_folder, disk_error, read_json, sweep_temporary, write_json

from .decoding import NotTaken, decode
from .fitting import fit_picture
from .palette import PaletteGatherer
from .parallel import in_parallel
from .pixel_art import LARGEST_GRID
from .sources import Found, Source, find
from .surveying import Accepted, Distinct, Examined, Survey, digest_of, examine

_IMPORTER = 2
"""Raised whenever the same files would give another array or palette: older sets are not taken for new."""
_MULTIPLE = 8  # px; the network halves a side three times
_UNUSED_AFTER_S = 30 * 24 * 3600.0
_ARRAY, _FACTS = "pictures.npy", "facts.json"
_SAID_OF_IT = ("warnings", "faces_one_way", "in_common")  # may be said otherwise of the same pictures


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """What training reads. Files of what it makes are `size * scale` px."""

    key: str  # of content and fit
    folder: Path
    count: int
    size: int  # side of the array, px; for pixel art its own grid
    scale: int
    pixel_art: bool
    palette: Pictures | None  # uint8 [P, 4] straight, transparent first; None: no small shared palette
    has_alpha: bool
    files: tuple[str, ...]  # one a row
    survey: Survey

    @property
    def array_file(self) -> Path:
        """uint8 [count, size, size, 4], straight alpha, .npy version 1; may be far larger than memory."""
        return self.folder / _ARRAY


@dataclass(frozen=True)
class _Plan:
    """How the pictures of a set become squares."""

    side: int
    scale: int
    pixel_art: bool
    enlargement: int  # of the files over their own grid
    fit: str


def prepare(
    paths: Sequence[Path],
    size: int,
    fit: str,
    prepared_folder: Path,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
) -> PreparedSet:
    """The set of all pictures under `paths`, made now or found ready; whole or not there.

    Exact copies enter once. Files that look untouched (path, size, time) are not read again.
    Raises StudioError when too few pictures are good or the disk is full, Cancelled from `progress`.
    """
    try:
        prepared_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, prepared_folder) from error
    _sweep(prepared_folder)
    with find(paths, progress) as found:
        note = prepared_folder / f"seen-{_listing_digest(found.sources, found.left_out, size, fit)}.json"
        if ready := _noted(note):
            return ready
        examined = _with_advice(examine(found, progress, prepared_folder), size, fit)
        if len(examined.distinct) < FEWEST_PICTURES:
            raise _too_few(examined)
        key = _content_key(examined, size, fit)
        ready = _load(prepared_folder / key) or _make(examined, size, fit, prepared_folder / key, progress)
    write_json(note, {"format": 1, "key": key})
    return ready


@dataclass(frozen=True, eq=False)
class FewPrepared:
    """Some pictures of a set as `prepare` would make them, for a trial of speed."""

    rgba: Pictures  # uint8 [n, size, size, 4]
    palette: Pictures | None
    has_alpha: bool


def prepare_few(
    paths: Sequence[Path],
    size: int,
    fit: str,
    most: int,
    progress: Progress = Progress(),  # noqa: B008 (does nothing)
) -> FewPrepared:
    """At most `most` pictures from the whole of `paths`, in memory. Raises StudioError and Cancelled."""
    with find(paths, progress) as found:
        every = max(1, -(-len(found.sources) // most))
        examined = examine(Found(found.sources[::every]), progress)
        if not examined.distinct:
            raise _too_few(examined)
        plan = _plan(examined.survey, size, fit)
        rgba = np.stack([_fit_one(picture, plan) for picture in examined.distinct])
    gatherer = PaletteGatherer()
    for picture in rgba if plan.pixel_art else ():
        gatherer.add(picture)
    palette = gatherer.palette() if plan.pixel_art else None
    return FewPrepared(rgba, palette, bool(rgba[..., 3].min() < 255))


def _too_few(examined: Examined) -> StudioError:
    good, bad = len(examined.distinct), len(examined.survey.left_out)
    left = f" {bad} files were left out." if bad else ""
    return StudioError(
        f"Only {good} different pictures can be used.{left}",
        f"Give at least {FEWEST_PICTURES}, better some hundred.",
    )


def _listing_digest(sources: Sequence[Source], left_out: Sequence[LeftOut], size: int, fit: str) -> str:
    names = hashlib.blake2b(f"{_IMPORTER}|{size}|{fit}".encode(), digest_size=16)
    for source in sources:
        names.update(f"\0{source.file}\0{source.stamp}".encode("utf-8", "surrogateescape"))
    for item in left_out:
        names.update(f"\0{item.file}".encode("utf-8", "surrogateescape"))
    return names.hexdigest()


def _content_key(examined: Examined, size: int, fit: str) -> str:
    content = hashlib.blake2b(f"{_IMPORTER}|{size}|{fit}".encode(), digest_size=16)
    for picture in examined.distinct:
        content.update(picture.digest)
    survey = asdict(examined.survey)
    found = {key: value for key, value in survey.items() if key not in _SAID_OF_IT}
    content.update(json.dumps(found).encode())
    return content.hexdigest()


def _with_advice(examined: Examined, size: int, fit: str) -> Examined:
    """The survey's warnings and those that depend on the size asked for."""
    survey = examined.survey
    own = _own_side(survey, fit) if survey.accepted else size
    sentences = survey.warnings
    if survey.pixel_art and own > size:
        sentences += (
            f"The pictures are drawn on {own} pixels; made smaller to {size} they lose their pixel look.",
        )
    elif not survey.pixel_art and own < size:
        sentences += (f"Most pictures have only {own} pixels; they are enlarged to {size} and stay soft.",)
    return replace(examined, survey=replace(survey, warnings=sentences))


def _plan(survey: Survey, size: int, fit: str) -> _Plan:
    """Pixel art keeps its own grid as long as that fits into the size asked for."""
    if survey.pixel_art:
        own = _own_side(survey, fit)
        side = _next_multiple(own)
        if own <= size and side <= LARGEST_GRID:
            return _Plan(side, max(1, round(size / side)), True, survey.pixel_scale, fit)
    # Art larger than asked for loses single pixels whichever way it is reduced: it is smooth then.
    return _Plan(_next_multiple(size), 1, False, 1, fit)


def _own_side(survey: Survey, fit: str) -> int:
    """The usual side if nearly all fit into it, else one that nearly all fit into; px of the own grid."""
    longer_or_shorter = min if fit == "crop" else max
    sides = [longer_or_shorter(a.width, a.height) // survey.pixel_scale for a in survey.accepted]
    usual = max(multimode(sides))
    nearly_all = int(np.quantile(sides, 0.95, method="higher"))
    return usual if nearly_all <= usual else nearly_all


def _next_multiple(side: int) -> int:
    return -(-side // _MULTIPLE) * _MULTIPLE


def _make(examined: Examined, size: int, fit: str, folder: Path, progress: Progress) -> PreparedSet:
    plan = _plan(examined.survey, size, fit)
    gatherer = PaletteGatherer() if plan.pixel_art else None
    has_alpha = False
    with atomic_folder(folder) as unfinished:
        with open(unfinished / _ARRAY, "xb") as file, closing(_fitted(examined, plan, progress)) as rows:
            shape = (len(examined.distinct), plan.side, plan.side, 4)
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for rgba in rows:
                file.write(rgba.tobytes())
                has_alpha = has_alpha or bool(rgba[..., 3].min() < 255)
                if gatherer is not None:
                    gatherer.add(rgba)
        palette = None
        if gatherer is not None:
            progress.update("Gathering colours", 0, 0)
            palette = gatherer.palette()
        ready = PreparedSet(
            key=folder.name,
            folder=folder,
            count=len(examined.distinct),
            size=plan.side,
            scale=plan.scale,
            pixel_art=plan.pixel_art,
            palette=palette,
            has_alpha=has_alpha,
            files=tuple(picture.source.file for picture in examined.distinct),
            survey=examined.survey,
        )
        (unfinished / _FACTS).write_text(json.dumps(_to_json(ready), ensure_ascii=False), "utf-8")
    return ready


def _fitted(examined: Examined, plan: _Plan, progress: Progress) -> Generator[Pictures, None, None]:
    work = partial(_fit_one, plan=plan)
    yield from in_parallel(work, examined.distinct, "Preparing pictures", progress)


def _fit_one(picture: Distinct, plan: _Plan) -> Pictures:
    """Raises StudioError when the file is no longer what the survey saw."""
    try:
        rgba = decode(picture.source.read(), picture.source.file)
    except NotTaken as error:
        raise _changed(picture) from error
    if digest_of(rgba) != picture.digest:
        raise _changed(picture)
    return fit_picture(rgba, plan.side, plan.fit, plan.pixel_art, plan.enlargement)


def _changed(picture: Distinct) -> StudioError:
    return StudioError(f"“{picture.source.file}” changed while the pictures were read.", "Start again.")


def _to_json(ready: PreparedSet) -> dict[str, Any]:
    survey = ready.survey
    return {
        "format": 1,
        "count": ready.count,
        "size": ready.size,
        "scale": ready.scale,
        "pixel_art": ready.pixel_art,
        "palette": None if ready.palette is None else ready.palette.tolist(),
        "has_alpha": ready.has_alpha,
        "files": ready.files,
        "survey": {
            **{key: getattr(survey, key) for key in ("pixel_scale", "pixel_art", "suggested_size")},
            "accepted": [(a.file, a.width, a.height, a.alpha) for a in survey.accepted],
            "left_out": [(item.file, item.reason) for item in survey.left_out],
            "duplicates": survey.duplicates,
            "warnings": survey.warnings,
            "faces_one_way": survey.faces_one_way,
            "in_common": survey.in_common,
        },
    }


def _from_json(folder: Path, values: dict[str, Any]) -> PreparedSet:
    seen = values["survey"]
    palette = values["palette"]
    return PreparedSet(
        key=folder.name,
        folder=folder,
        palette=None if palette is None else np.array(palette, np.uint8).reshape(-1, 4),
        files=tuple(values["files"]),
        survey=Survey(
            accepted=tuple(Accepted(*item) for item in seen["accepted"]),
            left_out=tuple(LeftOut(*item) for item in seen["left_out"]),
            duplicates=tuple(tuple(group) for group in seen["duplicates"]),
            warnings=tuple(seen["warnings"]),
            faces_one_way=bool(seen["faces_one_way"]),
            in_common=float(seen["in_common"]),
            **{key: seen[key] for key in ("pixel_scale", "pixel_art", "suggested_size")},
        ),
        **{key: values[key] for key in ("count", "size", "scale", "pixel_art", "has_alpha")},
    )


def load_prepared(prepared_folder: Path, key: str) -> PreparedSet | None:
    """The set `prepare` made under that key, or None if it is there no more. key: not yet trusted."""
    return _load(prepared_folder / key) if key.isalnum() else None


def _load(folder: Path) -> PreparedSet | None:
    """A set made earlier; None if there is none, or it is damaged or older than what is asked of one: it
    can be made again."""
    try:
        ready = _from_json(folder, read_json(folder / _FACTS))
        with open(ready.array_file, "rb") as file:
            version = np.lib.format.read_magic(file)
            shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
            length = os.fstat(file.fileno()).st_size - file.tell()
        expected = (ready.count, ready.size, ready.size, 4)
        if version != (1, 0) or shape != expected or fortran_order or dtype != np.dtype(np.uint8):
            return None
        if length != ready.count * ready.size * ready.size * 4 or len(ready.files) != ready.count:
            return None
        os.utime(folder)
    except (StudioError, OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return ready


def _noted(note: Path) -> PreparedSet | None:
    """The set that these untouched files became last time."""
    try:
        key = str(read_json(note)["key"])
        os.utime(note)
    except (StudioError, KeyError, OSError):
        return None
    if len(key) != 32 or not key.isalnum():
        return None
    return _load(note.parent / key)


def _sweep(prepared_folder: Path) -> None:
    """Remove what killed runs left, and what was not used for a month."""
    sweep_temporary(prepared_folder)
    for path in prepared_folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime < _UNUSED_AFTER_S:
                continue
            if path.is_dir() and (path / _FACTS).is_file():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith("seen-") and path.suffix == ".json":
                path.unlink()
