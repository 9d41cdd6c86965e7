"""Pictures that are to be packed, wherever they lie: in files, or in a spool of those just made."""

from __future__ import annotations

import io
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

import numpy as np

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.store.files import TEMPORARY, disk_error
from studio.store.importing.decoding import NotTaken, decode
from studio.store.importing.sources import Source
from studio.store.metadata import recipe_in

from .model import Size


class Given(Protocol):
    """Is read twice, to be looked at and to be drawn; on any thread."""

    @property
    def file(self) -> str:
        """As it is shown, and what the sprite is called after."""

    def read(self) -> tuple[Pictures, Picture | None]:
        """uint8 [H, W, 4], straight alpha, and how it was made, where that is known. Raises NotTaken."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A picture file, perhaps inside a zip."""

    source: Source

    @property
    def file(self) -> str:
        return self.source.file

    def read(self) -> tuple[Pictures, Picture | None]:
        data = self.source.read()
        return decode(data, self.file, is_to_learn=False), _recipe(data, self.file)


def _recipe(data: bytes, file: str) -> Picture | None:
    """A recipe that is damaged costs only itself."""
    try:
        return recipe_in(io.BytesIO(data), file)
    except StudioError:
        return None


class Spool:
    """Finished pictures as raw bytes in a file without a name: memory stays flat however many there are, no
    time goes into packing and unpacking them, and a killed process leaves nothing behind.
    """

    def __init__(self, beside: Path) -> None:
        """beside: where the pack will lie; the file is made on the same disk. Raises StudioError."""
        folder = next((each for each in beside.absolute().parents if each.is_dir()), Path.cwd())
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(prefix=TEMPORARY, dir=folder)  # noqa: SIM115
        except OSError as error:
            raise disk_error(error, beside) from error
        self._beside = beside
        self._lock = threading.Lock()
        self._end = 0
        self.pictures: list[SpooledPicture] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Its pictures cannot be read any more."""
        with self._lock:
            self._file.close()

    def add(self, file: str, rgba: Pictures, picture: Picture | None) -> None:
        """rgba: uint8 [H, W, 4]. Raises StudioError when the disk refuses."""
        height, width = rgba.shape[:2]
        try:
            with self._lock:
                self._file.seek(self._end)
                self._file.write(np.ascontiguousarray(rgba).data)
                self._file.flush()
        except OSError as error:
            raise disk_error(error, self._beside) from error
        self.pictures.append(SpooledPicture(self, self._end, Size(width, height), file, picture))
        self._end += rgba.nbytes

    def read(self, begin: int, size: Size) -> Pictures:
        """uint8 [H, W, 4]. Raises NotTaken where the spool is closed."""
        length = 4 * size.area
        try:
            with self._lock:
                self._file.seek(begin)
                content = self._file.read(length)
        except (OSError, ValueError) as error:
            raise NotTaken("it is gone") from error
        if len(content) < length:
            raise NotTaken("it is gone")
        return np.frombuffer(content, np.uint8).reshape(size.height, size.width, 4)


@dataclass(frozen=True, slots=True, eq=False)
class SpooledPicture:
    """A place in a spool."""

    spool: Spool
    begin: int
    size: Size
    file: str
    picture: Picture | None

    def read(self) -> tuple[Pictures, Picture | None]:
        return self.spool.read(self.begin, self.size), self.picture
