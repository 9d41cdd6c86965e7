"""Morphs of a toy bundle: exact stops and counts, even changes, a loop that closes."""

from pathlib import Path

import numpy as np
import pytest
from bundles import PALETTE, make_bundle
from PIL import Image

from studio.core.errors import StudioError
from studio.core.path import Path as LatentPath
from studio.core.picture import Finish, Picture
from studio.core.pixels import rms_difference
from studio.core.tempo import Tempo, frame_changes, unevenness
from studio.generate.decoder import Decoder
from studio.generate.drawing import named
from studio.generate.morph import Morph
from studio.generate.stops import Stops
from studio.store.bundle import Bundle
from studio.store.metadata import save_picture


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def decoder(bundle: Bundle) -> Decoder:
    return Decoder(bundle)


def _path(bundle: Bundle, is_closed: bool = False) -> LatentPath:
    return LatentPath(bundle.density.draw_seeds(bundle.facts.id, [1, 2, 3]), bundle.density.centre, is_closed)


def test_frames_are_exact_at_the_stops_and_evenly_apart(bundle: Bundle, decoder: Decoder) -> None:
    path = _path(bundle)
    morph = Morph(decoder, path, Tempo(60))
    made = list(morph)
    assert len(made) == len(morph) == 60
    stops = decoder.decode(path.stops)
    np.testing.assert_array_equal(made[0].rgba, stops[0])
    np.testing.assert_array_equal(made[-1].rgba, stops[2])
    assert any(np.array_equal(one.picture.latent, path.stops[1]) for one in made)
    plain = decoder.decode(path.along(np.linspace(0, path.legs, 60)))
    assert morph.unevenness <= 1.3 < unevenness(frame_changes(list(plain)))
    assert frame_changes([one.rgba for one in made]) == pytest.approx(morph.changes)


def test_a_loop_closes_as_evenly_as_it_goes(bundle: Bundle, decoder: Decoder) -> None:
    morph = Morph(decoder, _path(bundle, is_closed=True), Tempo(48))
    made = [one.rgba for one in morph]
    assert morph.is_endless
    assert len(morph.changes) == 48
    assert rms_difference(made[-1], made[0]) <= 1.3 * np.median(morph.changes)


def test_rests_are_shown_and_not_decoded_again(bundle: Bundle, decoder: Decoder) -> None:
    morph = Morph(decoder, _path(bundle), Tempo(10, holds=(3, 3, 3)), Finish(32))
    made = list(morph)
    assert len(made) == 10 + 3 * 3
    assert made[0] is made[3]
    assert made[0].rgba.shape == (32, 32, 4)


def test_pixel_art_stays_on_its_palette(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, kind="pixel")
    morph = Morph(Decoder(bundle), _path(bundle), Tempo(12))
    colours = {tuple(pixel) for one in morph for pixel in one.rgba.reshape(-1, 4).tolist()}
    assert colours <= set(PALETTE)


class TestStops:
    def test_seeds_names_and_our_own_files_are_exact(
        self, bundle: Bundle, decoder: Decoder, tmp_path: Path
    ) -> None:
        ada = named(bundle, "Ada")
        save_picture(tmp_path / "ada.png", decoder.render([ada])[0], ada, bundle.facts)
        found = Stops(bundle).find(["seed:7", "name:Ada", str(tmp_path / "ada.png")])
        assert [stop.origin for stop in found] == ["seed", "name", "recipe"]
        np.testing.assert_array_equal(found[0].latent, bundle.density.draw_seeds(bundle.facts.id, [7])[0])
        np.testing.assert_array_equal(found[1].latent, ada.latent)
        np.testing.assert_array_equal(found[2].latent, ada.latent)

    def test_other_pictures_are_encoded(self, bundle: Bundle, tmp_path: Path) -> None:
        rgba = np.random.default_rng(0).integers(1, 256, (20, 20, 4), dtype=np.uint8)
        Image.fromarray(rgba).save(tmp_path / "own.png")
        other = make_bundle(tmp_path, "other", seed=9)
        strange = Picture(other.facts.id, other.codes[0])
        save_picture(tmp_path / "strange.png", Decoder(other).render([strange])[0], strange, other.facts)
        own, foreign = Stops(bundle).find([str(tmp_path / "own.png"), str(tmp_path / "strange.png")])
        assert (own.origin, own.note) == ("encoded", "")
        assert foreign.origin == "encoded"
        assert "made by another model" in foreign.note

    @pytest.mark.parametrize("text", ["seed:no", "seed:", "nowhere.png", "name: "])
    def test_what_is_none_says_so(self, bundle: Bundle, text: str) -> None:
        with pytest.raises(StudioError):
            Stops(bundle).find([text])

    def test_a_damaged_file_says_why(self, bundle: Bundle, tmp_path: Path) -> None:
        (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
        with pytest.raises(StudioError, match="cannot be a stop"):
            Stops(bundle).find([str(tmp_path / "bad.png")])
