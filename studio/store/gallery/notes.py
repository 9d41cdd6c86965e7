"""What the artist says of one picture, kept in a text chunk of its own PNG. What is read is hostile text."""

from __future__ import annotations

import io
import json
import re
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from studio.store.damage import Damaged
from studio.store.importing.png import SIGNATURE
from studio.store.metadata import text_in

KEYWORD = "morpho_gallery"
MOST_STARS = 5
MOST_TAGS = 100
LONGEST_TAG = 60
LONGEST_NOTE = 10_000  # characters; with a hundred tags this stays below what is read of a chunk
LONGEST_NAME = 200
MOST_PARENTS = 16
_SCHEMA = 1
_HASH = re.compile("[0-9a-f]{16,64}")
_LATEST_MS = 32_503_680_000_000  # the year 3000


@dataclass(frozen=True)
class Notes:
    """Of one picture of the gallery."""

    key: str  # 16 hexadecimal digits at random; collections name pictures by it
    created_ms: int  # when it came into the gallery, since 1970
    name: str = ""
    model: str = ""  # name of the model that made it
    stars: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    novelty: float | None = None  # core.novelty, where it was judged
    parents: tuple[str, ...] = ()  # hashes of the pictures it was made from

    def with_new_key(self) -> Notes:
        return replace(self, key=new_key())


def new_key() -> str:
    return secrets.token_hex(8)


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """As they are kept: no empty ones, none twice (whatever its case), in the order given."""
    kept: dict[str, str] = {}
    for tag in tags:
        words = one_line(tag, LONGEST_TAG)
        if words:
            kept.setdefault(words.casefold(), words)
    return tuple(kept.values())[:MOST_TAGS]


def tidy_texts(name: str, note: str) -> tuple[str, str]:
    """A name and a note as they are kept."""
    return one_line(name, LONGEST_NAME), printable(note, breaks=True)[:LONGEST_NOTE]


def one_line(text: str, longest: int) -> str:
    """Printable, single spaces between words, cut off where it is too long."""
    return " ".join(printable(text).split())[:longest].rstrip()


def printable(text: str, breaks: bool = False) -> str:
    """Without control characters or half surrogates. breaks: whether line breaks stay."""
    line = "".join(c if c.isprintable() or (breaks and c == "\n") else " " for c in text)
    return line.encode("utf-8", "replace").decode()


def to_json(notes: Notes) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "key": notes.key,
        "created_ms": notes.created_ms,
        "name": notes.name[:LONGEST_NAME],
        "model": notes.model[:LONGEST_NAME],
        "stars": notes.stars,
        "note": notes.note[:LONGEST_NOTE],
        "tags": list(notes.tags),
        "novelty": notes.novelty,
        "parents": list(notes.parents[:MOST_PARENTS]),
    }


def from_json(values: Any) -> Notes:
    """The inverse, forgiving: without a good key it raises Damaged, other impossible answers are left out."""
    if not isinstance(values, dict):
        raise Damaged("it is not an object")
    schema, key = values.get("schema"), values.get("key")
    if type(schema) is not int or schema < 1:
        raise Damaged("its form is unknown")
    if not isinstance(key, str) or not re.fullmatch("[0-9a-f]{16}", key):
        raise Damaged("it has no key")
    return Notes(
        key=key,
        created_ms=_number(values.get("created_ms"), _LATEST_MS) or 0,
        name=printable(_text(values.get("name"), LONGEST_NAME)),
        model=printable(_text(values.get("model"), LONGEST_NAME)),
        stars=_number(values.get("stars"), MOST_STARS) or 0,
        note=printable(_text(values.get("note"), LONGEST_NOTE), breaks=True),
        tags=tidy_tags(tag for tag in _list(values.get("tags")) if isinstance(tag, str)),
        novelty=_share(values.get("novelty")),
        parents=tuple(
            parent
            for parent in _list(values.get("parents"))[:MOST_PARENTS]
            if isinstance(parent, str) and _HASH.fullmatch(parent)
        ),
    )


def _number(value: Any, most: int) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None


def _share(value: Any) -> float | None:
    is_share = type(value) in (int, float) and 0 <= value <= 1  # false for NaN too
    return float(value) if is_share else None


def _text(value: Any, longest: int) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value[:1000] if isinstance(value, list) else []


def notes_in(png: bytes) -> Notes | None:
    """What a PNG says of itself; None if it says nothing or nothing that can be used."""
    try:
        text = text_in(io.BytesIO(png), KEYWORD)
        return None if text is None else from_json(json.loads(text))
    except (Damaged, ValueError, RecursionError):
        return None


def with_notes(png: bytes, notes: Notes | None) -> bytes:
    """The same file with these notes in place of any it had (None: with none). Pixels are not touched.

    Raises Damaged for what is not a PNG from its first chunk to its last.
    """
    text = b""
    if notes is not None:
        words = json.dumps(to_json(notes), ensure_ascii=False, separators=(",", ":"))
        body = KEYWORD.encode() + b"\0\0\0\0\0" + words.encode()  # iTXt: not compressed, no language
        check = zlib.crc32(body, zlib.crc32(b"iTXt"))
        text = len(body).to_bytes(4) + b"iTXt" + body + check.to_bytes(4)
    if png[:8] != SIGNATURE:
        raise Damaged("it is no PNG")
    kept, at, is_placed = [SIGNATURE], 8, False
    while at + 12 <= len(png):
        length, kind = int.from_bytes(png[at : at + 4]), png[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(png):
            break
        if kind in (b"IDAT", b"IEND") and not is_placed:  # before the pixels: found without reading them
            kept.append(text)
            is_placed = True
        is_text = kind in (b"tEXt", b"zTXt", b"iTXt")
        if not (is_text and png[at + 8 : end].startswith(KEYWORD.encode() + b"\0")):
            kept.append(png[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(kept)
    raise Damaged("it is cut off")
