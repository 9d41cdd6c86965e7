"""The `morph` command as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle
from PIL import Image

from studio import __main__ as start
from studio.store.files import Library

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def morph(library: Library, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `morph toy …` in this process: status, standard output, standard error."""
    make_bundle(library.bundles)

    def run(*words: object) -> tuple[int, str, str]:
        given = ["morph", "toy", *map(str, words), "--library", str(library.root)]
        status = start.main(given)
        said = capfd.readouterr()
        return status, said.out, said.err

    return run


def test_a_morph_in_a_file(morph: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.webp"
    status, said, _ = morph("seed:1", "name:Ada", "seed:3", "--frames", 20, "--loop", "--out", out, "--json")
    finished = json.loads(said.splitlines()[-1])
    assert status == 0
    assert (finished["event"], finished["frames"], finished["fps"]) == ("finished", 20, 24.0)
    assert 1 <= finished["largest_step_over_median"] <= 1.3
    with Image.open(out) as image:
        assert (image.size, image.info["loop"]) == ((16, 16), 0)


def test_rests_and_ways_back_count(morph: Run, tmp_path: Path) -> None:
    words = ("seed:1", "seed:2", "--frames", 5, "--ping-pong", "--hold", 0.1, "--fps", 20)
    status, _, said = morph(*words, "--out", tmp_path / "steps")
    assert status == 0
    assert "12 frames" in said  # 5, 3 on the way back, and 2 stops that rest 2 more
    assert len(list((tmp_path / "steps").iterdir())) == 12


def test_sheets(morph: Run, tmp_path: Path) -> None:
    stops = ("seed:1", "seed:2", "--frames", 6)
    assert morph(*stops, "--strip", "--out", tmp_path / "strip.png", "--size", 8)[0] == 0
    with Image.open(tmp_path / "strip.png") as image:
        assert image.size == (48, 8)
    status, _, said = morph(*stops, "--sheet", "--out", tmp_path / "a.gif")
    assert status == 1
    assert "A sheet is a PNG" in said


def test_own_pictures_are_stops(morph: Run, tmp_path: Path) -> None:
    rgba = np.random.default_rng(0).integers(1, 256, (20, 20, 4), dtype=np.uint8)
    Image.fromarray(rgba).save(tmp_path / "own.png")
    assert morph(tmp_path / "own.png", "seed:2", "--frames", 4, "--out", tmp_path / "a.gif")[0] == 0


def test_nothing_is_overwritten_unasked(morph: Run, tmp_path: Path) -> None:
    stops = ("seed:1", "seed:2", "--frames", 4)
    for out in (tmp_path / "a.gif", tmp_path / "walk"):
        assert morph(*stops, "--out", out)[0] == 0
        assert morph(*stops, "--out", out)[0] == 1
        assert morph(*stops, "--out", out, "--replace")[0] == 0
    (tmp_path / "walk" / "mine.txt").touch()
    status, _, said = morph(*stops, "--out", tmp_path / "walk", "--replace")
    assert status == 1
    assert "not empty" in said


@pytest.mark.parametrize(
    ("words", "status", "part"),
    [
        (("seed:1", "--frames", 5), 1, "at least two"),
        (("seed:1", "nosuch.png", "--frames", 5), 1, "no picture"),
        (("seed:1", "seed:2", "seed:3", "--frames", 2), 1, "cannot show these 3 stops"),
        (("seed:1", "seed:2", "--frames", 5, "--loop", "--ping-pong"), 2, "both"),
        (("seed:1", "seed:2", "--frames", 5, "--matte", "white"), 2, "not a colour"),
    ],
)
def test_mistakes_are_sentences(
    morph: Run, tmp_path: Path, words: tuple[object, ...], status: int, part: str
) -> None:
    ended, _, said = morph(*words, "--out", tmp_path / "a.gif")
    assert ended == status
    assert part in said
    assert not (tmp_path / "a.gif").exists()
