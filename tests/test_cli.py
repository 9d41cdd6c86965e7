"""The command line as its users meet it: what it says, where, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bundles import make_bundle
from PIL import Image

import studio.train
from studio import __main__ as start
from studio.core.errors import Cancelled, StudioError
from studio.core.events import (
    Advice,
    Event,
    Finished,
    Imported,
    LeftOut,
    Preview,
    Progress,
    Saved,
    Warned,
    Working,
)
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.store.metadata import read_recipe
from studio.store.runs import start_run

ROOT = Path(__file__).resolve().parents[1]


class Said:
    """One command's end."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def command(library: Library, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command in this process, on the test's own library."""

    def run(*arguments: object) -> Said:
        words = [str(argument) for argument in arguments]
        status = start.main([*words, "--library", str(library.root)])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(status, out, err)

    return run


@pytest.fixture
def toys(library: Library) -> Library:
    """A library with a smooth bundle and one of pixel art, 16 px on files of 32."""
    make_bundle(library.bundles, "toy")
    make_bundle(library.bundles, "dots", kind="pixel", scale=2)
    return library


def pictures(folder: Path, count: int = 9, side: int = 20) -> Path:
    random = np.random.default_rng(5)
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        rgba = random.integers(0, 256, (side, side, 4), np.uint8)
        Image.fromarray(rgba).save(folder / f"{index}.png")
    return folder


def rgba_of(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image)


# Which of the two ------------------------------------------------------------------------------------


def test_no_words_files_and_library_mean_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "a.png").touch()
    for words in ([], ["a.png"], ["--library", "x"], ["--library=x"], [str(tmp_path)]):
        assert start.opens_window(words)
    for words in (["models"], ["nosuch.png"], ["--help"], ["train", "a.png"]):
        assert not start.opens_window(words)


def test_without_a_display_one_sentence_names_the_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert start.main([]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "no display" in said
    assert "train, sample" in said


def test_files_that_are_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert start.main(["nosuch.png"]) == 2
    assert start.main([str(tmp_path), "nosuch.png"]) == 1
    assert start.main(["--library", "x", str(tmp_path), "nosuch.png"]) == 1
    assert start.main([str(tmp_path), "--library=x", "nosuch.png"]) == 1
    assert start.main(["--library"]) == 2
    assert start.main([str(tmp_path), "--library="]) == 2
    said = capsys.readouterr().err
    assert said.count("nosuch.png") == 4
    assert len(said.splitlines()) == 6


@pytest.mark.parametrize(
    "words",
    [
        ["train", "x", "--name", "a", "--minutes", "1", "--preset", "quick"],
        ["train", "--name", "a"],
        ["train", "x", "--name", "a", "--size", "17"],
        ["train", "x", "--name", "a", "--fit", "squash"],
        ["sample", "toy", "--out", "x"],
        ["sample", "toy", "--out", "x", "--count", "0"],
        ["check"],
        ["models", "--bogus"],
    ],
)
def test_wrong_usage_is_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main([*words, "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["event"] == "failed"
    assert "--help" in err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--version"]) == 0
    assert start.main(["--help"]) == 0
    assert start.main(["train", "--help"]) == 0
    out = capsys.readouterr().out
    for word in ("Morpho Studio 0.", "rebuild", "--resume", "--no-mirror"):
        assert word in out
    assert "trainer" not in out


# Pictures in -----------------------------------------------------------------------------------------


def test_check_lists_what_an_import_would_take(command: Callable[..., Said], tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    said = command("check", folder, "--json")
    imported, finished = said.events
    assert said.status == 0
    assert set(imported) == {"event", "accepted", "left_out", "duplicates"}
    assert imported["event"] == "imported"
    assert imported["accepted"][0] == {"file": "0.png", "width": 20, "height": 20, "alpha": True}
    assert [item["file"] for item in imported["left_out"]] == ["notes.txt"]
    assert sorted(imported["duplicates"][0]) == ["0.png", "copy.png"]
    assert (finished["event"], finished["count"]) == ("finished", 10)
    told = command("check", folder)
    assert told.out == ""
    assert "10 pictures can be used" in told.err
    assert "notes.txt" in told.err


def test_check_writes_pictures_as_the_model_sees_them(command: Callable[..., Said], tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in")
    out = tmp_path / "out"
    assert command("check", folder, "--out", out, "--size", "16").status == 0
    files = sorted(out.glob("*.png"))
    assert len(files) == 9
    assert {rgba_of(file).shape for file in files} <= {(16, 16, 4), (24, 24, 4)}


def test_what_is_not_there_is_a_sentence(command: Callable[..., Said], tmp_path: Path) -> None:
    said = command("check", tmp_path / "nowhere", "--json")
    assert said.status == 1
    assert set(said.events[-1]) == {"event", "message", "hint"}
    assert "nowhere" in said.err
    said = command("sample", "nobody", "--count", "1", "--out", tmp_path)
    assert said.status == 1
    assert "nobody" in said.err


# A run, scripted -------------------------------------------------------------------------------------


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stands in for studio.train.loop: says `events`, raises `error`, notes what it was given."""
    script = SimpleNamespace(events=[], error=None, given=None, closed=False)

    def train(
        recipe: Recipe, paths: list[Path], library: Library, resume: bool, control: object
    ) -> Iterator[Event]:
        script.given = SimpleNamespace(recipe=recipe, paths=paths, library=library, resume=resume)
        script.control = control
        try:
            for event in script.events:
                yield event() if callable(event) else event
            if script.error:
                raise script.error
        finally:
            script.closed = True

    script.train = train
    monkeypatch.setattr(studio.train, "loop", script, raising=False)
    monkeypatch.setitem(sys.modules, "studio.train.loop", script)
    return script


