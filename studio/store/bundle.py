"""The bundle: the folder a run leaves, written whole or not at all, and checked before it is believed.

Nothing here runs the networks; `generate` does. No onnx, no ONNX Runtime.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.core.density import Density
from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.pixels import Pictures

from .arrays import Wanted, read_arrays, shape_of, write_arrays
from .damage import Damaged
from .facts import Facts as Facts
from .facts import read_facts
from .files import TEMPORARY, atomic_folder, write_json
from .onnx_file import FLOAT32, OnnxGraph, Port, examine

FACTS, ENCODER, DECODER = "bundle.json", "encoder.onnx", "decoder.onnx"
PRIOR, PICTURES, PREVIEW = "prior.npz", "pictures.npz", "preview.png"
LARGEST = {
    FACTS: 2**20,
    ENCODER: 2**29,
    DECODER: 2**29,
    PRIOR: 2**28,
    PICTURES: 2**32,
    PREVIEW: 2**25,
}
"""The files of a bundle and their largest sizes, bytes."""
LARGEST_THUMBNAIL = 128  # side, px
_LARGEST_PREVIEW = 2**25  # px in all
_LONGEST_FILE_NAME = 1024
_MEND = "Copy it again from where it came, or remove it."


@dataclass(frozen=True, eq=False)
class Bundle:
    """A checked bundle. Thumbnails are read when they are first asked for."""

    folder: Path
    facts: Facts
    density: Density
    codes: Latents  # float32 [N, D], of the training pictures
    code_files: tuple[str, ...]  # their files, relative to what was imported; empty if not kept
    has_thumbnails: bool

    @property
    def decoder_file(self) -> Path:
        return self.folder / DECODER

    @property
    def encoder_file(self) -> Path:
        return self.folder / ENCODER

    @property
    def preview_file(self) -> Path:
        return self.folder / PREVIEW

    @cached_property
    def thumbnails(self) -> Pictures | None:
        """The training pictures, small: uint8 [N, t, t, 4] in the order of `codes`. Raises StudioError."""
        if not self.has_thumbnails:
            return None
        try:
            return read_arrays(self.folder / PICTURES, [_thumbnails_wanted(len(self.codes))])["thumbnails"]
        except (Damaged, OSError) as error:
            raise StudioError(
                f"The small pictures of the model “{self.facts.name}” cannot be read.", _MEND
            ) from error


@dataclass(frozen=True)
class DamagedBundle:
    """A bundle that cannot be used, and why, as the user reads it."""

    path: Path
    sentence: str


def content_id(*parts: bytes) -> str:
    """The id of a bundle made of these files' contents: 16 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(hashlib.blake2b(part).digest())
    return digest.hexdigest()


def write_bundle(
    folder: Path,
    facts: Facts,
    encoder: bytes,
    decoder: bytes,
    density: Density,
    codes: Latents,
    preview: npt.NDArray[np.uint8],
    thumbnails: Pictures | None,
    code_files: Sequence[str] = (),
) -> Bundle:
    """The bundle, whole and checked, at `folder`; replaces an older one there. On failure nothing changes.

    encoder, decoder: ONNX. codes: float32 [N, D]. preview: uint8 [h, w, 4]. thumbnails: uint8 [N, t, t, 4].
    code_files: N names, or none to keep them private.
    Raises StudioError when the disk refuses or the parts do not fit each other.
    """
    with atomic_folder(folder) as temporary:
        write_json(temporary / FACTS, facts.to_json())
        (temporary / ENCODER).write_bytes(encoder)
        (temporary / DECODER).write_bytes(decoder)
        parts = {"weights": density.weights, "means": density.means, "factors": density.factors}
        write_arrays(temporary / PRIOR, {name: part.astype("<f4") for name, part in parts.items()})
        write_pictures(temporary / PICTURES, codes, thumbnails, code_files)
        (temporary / PREVIEW).write_bytes(_png(preview))
        bundle = load_bundle(temporary, called=facts.name)
    return replace(bundle, folder=folder)


