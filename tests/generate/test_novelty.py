"""How new pictures are, by the encoder of their bundle."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import StudioError
from studio.core.pixels import mirrored
from studio.generate.novelty import Novelty


def test_the_artists_own_pictures_are_copies_of_themselves(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    pictures = np.random.default_rng(5).integers(1, 256, (4, 16, 16, 4), dtype=np.uint8)
    plain = replace(bundle, facts=replace(bundle.facts, novelty=(0.5, 1.0, 2.0)))
    places = Novelty(plain).places(pictures)
    judged = Novelty(replace(plain, codes=places))
    found = judged.judge(pictures)
    assert [one.index for one in found] == [0, 1, 2, 3]
    assert all(one.is_copy for one in found)
    assert judged.copy_distance == pytest.approx(0.51)
    turned = judged.judge(mirrored(pictures))
    assert [one.index for one in turned] == [0, 1, 2, 3]
    assert all(one.is_copy for one in turned)
    far = Novelty(replace(plain, codes=places + 100)).judge(pictures)
    assert all(one.novelty == 1 and not one.is_copy for one in far)


def test_a_bundle_without_a_yardstick_says_so(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    with pytest.raises(StudioError, match="does not know how new") as caught:
        Novelty(replace(bundle, facts=replace(bundle.facts, novelty=())))
    assert "train it again" in caught.value.hint
