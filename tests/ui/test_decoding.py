"""One decoding thread: live questions overtake, batches keep their order, cancelled ones are silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle
from pytestqt.qtbot import QtBot

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.picture import Finish
from studio.core.pixels import Pictures
from studio.store.bundle import Bundle
from studio.ui.decoding import CHUNK, Answer, DecodeQueue, Decoders


class FakeDecoder:
    """Answers with the first number of each latent as colour, once it is let go."""

    device = "CPU"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.entered = threading.Event()
        self.seen: list[int] = []

    def decode(self, latents: Latents) -> Pictures:
        self.entered.set()
        assert self.go.wait(10)
        if latents[0, 0] < 0:
            raise StudioError("The model will not load.")
        self.seen.append(int(latents[0, 0]))
        colours = latents[:, :1].astype(np.uint8)
        return np.repeat(colours[:, None, None], 4, axis=3).repeat(2, axis=1).repeat(2, axis=2)

    def finish(self, pictures: Pictures, finish: Finish) -> Pictures:
        return pictures


def numbered(*numbers: int) -> Latents:
    return np.array([[number] for number in numbers], np.float32)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("b"))


@pytest.fixture
def decoder() -> FakeDecoder:
    return FakeDecoder()


@pytest.fixture
def queue(qtbot: QtBot, decoder: FakeDecoder) -> Iterator[DecodeQueue]:
    made = DecodeQueue(Decoders(lambda bundle: decoder))
    yield made
    decoder.go.set()
    assert made.stop()


def test_a_batch_comes_in_order_and_in_parts(qtbot: QtBot, queue: DecodeQueue, bundle: Bundle) -> None:
    answers: list[Answer] = []
    queue.answered.connect(answers.append)
    count = 2 * CHUNK + 3
    number = queue.ask_batch(bundle, numbered(*range(count)))
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].is_last)
    assert {answer.number for answer in answers} == {number}
    assert [answer.start for answer in answers] == [0, CHUNK, 2 * CHUNK]
    assert [int(c) for answer in answers for c in answer.pictures[:, 0, 0, 0]] == list(range(count))


def test_the_newest_live_question_wins_and_goes_first(
    qtbot: QtBot, queue: DecodeQueue, decoder: FakeDecoder, bundle: Bundle
) -> None:
    answers: list[Answer] = []
    queue.answered.connect(answers.append)
    decoder.go.clear()
    batch = queue.ask_batch(bundle, numbered(*range(100, 100 + 2 * CHUNK)))
    assert decoder.entered.wait(5)
    first = queue.ask_live(bundle, numbered(1), "slider")
    other = queue.ask_live(bundle, numbered(9), "name")
    second = queue.ask_live(bundle, numbered(2), "slider")
    decoder.go.set()
    qtbot.waitUntil(lambda: len(answers) == 4)
    assert first not in {answer.number for answer in answers}
    assert {answer.number for answer in answers} == {batch, other, second}
    assert 1 not in decoder.seen
    assert max(decoder.seen.index(2), decoder.seen.index(9)) < decoder.seen.index(100 + CHUNK)


def test_a_late_answer_to_an_overtaken_question_never_arrives(
    qtbot: QtBot, queue: DecodeQueue, decoder: FakeDecoder, bundle: Bundle
) -> None:
    answers: list[Answer] = []
    queue.answered.connect(answers.append)
    decoder.go.clear()
    queue.ask_live(bundle, numbered(1), "slider")
    assert decoder.entered.wait(5)
    second = queue.ask_live(bundle, numbered(2), "slider")
    decoder.go.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert decoder.seen == [1, 2]
    assert [answer.number for answer in answers] == [second]


def test_a_cancelled_batch_is_silent(
    qtbot: QtBot, queue: DecodeQueue, decoder: FakeDecoder, bundle: Bundle
) -> None:
    answers: list[Answer] = []
    queue.answered.connect(answers.append)
    decoder.go.clear()
    batch = queue.ask_batch(bundle, numbered(*range(5 * CHUNK)))
    assert decoder.entered.wait(5)
    queue.cancel(batch)
    after = queue.ask_batch(bundle, numbered(200))
    decoder.go.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert [answer.number for answer in answers] == [after]
    assert decoder.seen == [0, 200]


def test_a_failure_names_its_question_and_the_thread_lives_on(
    qtbot: QtBot, queue: DecodeQueue, bundle: Bundle
) -> None:
    with qtbot.waitSignal(queue.failed) as failed:
        number = queue.ask_live(bundle, numbered(-1), "slider")
    assert failed.args is not None
    assert failed.args[0] == number
    assert "will not load" in failed.args[1].message
    with qtbot.waitSignal(queue.answered):
        queue.ask_live(bundle, numbered(3), "slider")


def test_only_the_bundles_used_last_stay_open(tmp_path: Path) -> None:
    opened: list[str] = []

    def open_decoder(bundle: Bundle) -> FakeDecoder:
        opened.append(bundle.facts.name)
        return FakeDecoder()

    decoders = Decoders(open_decoder)
    a, b, c, d, e = (make_bundle(tmp_path, name, seed=i) for i, name in enumerate("abcde"))
    for bundle in (a, b, c, d, a, e, a, b):
        decoders.get(bundle)
    assert opened == ["a", "b", "c", "d", "e", "b"]