def usual_events(library: Library) -> list[Event]:
    return [
        Working("Reading pictures", 1, 2),
        Imported(12, (LeftOut("x.txt", "not a picture"),), (("a.png", "b.png"),)),
        Warned("Few."),
        Progress(1, 8, 0.5, 59.5, 16.0, None),
        Preview(1, Path("previews/r.png"), Path("previews/s.png"), 16, 8),
        Advice("Still improving."),
        Advice("Still improving."),
        Saved(1),
        Working("Exporting"),
        Finished(library.bundles / "mine", 60.0, 16.0),
    ]


def test_train_as_json(scripted: SimpleNamespace, command: Callable[..., Said], library: Library) -> None:
    scripted.events = usual_events(library)
    said = command("train", "some", "more", "--name", "mine", "--json", "--no-mirror", "--preset", "quick")
    kinds = [event["event"] for event in said.events]
    assert kinds == ["imported", "warned", "progress", "advice", "advice", "saved", "finished"]
    assert said.events[0] == {
        "event": "imported",
        "accepted": 12,
        "left_out": [{"file": "x.txt", "reason": "not a picture"}],
        "duplicates": [["a.png", "b.png"]],
    }
    keys = {"event", "step", "seen", "seconds", "seconds_left", "pictures_per_s", "rebuild_error"}
    assert set(said.events[2]) == keys
    assert said.events[-1]["bundle"] == str(library.bundles / "mine")
    assert (said.status, said.err) == (0, "")
    recipe = scripted.given.recipe
    assert (recipe.name, recipe.mirror, recipe.minutes, recipe.steps) == ("mine", False, 5.0, None)
    assert scripted.given.paths == [Path("some"), Path("more")]
    assert scripted.given.library == library


def test_train_in_words(scripted: SimpleNamespace, command: Callable[..., Said], library: Library) -> None:
    scripted.events = usual_events(library)
    said = command("train", "some", "--name", "mine", "--minutes", "0.5")
    assert (said.status, said.out) == (0, "")
    for part in ("12 pictures", "x.txt: not a picture", "Few.", "how it goes: previews", "sample mine"):
        assert part in said.err
    assert said.err.count("Still improving.") == 1
    assert scripted.given.recipe.minutes == 0.5
    assert scripted.given.recipe.mirror is None


def test_a_run_that_fails(scripted: SimpleNamespace, command: Callable[..., Said]) -> None:
    scripted.error = StudioError("The disk is full.", "Free some space.")
    said = command("train", "some", "--name", "mine", "--json")
    assert said.status == 1
    assert said.events == [{"event": "failed", "message": "The disk is full.", "hint": "Free some space."}]
    assert "Free some space." in said.err


