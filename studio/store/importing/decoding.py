"""One file's bytes to one picture, whatever the bytes are. Knows nothing of sets."""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from studio.core.errors import StudioError
from studio.core.pixels import Pictures

from . import png
from .colour import to_srgb

LARGEST_FILE = 256 * 2**20  # bytes
LARGEST_PICTURE = 64 * 10**6  # pixels
SMALLEST_SIDE = 8  # px; below this there is nothing to learn
LONGEST_STRIP = 16  # times as long as wide
_BIG_PICTURE = 8 * 10**6  # pixels; these are decoded one at a time to bound memory

_one_big_at_a_time = threading.Lock()
_warnings_are_global = threading.Lock()

_DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow's readers were seen to raise on damaged files: a hostile file must cost only itself."""


class NotTaken(Exception):
    """Why a file is left out, as the user reads it: no capital, no full stop."""

    @property
    def reason(self) -> str:
        return str(self)


_Opener = Callable[[io.BytesIO], ImageFile]


@contextmanager
def _quietly() -> Iterator[None]:
    """Pillow warns of odd EXIF and TIFF tags, and Python's warning filters belong to all threads at once."""
    with _warnings_are_global, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _open_jpeg(file: io.BytesIO) -> ImageFile:
    with _quietly():
        return JpegImagePlugin.JpegImageFile(file)


def _open_avif(file: io.BytesIO) -> ImageFile:
    with _quietly():
        return AvifImagePlugin.AvifImageFile(file)


def _open_tiff(file: io.BytesIO) -> ImageFile:
    """Loaded at once, since Pillow reads the tags a second time then. Never of two files at a time."""
    with _quietly():
        image = TiffImagePlugin.TiffImageFile(file)
        _check_size(*image.size)
        image.load()
        return image


_FORMATS: tuple[tuple[bytes, int, _Opener], ...] = (
    (png.SIGNATURE, 0, PngImagePlugin.PngImageFile),
    (b"\xff\xd8\xff", 0, _open_jpeg),
    (b"WEBP", 8, WebPImagePlugin.WebPImageFile),
    (b"ftypavif", 4, _open_avif),
    (b"ftypavis", 4, _open_avif),
    (b"GIF87a", 0, GifImagePlugin.GifImageFile),
    (b"GIF89a", 0, GifImagePlugin.GifImageFile),
    (b"BM", 0, BmpImagePlugin.BmpImageFile),
    (b"II*\0", 0, _open_tiff),
    (b"MM\0*", 0, _open_tiff),
    (b"II+\0", 0, _open_tiff),
    (b"MM\0+", 0, _open_tiff),
)
"""Mark, where it stands, who opens it. Opening by class instead of `Image.open` tries no other reader and
never reaches Pillow's pixel-limit warning, which is global state."""

_KNOWN_OTHERS: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "an archive inside a folder; give it by itself to read it"),
    (b"8BPS", 0, "a Photoshop file; export it as PNG"),
    (b"%PDF", 0, "a PDF file; export it as PNG"),
    (b"gimp xcf", 0, "a GIMP file; export it as PNG"),
    (b"ftypheic", 4, "a HEIC picture; export it as JPEG or PNG"),
    (b"ftypmif1", 4, "a HEIC picture; export it as JPEG or PNG"),
    (b"\0\0\1\0", 0, "an icon file; export it as PNG"),
    (b"\xff\x0a", 0, "a JPEG XL picture; export it as PNG"),
    (b"JXL ", 4, "a JPEG XL picture; export it as PNG"),
    (b"\0\0\0\x0cjP  ", 0, "a JPEG 2000 picture; export it as PNG"),
)


def recognise(start: bytes, name: str) -> _Opener:
    """Who opens a file that begins so. By content; Targa has no mark, so there the name helps.

    Raises NotTaken for what is no picture.
    """
    for mark, at, opener in _FORMATS:
        if start[at : at + len(mark)] == mark:
            return opener
    for mark, at, reason in _KNOWN_OTHERS:
        if start[at : at + len(mark)] == mark:
            raise NotTaken(reason)
    if name.lower().endswith(".tga"):
        return TgaImagePlugin.TgaImageFile
    if not start:
        raise NotTaken("the file is empty")
    if b"<svg" in start or name.lower().endswith((".svg", ".svgz")):
        raise NotTaken("a vector picture; export it as PNG")
    raise NotTaken("not a picture")


def read_picture(path: Path) -> Pictures:
    """uint8 [H, W, 4]: one file as an import takes it; upright, sRGB.

    Raises StudioError with the reason.
    """
    try:
        return decode(read_file(path), path.name)
    except NotTaken as error:
        raise StudioError(f"“{path.name}” cannot be used: {error.reason}.") from error


