"""Latency of one decoded picture through ONNX Runtime, against torch eager on the same threads.

    python3 tests/benchmarks/decoder_speed.py [BUNDLE] [--size 128] [--threads 1] [--rounds 30]

torch: the same decoder with the bundle's architecture, float32, channels_last, inference mode. Rounds
alternate, so that a busy machine is busy for both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from studio.store.bundle import find_bundle
from studio.store.files import starters_folder
from studio.train.learner import in_channels_last
from studio.train.plan import architecture
from studio.train.to_onnx import PictureDecoder, export, round_to_half
from studio.train.vae import Architecture, Vae


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "bundle", nargs="?", help="a starter's name or a path; without it an untrained network"
    )
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=30)
    answers = parser.parse_args()
    torch.set_num_threads(answers.threads)
    palette = None
    if answers.bundle:
        bundle = find_bundle(answers.bundle, [starters_folder()])
        shape = Architecture(**bundle.facts.trained["architecture"])
        content = bundle.decoder_file.read_bytes()
        if bundle.facts.palette is not None:
            palette = torch.tensor(bundle.facts.palette) / 127.5 - 1
    else:
        shape = architecture(answers.size, 0, 0)
        untrained = Vae(shape).eval()
        round_to_half(untrained)
        content = export(untrained, None)[1]
    eager = PictureDecoder(in_channels_last(Vae(shape)).decoder, palette).eval()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = answers.threads
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    z = np.random.default_rng(0).standard_normal((1, shape.latent_width), dtype=np.float32)
    tensor = torch.from_numpy(z)

    def torch_once() -> None:
        with torch.inference_mode():
            eager(tensor)

    times = {"torch eager": torch_once, "ONNX Runtime": lambda: session.run(None, {"z": z})}
    measured: dict[str, list[float]] = {name: [] for name in times}
    for call in times.values():
        once(call)
    for _ in range(answers.rounds):
        for name, call in times.items():
            measured[name].append(once(call))
    print(f"{shape.side} px, one picture, {answers.threads} threads, {answers.rounds} rounds of 10")
    for name, seconds in measured.items():
        print(
            f"{name:13} median {statistics.median(seconds) * 1e3:6.2f} ms   best {min(seconds) * 1e3:6.2f} ms"
        )
    ratio = statistics.median(measured["ONNX Runtime"]) / statistics.median(measured["torch eager"])
    print(f"ONNX Runtime / torch eager: {ratio:.2f}")


def once(call: Callable[[], object]) -> float:
    """Seconds of one call, as the mean of ten."""
    start = time.perf_counter()
    for _ in range(10):
        call()
    return (time.perf_counter() - start) / 10


if __name__ == "__main__":
    main()
