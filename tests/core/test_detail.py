"""Detail is given back where a picture still shows what the rebuild does, and leaves no ghosts elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import drawing, sprite

from studio.core.detail import Detail
from studio.core.pixels import Pictures, premultiply


def blunt(rgba: Pictures, lost: int = 2) -> Pictures:
    """As a model might rebuild it: a little darker, without a small mark."""
    rebuilt = rgba.copy()
    rebuilt[..., :3] = np.maximum(rebuilt[..., :3].astype(int) - lost, 0)
    rebuilt[20:26, 20:26] = rebuilt[40, 40]
    rebuilt[rebuilt[..., 3] == 0] = 0
    return rebuilt


def test_the_rebuild_gives_the_original() -> None:
    original = drawing(3)
    detail = Detail.between(original, blunt(original), False)
    shown = detail.apply(blunt(original))
    assert np.array_equal(premultiply(shown), premultiply(original))
    assert not detail.is_foreign


def test_a_level_more_or_less_on_another_machine_changes_nothing() -> None:
    original = drawing(3)
    detail = Detail.between(original, blunt(original), False)
    other = blunt(original)
    other[..., :3] = np.where(other[..., 3:] > 100, np.minimum(other[..., :3].astype(int) + 1, 255), 0)
    difference = premultiply(detail.apply(other)).astype(int) - premultiply(original)
    assert np.abs(difference[original[..., 3] == 255]).max() <= 2


def test_detail_goes_where_the_picture_changes_and_stays_where_it_does_not() -> None:
    original = drawing(3)
    rebuild = blunt(original, 6)
    detail = Detail.between(original, rebuild, False)
    edited = rebuild.copy()
    edited[28:36, 48:56] = (255, 0, 255, 255)  # something new on the right
    share = detail.share(premultiply(edited))[..., 0]
    assert share[30:34, 50:54].max() < 0.01
    assert share[:, :36].min() > 0.5
    assert np.array_equal(detail.apply(edited)[30:34, 50:54], edited[30:34, 50:54])


def test_detail_fades_smoothly_as_an_edit_grows() -> None:
    original, other = drawing(3), drawing(4)
    rebuild = blunt(original)
    detail = Detail.between(original, rebuild, False)
    shares = []
    for t in np.linspace(0, 1, 101):
        edited = np.rint((1 - t) * premultiply(rebuild) + t * premultiply(other)).astype(np.uint8)
        shares.append(float(detail.share(edited).mean()))
    assert shares[0] == 1
    assert shares[-1] < 0.05
    assert np.max(np.abs(np.diff(shares))) < 0.1


def test_what_a_model_does_not_know_is_kept_whole_or_not_at_all() -> None:
    original, rebuild = drawing(3), drawing(9)
    detail = Detail.between(original, rebuild, False)
    assert detail.is_foreign
    assert np.array_equal(premultiply(detail.apply(rebuild)), premultiply(original))
    edited = rebuild.copy()
    edited[:, 40:] = (200, 30, 30, 255)
    assert np.array_equal(premultiply(detail.apply(edited)), premultiply(edited))
    assert np.ptp(detail.share(premultiply(edited))) == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pixel_art_takes_whole_pixels_from_one_or_the_other(seed: int) -> None:
    original, other = sprite(seed), sprite(seed + 10)
    rebuild = original.copy()
    rebuild[6:8, 6:8] = original[9, 9]
    detail = Detail.between(original, rebuild, True)
    assert np.array_equal(detail.apply(rebuild), original)
    edited = rebuild.copy()
    edited[10:] = other[10:]
    shown = detail.apply(edited)
    is_either = (shown == original).all(axis=-1) | (shown == edited).all(axis=-1)
    assert is_either.all()
    colours = {tuple(c) for c in shown.reshape(-1, 4)}
    assert colours <= {tuple(c) for p in (original, edited) for c in p.reshape(-1, 4)}


def test_colour_never_exceeds_alpha() -> None:
    random = np.random.default_rng(0)
    original, rebuild = drawing(1), drawing(1)
    rebuild[..., 3] = np.minimum(rebuild[..., 3], random.integers(200, 256, rebuild.shape[:2]))
    detail = Detail.between(original, rebuild, False)
    noisy = rebuild.copy()
    noisy[..., 3] = np.maximum(noisy[..., 3].astype(int) - 8, 0)
    shown = detail.apply(noisy)
    assert (shown[shown[..., 3] == 0] == 0).all()
    assert (premultiply(shown)[..., :3] <= shown[..., 3:]).all()
