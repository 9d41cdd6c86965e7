"""PNG files cut down to what shows, before Pillow reads them.

Texts, animations and private chunks are dropped unread, since they may unpack to anything; profile and
EXIF are taken out within limits; and a file that holds fewer rows than it claims is found out, which
Pillow does not do. Chunk names: PNG specification, third edition, section 11.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SHOWN = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}
_LARGEST_PROFILE = 4 * 2**20  # bytes; display profiles take some KB, printer profiles up to 2 MB
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Left, top, step across, step down of the seven passes."""


class DamagedPng(ValueError):
    """The message says in what way, as the user reads it."""


@dataclass(frozen=True)
class SlimPng:
    data: bytes  # a PNG of nothing but pixels
    width: int
    height: int
    bit_depth: int
    colour_type: int
    interlaced: bool
    profile: bytes | None  # ICC
    exif: bytes | None
    packed_rows: tuple[bytes, ...]

    def has_all_rows(self) -> bool:
        """Whether the pixel stream is as long as the header claims. Unpacks it, keeping nothing."""
        missing = self._row_bytes()
        unpacker = zlib.decompressobj()
        for packed in self.packed_rows:
            while packed and missing > 0:
                try:
                    missing -= len(unpacker.decompress(packed, 2**20))
                except zlib.error:
                    return False
                packed = unpacker.unconsumed_tail
        return missing <= 0

    def _row_bytes(self) -> int:
        bits = self.bit_depth * _CHANNELS.get(self.colour_type, 4)
        passes = _ADAM7 if self.interlaced else ((0, 0, 1, 1),)
        total = 0
        for left, top, across, down in passes:
            width, height = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if width > 0 and height > 0:
                total += height * (1 + (width * bits + 7) // 8)
        return total


def slim(data: bytes) -> SlimPng:
    """Raises DamagedPng."""
    kept, rows = [SIGNATURE], []
    profile = exif = None
    for kind, content, chunk in _chunks(data):
        if kind in _SHOWN:
            kept.append(chunk)
        if kind == b"IDAT":
            rows.append(content)
        elif kind == b"iCCP":
            profile = _unpacked_profile(content)
        elif kind == b"eXIf" and len(content) < 2**16:
            exif = content
    if len(kept) < 2 or kept[1][4:8] != b"IHDR" or len(kept[1]) != 25:
        raise DamagedPng("the file has no header")
    if not rows:
        raise DamagedPng("the file holds no pixels")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", kept[1][8:21])
    end = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
    return SlimPng(
        b"".join(kept) + end, width, height, depth, colour, interlace == 1, profile, exif, tuple(rows)
    )


def _chunks(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """(kind, content, whole chunk) up to the end mark; what lies behind it is ignored."""
    chunks = []
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND":
            break
        stop = at + 12 + length
        if stop > len(data):
            raise DamagedPng("the file is cut off")
        content = data[at + 8 : stop - 4]
        if kind in _SHOWN and zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(data[stop - 4 : stop]):
            raise DamagedPng("the file is damaged: a checksum is wrong")
        chunks.append((kind, content, data[at:stop]))
        at = stop
    return chunks


def _unpacked_profile(content: bytes) -> bytes | None:
    """The ICC profile; None if it is broken or unpacks to more than a profile can be."""
    packed = content.partition(b"\0")[2][1:]
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed, _LARGEST_PROFILE)
    except zlib.error:
        return None
    return profile if unpacker.eof else None
