"""Pictures to squares: fits, premultiplied resizing, pixel art on its own grid, palettes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from pictures import drawing, photo, sprite
from PIL import Image

from studio.core.pixels import Pictures, enlarge, over
from studio.core.recipe import FITS
from studio.store.importing import fit_picture
from studio.store.importing.palette import PaletteGatherer
from studio.store.importing.pixel_art import judge_set, pixel_signs, to_own_grid


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(64, 64), (40, 64), (64, 9), (31, 77)])
@pytest.mark.parametrize("pixel_art", [True, False])
def test_every_fit_gives_a_square(fit: str, shape: tuple[int, int], pixel_art: bool) -> None:
    fitted = fit_picture(photo(1)[: shape[0], :].repeat(2, axis=1)[:, : shape[1]], 32, fit, pixel_art)
    assert fitted.shape == (32, 32, 4)
    assert fitted.dtype == np.uint8
    assert not fitted[fitted[..., 3] == 0].any()


def flag() -> Pictures:
    """Opaque, 60 wide and 20 high: red, green and blue squares."""
    colours = np.array([[(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)]], np.uint8)
    return enlarge(colours, 20)


def test_crop_keeps_the_middle() -> None:
    assert (fit_picture(flag(), 20, "crop", False) == (0, 255, 0, 255)).all()


def test_pad_keeps_everything_and_adds_transparency() -> None:
    fitted = fit_picture(flag(), 30, "pad", False)
    assert not fitted[:10].any()
    assert not fitted[20:].any()
    assert np.allclose(fitted[12:18, 2:8], (255, 0, 0, 255), atol=12)
    assert np.allclose(fitted[12:18, 22:28], (0, 0, 255, 255), atol=12)


def test_stretch_distorts() -> None:
    fitted = fit_picture(flag(), 30, "stretch", False)
    assert np.allclose(fitted[:, 2:8], (255, 0, 0, 255), atol=12)


def test_trim_cuts_to_the_content() -> None:
    rgba = np.zeros((100, 100, 4), np.uint8)
    rgba[70:80, 10:20] = (9, 8, 7, 255)
    assert (fit_picture(rgba, 16, "trim", False) == (9, 8, 7, 255)).all()
    rgba[0, 0] = (255, 255, 255, 3)  # nobody sees it
    assert (fit_picture(rgba, 16, "trim", False) == (9, 8, 7, 255)).all()


def test_no_colour_bleeds_from_under_transparency() -> None:
    """A red disc with soft edges stays red all over when made smaller and larger."""
    red = drawing(3)
    red[..., :3] = np.where(red[..., 3:] > 0, np.array([200, 0, 0], np.uint8), 0)
    for size in (24, 100):
        fitted = fit_picture(red, size, "pad", False)
        seen = fitted[fitted[..., 3] > 20]
        assert (abs(seen[:, 0].astype(int) - 200) <= 20).all()
        assert seen[:, 1:3].max() == 0


def test_smooth_resizing_is_faithful() -> None:
    large = drawing(4, 256)
    reference = over(large, (255, 255, 255)).reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
    fitted = over(fit_picture(large, 64, "pad", False), (255, 255, 255))
    assert np.sqrt(((fitted - reference) ** 2).mean()) < 6


@pytest.mark.parametrize("scale", [1, 2, 3, 8])
def test_pixel_art_comes_to_its_own_grid_unchanged(scale: int) -> None:
    art = sprite(1, scale=scale)
    signs = pixel_signs(art)
    assert signs.enlargement == scale
    assert signs.colours <= 7
    assert np.array_equal(fit_picture(art, 16, "pad", True, scale), sprite(1))
    placed = fit_picture(art, 24, "pad", True, scale)
    assert np.array_equal(placed[4:20, 4:20], sprite(1))


def test_pixel_art_too_large_for_the_square() -> None:
    art = sprite(2, side=32)
    assert np.array_equal(fit_picture(art, 16, "crop", True), art[8:24, 8:24])
    assert fit_picture(art, 16, "pad", True).shape == (16, 16, 4)
    assert set(map(tuple, fit_picture(art, 16, "stretch", True).reshape(-1, 4))) <= set(
        map(tuple, art.reshape(-1, 4))
    )


def test_trimmed_pixel_art_is_not_enlarged() -> None:
    art = np.zeros((32, 32, 4), np.uint8)
    art[20:24, 2:8] = (1, 2, 3, 255)
    fitted = fit_picture(art, 16, "trim", True)
    assert (fitted[6:10, 5:11] == (1, 2, 3, 255)).all()
    assert np.count_nonzero(fitted[..., 3]) == 24


def test_enlarged_art_saved_as_jpeg_is_recognised() -> None:
    art = sprite(3, scale=8)
    file = io.BytesIO()
    Image.fromarray(over(art, (255, 255, 255))).save(file, "JPEG", quality=85)
    taken = np.array(Image.open(file).convert("RGBA"))
    assert pixel_signs(taken).enlargement == 8
    own = to_own_grid(taken, 8)
    error = np.abs(own[..., :3].astype(int) - over(sprite(3), (255, 255, 255)))
    assert error.mean() < 6


def test_a_picture_off_the_grid_keeps_its_own_colours() -> None:
    art = sprite(4, scale=2)[:31, :29]
    own = to_own_grid(art, 2)
    assert own.shape == (16, 14, 4)
    assert set(map(tuple, own.reshape(-1, 4))) <= set(map(tuple, art.reshape(-1, 4)))


def test_a_set_is_judged_as_a_whole() -> None:
    smooth = [pixel_signs(drawing(seed)) for seed in range(20)]
    assert judge_set(smooth, [64] * 20) == (False, 1)
    art = [pixel_signs(sprite(seed, scale=2 + 2 * (seed % 2))) for seed in range(20)]
    assert judge_set(art, [32] * 20) == (True, 2)
    assert judge_set([*art, pixel_signs(drawing(1))], [32] * 21) == (True, 2)
    assert judge_set([pixel_signs(sprite(seed)) for seed in range(20)], [16] * 20) == (True, 1)
    assert judge_set([], []) == (False, 1)
    flat = pixel_signs(np.full((32, 32, 4), 255, np.uint8))
    assert flat.enlargement == 0
    assert judge_set([flat, *art], [32] * 21) == (True, 2)


def palette_of(*pictures: Pictures) -> Pictures | None:
    gatherer = PaletteGatherer()
    for picture in pictures:
        gatherer.add(picture)
    return gatherer.palette()


def test_few_colours_are_kept_exactly() -> None:
    pictures = [sprite(seed) for seed in range(10)]
    palette = palette_of(*pictures)
    assert palette is not None
    assert palette[0].tolist() == [0, 0, 0, 0]
    assert set(map(tuple, palette)) == set(map(tuple, np.concatenate(pictures).reshape(-1, 4)))


def test_some_more_colours_are_reduced_to_their_own() -> None:
    """300 shades of three colours: 256 of them stand for all."""
    shades = np.zeros((20, 20, 4), np.uint8)
    flat = shades.reshape(-1, 4)
    flat[:, 3] = 255
    for channel in range(3):
        flat[channel * 100 : channel * 100 + 100, channel] = np.arange(100, 200)
    palette = palette_of(shades)
    assert palette is not None
    assert 200 < len(palette) <= 256
    assert set(map(tuple, palette)) <= set(map(tuple, flat))
    again = palette_of(shades)
    assert again is not None
    assert np.array_equal(palette, again)


def test_many_shades_are_reduced_where_nobody_sees_it() -> None:
    """16,384 shades of red and green: 256 of them are off by 2 levels, mean of the four channels."""
    red, green = np.meshgrid(np.arange(0, 256, 2), np.arange(0, 256, 2))
    shades = np.stack([red, green, 0 * red, 0 * red + 255], axis=-1).astype(np.uint8)
    palette = palette_of(shades)
    assert palette is not None
    distances = np.abs(shades.reshape(-1, 1, 4).astype(np.int64) - palette.astype(np.int64)).mean(axis=2)
    assert 1.5 < distances.min(axis=1).mean() < 3


def test_too_many_colours_are_no_palette() -> None:
    random = np.random.default_rng(0)
    assert palette_of(random.integers(0, 256, (64, 64, 4), np.uint8)) is None
    assert palette_of(*(random.integers(0, 256, (256, 256, 4), np.uint8) for _ in range(3))) is None
    assert palette_of() is None