def read_file(path: Path) -> bytes:
    """The whole file. Raises NotTaken when it cannot be read or is beyond what a picture needs."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_FILE:
                raise NotTaken(f"the file is larger than {LARGEST_FILE // 2**20} MB")
            return file.read(size)  # asking for more would reserve it
    except OSError as error:
        raise NotTaken(f"the file cannot be read ({error.strerror})") from error


def decode(data: bytes, name: str, is_to_learn: bool = True) -> Pictures:
    """uint8 [H, W, 4], upright, sRGB, colour zero under alpha zero. Thread-safe.

    is_to_learn: whether to turn away what nothing can be learned from: too small, a strip, invisible.
    Raises NotTaken.
    """
    opener = recognise(data[:64], name)
    if len(data) > LARGEST_FILE:
        raise NotTaken(f"the file is larger than {LARGEST_FILE // 2**20} MB")
    slim = None
    try:
        if opener is PngImagePlugin.PngImageFile:
            slim = png.slim(data)
            _check_size(slim.width, slim.height)
            data = slim.data
        with opener(io.BytesIO(data)) as image:
            _check_size(*image.size)
            if is_to_learn:
                _check_shape(*image.size)
            big = image.width * image.height > _BIG_PICTURE
            with _one_big_at_a_time if big else nullcontext():
                rgba = _pixels(image, slim)
        if is_to_learn and not rgba[..., 3].any():
            raise NotTaken("nothing can be seen in it: every pixel is transparent")
        return rgba
    except png.DamagedPng as error:
        raise NotTaken(str(error)) from error
    except _DECODER_ERRORS as error:
        raise NotTaken(_what_failed(error)) from error


def _what_failed(error: BaseException) -> str:
    if "truncated" in str(error) or isinstance(error, EOFError):
        return "the file is cut off"
    if isinstance(error, SyntaxError | NotImplementedError):
        return "the file is damaged, or of a kind this program cannot read"
    if isinstance(error, MemoryError | Image.DecompressionBombError):
        return "too large: it claims more pixels than can be read"
    return "the file is damaged"


def _check_size(width: int, height: int) -> None:
    """By the header alone, before a pixel is decoded."""
    if width * height > LARGEST_PICTURE:
        raise NotTaken(f"too large: it claims {width} × {height} pixels")
    if width < 1 or height < 1:
        raise NotTaken("the file is damaged: it claims to have no pixels")


def _check_shape(width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise NotTaken(f"too small to learn from: {width} × {height} pixels")
    if max(width, height) > LONGEST_STRIP * min(width, height):
        raise NotTaken(f"a strip of {width} × {height} pixels, too long to fit a square")


def _pixels(image: ImageFile, slim: png.SlimPng | None) -> Pictures:
    image.load()
    rgba = _rgba(image, slim)
    if slim is not None and _may_lack_rows(rgba, slim) and not slim.has_all_rows():
        raise NotTaken("the file is cut off: rows are missing")
    rgba[rgba[..., 3] == 0] = 0
    exif = image.info.get("exif") if slim is None else slim.exif
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        exif = None  # Pillow has turned it already
    return _upright(rgba, _orientation(exif) if isinstance(exif, bytes) else 1)


def _may_lack_rows(rgba: Pictures, slim: png.SlimPng) -> bool:
    """Rows that were never there come out in one colour; only then is the costly check worth it."""
    return slim.interlaced or bool((rgba[-1] == rgba[-1, 0]).all())


def _rgba(image: Image.Image, slim: png.SlimPng | None) -> Pictures:
    """A writable uint8 [H, W, 4] in sRGB from every mode Pillow decodes to."""
    profile = image.info.get("icc_profile") if slim is None else slim.profile
    key = image.info.get("transparency")
    clear: npt.NDArray[np.bool_] | None = None
    if image.mode.startswith("I;16"):
        levels = np.asarray(image).astype(np.uint32)
        if isinstance(key, int):
            clear = levels == key
        image = Image.fromarray(((levels * 255 + 32767) // 65535).astype(np.uint8))
    elif image.mode in ("I", "F", "LAB", "HSV"):
        raise NotTaken("its colours are stored in a way that has no sure meaning; save it with 8 or 16 bits")
    elif image.mode in ("1", "L", "RGB") and key is not None:
        clear = _matches_key(image, key, slim.bit_depth if slim else 8)
    if clear is not None:
        image.info.pop("transparency", None)  # Pillow would apply it again, and wrongly
    rgba = np.array(to_srgb(image, profile if isinstance(profile, bytes) else None))
    if clear is not None:
        rgba[clear] = 0
    return rgba


def _matches_key(image: Image.Image, key: Any, bit_depth: int) -> npt.NDArray[np.bool_]:
    """Where the pixel is the one declared transparent. The key counts in the file's bit depth, the
    decoded pixels in 0..255: Pillow compares them as they are."""
    values = np.atleast_1d(np.asarray(key, np.int64))
    if image.mode == "1":
        values = np.minimum(values, 1) * 255  # some Pillows give 1, some 255
    elif bit_depth == 16:
        values = values >> 8
    else:
        values = values * 255 // (2**bit_depth - 1)
    levels = np.asarray(image.convert("L") if image.mode == "1" else image)
    return np.asarray((levels.reshape(*levels.shape[:2], -1) == values).all(axis=-1))


def _orientation(exif: bytes) -> int:
    """Tag 274 of the first directory (TIFF 6.0, section 2), 1..8; 1 where there is none or it is broken."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, at)
        for index in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, at + 2 + 12 * index)
            if tag == 274:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _upright(rgba: Pictures, orientation: int) -> Pictures:
    """EXIF 2.32, 4.6.4: 2 and 4 mirrored, 3 upside down, 5 to 8 lying on a side."""
    if orientation >= 5:
        rgba = rgba.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        rgba = rgba[:, ::-1]
    if orientation in (3, 4, 7, 8):
        rgba = rgba[::-1]
    return np.ascontiguousarray(rgba)
