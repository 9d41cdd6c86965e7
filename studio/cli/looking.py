"""Commands that look around and measure: `models`, `bench` and `doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from studio import __version__
from studio.core.errors import StudioError
from studio.store.bundle import Bundle, list_bundles
from studio.store.files import Library, starters_folder
from studio.store.runs import list_runs

from .options import (
    BundleArgument,
    DeviceOption,
    JsonOption,
    LibraryOption,
    open_bundle,
    open_library,
    resume_command,
    speak,
)
from .voice import plural

_BENCH_S = 2.0
_PACKAGES = ("torch", "onnxruntime", "onnxruntime-gpu", "PySide6_Essentials", "numpy", "pillow", "onnx")


def models(library: LibraryOption = None, json: JsonOption = False) -> None:
    """List the models that are there, and the training runs that can go on."""
    with speak(json, library) as voice:
        own = open_library(library)
        found, damaged = list_bundles((own.bundles, starters_folder()))
        unfinished = [run.name for run in list_runs(own)]
        for bundle in found:
            facts = bundle.facts
            side = facts.picture_side
            count = f"from {plural(facts.trained.get('pictures', 0), 'picture')}"
            kind = "pixel art" if facts.kind == "pixel" else "smooth art"
            voice.answer(f"{facts.name:20} {f'{side} × {side}':>11}  {kind:10}  {count:20}  {bundle.folder}")
        for broken in damaged:
            voice.say(f"{broken.path.name} cannot be used: {broken.sentence}")
        for name in unfinished:
            voice.say(f"Unfinished; to go on: {resume_command(name, library)}")
        if not found:
            voice.say("There are no models yet.")
        voice.finished(
            bundles=[_listed(bundle) for bundle in found],
            damaged=[{"path": str(broken.path), "message": broken.sentence} for broken in damaged],
            unfinished=unfinished,
        )


def _listed(bundle: Bundle) -> dict[str, Any]:
    facts = bundle.facts
    chosen = {key: getattr(facts, key) for key in ("name", "id", "kind", "quality", "licence")}
    trained = {key: facts.trained.get(key) for key in ("pictures", "date")}
    return {**chosen, **trained, "size": facts.picture_side, "path": str(bundle.folder)}


def bench(
    bundle: BundleArgument,
    device: DeviceOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Measure how fast a model makes pictures on this machine."""
    with speak(json, library) as voice:
        from studio.generate.decoder import Decoder

        chosen = open_bundle(bundle, library)
        begun = time.perf_counter()
        decoder = Decoder(chosen, device)
        load_ms = 1e3 * (time.perf_counter() - begun)
        latents = chosen.density.draw_seeds(chosen.facts.id, list(range(64)))
        one = _times(lambda: decoder.decode(latents[:1]))
        many = _times(lambda: decoder.decode(latents))
        result = {
            "bundle": chosen.facts.name,
            "device": decoder.device,
            "picture_side": chosen.facts.picture_side,
            "load_ms": load_ms,
            "one_picture_ms": 1e3 * statistics.median(one),
            "one_picture_worst_ms": 1e3 * max(one),
            "pictures_per_s": len(latents) / statistics.median(many),
        }
        voice.answer(
            f"{result['bundle']} on {result['device']}: one picture in {result['one_picture_ms']:.2f} ms "
            f"(worst {result['one_picture_worst_ms']:.2f}), {result['pictures_per_s']:.0f} pictures a second "
            f"64 at a time; ready after {load_ms:.0f} ms."
        )
        voice.finished(**result)


def _times(work: Callable[[], object]) -> list[float]:
    """Seconds of each call, over about two seconds; the first call is not counted."""
    work()
    taken: list[float] = []
    end = time.perf_counter() + _BENCH_S
    while len(taken) < 3 or time.perf_counter() < end:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def doctor(library: LibraryOption = None, json: JsonOption = False) -> None:
    """Say what this machine has: for finding out why something is slow or does not work."""
    with speak(json, library) as voice:
        voice.show("Looking around", None)
        facts = _machine() | _devices(open_library(library)) | _places(open_library(library))
        for key, value in facts.items():
            voice.answer(f"{key.replace('_', ' '):20} {value}")
        voice.finished(**facts)


def _machine() -> dict[str, Any]:
    facts: dict[str, Any] = {
        "morpho_studio": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
    }
    with suppress(AttributeError, ValueError, OSError):  # not on Windows
        facts["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    for package in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            facts[package.lower().replace("-", "_")] = importlib.metadata.version(package)
    return facts


def _devices(library: Library) -> dict[str, Any]:
    """What works here, as found by using it; what is merely listed as possible says little."""
    from studio.generate import decoder, session  # ONNX Runtime
    from studio.train import machine  # torch

    device = machine.pick_device("auto")
    facts: dict[str, Any] = {
        "nvidia_card": _nvidia_card() or "none",
        "trains_on": f"{machine.device_name(device)} ({device.type})",
        "picture_threads": session.thread_count(),
    }
    bundles, _ = list_bundles((library.bundles, starters_folder()))
    if bundles:
        facts["makes_pictures_on"] = decoder.Decoder(bundles[0]).device
        try:
            facts["card_for_pictures"] = decoder.Decoder(bundles[0], "cuda").device
        except StudioError as error:
            facts["card_for_pictures"] = error.message
    return facts


def _nvidia_card() -> str:
    """The name of the card and its driver's version as the driver gives them; "" if there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    with suppress(OSError, subprocess.TimeoutExpired):
        command = [tool, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        asked = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return asked.stdout.strip().replace("\n", "; ") if asked.returncode == 0 else ""
    return ""


def _places(library: Library) -> dict[str, Any]:
    there = next(folder for folder in (library.root, *library.root.parents) if folder.exists())
    return {
        "library": str(library.root),
        "free_gib": round(shutil.disk_usage(there).free / 2**30, 1),
        "starters": str(starters_folder()),
    }