def write_pictures(
    target: Path | IO[bytes], codes: Latents, thumbnails: Pictures | None, code_files: Sequence[str]
) -> None:
    """pictures.npz: what a bundle remembers of the pictures it was trained on."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"codes": codes.astype("<f4")}
    if code_files:
        names = json.dumps([name[-_LONGEST_FILE_NAME:] for name in code_files]).encode()
        arrays["files"] = np.frombuffer(names, np.uint8)
    if thumbnails is not None:
        arrays["thumbnails"] = thumbnails
    write_arrays(target, arrays)


def _png(rgba: npt.NDArray[np.uint8]) -> bytes:
    while rgba.shape[0] * rgba.shape[1] > _LARGEST_PREVIEW:
        rgba = rgba[::2, ::2]
    target = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgba)).save(target, "PNG", optimize=True)
    return target.getvalue()


def load_bundle(path: Path, called: str = "") -> Bundle:
    """The bundle in the folder `path`, after everything in it has been checked.

    called: what the user knows it as, if not as the folder's name.
    Raises StudioError with one sentence for the first thing that is wrong.
    """
    called = called or path.name
    try:
        if not path.is_dir():
            raise StudioError(f"There is no model at “{path}”.", "Give the folder of a model.")
        for name in LARGEST:
            _check_file(path, name)
        facts = read_facts(path / FACTS)
        _check_decoder(path / DECODER, facts)
        _check_encoder(path / ENCODER, facts)
        codes, files, has_thumbnails = _read_pictures(path / PICTURES, facts)
        _check_preview(path / PREVIEW)
        return Bundle(path, facts, _read_density(path / PRIOR, facts), codes, files, has_thumbnails)
    except Damaged as error:
        raise StudioError(f"The model “{called}” cannot be used: {error}.", _MEND) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StudioError(f"The model “{called}” cannot be read ({reason}).", _MEND) from error


def _check_file(folder: Path, name: str) -> None:
    """A plain file of reasonable size inside the folder: no link out of it, no pipe that never ends."""
    path = folder / name
    if not os.path.lexists(path):
        raise Damaged(f"“{name}” is missing")
    real = os.path.realpath(path)
    if os.path.dirname(real) != os.path.realpath(folder):
        raise Damaged(f"“{name}” is a link that leaves the folder")
    status = os.stat(real)
    if not stat.S_ISREG(status.st_mode):
        raise Damaged(f"“{name}” is not a file")
    if status.st_size == 0:
        raise Damaged(f"“{name}” is empty")
    if status.st_size > LARGEST[name]:
        raise Damaged(f"“{name}” is far too large")


def _check_decoder(path: Path, facts: Facts) -> None:
    graph = _examined(path)
    picture = (None, 4, facts.size, facts.size)
    _check_ports(graph.inputs, {"z": (None, facts.latent_width)}, path.name)
    wanted = {"rgba": picture} if facts.palette is None else {"rgba": picture, "soft": picture}
    _check_ports(graph.outputs, wanted, path.name)


def _check_encoder(path: Path, facts: Facts) -> None:
    graph = _examined(path)
    code = (None, facts.latent_width)
    _check_ports(graph.inputs, {"rgba": (None, 4, facts.size, facts.size)}, path.name)
    _check_ports(graph.outputs, {"mean": code, "log_variance": code}, path.name)


def _examined(path: Path) -> OnnxGraph:
    try:
        return examine(path.read_bytes())
    except Damaged as error:
        raise Damaged(f"“{path.name}” was refused, {error}") from error


def _check_ports(ports: Sequence[Port], wanted: Mapping[str, tuple[int | None, ...]], file: str) -> None:
    """Exactly these names, float32, with these shapes; None must be free in the file too.

    A length the exporter left open elsewhere passes: `generate` looks at what really comes out.
    """
    if sorted(port.name for port in ports) != sorted(wanted):
        raise Damaged(f"“{file}” does not have the inputs and outputs of a model")
    for port in ports:
        shape = wanted[port.name]
        fits = len(port.shape) == len(shape) and all(
            got is None or got == want for got, want in zip(port.shape, shape, strict=True)
        )
        if port.element != FLOAT32 or not fits:
            raise Damaged(f"“{port.name}” of “{file}” does not have the shape that “{FACTS}” says")


def _read_density(path: Path, facts: Facts) -> Density:
    width = facts.latent_width
    count = shape_of(path, Wanted("weights", "<f4", (None,)))
    k = count[0] if count else None
    arrays = read_arrays(
        path,
        [
            Wanted("weights", "<f4", (k,)),
            Wanted("means", "<f4", (k, width)),
            Wanted("factors", "<f4", (k, width, width)),
        ],
    )
    weights, means, factors = (arrays[name].astype(np.float64) for name in ("weights", "means", "factors"))
    if not all(np.isfinite(part).all() for part in (weights, means, factors)):
        raise Damaged(f"“{path.name}” holds broken numbers")
    total = weights.sum()
    if (weights <= 0).any() or abs(total - 1) > 1e-3:
        raise Damaged(f"the weights in “{path.name}” do not sum to 1")
    diagonals = np.diagonal(factors, axis1=1, axis2=2)
    if (diagonals <= 0).any() or np.triu(factors, 1).any():
        raise Damaged(f"the spreads in “{path.name}” are not lower triangles")
    return Density(weights / total, means, factors)


def _thumbnails_wanted(count: int) -> Wanted:
    return Wanted("thumbnails", "|u1", (count, None, None, 4), optional=True)


def _read_pictures(path: Path, facts: Facts) -> tuple[Latents, tuple[str, ...], bool]:
    arrays = read_arrays(
        path,
        [Wanted("codes", "<f4", (None, facts.latent_width)), Wanted("files", "|u1", (None,), optional=True)],
    )
    codes = arrays["codes"]
    if not np.isfinite(codes).all():
        raise Damaged(f"“{path.name}” holds broken numbers")
    files = _file_names(arrays["files"].tobytes(), path.name) if "files" in arrays else ()
    if files and len(files) != len(codes):
        raise Damaged(f"“{path.name}” does not have one name for each picture")
    shape = shape_of(path, _thumbnails_wanted(len(codes)))
    if shape and (shape[1] != shape[2] or shape[1] > LARGEST_THUMBNAIL):
        raise Damaged(f"“thumbnails” in “{path.name}” has the wrong shape")
    return codes, files, shape is not None


def _file_names(text: bytes, file: str) -> tuple[str, ...]:
    try:
        names = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"the names in “{file}” cannot be read") from error
    if not isinstance(names, list) or not all(
        isinstance(name, str) and len(name) <= _LONGEST_FILE_NAME for name in names
    ):
        raise Damaged(f"the names in “{file}” cannot be read")
    return tuple(names)


def _check_preview(path: Path) -> None:
    """By the header alone; who shows it decodes it."""
    with open(path, "rb") as file:
        head = file.read(26)
    if len(head) < 26 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        raise Damaged(f"“{path.name}” is not a PNG")
    width, height = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    if not 0 < width * height <= _LARGEST_PREVIEW:
        raise Damaged(f"“{path.name}” has impossible sides")


def bundle_folders(folder: Path) -> Iterator[Path]:
    """Folders that are or were meant to be bundles, by name."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    except OSError:  # not there yet, or not ours to read: no bundles
        return
    for entry in entries:
        if not entry.name.startswith(TEMPORARY) and _looks_like_bundle(entry):
            yield entry


