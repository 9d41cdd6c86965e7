"""Choosing a device: right results first, then speed; and rows that do not depend on their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from bundles import decoder_onnx

from studio.core.errors import StudioError
from studio.generate.session import (
    BATCHES,
    CPU,
    CUDA,
    Session,
    bound_run,
    choose,
    make_session,
    open_runner,
    thread_count,
)

EXAMPLE = np.random.default_rng(0).standard_normal((BATCHES[CUDA], 8)).astype(np.float32)


class FakeRunner:
    """Doubles its input; the clock moves by `seconds` a call."""

    def __init__(self, provider: str, machine: Machine, seconds: float) -> None:
        self._provider, self._machine, self._seconds = provider, machine, seconds
        self.calls: list[int] = []
        self.answer: Callable[[Any], Any] = lambda rows: rows * 2

    def get_providers(self) -> list[str]:
        return [self._provider, CPU] if self._provider == CUDA else [CPU]

    def run(self, output_names: Sequence[str] | None, input_feed: dict[str, Any]) -> list[Any]:
        (rows,) = input_feed.values()
        self.calls.append(len(rows))
        self._machine.now += self._seconds
        return [self.answer(rows)]

    def io_binding(self) -> Any:
        return FakeBinding()

    def run_with_iobinding(self, iobinding: Any) -> None:
        (iobinding.result,) = self.run(None, {"z": iobinding.rows})


class FakeBinding:
    def bind_cpu_input(self, name: str, rows: Any) -> None:
        self.rows = rows

    def bind_output(self, name: str) -> None:
        assert name == "rgba"

    def copy_outputs_to_cpu(self) -> list[Any]:
        return [self.result]


class Machine:
    """What a computer has, for `choose`. card: None where CUDA falls back to the CPU in silence."""

    def __init__(self, cpu_seconds: float = 1.0, card_seconds: float | None = 0.1) -> None:
        self.now = 0.0
        self.cpu = FakeRunner(CPU, self, cpu_seconds)
        self.card = FakeRunner(CPU if card_seconds is None else CUDA, self, card_seconds or 1.0)

    def open_on(self, provider: str) -> Session:
        return Session(self.card if provider == CUDA else self.cpu, "z", ("rgba",))

    def choose(self, device: str = "auto", compiled_in: Sequence[str] = (CUDA, CPU)) -> Session:
        return choose(self.open_on, compiled_in, device, EXAMPLE, lambda: self.now)


class TestChoosing:
    def test_a_fast_card_that_is_right_is_taken(self) -> None:
        assert Machine().choose().device == "NVIDIA graphics card"

    def test_a_slow_card_is_not(self) -> None:
        assert Machine(cpu_seconds=0.01, card_seconds=1.0).choose().device == "CPU"

    def test_a_slow_card_is_taken_when_asked_for(self) -> None:
        assert Machine(cpu_seconds=0.01, card_seconds=1.0).choose("cuda").device == "NVIDIA graphics card"

    def test_the_cpu_when_asked_for(self) -> None:
        machine = Machine()
        assert machine.choose("cpu").device == "CPU"
        assert machine.card.calls == []

    def test_without_cuda_compiled_in_nothing_is_tried(self) -> None:
        machine = Machine()
        assert machine.choose(compiled_in=("AzureExecutionProvider", CPU)).device == "CPU"
        assert machine.cpu.calls == machine.card.calls == []

    @pytest.mark.parametrize(
        "answer",
        [
            lambda rows: rows * 2.1,
            lambda rows: np.full_like(rows, np.nan),
            lambda rows: (rows * 2)[:, :4],
            lambda rows: np.zeros_like(rows),
        ],
    )
    def test_a_card_that_is_wrong_is_not_taken(self, answer: Callable[[Any], Any]) -> None:
        machine = Machine()
        machine.card.answer = answer
        assert machine.choose().device == "CPU"
        with pytest.raises(StudioError, match="The graphics card cannot be used: "):
            machine.choose("cuda")

    def test_rounding_is_not_wrong(self) -> None:
        machine = Machine()
        machine.card.answer = lambda rows: rows * np.float32(2.001)
        assert machine.choose().device == "NVIDIA graphics card"

    def test_falling_back_in_silence_is_seen(self) -> None:
        machine = Machine(card_seconds=None)
        assert machine.choose().device == "CPU"
        with pytest.raises(StudioError, match="no working NVIDIA card"):
            machine.choose("cuda")

    def test_a_card_that_cannot_be_opened(self) -> None:
        machine = Machine()

        def open_on(provider: str) -> Session:
            if provider == CUDA:
                raise StudioError("The driver is too old.")
            return machine.open_on(provider)

        assert choose(open_on, (CUDA, CPU), "auto", EXAMPLE).device == "CPU"
        with pytest.raises(StudioError, match="cannot be used: The driver is too old"):
            choose(open_on, (CUDA, CPU), "cuda", EXAMPLE)

    def test_unknown_device(self) -> None:
        with pytest.raises(StudioError, match="“tpu” is not a device"):
            make_session(b"", "z", ("rgba",), EXAMPLE, "tpu")


class TestRows:
    def test_a_card_always_gets_a_full_batch(self) -> None:
        machine = Machine()
        session = machine.open_on(CUDA)
        results = np.concatenate([rgba for (rgba,) in session.run(EXAMPLE[:3])])
        np.testing.assert_array_equal(results, EXAMPLE[:3] * 2)
        assert machine.card.calls == [16]

    def test_together_on_a_cpu_that_gives_the_same_bits(self) -> None:
        machine = Machine()
        session = machine.open_on(CPU)
        rows = np.concatenate([EXAMPLE, EXAMPLE[:3]])
        for _ in range(2):
            results = np.concatenate([rgba for (rgba,) in session.run(rows)])
            np.testing.assert_array_equal(results, rows * 2)
        first, second = machine.cpu.calls[:13], machine.cpu.calls[13:]
        assert first == [8, *[1] * 8, 8, 1, 1, 1]
        assert second == [8, 8, 1, 1, 1]

    def test_one_by_one_on_a_cpu_that_does_not(self) -> None:
        machine = Machine()
        machine.cpu.answer = lambda rows: rows * 2 + np.float32(1e-6) * len(rows)
        session = machine.open_on(CPU)
        together = np.concatenate([rgba for (rgba,) in session.run(EXAMPLE)])
        alone = np.concatenate([next(session.run(EXAMPLE[i : i + 1]))[0] for i in range(len(EXAMPLE))])
        np.testing.assert_array_equal(together, alone)

    def test_broken_numbers_are_not_shown(self) -> None:
        machine = Machine()
        machine.cpu.answer = lambda rows: rows * np.nan
        with pytest.raises(StudioError, match="broken numbers"):
            list(machine.open_on(CPU).run(EXAMPLE))

    def test_none(self) -> None:
        assert list(Machine().open_on(CPU).run(EXAMPLE[:0])) == []


class TestReal:
    def test_binding_gives_what_running_gives(self) -> None:
        runner = open_runner(decoder_onnx(np.random.default_rng(0), 16, 8), CPU)
        (bound,) = bound_run(runner, "z", ["rgba"], EXAMPLE)
        (run,) = runner.run(["rgba"], {"z": EXAMPLE})
        np.testing.assert_array_equal(bound, run)

    def test_a_network_that_cannot_be(self) -> None:
        with pytest.raises(StudioError, match="cannot be run"):
            open_runner(b"not a network", CPU)

    def test_a_row_of_the_wrong_width(self) -> None:
        session = make_session(decoder_onnx(np.random.default_rng(0), 16, 8), "z", ("rgba",), EXAMPLE)
        with pytest.raises(StudioError, match="could not be run"):
            list(session.run(np.zeros((1, 9), np.float32)))

    def test_threads_leave_a_core_free(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for cores, threads in ((1, 1), (2, 1), (4, 3), (64, 4)):
            monkeypatch.setattr("os.sched_getaffinity", lambda _, n=cores: set(range(n)), raising=False)
            assert thread_count() == threads