def test_a_fault_of_ours_is_written_down(
    scripted: SimpleNamespace, command: Callable[..., Said], library: Library
) -> None:
    scripted.error = ZeroDivisionError("one over zero")
    said = command("train", "some", "--name", "mine")
    assert said.status == 1
    assert "one over zero" in said.err
    assert str(library.log_file) in said.err
    assert "ZeroDivisionError: one over zero" in library.log_file.read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_lets_the_run_save(
    scripted: SimpleNamespace, command: Callable[..., Said], library: Library, number: signal.Signals
) -> None:
    def interrupt() -> Event:
        os.kill(os.getpid(), number)
        return Saved(7)

    def stop_was_asked_for() -> Event:
        assert scripted.control.stop
        raise Cancelled

    before = signal.getsignal(number)
    scripted.events = [interrupt, stop_was_asked_for]
    said = command("train", "some", "--name", "my own", "--json")
    assert said.status == 130
    assert said.events[-1]["event"] == "failed"
    assert '--name "my own" --resume' in said.events[-1]["hint"]
    assert str(library.root) in said.err
    assert scripted.closed
    assert signal.getsignal(number) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_the_second_interrupt_is_heeded_at_once(
    scripted: SimpleNamespace, command: Callable[..., Said]
) -> None:
    def interrupt() -> Event:
        os.kill(os.getpid(), signal.SIGINT)
        return Saved(7)

    scripted.events = [interrupt, interrupt, interrupt]
    assert command("train", "some", "--name", "mine").status == 130
    assert scripted.closed


def test_resume_needs_no_pictures(scripted: SimpleNamespace, command: Callable[..., Said]) -> None:
    assert command("train", "--name", "mine", "--resume").status == 0
    assert scripted.given.resume
    assert scripted.given.paths == []


# Pictures out ----------------------------------------------------------------------------------------


