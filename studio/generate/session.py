"""Which device runs a bundle's network: right results first, then speed. The CPU is always there.

The GPU wheel of ONNX Runtime falls back to the CPU in silence, so what a session runs on is read from the
session, never from the list of what was compiled in.
"""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from studio.core.errors import StudioError
from studio.store.damage import Damaged
from studio.store.onnx_file import keep_outputs

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
DEVICES = ("auto", "cpu", "cuda")
FAILURES = (
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
    ort_state.EPFail,
    ort_state.EngineError,
)
"""What ONNX Runtime raises for a network it cannot make sense of or a device that fails."""
BATCHES = {CPU: 8, CUDA: 16}
"""Pictures a call: larger batches are no faster on the CPU (measured) and hold up whoever is waiting."""
_SILENT, _ERRORS = 4, 3  # of ONNX Runtime's log levels
_TOLERANCE = 0.005  # RMS difference between devices, as a share of the RMS: half a level of 255
_WORTH_IT = 0.8  # a card must take less than this share of the CPU's time

Floats = npt.NDArray[np.float32]
Results = list[npt.NDArray[Any]]


class Runner(Protocol):
    """The part of an onnxruntime.InferenceSession that is used, so that tests can bring their own."""

    def get_providers(self) -> list[str]: ...

    def run(self, output_names: Sequence[str] | None, input_feed: dict[str, Any]) -> Results: ...

    def io_binding(self) -> Any: ...

    def run_with_iobinding(self, iobinding: Any) -> None: ...


class Session:
    """One network on the device it was found to run best on: one input, the outputs that were asked for.

    A result depends on its own row of the input only, never on what else is in the batch, so that a picture
    is the same whether it is made alone or among others.
    """

    def __init__(self, runner: Runner, source: str, outputs: Sequence[str]) -> None:
        self._runner = runner
        self._source = source
        self._outputs = list(outputs)
        self._provider = runner.get_providers()[0]
        self._is_batch_exact: bool | None = None  # not yet known

    @property
    def device(self) -> str:
        """As the user reads it."""
        return "NVIDIA graphics card" if self._provider == CUDA else "CPU"

    def run(self, rows: Floats) -> Iterator[Results]:
        """The outputs for up to BATCHES rows at a time, in order. rows: float32 [N, ...].

        Raises StudioError if the device fails or the numbers are broken.
        """
        batch = BATCHES[self._provider]
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            results = self._padded(part) if self._provider == CUDA else self._exact(part)
            if not all(np.isfinite(result).all() for result in results):
                raise StudioError("The model gives broken numbers.", "Train it again, or use another.")
            yield results

    def _padded(self, part: Floats) -> Results:
        """Always a full batch: a card takes as long for one, and cuDNN's way of summing goes by shape."""
        missing = BATCHES[self._provider] - len(part)
        full = np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part
        return [result[: len(part)] for result in self._call(full)]

    def _exact(self, part: Floats) -> Results:
        """Together where this CPU gives the same bits that way, else one by one.

        Matrix kernels may sum in another order for another number of rows. Full batches saved 5 to 20 % of
        the time (measured), so it is found out once, on the first full batch.
        """
        if len(part) < BATCHES[CPU] or self._is_batch_exact is False:
            return self._one_by_one(part)
        together = self._call(part)
        if self._is_batch_exact is None:
            alone = self._one_by_one(part)
            self._is_batch_exact = all(map(np.array_equal, together, alone))
            return alone
        return together

    def _one_by_one(self, part: Floats) -> Results:
        rows = [self._call(part[index : index + 1]) for index in range(len(part))]
        return [np.concatenate(column) for column in zip(*rows)]

    def _call(self, rows: Floats) -> Results:
        rows = np.ascontiguousarray(rows, np.float32)
        try:
            if self._provider == CUDA:
                return bound_run(self._runner, self._source, self._outputs, rows)
            return self._runner.run(self._outputs, {self._source: rows})
        except FAILURES as error:
            raise StudioError(
                f"The model could not be run on this {self.device}.", "Choose the CPU, or a smaller picture."
            ) from error


def bound_run(runner: Runner, source: str, outputs: Sequence[str], rows: Floats) -> Results:
    """One call through I/O binding: one copy to the device, and only the outputs asked for come back."""
    binding = runner.io_binding()
    binding.bind_cpu_input(source, rows)
    for name in outputs:
        binding.bind_output(name)
    runner.run_with_iobinding(binding)
    results: Results = binding.copy_outputs_to_cpu()
    return results


