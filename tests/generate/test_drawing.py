"""New pictures: repeatable, and all different when many are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import StudioError
from studio.core.latent import picture_seed, seed_of_name
from studio.core.picture import Finish
from studio.generate.decoder import Decoder
from studio.generate.drawing import Sample, draw, named
from studio.generate.novelty import Nearest, Novelty
from studio.store.bundle import Bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def decoder(bundle: Bundle) -> Decoder:
    return Decoder(bundle)


class TestDraw:
    def test_a_series_is_the_same_however_it_is_asked_for(self, bundle: Bundle) -> None:
        whole = draw(bundle, seed=3, count=10)
        parts = draw(bundle, 3, 4) + draw(bundle, 3, 6, start=4)
        assert all(a.same_as(b) for a, b in zip(whole, parts, strict=True))
        assert [picture.seed for picture in whole] == [picture_seed(3, index) for index in range(10)]
        assert not draw(bundle, seed=4, count=1)[0].same_as(whole[0])
        assert draw(bundle, 3, 0) == []

    def test_diversity_goes_out_from_the_middle(self, bundle: Bundle) -> None:
        near, far = (draw(bundle, 0, 50, diversity) for diversity in (0.2, 2.0))
        spread = [np.std([picture.latent for picture in some], axis=0).mean() for some in (near, far)]
        assert spread[0] < spread[1]
        assert near[0].diversity == 0.2

    @pytest.mark.parametrize("diversity", [-0.1, float("nan"), float("inf"), 11])
    def test_impossible_diversity(self, bundle: Bundle, diversity: float) -> None:
        with pytest.raises(StudioError, match="diversity cannot be"):
            draw(bundle, 0, 1, diversity)

    def test_a_name_is_a_seed(self, bundle: Bundle) -> None:
        ada = named(bundle, " Ada ")
        assert ada.same_as(named(bundle, "Ada"))
        assert (ada.name, ada.seed) == ("Ada", seed_of_name("Ada"))
        assert not ada.same_as(named(bundle, "ada"))
        with pytest.raises(StudioError, match="name is empty"):
            named(bundle, "  ")


class Repeating(Decoder):
    """Gives pictures `kinds` times different, whatever the latent."""

    kinds = 5

    def decode(self, latents: np.ndarray) -> np.ndarray:
        looks = np.abs(latents[:, 0] * 1000).astype(int) % self.kinds
        return np.broadcast_to(looks.astype(np.uint8)[:, None, None, None], (len(latents), 16, 16, 4)).copy()


class TestSample:
    def test_pictures_and_what_they_look_like(self, bundle: Bundle, decoder: Decoder) -> None:
        sample = Sample(bundle, decoder, seed=1, count=19, finish=Finish(20))
        made = list(sample)
        assert sample.refused.total == 0
        assert len({one.rgba.tobytes() for one in made}) == 19
        wanted = draw(bundle, 1, 19, finish=Finish(20))
        for one, picture in zip(made, wanted, strict=True):
            assert one.picture.same_as(picture)
            np.testing.assert_array_equal(one.rgba, decoder.render([picture])[0])

    def test_more_begins_with_the_same(self, bundle: Bundle, decoder: Decoder) -> None:
        few, many = (list(Sample(bundle, decoder, 1, count)) for count in (5, 30))
        assert [one.picture.seed for one in few] == [one.picture.seed for one in many[:5]]

    def test_repeats_are_refused_and_counted(self, bundle: Bundle) -> None:
        sample = Sample(bundle, Repeating(bundle), seed=0, count=5)
        made = list(sample)
        assert len({one.rgba.tobytes() for one in made}) == 5
        last = next(i for i in range(1000) if picture_seed(0, i) == made[-1].picture.seed)
        assert sample.refused.total == sample.refused.repeats == last + 1 - 5

    def test_a_bundle_that_has_no_more_says_so(self, bundle: Bundle) -> None:
        pictures: Iterator[object] = iter(Sample(bundle, Repeating(bundle), seed=0, count=6))
        assert len(list(islice(pictures, 5))) == 5
        with pytest.raises(StudioError, match="Only 5 different pictures") as caught:
            next(pictures)
        assert "diversity" in caught.value.hint

    def test_none_is_not_a_number_of_pictures(self, bundle: Bundle, decoder: Decoder) -> None:
        with pytest.raises(StudioError, match="0 pictures"):
            Sample(bundle, decoder, 0, 0)


class Seen:
    """Novelty by a picture's first pixel: the artist's own have 0 and 250 there, copies lie within 10."""

    width = 1
    copy_distance = 10.0

    def places(self, pictures: np.ndarray) -> np.ndarray:
        return pictures[:, 0, 0, :1].astype(np.float32)

    def judge(self, pictures: np.ndarray, places: np.ndarray) -> list[Nearest]:
        far = np.minimum(places[:, 0], 250 - places[:, 0])
        return [Nearest(index=0, novelty=0.0 if distance < 10 else 0.5) for distance in far]


def test_unique_pictures_keep_their_distance(bundle: Bundle) -> None:
    class Levels(Repeating):
        kinds = 251

    sample = Sample(bundle, Levels(bundle), seed=0, count=12, novelty=cast(Novelty, Seen()))
    made = list(sample)
    levels = sorted(int(one.rgba[0, 0, 0]) for one in made)
    assert len(levels) == 12
    assert levels[0] >= 10
    assert levels[-1] <= 240
    assert min(np.diff(levels)) >= 10
    assert sample.refused.copies
    assert sample.refused.doubles
    assert all(one.nearest == Nearest(0, 0.5) for one in made)


def test_another_bundle_gives_other_latents(tmp_path: Path, bundle: Bundle) -> None:
    other = make_bundle(tmp_path, "other", seed=9)
    assert other.facts.id != bundle.facts.id
    assert not np.array_equal(draw(other, 0, 1)[0].latent, draw(bundle, 0, 1)[0].latent)
