"""Sliders found in a toy bundle: visible, different, even, the same every time; and one from two piles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import Cancelled, StudioError
from studio.core.latent import Latents
from studio.core.pixels import NetworkPictures
from studio.core.progress import CallbackProgress, Progress
from studio.core.slider import Board
from studio.generate.decoder import Decoder
from studio.generate.sliders import find_sliders, slider_from_piles
from studio.store.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("models"), pictures=400)


class Bars:
    """A decoder whose picture is known: latent 0 lights the left half, 1 the right half, 2 nothing at all."""

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]:
        pictures = np.ones((len(latents), 4, 8, 8), np.float32)
        pictures[:, :3, :, :4] = np.tanh(latents[:, 0])[:, None, None, None]
        pictures[:, :3, :, 4:] = 0.5 * np.tanh(latents[:, 1] / 4)[:, None, None, None]
        yield pictures


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Codes that are flat in each of three dimensions, and so are their own independent axes."""
    made = make_bundle(tmp_path_factory.mktemp("bars"), latent_width=3, pictures=400)
    codes = np.random.default_rng(0).uniform(-2, 2, (400, 3)).astype(np.float32)
    return Bundle(made.folder, made.facts, made.density, codes, (), False)


def test_only_what_is_seen_becomes_a_slider(bars: Bundle) -> None:
    found = find_sliders(bars, Bars(), Progress())
    main = [int(np.abs(slider.direction).argmax()) for slider in found]
    assert main[0] == 0 and 2 not in main[:2]
    assert found[0].name == "Left, lighter"
    assert len({slider.name for slider in found}) == len(found)


def test_the_brighter_end_is_on_the_right(bars: Bundle) -> None:
    first = find_sliders(bars, Bars(), Progress())[0]
    assert first.direction[0] > 0.8


def test_they_stay_within_what_the_data_covers(bundle: Bundle) -> None:
    for slider in find_sliders(bundle, Decoder(bundle), Progress()):
        travels = (bundle.codes - bundle.density.centre) @ np.array(slider.direction)
        assert slider.travel[0] > travels.min() - travels.std()
        assert slider.travel[-1] < travels.max() + travels.std()
        assert np.linalg.norm(slider.direction) == pytest.approx(1, abs=1e-5)


def test_the_same_bundle_gives_the_same_sliders(bundle: Bundle) -> None:
    assert find_sliders(bundle, Decoder(bundle), Progress()) == find_sliders(
        bundle, Decoder(bundle), Progress()
    )


def test_equal_travel_is_equal_change(bars: Bundle) -> None:
    """tanh flattens out: plain travel would change most in the middle."""
    decoder = Bars()
    slider = find_sliders(bars, decoder, Progress())[0]
    board = Board([slider], bars.density)

    def unevenness(values: np.ndarray) -> float:
        latents = np.stack([board.moved(bars.density.centre, {0: float(value)}) for value in values])
        (shown,) = decoder.decode_softly(latents)
        steps = np.sqrt((np.diff(shown, axis=0) ** 2).mean(axis=(1, 2, 3)))
        return float(steps.std() / steps.mean())

    plain = np.array([slider.value_at(t) for t in np.linspace(slider.travel[0], slider.travel[-1], 17)])
    assert unevenness(np.linspace(-1, 1, 17)) < 0.5 * unevenness(plain)


def test_looking_can_be_stopped(bundle: Bundle) -> None:
    told: list[str] = []
    progress = CallbackProgress(lambda doing, done, total: told.append(doing), lambda: len(told) > 2)
    with pytest.raises(Cancelled):
        find_sliders(bundle, Decoder(bundle), progress)
    assert told == ["Looking for sliders"] * 3


def test_two_piles_make_a_slider_towards_the_first(bars: Bundle) -> None:
    right = bars.codes[:, 1] > 0.8
    left = bars.codes[:, 1] < -0.8
    slider = slider_from_piles(
        bars, Bars(), list(bars.codes[right][:10]), list(bars.codes[left][:10]), "Right", Progress()
    )
    assert (slider.name, slider.origin) == ("Right", "piles")
    assert slider.direction[1] > 0.9


class Blank:
    """A decoder that shows the same whatever it is given."""

    def decode_softly(self, latents: Latents) -> Iterable[NetworkPictures]:
        yield np.zeros((len(latents), 4, 8, 8), np.float32)


def test_piles_between_which_nothing_is_seen_are_refused(bars: Bundle) -> None:
    high, low = bars.codes[bars.codes[:, 2] > 1.5], bars.codes[bars.codes[:, 2] < -1.5]
    with pytest.raises(StudioError, match="shows no difference"):
        slider_from_piles(bars, Blank(), list(high[:12]), list(low[:12]), "Nothing", Progress())


def test_a_decoder_that_shows_nothing_gives_no_sliders(bars: Bundle) -> None:
    assert find_sliders(bars, Blank(), Progress()) == ()


def test_few_codes_still_give_sliders(tmp_path: Path) -> None:
    small = make_bundle(tmp_path, pictures=5, kind="pixel")
    assert find_sliders(small, Decoder(small), Progress())
