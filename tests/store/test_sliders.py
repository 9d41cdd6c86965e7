"""Sliders are kept with the bundle, or in the library where the bundle is not the user's own."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import StudioError
from studio.core.slider import Slider
from studio.store.bundle import load_bundle
from studio.store.files import Library
from studio.store.rename import rename_bundle
from studio.store.sharing import export_bundle, import_bundle
from studio.store.sliders import UPGRADES, load_sliders, save_sliders

ROUND = Slider("Rund", tuple(np.eye(8, dtype=np.float32)[1].tolist()), tuple(np.linspace(-2, 3, 9).tolist()))
SLIM = replace(ROUND, name="Slim", origin="piles")


def test_an_own_bundle_keeps_them_itself_under_the_same_id(library: Library) -> None:
    bundle = make_bundle(library.bundles)
    assert load_sliders(bundle, library) == ()
    save_sliders(bundle, library, [ROUND, SLIM])
    assert load_sliders(bundle, library) == (ROUND, SLIM)
    again = load_bundle(bundle.folder)
    assert again.facts.sliders == (ROUND, SLIM)
    assert replace(again.facts, sliders=()) == bundle.facts
    assert not library.sliders.exists()
    save_sliders(bundle, library, [replace(SLIM, name="Thin")])
    assert [slider.name for slider in load_sliders(again, library)] == ["Thin"]


def test_a_starter_is_not_touched(library: Library, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "starters")
    before = (bundle.folder / "bundle.json").read_bytes()
    bundle.folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        save_sliders(bundle, library, [ROUND])
    finally:
        bundle.folder.chmod(stat.S_IRWXU)
    assert load_sliders(bundle, library) == (ROUND,)
    assert (bundle.folder / "bundle.json").read_bytes() == before
    assert [file.name for file in library.sliders.iterdir()] == [f"{bundle.facts.id}.json"]


def test_sliders_that_a_starter_ships_are_there_until_others_are_kept(
    library: Library, tmp_path: Path
) -> None:
    shipped = Library(tmp_path / "starters")
    bundle = make_bundle(shipped.bundles)
    save_sliders(bundle, shipped, [ROUND])
    assert load_sliders(bundle, library) == (ROUND,)
    save_sliders(bundle, library, [SLIM])
    assert load_sliders(bundle, library) == (SLIM,)


def test_a_new_name_and_new_sliders_do_not_undo_each_other(library: Library) -> None:
    bundle = make_bundle(library.bundles)
    save_sliders(bundle, library, [ROUND])
    renamed = rename_bundle(bundle, "other")  # read before the sliders came
    assert load_sliders(renamed, library) == (ROUND,)
    save_sliders(renamed, library, [SLIM])
    assert load_bundle(library.bundles / "other").facts.name == "other"


def test_they_travel_with_a_shared_bundle(library: Library, tmp_path: Path) -> None:
    bundle = make_bundle(library.bundles)
    save_sliders(bundle, library, [ROUND])
    export_bundle(bundle, tmp_path / "toy.morpho")
    arrived = import_bundle(tmp_path / "toy.morpho", tmp_path / "elsewhere")
    assert arrived.facts.sliders == (ROUND,)


@pytest.mark.parametrize("sliders", [[3], [{"name": "x"}], [ROUND.to_json()] * 65, "all"])
def test_impossible_ones_are_refused(library: Library, tmp_path: Path, sliders: object) -> None:
    own = make_bundle(library.bundles)
    path = own.folder / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sliders": sliders}))
    with pytest.raises(StudioError, match="impossible"):
        load_bundle(own.folder)
    starter = make_bundle(tmp_path / "starters")
    library.sliders.mkdir()
    (library.sliders / f"{starter.facts.id}.json").write_text(json.dumps({"sliders": sliders}))
    with pytest.raises(StudioError, match="cannot be read") as caught:
        load_sliders(starter, library)
    assert "Find them again" in caught.value.hint
    save_sliders(starter, library, [SLIM])
    assert load_sliders(starter, library) == (SLIM,)


def test_a_slider_of_another_width_is_refused(library: Library) -> None:
    bundle = make_bundle(library.bundles, latent_width=4)
    save_sliders(bundle, library, [ROUND])
    with pytest.raises(StudioError, match="impossible slider"):
        load_bundle(bundle.folder)


def test_every_upgrade_has_its_test() -> None:
    assert UPGRADES == ()
