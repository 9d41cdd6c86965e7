"""Own pictures enter a bundle: fitted, encoded, with everything the model loses of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bundles import PALETTE, make_bundle
from pictures import drawing, save, sprite

from studio.core.errors import StudioError
from studio.core.pixels import premultiply, rms_difference
from studio.generate.decoder import Decoder
from studio.generate.encoder import Encoder
from studio.generate.entering import Entrance
from studio.store.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="module")
def entrance(bundle: Bundle) -> Entrance:
    return Entrance(bundle, Decoder(bundle, "cpu"), "cpu")


def test_files_enter_fitted_and_come_back_exactly(bundle: Bundle, entrance: Entrance, tmp_path: Path) -> None:
    save(tmp_path / "Ada.png", drawing(1))
    save(tmp_path / "wide.png", drawing(2)[:40])
    (tmp_path / "notes.txt").write_text("no picture")
    entered, left_out = entrance.enter([tmp_path])
    assert [e.picture.name for e in entered] == ["Ada", "wide"]
    assert [item.file.split("/")[-1] for item in left_out] == ["notes.txt"]
    for one in entered:
        assert one.original.shape == (16, 16, 4)
        assert one.picture.bundle_id == bundle.facts.id
        rebuild = Decoder(bundle, "cpu").decode(one.picture.latent[None])[0]
        assert np.array_equal(premultiply(one.detail.apply(rebuild)), premultiply(one.original))


def test_the_latent_is_at_least_as_near_as_the_encoders_mean(bundle: Bundle, entrance: Entrance) -> None:
    decoder, encoder = Decoder(bundle, "cpu"), Encoder(bundle, "cpu")
    for seed in range(6):
        rgba = drawing(seed, 16)
        plain = decoder.decode(encoder.encode(rgba[None])[0])[0]
        entered = decoder.decode(entrance.enter_one(rgba).picture.latent[None])[0]
        assert rms_difference(entered, rgba) <= rms_difference(plain, rgba)


def test_what_the_bundle_does_not_know_is_said(entrance: Entrance) -> None:
    assert entrance.enter_one(drawing(1, 16)).is_foreign  # the toy networks were never trained


def test_pixel_art_enters_in_the_colours_of_its_set(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "sprites", kind="pixel", scale=2)
    entrance = Entrance(bundle, Decoder(bundle, "cpu"), "cpu")
    file = save(tmp_path / "hero.png", sprite(3, 16, 2))
    (entered,), _ = entrance.enter([file])
    palette = {tuple(colour) for colour in PALETTE}
    assert {tuple(map(int, colour)) for colour in entered.original.reshape(-1, 4)} <= palette
    assert entered.detail.is_pixel_art


def test_a_path_that_is_gone_is_said(entrance: Entrance, tmp_path: Path) -> None:
    with pytest.raises(StudioError):
        entrance.enter([tmp_path / "gone.png"])
