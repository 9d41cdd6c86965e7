"""The command `pack` as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pack_readers as readers
import pytest
from bundles import make_bundle
from pictures import fill, save, sprite

from studio import __main__ as start
from studio.store.files import Library

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def command(library: Library, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's own library: its status, its events and what it told people."""

    def run(*words: object) -> tuple[int, list[dict[str, Any]], str]:
        status = start.main([*map(str, words), "--library", str(library.root)])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return status, [json.loads(line) for line in out.splitlines()], err

    return run


def test_as_json(command: Run, tmp_path: Path) -> None:
    source = fill(tmp_path / "in", 5, 24)
    (source / "notes.txt").touch()
    status, events, err = command("pack", source, "--out", tmp_path / "out", "--target", "json", "--json")
    finished = events[-1]
    assert (status, err, finished["event"], finished["count"], finished["pages"]) == (0, "", "finished", 5, 1)
    assert 0 < finished["fill"] <= 1
    assert set(finished["seconds"]) == {"reading", "packing", "pixels", "writing"}
    assert finished["out"] == str(tmp_path / "out")
    assert finished["files"] == sorted(file.name for file in (tmp_path / "out").iterdir())
    assert [item["file"] for item in finished["left_out"]] == ["notes.txt"]
    assert len(readers.texture_packer(tmp_path / "out" / "sprites.json")) == 5


def test_in_words(command: Run, tmp_path: Path) -> None:
    for index in range(9):
        save(tmp_path / "in" / f"Hero {index}.png", sprite(index))
    words = ("pack", tmp_path / "in", "--out", tmp_path / "out", "--target", "phaser", "--zip")
    status, events, err = command(*words)
    assert (status, events) == (0, [])
    for part in ("9 pictures (pixel art) on 1 page", "Animations:\n  hero", "out.zip"):
        assert part in err
    status, _, err = command(*words)
    assert status == 0
    assert "Replaced:" in err and "out/sprites.json" in err
    (tmp_path / "out" / "mine.txt").touch()
    status, _, err = command(*words)
    assert status == 1
    assert "out/mine.txt" in err


def test_every_option(command: Run, tmp_path: Path) -> None:
    source = fill(tmp_path / "in", 6, 24)
    words = ["--name", "coins", "--scale", "1,2", "--padding", "3", "--extrude", "2", "--trim", "all"]
    words += ["--no-merge", "--power-of-two", "--page", "128", "--alpha", "premultiply", "--fps", "24"]
    words += ["--names", "{set}_{index:03d}", "--pivot", "0.5,1", "--smooth", "--contact-sheet", "--gallery"]
    words += ["--replace", "--no-animations", "--play", "once", "--no-recipes"]
    status, events, _ = command(
        "pack", source, "--out", tmp_path / "out", "--target", "json", *words, "--json"
    )
    assert status == 0
    files = events[-1]["files"]
    assert {"coins_pma-0.json", "coins_pma-0@2x.png", "coins_contact.png", "gallery.html"} <= set(files)
    data = json.loads((tmp_path / "out" / "coins_pma-0.json").read_text())
    assert data["meta"]["size"]["w"] in (64, 128)
    assert data["frames"]["coins_001"]["duration"] == 42
    assert data["frames"]["coins_001"]["anchor"] == {"x": 0.5, "y": 1.0}


def test_new_pictures_keep_where_they_come_from(command: Run, library: Library, tmp_path: Path) -> None:
    make_bundle(library.bundles, "toy")
    assert command("sample", "toy", "--count", "3", "--seed", "1", "--out", tmp_path / "in")[0] == 0
    status, _, _ = command("pack", tmp_path / "in", "--out", tmp_path / "out", "--target", "png")
    assert status == 0
    values = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [model["name"] for model in values["models"]] == ["toy"]
    assert all(entry["recipe"]["latent"] for entry in values["pictures"])


@pytest.mark.parametrize(
    "words",
    [
        ["--target", "json"],
        ["x", "--out", "y"],
        ["x", "--out", "y", "--target", "nowhere"],
        ["x", "--out", "y", "--target", "json", "--scale", "big"],
        ["x", "--out", "y", "--target", "json", "--pivot", "feet"],
        ["x", "--out", "y", "--target", "json", "--trim", "some"],
    ],
)
def test_wrong_usage(command: Run, words: list[str]) -> None:
    status, events, err = command("pack", *words, "--json")
    assert status == 2
    assert events[-1]["event"] == "failed"
    assert "pack --help" in err


def test_known_errors_are_sentences(command: Run, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out", "--target", "json", "--json")
    status, events, _ = command("pack", tmp_path / "nowhere", *out)
    assert status == 1 and "nowhere" in events[-1]["message"]
    source = fill(tmp_path / "in", 2, 100)
    status, events, _ = command("pack", source, *out, "--page", "64")
    assert status == 1 and "more than a page of 64" in events[-1]["message"]
    assert not (tmp_path / "out").exists()