def test_sample(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = command("sample", "toy", "--count", "12", "--seed", "4", "--out", out, "--json")
    (finished,) = said.events
    assert said.status == 0
    assert (finished["event"], finished["count"], finished["refused"]) == ("finished", 12, 0)
    assert finished["pictures_per_s"] > 0
    files = sorted(out.iterdir())
    assert [file.name.split("_")[:2] for file in files] == [["toy", f"{index:04}"] for index in range(12)]
    assert len({rgba_of(file).tobytes() for file in files}) == 12
    for file in files:
        picture = read_recipe(file)
        assert picture is not None
        assert file.stem.endswith(f"_{picture.seed}")
        assert rgba_of(file).shape == (16, 16, 4)


def test_the_same_seed_is_the_same_pictures_and_nothing_is_overwritten(
    command: Callable[..., Said], toys: Library, tmp_path: Path
) -> None:
    sample = ("sample", "toy", "--count", "4", "--seed", "4", "--out")
    assert command(*sample, tmp_path / "a").status == 0
    assert command(*sample, tmp_path / "b", "--count", "3").status == 0
    for file in (tmp_path / "b").iterdir():
        assert file.read_bytes() == (tmp_path / "a" / file.name).read_bytes()
    assert command(*sample, tmp_path / "a").status == 0  # they are there already: fine
    files = {file: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    said = command(*sample, tmp_path / "a", "--diversity", "2")
    assert said.status == 1
    assert "another picture" in said.err
    assert {file: file.read_bytes() for file in (tmp_path / "a").iterdir()} == files


def test_sample_without_a_seed_adds_new_pictures(
    command: Callable[..., Said], toys: Library, tmp_path: Path
) -> None:
    for _ in range(2):
        assert command("sample", "toy", "--count", "3", "--out", tmp_path / "out").status == 0
    assert len(list((tmp_path / "out").iterdir())) == 6


def test_unique_pictures(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    sample = ("sample", "toy", "--count", "12", "--seed", "4", "--unique", "--out", tmp_path, "--json")
    said = command(*sample)
    assert said.status == 1
    assert "does not know how new" in said.events[-1]["message"]
    facts_file = toys.bundles / "toy" / "bundle.json"
    facts = json.loads(facts_file.read_text())
    for farthest, status in ((0.1, 0), (1e6, 1)):  # the second yardstick finds every picture a copy
        facts_file.write_text(json.dumps({**facts, "novelty": [farthest / 2, farthest]}))
        said = command(*sample)
        assert said.status == status
    assert "Only 0 different pictures" in said.events[-1]["message"]
    facts_file.write_text(json.dumps({**facts, "novelty": [0.05, 0.1]}))
    finished = command(*sample).events[-1]
    assert finished["refused"] == finished["repeats"] + finished["copies"] + finished["doubles"]


def test_sizes(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    few = ("--count", "1", "--seed", "1", "--out", tmp_path / "out")
    assert command("sample", "toy", *few, "--size", "40").status == 0
    assert command("sample", "dots", *few).status == 0
    assert sorted(rgba_of(file).shape[0] for file in (tmp_path / "out").iterdir()) == [32, 40]
    said = command("sample", "dots", *few, "--size", "40")
    assert said.status == 1
    assert "without blurring" in said.err


def test_rebuild(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", 2, side=16)
    (folder / "deep").mkdir()
    Image.fromarray(rgba_of(folder / "0.png")[..., :3]).save(folder / "0.webp", lossless=True)
    (folder / "0.png").rename(folder / "deep" / "c.png")
    (folder / "empty.png").touch()
    said = command("rebuild", "toy", folder, "--out", tmp_path / "out", "--json")
    finished = said.events[-1]
    assert (said.status, finished["count"]) == (0, 3)
    assert [item["file"] for item in finished["left_out"]] == ["empty.png"]
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"0.png", "1.png", "deep_c.png"}
    for entry in finished["pictures"]:
        assert entry["rebuild_error"] > 0
        assert read_recipe(Path(entry["out"])) is not None
    said = command("rebuild", "dots", folder / "1.png", "--out", tmp_path / "both", "--beside")
    assert said.status == 0
    assert rgba_of(tmp_path / "both" / "1.png").shape == (32, 64, 4)


def test_rebuild_of_nothing(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert command("rebuild", "toy", tmp_path / "in", "--out", tmp_path / "out").status == 1


def test_name(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    for file in ("a.png", "b.png"):
        assert command("name", "toy", " Ada ", "--out", tmp_path / file).status == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    picture = read_recipe(tmp_path / "a.png")
    assert picture is not None
    assert picture.name == "Ada"
    assert command("name", "toy", "Ben", "--out", tmp_path / "a.png").status == 1
    assert command("name", "toy", "Ben", "--out", tmp_path / "a.gif").status == 1


# Looking around --------------------------------------------------------------------------------------


def test_models(command: Callable[..., Said], toys: Library, tmp_path: Path) -> None:
    (toys.bundles / "broken").mkdir()
    (toys.bundles / "broken" / "bundle.json").write_text("{")
    start_run(toys, Recipe(name="half done"), (tmp_path,))
    said = command("models", "--json")
    finished = said.events[-1]
    assert said.status == 0
    assert [bundle["name"] for bundle in finished["bundles"]][:2] == ["dots", "toy"]
    assert finished["bundles"][0]["size"] == 32
    assert [Path(broken["path"]).name for broken in finished["damaged"]] == ["broken"]
    assert finished["unfinished"] == ["half done"]
    told = command("models")
    assert "toy" in told.out
    assert "broken" in told.err
    assert '"half done" --resume' in told.err


def test_bench(command: Callable[..., Said], toys: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.cli.looking._BENCH_S", 0.01)
    said = command("bench", "toy", "--json")
    assert said.events[-1]["device"] == "CPU"
    assert 0 < said.events[-1]["one_picture_ms"] < 1000
    assert "a second" in command("bench", "toy").out


def test_doctor(command: Callable[..., Said], toys: Library) -> None:
    said = command("doctor", "--json")
    assert said.status == 0
    facts = said.events[-1]
    assert facts["makes_pictures_on"]
    assert facts["trains_on"]
    assert facts["library"] == str(toys.root)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_nobody_reads_on(toys: Library) -> None:
    words = [sys.executable, "main.py", "models", "--library", str(toys.root)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_the_bar_shows_on_a_terminal_and_words_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.cli.voice import Voice

    voice = Voice(is_json=False)
    voice.work("Reading pictures", 3, 10)
    assert capsys.readouterr().err == ""  # not yet: it may be done at once
    late = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: late)
    voice.work("Reading pictures", 4, 10)
    assert capsys.readouterr().err == "Reading pictures: 4 of 10\n"
    monkeypatch.undo()
    monkeypatch.setenv("FORCE_COLOR", "1")
    voice = Voice(is_json=False)
    voice.work("Reading pictures", 3, 10)
    voice.end_work()
    assert "Reading pictures: 3 of 10" in capsys.readouterr().err
