"""How good the pictures are that Morpho Studio makes, beside the nearest open work on the same pictures.

    python3 tests/benchmarks/quality.py --set lorelei [--size 64] [--minutes 20] [--seed 0]
        [--methods ours,pythae,pythae-narrow,lightweight-gan] [--threads N] [--device auto]
        [--samples 2400] [--subset N] [--judge-steps 1200] [--quick] [--out DIR] [--cache DIR]

A fifth of the set is held out, the same for every seed; no method sees it. Every method trains for the same
minutes on the same device and threads, from the same arrays (prepared by the program's own import), and is
judged by the same network, trained on the training pictures' labels. Two floors stand beside the methods: the
held-out pictures, and the training pictures given back as if they were samples.

pythae: as published, a network made for a card. pythae-narrow: a quarter of its channels; on a CPU it sees
some ten times as many pictures. Each gives two rows, of its normal and its mixture sampler.
Needs `pip install .[bench]`; a method whose package is absent is left out, and said so.

--quick: 300 pictures, 0.4 minutes a method, a hurried judge: exercises everything, the figures mean nothing.
Writes results.md, results.json, a sheet of samples a method and one of rebuilds, and keeps our bundle.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# Before torch loads: threads that wait must not keep the cores busy.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ["GOMP_SPINCOUNT"] = "0"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from quality_parts.gan_peer import train_lightweight_gan
from quality_parts.judge import STEPS, make_judge
from quality_parts.methods import Budget, Trained
from quality_parts.metrics import psnr
from quality_parts.ours import train_ours
from quality_parts.report import Row, headline, write_rebuilds, write_report, write_samples
from quality_parts.sets import SETS, Material, make_material, targets
from quality_parts.yardstick import Yardstick

from studio.core.errors import StudioError
from studio.core.recipe import FITS, SIZES
from studio.train.machine import core_count, pick_device

METHODS = ("ours", "pythae", "pythae-narrow", "lightweight-gan")
_MOST_SAMPLES = 3000
_QUICK = {"minutes": 0.4, "subset": 300, "judge_steps": 60, "methods": "ours,pythae-narrow,lightweight-gan"}
_SLOW = {"minutes": 20.0, "subset": None, "judge_steps": STEPS, "methods": "ours,pythae,lightweight-gan"}


def main() -> None:
    answers = asked()
    if answers.threads < core_count() and hasattr(os, "sched_setaffinity"):
        # For the process, so that child processes, ONNX Runtime and numpy count the same cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: answers.threads])
    torch.set_num_threads(answers.threads)
    answers.out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            measure_all(answers, Path(scratch))
    except StudioError as error:
        sys.exit(f"{error.message} {error.hint}".strip())


def measure_all(answers: argparse.Namespace, scratch: Path) -> None:
    device = pick_device(answers.device)
    say("Preparing pictures")
    material = make_material(SETS[answers.set], answers.size, answers.fit, answers.subset, scratch)
    train, test = material.train, material.test
    count = min(answers.samples or min(2400, len(train)), _MOST_SAMPLES)
    say(f"{len(train)} pictures to learn from, {len(test)} held out, {material.size} px; the judge learns")
    prepared = material.prepared
    judge = make_judge(
        answers.set, prepared.key, train, test, targets(material), answers.judge_steps, answers.cache
    )
    say(judge.sentence)
    yardstick = Yardstick(material, judge, count)
    copies = train[np.random.default_rng(1).permutation(len(train))[:count]]
    rows = [Row("real (held out)", yardstick.measure(test)), Row("copy of train", yardstick.measure(copies))]
    write_samples(answers.out / "real.png", test, prepared.scale, prepared.pixel_art)
    sides = f"{material.size} px" + (f" enlarged {prepared.scale} times" if prepared.scale > 1 else "")
    head = headline(answers.set, sides, answers.minutes, device, torch.get_num_threads(), answers.seed)
    counted = f"{len(train)} pictures to learn from, {len(test)} held out, {count} samples a method."
    report = functools.partial(
        write_report, answers.out, head, rows, yardstick.few, (counted, judge.sentence)
    )
    text = report()
    for method in trained(answers, material, device, scratch):
        say(f"{method.name}: {method.training.note}; drawing and measuring {count}")
        try:
            rows.append(measured(method, material, yardstick, count, answers.seed, answers.out))
        except StudioError as error:
            say(f"{method.name} was left out: {error.message}")
        text = report()  # after each: an hour's work must not hang on the last method
    sys.stdout.write(text)
    say(f"Everything is in {answers.out}")


def measured(
    method: Trained, material: Material, yardstick: Yardstick, count: int, seed: int, out: Path
) -> Row:
    """Draw, rebuild and morph; the sheets go to `out`."""
    test, sheets = material.test, (material.prepared.scale, material.prepared.pixel_art)
    began = time.perf_counter()
    made = method.sample(count, seed)
    seconds = time.perf_counter() - began
    made = made[np.random.default_rng(3).permutation(count)]  # some come sorted by Gaussian
    write_samples(out / f"{method.name}.png", made, *sheets)
    rebuilt = method.rebuild(test)
    if rebuilt is not None:
        write_rebuilds(out / f"{method.name}-rebuilds.png", test, rebuilt, *sheets)
    between = method.midpoints(test, test[np.random.default_rng(2).permutation(len(test))])
    return Row(
        method.name,
        yardstick.measure(made),
        None if rebuilt is None else psnr(rebuilt, test),
        None if between is None else yardstick.frechet_of(between),
        method.training,
        count / seconds,
    )


def trained(
    answers: argparse.Namespace, material: Material, device: torch.device, scratch: Path
) -> Iterator[Trained]:
    """Every method asked for, trained when its turn comes; one that cannot run here costs one sentence."""
    for name in answers.methods:
        if (reason := absent(name, device)) is not None:
            say(f"{name} was not run: {reason}.")
            continue
        say(f"{name} trains for {answers.minutes:g} minutes")
        budget = Budget(answers.minutes, answers.seed, device.type, answers.threads, scratch / name)
        budget.scratch.mkdir()
        if name == "ours":
            keep = answers.out / "bundle"
            shutil.rmtree(keep, ignore_errors=True)
            yield train_ours(material.folder, answers.size, answers.fit, budget, keep)
            continue
        try:
            yield from peers(name, material, budget)
        except StudioError as error:
            say(f"{name} was left out: {error.message}")


def peers(name: str, material: Material, budget: Budget) -> Sequence[Trained]:
    """Raises StudioError if the method does not come to an end."""
    if name == "lightweight-gan":
        return [train_lightweight_gan(material.train, budget)]
    peer = importlib.import_module("quality_parts.pythae_peer")  # only where its package is
    width = peer.NARROW if name == "pythae-narrow" else peer.WIDE
    made: list[Trained] = peer.train_pythae(material.train, width, name, budget)
    return made


def absent(name: str, device: torch.device) -> str | None:
    """Why a method cannot run here, or None."""
    if name == "lightweight-gan" and device.type != "cuda":
        return "it needs a card"
    package = {"ours": "studio", "lightweight-gan": "lightweight_gan"}.get(name, "pythae")
    return None if importlib.util.find_spec(package) else f"the package {package} is not installed"


def asked(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=sorted(SETS), required=True)
    parser.add_argument("--size", type=int, choices=SIZES, default=64)
    parser.add_argument("--fit", choices=FITS, default="pad")
    parser.add_argument("--minutes", type=float, help="of training, a method; 20")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--methods", help=f"any of {','.join(METHODS)}")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, default=core_count(), help="cores for every method; all")
    parser.add_argument("--samples", type=int, help="a method; 2400, or as many as are trained on")
    parser.add_argument("--subset", type=int, help="only so many pictures of the set, evenly spread")
    parser.add_argument("--judge-steps", type=int, help=f"{STEPS}; 0: random convolutions")
    parser.add_argument("--quick", action="store_true", help="everything once, in two minutes")
    parser.add_argument("--out", type=Path, metavar="DIR", help="for the results; a temporary folder")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="for judges; a temporary folder")
    answers = parser.parse_args(words)
    for key, value in (_QUICK if answers.quick else _SLOW).items():
        if getattr(answers, key) is None:
            setattr(answers, key, value)
    answers.methods = answers.methods.split(",")
    if unknown := sorted(set(answers.methods) - set(METHODS)):
        parser.error(f"there is no method {', '.join(unknown)}; there are {', '.join(METHODS)}")
    ours = Path(tempfile.gettempdir()) / "morpho-quality"
    answers.cache = answers.cache or ours
    answers.out = (answers.out or ours / f"{answers.set}-{answers.size}-{answers.seed}").resolve()
    return answers


def say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
