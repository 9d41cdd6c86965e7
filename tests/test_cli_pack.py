"""The command `pack` as its users meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pack_readers as readers
import pytest
from bundles import make_bundle
from pictures import fill, save, sprite

from studio import __main__ as start
from studio.store.files import Library
from studio.store.pack import Spool

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


def test_a_dry_run_says_what_would_be_lost_and_writes_nothing(command: Run, tmp_path: Path) -> None:
    source, out = fill(tmp_path / "in", 4, 24), tmp_path / "out"
    words = ("pack", source, "--out", out, "--target", "json")
    status, events, _ = command(*words, "--dry-run", "--json")
    assert status == 0 and not out.exists()
    assert (events[-1]["count"], events[-1]["replaced"]) == (4, [])
    assert command(*words)[0] == 0
    written = sorted(path.name for path in out.iterdir())
    assert events[-1]["files"] == written
    (out / "mine.txt").touch()
    status, _, err = command(*words, "--dry-run")
    assert status == 0
    assert "Would be replaced:" in err and "out/sprites.json" in err
    assert "no pack made here" in err and "out/mine.txt" in err
    assert command("pack", "--from", "toy", "--out", out, "--target", "json", "--dry-run")[0] == 1


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


def test_new_pictures_in_one_go(command: Run, library: Library, tmp_path: Path) -> None:
    make_bundle(library.bundles, "toy", novelty=(0.1, 0.2, 0.3, 100.0))
    out = tmp_path / "game" / "portraits"
    ask = ("--count", "12", "--unique", "--seed", "5", "--out", out, "--json")
    status, events, err = command("pack", "--from", "toy", "--target", "json", "--gallery", *ask)
    finished = events[-1]
    assert (status, err, finished["count"], finished["animations"]) == (0, "", 12, [])
    assert {"decoding", "finishing", "choosing", "writing"} <= set(finished["seconds"])
    assert finished["refused"] == finished["drawn"]["refused"]
    names = [f"toy_{number:04}" for number in range(1, 13)]
    assert sorted(readers.texture_packer(out / "toy.json")) == names
    values = json.loads((out / "manifest.json").read_text())
    assert values["drawn"]["seed"] == 5 and values["drawn"]["is_unique"]
    assert len({entry["recipe"]["seed"] for entry in values["pictures"]}) == 12
    assert (out / "provenance.md").exists() and (out / "gallery.html").exists()
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    assert command("pack", "--from", "toy", "--target", "json", "--gallery", *ask)[0] == 0
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    assert sorted(path.name for path in out.parent.iterdir()) == ["portraits"]


def test_a_sample_as_a_pack_is_the_same_pictures(command: Run, library: Library, tmp_path: Path) -> None:
    make_bundle(library.bundles, "toy")
    ask = ("toy", "--count", "5", "--seed", "3")
    assert command("sample", *ask, "--out", tmp_path / "loose")[0] == 0
    status, _, err = command("sample", *ask, "--out", tmp_path / "out", "--pack", "godot")
    assert status == 0 and "5 pictures drawn from seed 3; 0 repeats left out." in err
    shown = readers.godot(tmp_path / "out" / "toy.tres")
    for name, file in zip(sorted(shown), sorted((tmp_path / "loose").iterdir()), strict=True):
        cut = shown[name][0]
        cut[cut[..., 3] == 0] = 0
        wanted = readers.page(file).copy()
        wanted[wanted[..., 3] == 0] = 0
        assert np.array_equal(cut, wanted)


def test_what_is_in_the_way_is_told_before_anything_is_drawn(
    command: Run, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bundle(library.bundles, "toy")
    drawn: list[str] = []
    add = Spool.add
    monkeypatch.setattr(Spool, "add", lambda self, *given: (drawn.append(given[0]), add(self, *given)))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    ask = ("pack", "--from", "toy", "--count", "500", "--target", "json")
    for out, words in (
        ("out", ()),
        ("new", ("--page", "64", "--scale", "8")),
        ("new", ("--names", "{what}")),
    ):
        status, _, err = command(*ask, "--out", tmp_path / out, *words)
        assert status == 1, err
    assert len(drawn) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name != "library"] == ["out"]


def test_ctrl_c_while_a_set_is_drawn_leaves_nothing(
    command: Run, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bundle(library.bundles, "toy")
    add = Spool.add

    def interrupted(self: Spool, file: str, *rest: Any) -> None:
        if file == "toy_0007":
            raise KeyboardInterrupt
        add(self, file, *rest)

    monkeypatch.setattr(Spool, "add", interrupted)
    out = tmp_path / "out"
    status, _, _ = command("sample", "toy", "--count", "20", "--out", out, "--pack", "json", "--unique")
    assert status == 1  # a model that does not know how new its pictures are
    status, _, err = command("sample", "toy", "--count", "20", "--out", out, "--pack", "json")
    assert status == 130 and "Stopped" in err
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


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
    status, events, _ = command("pack", *out)
    assert status == 1 and "new ones of a model" in events[-1]["message"]
    status, events, _ = command("pack", tmp_path / "nowhere", *out)
    assert status == 1 and "nowhere" in events[-1]["message"]
    source = fill(tmp_path / "in", 2, 100)
    status, events, _ = command("pack", source, *out, "--page", "64")
    assert status == 1 and "more than a page of 64" in events[-1]["message"]
    assert not (tmp_path / "out").exists()
