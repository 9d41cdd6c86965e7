"""The one decoding thread: live questions where the newest wins, and batches answered in order."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from studio.core.latent import Latents
from studio.core.picture import Finish
from studio.core.pixels import NetworkPictures, Pictures
from studio.store.bundle import Bundle

from .jobs import Mailbox, as_studio_error

CHUNK = 8  # pictures; larger ones are no faster on a CPU (measured) and are seen later
_KEPT_OPEN = 4  # decoders; one takes some tens of MB


class Decodes(Protocol):
    """What the window needs of generate.decoder.Decoder; tests give a fake."""

    @property
    def device(self) -> str: ...

    def decode(self, latents: Latents) -> Pictures: ...

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]: ...

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures: ...


class _OneAtATime:
    """A decoder that several threads may use: a save goes on beside the wall."""

    def __init__(self, decoder: Decodes) -> None:
        self._decoder = decoder
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        return self._decoder.device

    def decode(self, latents: Latents) -> Pictures:
        with self._lock:
            return self._decoder.decode(latents)

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]:
        """All at once: whoever holds the decoder while a generator rests would hold it for good."""
        with self._lock:
            return list(self._decoder.decode_softly(latents))

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures:
        return self._decoder.finish(pictures, finish)


class Decoders:
    """The decoders of the bundles used last, opened when first asked for. For any thread."""

    def __init__(self, open_decoder: Callable[[Bundle], Decodes]) -> None:
        self._open = open_decoder
        self._kept: OrderedDict[str, Decodes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, bundle: Bundle) -> Decodes:
        """Raises StudioError when the bundle will not open."""
        with self._lock:
            key = bundle.facts.id
            decoder = self._kept.pop(key, None) or _OneAtATime(self._open(bundle))
            self._kept[key] = decoder
            while len(self._kept) > _KEPT_OPEN:
                self._kept.popitem(last=False)
            return decoder


@dataclass(frozen=True, eq=False)
class Answer:
    """A part of what was asked: pictures `start`, `start + 1`, ... of question `number`."""

    number: int
    start: int
    pictures: Pictures  # uint8 [n, size, size, 4]
    is_last: bool
    device: str = ""  # what they were made on, as the user reads it


@dataclass(eq=False)
class _Question:
    number: int
    bundle: Bundle
    latents: Latents  # float32 [N, D]
    asker: str = ""  # of a live question
    done: int = 0


@dataclass(frozen=True, eq=False)
class _Failure:
    number: int
    error: BaseException


class DecodeQueue(QObject):
    """Lives on the UI thread, and so do its signals. A live question goes before any batch."""

    answered = Signal(object)  # Answer; never one to a question that was cancelled or overtaken
    failed = Signal(int, object)  # number of the question, StudioError

    def __init__(self, decoders: Decoders, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoders = decoders
        self._mailbox = Mailbox(self._receive, self)
        self._wanted = threading.Condition()
        self._live: dict[str, _Question] = {}
        self._batches: deque[_Question] = deque()
        self._is_stopped = False
        self._last_number = 0
        self._open_numbers: set[int] = set()
        self._live_numbers: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="DecodeQueue", daemon=True)
        self._thread.start()

    def ask_live(self, bundle: Bundle, latents: Latents, asker: str) -> int:
        """The newest of an asker wins: its earlier ones that wait are dropped, late answers never arrive."""
        with self._wanted:
            self._open_numbers.discard(self._live_numbers.get(asker, 0))
            question = _Question(self._new_number(), bundle, latents, asker)
            self._live[asker], self._live_numbers[asker] = question, question.number
            self._wanted.notify()
            return question.number

    def ask_batch(self, bundle: Bundle, latents: Latents) -> int:
        """Answered in order, some pictures at a time, after the batches asked for before."""
        with self._wanted:
            question = _Question(self._new_number(), bundle, latents)
            self._batches.append(question)
            self._wanted.notify()
            return question.number

    def cancel(self, number: int) -> None:
        """Nothing more is heard of this question."""
        with self._wanted:
            self._open_numbers.discard(number)
            self._batches = deque(q for q in self._batches if q.number != number)

    def stop(self, seconds: float = 5.0) -> bool:
        """End the thread; whether it is gone."""
        with self._wanted:
            self._is_stopped = True
            self._open_numbers.clear()
            self._wanted.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _new_number(self) -> int:
        self._last_number += 1
        self._open_numbers.add(self._last_number)
        return self._last_number

    def _run(self) -> None:
        while (question := self._next()) is not None:
            start = question.done
            latents = question.latents[start : start + CHUNK]
            question.done += len(latents)
            is_last = question.done >= len(question.latents)
            message: Any
            try:
                decoder = self._decoders.get(question.bundle)
                message = Answer(question.number, start, decoder.decode(latents), is_last, decoder.device)
            except Exception as error:  # as in Job: a surprise on this thread becomes a value
                message, is_last = _Failure(question.number, error), True
            if not is_last:
                self._put_back(question)
            self._mailbox.put(message)

    def _next(self) -> _Question | None:
        """Wait for something to do. None: stop."""
        with self._wanted:
            self._wanted.wait_for(lambda: bool(self._is_stopped or self._live or self._batches))
            if self._is_stopped:
                return None
            if self._live:
                return self._live.pop(next(iter(self._live)))
            return self._batches.popleft()

    def _put_back(self, question: _Question) -> None:
        """The rest of a question goes on before what was asked later, unless it was cancelled."""
        with self._wanted:
            if question.number not in self._open_numbers:
                return
            if question.asker:
                self._live.setdefault(question.asker, question)
            else:
                self._batches.appendleft(question)

    def _receive(self, message: Any) -> None:
        with self._wanted:
            if message.number not in self._open_numbers:
                return
            if isinstance(message, _Failure) or message.is_last:
                self._open_numbers.discard(message.number)
        if isinstance(message, _Failure):
            self.failed.emit(message.number, as_studio_error(message.error))
        else:
            self.answered.emit(message)
