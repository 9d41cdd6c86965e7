"""A locked part stays as it is while the rest changes; measured on toy decoders with known answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import Cancelled, StudioError
from studio.core.latent import Latents
from studio.core.pixels import NetworkPictures
from studio.core.progress import CallbackProgress, Progress
from studio.core.variation import vary
from studio.generate.decoder import Decoder
from studio.generate.locking import measure_lock
from studio.store.bundle import Bundle, load_bundle
from studio.store.files import starters_folder

LEFT = np.zeros((16, 16), np.bool_)
LEFT[:, :8] = True


class Halves:
    """Latents 0 and 1 light the left half, 2 and 3 the right one, 4 both."""

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]:
        pictures = np.zeros((len(latents), 4, 16, 16), np.float32)
        pictures[:, 0, :, :8] = np.tanh(latents[:, 0] + latents[:, 4])[:, None, None] / 2
        pictures[:, 1, :, :8] = np.tanh(latents[:, 1])[:, None, None] / 2
        pictures[:, 0, :, 8:] = np.tanh(latents[:, 2] + latents[:, 4])[:, None, None] / 2
        pictures[:, 1, :, 8:] = np.tanh(latents[:, 3])[:, None, None] / 2
        yield pictures


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    made = make_bundle(tmp_path, latent_width=5, pictures=400)
    codes = np.random.default_rng(0).standard_normal((400, 5)).astype(np.float32)
    return replace(made, codes=codes)


def _seen(latents: Latents) -> tuple[np.ndarray, np.ndarray]:
    """RMS change from latent zero in the left half and in the right one."""
    (shown,) = Halves().decode_softly(np.concatenate([np.zeros((1, 5), np.float32), latents]))
    change = (shown[1:] - shown[0]) ** 2
    return np.sqrt(change[..., :8].mean(axis=(1, 2, 3))), np.sqrt(change[..., 8:].mean(axis=(1, 2, 3)))


def test_moves_inside_are_held_and_moves_outside_are_not(bundle: Bundle) -> None:
    lock = measure_lock(bundle, Halves(), np.zeros(5, np.float32), LEFT, Progress())
    moves = np.eye(5, dtype=np.float32)
    held = lock.held(moves)
    assert held.shape == (5, 5) and held.dtype == np.float32
    inside, outside = _seen(held)
    free_inside, free_outside = _seen(moves)
    assert (inside[:2] < 0.25 * free_inside[:2]).all()
    np.testing.assert_allclose(outside[2:4], free_outside[2:4], rtol=0.1)
    assert inside[4] < 0.3 * free_inside[4] and outside[4] > 0.7 * free_outside[4]


def test_one_latent_may_be_given_alone(bundle: Bundle) -> None:
    lock = measure_lock(bundle, Halves(), np.zeros(5, np.float32), LEFT, Progress())
    move = np.array([1, 0, 1, 0, 0], np.float32)
    np.testing.assert_allclose(lock.held(move), lock.held(move[None])[0])
    np.testing.assert_array_equal(lock.held(lock.latent), lock.latent)


def test_everything_may_be_marked(bundle: Bundle) -> None:
    whole = np.ones((16, 16), np.bool_)
    lock = measure_lock(bundle, Halves(), np.zeros(5, np.float32), whole, Progress())
    assert np.abs(lock.held(np.ones(5, np.float32))).max() < 0.1


def test_nothing_marked_is_refused_and_measuring_can_be_stopped(bundle: Bundle) -> None:
    zero = np.zeros(5, np.float32)
    with pytest.raises(StudioError, match="Nothing is marked"):
        measure_lock(bundle, Halves(), zero, np.zeros((16, 16), np.bool_), Progress())
    with pytest.raises(Cancelled):
        measure_lock(bundle, Halves(), zero, LEFT, CallbackProgress(lambda *_: None, lambda: True))


def test_variations_of_a_portrait_leave_its_mouth_alone() -> None:
    portraits = load_bundle(starters_folder() / "lorelei")
    decoder = Decoder(portraits, "cpu")
    parent = portraits.codes[7]
    mouth = np.zeros((portraits.facts.size, portraits.facts.size), np.bool_)
    mouth[74:102, 45:96] = True
    lock = measure_lock(portraits, decoder, parent, mouth, Progress())
    children = vary(parent, portraits.density, 0.25, "b", list(range(6)))

    def change(latents: Latents) -> tuple[float, float]:
        shown = np.concatenate(list(decoder.decode_softly(np.concatenate([parent[None], latents]))))
        squares = (shown[1:] - shown[0]) ** 2
        return float(squares[:, :, mouth].mean() ** 0.5), float(squares[:, :, ~mouth].mean() ** 0.5)

    free, held = change(children), change(lock.held(children))
    assert held[0] < 0.4 * free[0]
    assert held[0] / held[1] < 0.6 * free[0] / free[1]
