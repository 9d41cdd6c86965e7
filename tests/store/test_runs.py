"""Unfinished runs: listed, removed, and never in two hands."""

from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.core.recipe import Recipe
from studio.store.bin import bring_back
from studio.store.files import Library
from studio.store.runs import held, list_runs, open_run, remove_run, start_run


def test_a_run_remembers_what_was_asked(library: Library, tmp_path: Path) -> None:
    odd = tmp_path / "b\udcffd"  # a name that is no UTF-8
    run = start_run(library, Recipe("fox", seed=7), (odd,))
    assert open_run(library, "fox") == run
    assert run.paths == (odd,)
    assert list_runs(library) == (run,)
    assert not run.has_started


def test_names_that_are_taken(library: Library) -> None:
    start_run(library, Recipe("fox"), ())
    with pytest.raises(StudioError, match="not finished"):
        start_run(library, Recipe("fox"), ())
    (library.bundles / "owl").mkdir()
    with pytest.raises(StudioError, match="already"):
        start_run(library, Recipe("owl"), ())


def test_a_damaged_run_costs_only_itself(library: Library) -> None:
    start_run(library, Recipe("fox"), ())
    broken = start_run(library, Recipe("owl"), ())
    (broken.folder / "run.json").write_text("{")
    assert [run.name for run in list_runs(library)] == ["fox"]
    assert start_run(library, Recipe("owl"), ()).identity != broken.identity


def test_one_that_is_held_is_left_alone(library: Library) -> None:
    start_run(library, Recipe("fox"), ())
    with held(library, "fox"), pytest.raises(StudioError, match="another window or terminal"):
        remove_run(library, "fox")
    binned = remove_run(library, "fox")
    assert list_runs(library) == ()
    assert list(library.runs.iterdir()) == []
    bring_back(binned)
    assert [run.name for run in list_runs(library)] == ["fox"]