def _looks_like_bundle(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in (FACTS, DECODER))


def _said_id(folder: Path) -> str:
    """What a bundle says its id is, unchecked; "" where it says none. Takes 0.1 ms."""
    try:
        _check_file(folder, FACTS)
        return str(json.loads((folder / FACTS).read_bytes()).get("id", ""))
    except (Damaged, OSError, ValueError, AttributeError, RecursionError):
        return ""


def _signature(folder: Path) -> tuple[object, ...]:
    """Changes when a file of the bundle does. Raises OSError."""
    status = [os.lstat(folder / name) for name in LARGEST]
    return tuple((s.st_ino, s.st_size, s.st_mtime_ns) for s in status)


class KnownBundles:
    """Lists folders again and again; a bundle whose files are as they were is not checked anew.

    Checking one takes 7 to 25 ms (measured), looking at its files 0.1. For any thread.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[object, ...], Bundle | DamagedBundle]] = {}
        self._turn = threading.Lock()

    def list(
        self, folders: Sequence[Path], ids: Collection[str] | None = None
    ) -> tuple[list[Bundle], list[DamagedBundle]]:
        """As `list_bundles`. What has not changed is the same object as before.

        ids: look only at bundles of these; others are left out.
        """
        with self._turn:
            paths = [path for folder in folders for path in bundle_folders(folder)]
            self._known = {path: known for path, known in self._known.items() if path in set(paths)}
            found = [self._look(path) for path in paths if ids is None or _said_id(path) in ids]
        bundles = [each for each in found if isinstance(each, Bundle)]
        return bundles, [each for each in found if isinstance(each, DamagedBundle)]

    def _look(self, path: Path) -> Bundle | DamagedBundle:
        try:
            signature = _signature(path)
        except OSError:  # something is missing; loading says what
            signature = ()
        before, known = self._known.get(path, ((), None))
        if known is not None and signature and signature == before:
            return known
        try:
            made: Bundle | DamagedBundle = load_bundle(path)
        except StudioError as error:
            made = DamagedBundle(path, error.message)
        self._known[path] = (signature, made)
        return made


def list_bundles(folders: Sequence[Path]) -> tuple[list[Bundle], list[DamagedBundle]]:
    """Every bundle of these folders in order, by name within each; a damaged one costs only itself."""
    return KnownBundles().list(folders)


def find_bundle(name_or_path: str, folders: Sequence[Path]) -> Bundle:
    """The bundle of that name in the first of the folders that has one, else the one at that path.

    Letter case is ignored where no name fits exactly.
    Raises StudioError if there is none, or if it is damaged.
    """
    found = [path for folder in folders for path in bundle_folders(folder)]
    for wanted, key in ((name_or_path, str), (name_or_path.casefold(), str.casefold)):
        for path in found:
            if key(path.name) == wanted:
                return load_bundle(path)
    path = Path(name_or_path)
    if name_or_path and os.path.isdir(path):  # unlike Path.is_dir, false for what cannot be a path
        return load_bundle(path)
    if path.suffix == ".morpho" and os.path.isfile(path):
        raise StudioError(
            f"“{path.name}” is a packed model that is not in the library.", "Add it to the library first."
        )
    names = ", ".join(dict.fromkeys(path.name for path in found[:12]))
    hint = f"There are: {names}." if names else "Train one first."
    raise StudioError(f"There is no model called “{name_or_path}”.", f"{hint} A model's folder works too.")
