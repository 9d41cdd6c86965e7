"""Decoding and encoding: right colours, right shapes, the same bytes every time."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from bundles import PALETTE, make_bundle
from PIL import Image

from studio.core.errors import StudioError
from studio.core.picture import Finish, Picture
from studio.core.pixels import from_network, to_network
from studio.generate.decoder import Decoder, Palette
from studio.generate.drawing import draw
from studio.generate.encoder import Encoder
from studio.store.bundle import Bundle, load_bundle
from studio.store.metadata import read_recipe, save_picture

KINDS = ("smooth", "pixel")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    folder = tmp_path_factory.mktemp("models")
    return {kind: make_bundle(folder, kind, kind=kind, scale=2 if kind == "pixel" else 1) for kind in KINDS}


def raw(bundle: Bundle, output: str = "rgba") -> np.ndarray:
    """What ONNX Runtime gives for the codes."""
    session = onnxruntime.InferenceSession(str(bundle.decoder_file))
    return np.asarray(session.run([output], {"z": bundle.codes})[0])


class TestDecode:
    def test_smooth_pictures_are_the_networks(self, bundles: dict[str, Bundle]) -> None:
        bundle = bundles["smooth"]
        decoder = Decoder(bundle)
        pictures = decoder.decode(bundle.codes)
        assert decoder.device == "CPU"
        assert pictures.shape == (20, 16, 16, 4)
        assert pictures.dtype == np.uint8
        np.testing.assert_array_equal(pictures, from_network(raw(bundle)))
        assert not pictures[pictures[..., 3] == 0].any()

    def test_pixel_pictures_have_palette_colours_only(self, bundles: dict[str, Bundle]) -> None:
        bundle = bundles["pixel"]
        pictures = Decoder(bundle).decode(bundle.codes)
        found = {tuple(colour) for colour in np.unique(pictures.reshape(-1, 4), axis=0).tolist()}
        assert found == set(PALETTE)
        np.testing.assert_array_equal(to_network(pictures), raw(bundle))

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_company_does_not_matter(self, bundles: dict[str, Bundle], kind: str) -> None:
        bundle = bundles[kind]
        latents = bundle.density.draw_seeds(bundle.facts.id, list(range(64)))
        together = Decoder(bundle).decode(latents)
        alone, again = Decoder(bundle), Decoder(bundle, "cpu")
        for index in range(64):
            np.testing.assert_array_equal(alone.decode(latents[index : index + 1])[0], together[index])
        for size in (3, 8, 11):
            parts = [again.decode(latents[start : start + size]) for start in range(0, 64, size)]
            np.testing.assert_array_equal(np.concatenate(parts), together)

    def test_parts_come_as_they_are_ready(self, bundles: dict[str, Bundle]) -> None:
        bundle = bundles["smooth"]
        parts = list(Decoder(bundle).decode_in_parts(bundle.codes))
        assert [len(part) for part in parts] == [8, 8, 4]

    def test_none(self, bundles: dict[str, Bundle]) -> None:
        decoder = Decoder(bundles["smooth"])
        assert decoder.decode(np.zeros((0, 8), np.float32)).shape == (0, 16, 16, 4)
        assert decoder.render([]) == []

    @pytest.mark.parametrize(
        "latents",
        [np.zeros((1, 9), np.float32), np.zeros(8, np.float32), np.full((1, 8), np.nan, np.float32)],
    )
    def test_latents_that_cannot_be(self, bundles: dict[str, Bundle], latents: np.ndarray) -> None:
        with pytest.raises(StudioError):
            Decoder(bundles["smooth"]).decode(latents)

    def test_a_file_that_has_gone(self, bundles: dict[str, Bundle], tmp_path: Path) -> None:
        bundle = load_bundle(shutil.copytree(bundles["smooth"].folder, tmp_path / "toy"))
        shutil.rmtree(bundle.folder)
        for opened in (Decoder, Encoder):
            with pytest.raises(StudioError, match="cannot be read"):
                opened(bundle)

    def test_a_file_changed_since_it_was_loaded(self, bundles: dict[str, Bundle], tmp_path: Path) -> None:
        bundle = load_bundle(shutil.copytree(bundles["smooth"].folder, tmp_path / "toy"))
        bundle.decoder_file.write_bytes(bundle.decoder_file.read_bytes()[:500])
        with pytest.raises(StudioError, match="network was refused"):
            Decoder(bundle)

    def test_a_network_that_lies_about_its_shape(self, bundles: dict[str, Bundle], tmp_path: Path) -> None:
        """The file may leave a length open; then what really comes out is looked at."""
        folder = shutil.copytree(bundles["smooth"].folder, tmp_path / "toy")
        model = onnx.load(folder / "decoder.onnx")
        for dimension in model.graph.output[0].type.tensor_type.shape.dim:
            dimension.dim_param = "open"
        shape = next(tensor for tensor in model.graph.initializer if tensor.name == "shape")
        shape.CopyFrom(onnx.numpy_helper.from_array(np.array([0, 4, 8, 32]), "shape"))
        (folder / "decoder.onnx").write_bytes(model.SerializeToString())
        with pytest.raises(StudioError, match="another size than it says"):
            Decoder(load_bundle(folder)).decode(np.zeros((1, 8), np.float32))


class TestPalette:
    def test_near_misses_are_snapped(self) -> None:
        """Half-precision constants in the file miss a colour by a fraction of a level, seldom by one."""
        palette = Palette(PALETTE)
        random = np.random.default_rng(0)
        straight = np.array(PALETTE, np.uint8)[random.integers(0, len(PALETTE), (2, 6, 6))]
        exact = to_network(straight)
        for error in (0.0, 0.3 / 127.5, 1.4 / 127.5):
            noise = random.uniform(-error, error, exact.shape).astype(np.float32)
            np.testing.assert_array_equal(palette.snap(exact + noise), straight)
        np.testing.assert_array_equal(palette.snap(exact.astype(np.float16).astype(np.float32)), straight)

    def test_every_colour_of_a_large_palette(self) -> None:
        random = np.random.default_rng(1)
        colours = [tuple(map(int, colour)) for colour in random.integers(0, 256, (255, 3))]
        palette = ((0, 0, 0, 0), *((*colour, 255) for colour in dict.fromkeys(colours)))
        straight = np.array(palette, np.uint8).reshape(1, 1, -1, 4)
        np.testing.assert_array_equal(Palette(palette).snap(to_network(straight)), straight)

    def test_colour_under_transparency_is_dropped(self) -> None:
        snapped = Palette(((9, 9, 9, 0), (1, 2, 3, 255))).snap(np.full((1, 4, 1, 1), -1, np.float32))
        assert snapped.reshape(4).tolist() == [0, 0, 0, 0]


class TestFinish:
    def test_its_own_size_by_default(self, bundles: dict[str, Bundle]) -> None:
        for kind, side in (("smooth", 16), ("pixel", 32)):
            bundle = bundles[kind]
            decoder = Decoder(bundle)
            assert decoder.finish(decoder.decode(bundle.codes[:2])).shape == (2, side, side, 4)

    def test_pixel_art_is_enlarged_by_whole_numbers(self, bundles: dict[str, Bundle]) -> None:
        decoder = Decoder(bundles["pixel"])
        small = decoder.decode(bundles["pixel"].codes[:1])
        large = decoder.finish(small, Finish(48))
        np.testing.assert_array_equal(large[:, ::3, ::3], small)
        np.testing.assert_array_equal(large[:, 2::3, 1::3], small)
        with pytest.raises(StudioError, match="50 pixels wide without blurring") as caught:
            decoder.finish(small, Finish(50))
        assert "16, 32, 48, 64" in caught.value.hint

    def test_smooth_pictures_go_through_lanczos(self, bundles: dict[str, Bundle]) -> None:
        decoder = Decoder(bundles["smooth"])
        large = decoder.finish(decoder.decode(bundles["smooth"].codes[:2]), Finish(50))
        assert large.shape == (2, 50, 50, 4)
        assert not large[large[..., 3] == 0].any()

    @pytest.mark.parametrize("side", [-1, 10**6])
    def test_impossible_sides(self, bundles: dict[str, Bundle], side: int) -> None:
        with pytest.raises(StudioError, match="pixels wide"):
            Decoder(bundles["smooth"]).finish(np.zeros((1, 16, 16, 4), np.uint8), Finish(side))

    def test_pictures_of_another_bundle_are_not_made(self, bundles: dict[str, Bundle]) -> None:
        other = Picture("f" * 16, np.zeros(8, np.float32))
        with pytest.raises(StudioError, match="not made by the model “smooth”"):
            Decoder(bundles["smooth"]).render([other])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", [0, 64])
def test_every_picture_can_be_had_again(
    bundles: dict[str, Bundle], tmp_path: Path, kind: str, side: int
) -> None:
    """Saved from among others, read back, made alone by a fresh decoder: the same pixels."""
    bundle = bundles[kind]
    pictures = draw(bundle, seed=5, count=11, diversity=0.8, finish=Finish(side))
    for index, rgba in enumerate(Decoder(bundle).render(pictures)):
        save_picture(tmp_path / f"{index}.png", rgba, pictures[index], bundle.facts)
    fresh = Decoder(load_bundle(bundle.folder))
    for index, picture in enumerate(pictures):
        back = read_recipe(tmp_path / f"{index}.png")
        assert back is not None
        assert back.same_as(picture)
        with Image.open(tmp_path / f"{index}.png") as image:
            np.testing.assert_array_equal(fresh.render([back])[0], np.asarray(image))


class TestEncode:
    def test_codes_are_the_networks(self, bundles: dict[str, Bundle]) -> None:
        bundle = bundles["smooth"]
        assert bundle.thumbnails is not None
        pictures = np.concatenate([bundle.thumbnails] * 4)[:70]
        mean, log_variance = Encoder(bundle).encode(pictures)
        assert mean.shape == log_variance.shape == (70, 8)
        session = onnxruntime.InferenceSession(str(bundle.encoder_file))
        wanted = session.run(["mean", "log_variance"], {"rgba": to_network(pictures)})
        np.testing.assert_allclose(mean, wanted[0], atol=1e-5)
        np.testing.assert_allclose(log_variance, wanted[1], atol=1e-5)
        alone, _ = Encoder(bundle).encode(pictures[33:34])
        np.testing.assert_array_equal(alone[0], mean[33])

    def test_none(self, bundles: dict[str, Bundle]) -> None:
        mean, _ = Encoder(bundles["smooth"]).encode(np.zeros((0, 16, 16, 4), np.uint8))
        assert mean.shape == (0, 8)