def make_session(
    content: bytes, source: str, outputs: Sequence[str], example: Floats, device: str = "auto"
) -> Session:
    """A session for a checked ONNX file.

    source: name of its input. example: float32 [BATCHES[CUDA], ...], a batch to compare devices with.
    device: "auto", "cpu" or "cuda". Raises StudioError if it cannot run there.
    """
    if device not in DEVICES:
        raise StudioError(f"“{device}” is not a device to make pictures on.", "Choose auto, cpu or cuda.")

    try:
        needed = keep_outputs(content, outputs)
    except Damaged as error:
        raise StudioError(f"The model's network was refused, {error}.", "Copy the model again.") from error

    def open_on(provider: str) -> Session:
        return Session(open_runner(needed, provider), source, outputs)

    return choose(open_on, ort.get_available_providers(), device, example)


def choose(
    open_on: Callable[[str], Session],
    compiled_in: Sequence[str],
    device: str,
    example: Floats,
    clock: Callable[[], float] = time.perf_counter,
) -> Session:
    """The session to use: the card's if it is asked for or faster, and its results are the CPU's."""
    cpu = open_on(CPU)
    if device == "cpu" or CUDA not in compiled_in:
        card, reason = None, "this installation has no support for NVIDIA cards"
    else:
        card, reason = _right_card(open_on, cpu, example)
    if device == "cuda":
        if card is None:
            raise StudioError(f"The graphics card cannot be used: {reason}.", "Use the CPU instead.")
        return card
    if card is not None and _seconds(card, example, clock) < _WORTH_IT * _seconds(cpu, example, clock):
        return card
    return cpu


def _right_card(
    open_on: Callable[[str], Session], cpu: Session, example: Floats
) -> tuple[Session | None, str]:
    """The session on the card, or None and why not."""
    try:
        card = open_on(CUDA)
        if card.device == cpu.device:
            return None, "no working NVIDIA card, driver and CUDA libraries were found"
        right = all(
            _agree(ours, theirs)
            for ours, theirs in zip(_results(card, example), _results(cpu, example), strict=True)
        )
    except StudioError as error:
        return None, error.message.rstrip(".")
    return (card, "") if right else (None, "its pictures are not those of the CPU")


def _results(session: Session, example: Floats) -> Results:
    return [np.concatenate(column) for column in zip(*session.run(example))]


def _agree(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    if ours.shape != theirs.shape:
        return False
    difference = np.sqrt(np.mean((ours - theirs) ** 2))
    return bool(difference <= _TOLERANCE * (np.sqrt(np.mean(theirs**2)) + 1e-6))


def _seconds(session: Session, example: Floats, clock: Callable[[], float]) -> float:
    """Best of three; both sessions have run before, so they are warm."""
    times = []
    for _ in range(3):
        start = clock()
        _results(session, example)
        times.append(clock() - start)
    return min(times)


def open_runner(content: bytes, provider: str) -> Runner:
    """An ONNX Runtime session; whether it is on that provider must be asked of it. Raises StudioError."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = thread_count()
    options.inter_op_num_threads = 1
    # Spinning threads made a busy two-core machine 1.5 times slower than one thread (measured).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _ERRORS
    options.use_deterministic_compute = True
    if provider == CUDA:
        _find_cuda_libraries()
        providers: list[Any] = [(CUDA, {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}), CPU]
    else:
        providers = [CPU]
    # A card that is not there is reported to us by the session, so the log need not shout.
    ort.set_default_logger_severity(_SILENT if provider == CUDA else _ERRORS)
    try:
        runner: Runner = ort.InferenceSession(content, options, providers=providers, enable_fallback=0)
    except FAILURES as error:
        raise StudioError("The model's network cannot be run.", "Train it again, or use another.") from error
    finally:
        ort.set_default_logger_severity(_ERRORS)
    return runner


def _find_cuda_libraries() -> None:
    """Lets ONNX Runtime borrow the CUDA libraries of torch or the nvidia packages, if it knows how to.

    It prints what it does not find; standard output is for answers.
    """
    preload = getattr(ort, "preload_dlls", None)
    if preload is not None:
        with contextlib.redirect_stdout(io.StringIO()):
            preload()


def thread_count() -> int:
    """One core is left free for the window; more than four threads do not help."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on Windows and macOS
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return min(4, max(1, cores - 1))
