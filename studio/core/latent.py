"""Latents: repeatable randomness and ways from one latent to another.

A latent is `float32 [D]`, a stack of them `float32 [N, D]`.
"""

from __future__ import annotations

import hashlib
import unicodedata

import numpy as np
import numpy.typing as npt

Latents = npt.NDArray[np.float32]


def random_for(bundle_id: str, seed: int) -> np.random.Generator:
    """A generator that gives the same numbers for the same bundle and seed on every platform.

    Philox4x64 (Salmon et al. 2011) keyed by a hash of both, so that neighbouring seeds are unrelated.
    """
    digest = hashlib.blake2b(f"{bundle_id}:{seed}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def picture_seed(seed: int, index: int) -> int:
    """The seed of picture number `index` of the series that starts from `seed`; 0 <= seed < 2**32."""
    digest = hashlib.blake2b(f"{seed}/{index}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little")


def seed_of_name(name: str) -> int:
    """The seed a name stands for; equal for every way of typing the same letters."""
    letters = unicodedata.normalize("NFC", name.strip())
    digest = hashlib.blake2b(f"name:{letters}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little")


def slerp(a: Latents, b: Latents, t: float, centre: Latents) -> Latents:
    """Along the arc from `a` (t=0) to `b` (t=1) around `centre`, the norm changing evenly.

    Shoemake 1985, on codes centred at the set's mean: mid-points score as fresh samples do, while the
    straight line leaves the shell on which the codes lie (White 2016, arXiv:1609.04468).
    a, b, centre: float32 [D].
    """
    from_a, from_b = a - centre, b - centre
    norm_a, norm_b = np.linalg.norm(from_a), np.linalg.norm(from_b)
    cosine = float(from_a @ from_b / max(norm_a * norm_b, 1e-12))
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-4 or norm_a * norm_b < 1e-12:
        return ((1 - t) * a + t * b).astype(np.float32)
    direction = np.sin((1 - t) * angle) * from_a / norm_a + np.sin(t * angle) * from_b / norm_b
    direction /= np.sin(angle)
    latent: Latents = (centre + ((1 - t) * norm_a + t * norm_b) * direction).astype(np.float32)
    return latent
