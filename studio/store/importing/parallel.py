"""Work on all cores, results in order, memory flat however many items there are."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from studio.core.progress import Progress

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_AHEAD = 4  # items a core may be ahead of the consumer


def in_parallel(
    work: Callable[[_Item], _Result], items: Sequence[_Item], doing: str, progress: Progress
) -> Iterator[_Result]:
    """`work` of each item, in order. Threads suffice: Pillow decodes and resizes without the GIL.

    Closing the iterator, or an exception such as Cancelled from `progress`, drops what has not begun.
    """
    workers = os.cpu_count() or 1
    waiting: deque[Future[_Result]] = deque()
    done = 0
    progress.update(doing, done, len(items))
    with ThreadPoolExecutor(workers, thread_name_prefix="pictures") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= _AHEAD * workers:
                    yield waiting.popleft().result()
                    progress.update(doing, done := done + 1, len(items))
            while waiting:
                yield waiting.popleft().result()
                progress.update(doing, done := done + 1, len(items))
        finally:
            for future in waiting:
                future.cancel()
