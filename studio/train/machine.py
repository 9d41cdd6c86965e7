"""What this machine trains on and how fast: the device, threads and precision of a run."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import torch

from studio.core.errors import StudioError

Choice = TypeVar("Choice", bound=Hashable)

_TRIAL_STEPS = 3


def pick_device(wanted: str) -> torch.device:
    """wanted: "auto", "cpu", "cuda" or "mps". Raises StudioError for one this machine does not have."""
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if available[name] and _works(name)))
    if not available[wanted]:
        raise StudioError(
            f"This computer has no {wanted.upper()} device that can be used.", "Choose “auto” or “cpu”."
        )
    return torch.device(wanted)


def _works(name: str) -> bool:
    """Whether it really computes: a card may be too old or too new for this torch."""
    try:
        layer = torch.nn.Conv2d(4, 4, 3).to(name)
        return bool(torch.isfinite(layer(torch.zeros(1, 4, 8, 8, device=name)).sum()))
    except RuntimeError:
        return False


def wait_for(device: torch.device) -> None:
    """Until everything asked of the device is done: it takes orders faster than it carries them out."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def device_name(device: torch.device) -> str:
    """The device as its maker calls it."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{platform.machine()} CPU" if device.type == "cpu" else "Apple GPU"


def core_count() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fastest(steps: Mapping[Choice, Callable[[], None]]) -> Choice:
    """The choice whose step takes the least time, by a short trial; the first of equals."""
    seconds = {}
    for choice, step in steps.items():
        start = time.perf_counter()
        step()
        runs = []
        # The first is slower than the rest, but where even that is long, one more tells enough.
        for _ in range(_TRIAL_STEPS if time.perf_counter() - start < 1 else 1):
            start = time.perf_counter()
            step()
            runs.append(time.perf_counter() - start)
        seconds[choice] = min(runs)
    return min(seconds, key=lambda choice: seconds[choice])


def lower_priority() -> None:
    """Let everything else on this machine go first. Not added to a lower priority it was started with."""
    with contextlib.suppress(OSError, AttributeError):  # Windows has no such call
        os.setpriority(os.PRIO_PROCESS, 0, 10)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch failed for want of memory, on the CPU or on a card."""
    text = str(error).lower()
    signs = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, torch.OutOfMemoryError) or any(sign in text for sign in signs)
