"""Detail of own pictures, as the window needs it: kept in the library, read once, given back when shown."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from studio.core.detail import Detail
from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.store.details import keep_detail, load_detail, old_details, remove_detail

log = logging.getLogger(__name__)

_KEPT = 64  # details; one of 128 px takes 0.2 MB


class Details:
    """For any thread. A detail that cannot be read costs that detail: the picture is shown as rebuilt."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: OrderedDict[str, Detail | None] = OrderedDict()
        self._used: set[str] = set()  # in this session; a step of undo may want them again
        self._lock = threading.Lock()

    def keep(self, detail: Detail) -> str:
        """Its name. Raises StudioError when the disk refuses."""
        with self._lock:  # one that lies there already must not go before it is known to be used
            name = keep_detail(self._folder, detail)
            self._used.add(name)
        self._remember(name, detail)
        return name

    def apply(self, name: str, rgba: Pictures) -> Pictures:
        """name: of a Card, "" for none. rgba: uint8 [H, W, 4], as decoded."""
        detail = self._get(name) if name else None
        if detail is None or detail.rebuild.shape != rgba.shape:
            return rgba
        return detail.apply(rgba)

    def _get(self, name: str) -> Detail | None:
        with self._lock:
            self._used.add(name)
            if name in self._read:
                self._read.move_to_end(name)
                return self._read[name]
        try:
            detail = load_detail(self._folder, name)
        except StudioError as error:
            log.info("%s (%s)", error.message, name)
            detail = None
        self._remember(name, detail)
        return detail

    def sweep(self, referred: Collection[str]) -> None:
        """Remove what nothing has referred to for long. referred: names that something refers to."""
        for name in old_details(self._folder, referred):
            with self._lock:
                if name not in self._used:
                    remove_detail(self._folder, name)

    def _remember(self, name: str, detail: Detail | None) -> None:
        with self._lock:
            self._read[name] = detail
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
