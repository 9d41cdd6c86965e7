"""How still a locked part stays while the rest changes, for several parts and ways of varying.

    python tests/benchmarks/locks.py [--bundle models/lorelei] [--firmness 10]

For some of the artist's pictures and each part, children are made with and without the lock. Printed is the
RMS change of the part and of the rest, in levels of 255, and how long measuring a lock takes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from studio.core import lock as locking
from studio.core.progress import Progress
from studio.core.variation import vary
from studio.generate.decoder import Decoder
from studio.generate.locking import measure_lock
from studio.store.bundle import load_bundle

PARTS = {  # of portraits: top, bottom, left, right, as shares of the side
    "mouth": (0.58, 0.80, 0.35, 0.75),
    "eyes": (0.40, 0.60, 0.30, 0.75),
    "hair": (0.00, 0.42, 0.00, 1.00),
    "lower half": (0.55, 1.00, 0.00, 1.00),
}
AMOUNTS = (0.2, 0.4)
PICTURES, CHILDREN = 4, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("models/lorelei"))
    parser.add_argument("--firmness", type=float, default=locking._FIRMNESS)
    given = parser.parse_args()
    locking._FIRMNESS = given.firmness
    bundle = load_bundle(given.bundle)
    decoder, side = Decoder(bundle, "cpu"), bundle.facts.size
    chosen = np.random.default_rng(3).choice(len(bundle.codes), PICTURES, replace=False)
    seconds = []
    print("part        amount   free: part  rest   locked: part  rest")
    for name, shares in PARTS.items():
        top, bottom, left, right = (round(share * side) for share in shares)
        mask = np.zeros((side, side), np.bool_)
        mask[top:bottom, left:right] = True
        found: dict[float, list[tuple[float, ...]]] = defaultdict(list)
        for latent in bundle.codes[chosen]:
            start = time.perf_counter()
            lock = measure_lock(bundle, decoder, latent, mask, Progress())
            seconds.append(time.perf_counter() - start)
            for amount in AMOUNTS:
                children = vary(latent, bundle.density, amount, bundle.facts.id, range(CHILDREN))
                latents = np.concatenate([latent[None], children, lock.held(children)])
                shown = np.concatenate(list(decoder.decode_softly(latents))) * 127.5
                squares = (shown[1:] - shown[0]) ** 2
                inside = np.sqrt(squares[:, :, mask].mean(axis=(1, 2))).reshape(2, CHILDREN).mean(axis=1)
                outside = np.sqrt(squares[:, :, ~mask].mean(axis=(1, 2))).reshape(2, CHILDREN).mean(axis=1)
                found[amount].append((inside[0], outside[0], inside[1], outside[1]))
        for amount, each in found.items():
            a, b, c, d = np.mean(each, axis=0)
            print(f"{name:11} {amount:6.1f} {a:12.1f} {b:5.1f} {c:14.1f} {d:5.1f}", flush=True)
    print(f"measuring a lock: {np.median(seconds):.2f} s")


if __name__ == "__main__":
    main()
