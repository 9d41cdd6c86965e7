"""Folders and zips to a survey and a prepared set: doubles, reasons, stopping, failing disks."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, fill, photo, save, sprite
from PIL import Image

from studio.core.errors import Cancelled, StudioError
from studio.core.pixels import over
from studio.core.progress import CallbackProgress
from studio.store.importing import Survey, prepare, preparing, survey


def accepted(result: Survey) -> list[str]:
    return [item.file for item in result.accepted]


def reasons(result: Survey) -> dict[str, str]:
    return {item.file: item.reason for item in result.left_out}


class TestFinding:
    def test_folders_in_folders(self, tmp_path: Path) -> None:
        save(tmp_path / "b.png", drawing(1))
        save(tmp_path / "a" / "deep" / "c.png", drawing(2))
        save(tmp_path / "folder.png" / "d.png", drawing(3))
        (tmp_path / "notes.txt").write_text("hello")
        result = survey([tmp_path])
        assert accepted(result) == ["a/deep/c.png", "b.png", "folder.png/d.png"]
        assert reasons(result) == {"notes.txt": "not a picture"}

    def test_names_stay_apart_when_several_are_given(self, tmp_path: Path) -> None:
        for folder in ("a", "b"):
            save(tmp_path / folder / "same.png", drawing(ord(folder)))
        single = save(tmp_path / "c.png", drawing(9))
        assert accepted(survey([tmp_path / "a", tmp_path / "b", single])) == [
            "a/same.png",
            "b/same.png",
            "c.png",
        ]
        assert accepted(survey([single])) == ["c.png"]
        again = survey([tmp_path / "a", tmp_path / "a", tmp_path / "a" / "same.png"])
        assert accepted(again) == ["a/same.png"]

    def test_hidden_and_litter(self, tmp_path: Path) -> None:
        for name in (".hidden.png", "__MACOSX/a.png", "Thumbs.db", ".git/x.png"):
            save(tmp_path / (name + ".png"), drawing(1)).rename(tmp_path / name)
        result = survey([tmp_path])
        assert accepted(result) == []
        assert set(reasons(result)) == {".hidden.png", "__MACOSX", "Thumbs.db", ".git"}

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_links_end(self, tmp_path: Path) -> None:
        save(tmp_path / "in" / "a.png", drawing(1))
        (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
        (tmp_path / "in" / "gone.png").symlink_to("nothing.png")
        (tmp_path / "in" / "to.png").symlink_to("a.png")
        os.mkfifo(tmp_path / "in" / "pipe.png")
        result = survey([tmp_path / "in"])
        assert accepted(result) == ["a.png", "to.png"]
        assert set(reasons(result)) == {"loop", "gone.png", "pipe.png"}

    def test_what_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(StudioError, match="no file or folder"):
            survey([tmp_path / "missing"])


class TestZips:
    def pack(self, path: Path, **entries: bytes) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in entries.items():
                archive.writestr(name, data)
        return path

    def data(self, seed: int) -> bytes:
        file = io.BytesIO()
        Image.fromarray(drawing(seed)).save(file, "PNG")
        return file.getvalue()

    def test_a_given_zip_is_read_and_nothing_leaves_it(self, tmp_path: Path) -> None:
        path = self.pack(
            tmp_path / "a.zip",
            **{
                "x/1.png": self.data(1),
                "../../evil.png": self.data(2),
                "/abs.png": self.data(3),
                "t.txt": b"t",
            },
        )
        before = sorted(tmp_path.rglob("*"))
        result = survey([path])
        assert {"x/1.png", "/abs.png"} <= set(accepted(result))
        assert reasons(result)["t.txt"] == "not a picture"
        assert sorted(tmp_path.rglob("*")) == before

    def test_a_zip_among_pictures_is_left_out(self, tmp_path: Path) -> None:
        self.pack(tmp_path / "a.zip", **{"1.png": self.data(1)})
        assert "give it by itself" in reasons(survey([tmp_path]))["a.zip"]

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        entries = {"zeros.png": bytes(2**26), "big.png": b"\x89PNG\r\n\x1a\n" + bytes(2**29)}
        path = self.pack(tmp_path / "bomb.zip", **entries)
        tracemalloc.start()
        result = survey([path])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert set(reasons(result)) == {"zeros.png", "big.png"}
        assert "larger than" in reasons(result)["big.png"]
        assert peak < 3.2 * 2**28

    def test_damaged_archives(self, tmp_path: Path) -> None:
        whole = self.pack(tmp_path / "a.zip", **{f"{i}.png": self.data(i) for i in range(3)}).read_bytes()
        (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(StudioError, match="damaged"):
            survey([tmp_path / "cut.zip"])
        broken = bytearray(whole)
        broken[60:100] = bytes(40)
        (tmp_path / "broken.zip").write_bytes(broken)
        result = survey([tmp_path / "broken.zip"])
        assert accepted(result) == ["1.png", "2.png"]


class TestDoubles:
    def test_copies_and_near_copies(self, tmp_path: Path) -> None:
        base = drawing(50, 128)
        for seed in range(12):
            save(tmp_path / f"other-{seed:02}.png", drawing(seed, 128))
        image = Image.fromarray(base)
        save(tmp_path / "base.png", base)
        save(tmp_path / "copy.png", base, compress_level=1)
        save(tmp_path / "near-shifted.png", np.roll(base, 1, axis=1))
        image.resize((96, 96), Image.Resampling.LANCZOS).save(tmp_path / "near-smaller.png")
        brighter = base.copy()
        brighter[..., :3] = np.where(base[..., 3:] > 0, np.minimum(base[..., :3], 251) + 4, 0)
        save(tmp_path / "near-brighter.png", brighter)
        Image.fromarray(over(base, (255, 255, 255))).save(tmp_path / "near-white.jpg", quality=85)
        save(tmp_path / "mirrored.png", np.ascontiguousarray(base[:, ::-1]))
        result = survey([tmp_path])
        assert result.duplicates == (
            (
                "base.png",
                "copy.png",
                "near-brighter.png",
                "near-shifted.png",
                "near-smaller.png",
                "near-white.jpg",
            ),
        )
        assert len(accepted(result)) == 19

    def test_copies_are_learned_from_once(self, tmp_path: Path) -> None:
        fill(tmp_path / "in", 9)
        for copy in range(5):
            save(tmp_path / "in" / f"copy-{copy}.png", drawing(0))
        ready = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert ready.count == 9
        assert len(ready.survey.accepted) == 14
        assert len(ready.survey.duplicates[0]) == 6

    def test_shapes_tell_pictures_apart(self, tmp_path: Path) -> None:
        save(tmp_path / "a.png", np.full((32, 32, 4), 255, np.uint8))
        save(tmp_path / "b.png", np.full((32, 64, 4), 255, np.uint8))
        assert survey([tmp_path]).duplicates == ()


class TestPrepared:
    def test_the_array_holds_the_fitted_pictures_in_order(self, tmp_path: Path) -> None:
        fill(tmp_path / "in", 12)
        ready = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        array = np.load(ready.array_file, mmap_mode="r", allow_pickle=False)
        assert array.shape == (12, 32, 32, 4)
        assert array.dtype == np.uint8
        assert ready.files == tuple(f"{seed:03}.png" for seed in range(12))
        for row, seed in enumerate(range(12)):
            assert np.array_equal(array[row], preparing.fit_picture(drawing(seed), 32, "pad", False))
        assert (ready.size, ready.scale, ready.pixel_art, ready.palette) == (32, 1, False, None)
        assert ready.has_alpha

    def test_opaque_pictures_have_no_alpha(self, tmp_path: Path) -> None:
        for seed in range(8):
            save(tmp_path / "in" / f"{seed}.jpg", photo(seed))
        assert not prepare([tmp_path / "in"], 32, "crop", tmp_path / "out").has_alpha

    @pytest.mark.parametrize(
        ("side", "enlarged", "asked", "size", "scale"),
        [(16, 2, 32, 16, 2), (16, 2, 64, 16, 4), (32, 1, 64, 32, 2), (18, 1, 24, 24, 1), (18, 1, 64, 24, 3)],
    )
    def test_pixel_art_keeps_its_grid(
        self, tmp_path: Path, side: int, enlarged: int, asked: int, size: int, scale: int
    ) -> None:
        for seed in range(8):
            save(tmp_path / "in" / f"{seed}.png", sprite(seed, side, enlarged))
        ready = prepare([tmp_path / "in"], asked, "pad", tmp_path / "out")
        assert (ready.pixel_art, ready.size, ready.scale) == (True, size, scale)
        margin = (size - side) // 2
        array = np.load(ready.array_file)
        assert np.array_equal(array[3, margin : margin + side, margin : margin + side], sprite(3, side))
        assert ready.palette is not None
        assert len(ready.palette) == 7
        assert ready.palette[0].tolist() == [0, 0, 0, 0]

    def test_pixel_art_made_smaller_is_smooth(self, tmp_path: Path) -> None:
        for seed in range(8):
            save(tmp_path / "in" / f"{seed}.png", sprite(seed, 64))
        ready = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert (ready.pixel_art, ready.size, ready.scale, ready.palette) == (False, 32, 1, None)
        assert "drawn on 64 pixels" in ready.survey.warnings[-1]

    def test_smooth_art_made_larger_is_told(self, tmp_path: Path) -> None:
        ready = prepare([fill(tmp_path / "in", 9)], 96, "pad", tmp_path / "out")
        assert (ready.pixel_art, ready.size, ready.scale) == (False, 96, 1)
        assert "only 64 pixels" in ready.survey.warnings[-1]

    def test_cropped_pixel_art_keeps_its_shorter_side(self, tmp_path: Path) -> None:
        for seed in range(8):
            save(tmp_path / "in" / f"{seed}.png", sprite(seed, 24)[4:20])
        ready = prepare([tmp_path / "in"], 32, "crop", tmp_path / "out")
        assert (ready.pixel_art, ready.size, ready.scale) == (True, 16, 2)
        assert np.array_equal(np.load(ready.array_file)[5], sprite(5, 24)[4:20, 4:20])

    def test_a_second_call_reads_no_picture(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(tmp_path / "in", 9)
        first = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        monkeypatch.setattr(preparing, "examine", None)
        second = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert (second.key, second.files, second.survey) == (first.key, first.files, first.survey)

    def test_the_same_pictures_elsewhere_are_the_same_set(self, tmp_path: Path) -> None:
        keys = {prepare([fill(tmp_path / name, 9)], 32, "pad", tmp_path / "out").key for name in "ab"}
        assert len(keys) == 1

    def test_what_changes_the_result_changes_the_key(self, tmp_path: Path) -> None:
        given = [fill(tmp_path / "in", 9)]
        keys = [
            prepare(given, size, fit, tmp_path / "out").key for size in (32, 64) for fit in ("pad", "crop")
        ]
        save(tmp_path / "in" / "000.png", drawing(100))
        keys.append(prepare(given, 32, "pad", tmp_path / "out").key)
        assert len(set(keys)) == 5

    @pytest.mark.parametrize("damage", ["cut", "facts", "older", "no array", "wrong shape"])
    def test_a_damaged_or_older_set_is_made_again(self, tmp_path: Path, damage: str) -> None:
        fill(tmp_path / "in", 9)
        first = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        content = first.array_file.read_bytes()
        if damage == "cut":
            first.array_file.write_bytes(content[:-1])
        elif damage == "facts":
            (first.folder / "facts.json").write_text('{"format": 1}')
        elif damage == "older":  # of a time when nobody asked which way the pictures face
            facts = json.loads((first.folder / "facts.json").read_text("utf-8"))
            del facts["survey"]["faces_one_way"]
            (first.folder / "facts.json").write_text(json.dumps(facts), "utf-8")
        elif damage == "no array":
            first.array_file.unlink()
        else:
            np.save(first.array_file, np.zeros((9, 16, 64, 4), np.uint8))
        second = prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert second.array_file.read_bytes() == content
        assert second.survey == first.survey

    def test_too_few_pictures(self, tmp_path: Path) -> None:
        fill(tmp_path / "in", 7)
        (tmp_path / "in" / "a.txt").write_text("")
        with pytest.raises(StudioError, match=r"Only 7 .* 1 file"):
            prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")

    def test_a_month_old_set_is_removed(self, tmp_path: Path) -> None:
        old = prepare([fill(tmp_path / "in", 9)], 32, "pad", tmp_path / "out")
        os.utime(old.folder, (0, 0))
        new = prepare([tmp_path / "in"], 64, "pad", tmp_path / "out")
        assert not old.folder.exists()
        assert new.folder.exists()


class TestStopping:
    @pytest.mark.parametrize(
        "doing", ["Looking for pictures", "Reading pictures", "Looking for doubles", "Preparing pictures"]
    )
    def test_a_cancelled_import_leaves_nothing(self, tmp_path: Path, doing: str) -> None:
        fill(tmp_path / "in", 20)
        reported: list[tuple[str, int]] = []
        progress = CallbackProgress(
            lambda what, done, total: reported.append((what, done)),
            lambda: bool(reported) and reported[-1][0] == doing and reported[-1][1] >= (doing[0] != "L"),
        )
        with pytest.raises(Cancelled):
            prepare([tmp_path / "in"], 32, "pad", tmp_path / "out", progress)
        assert list((tmp_path / "out").iterdir()) == []
        assert reported[-1][1] < 5

    def test_progress_counts_to_the_end(self, tmp_path: Path) -> None:
        fill(tmp_path / "in", 10)
        reported: list[tuple[str, int, int]] = []
        progress = CallbackProgress(lambda *report: reported.append(report))
        prepare([tmp_path / "in"], 32, "pad", tmp_path / "out", progress)
        for doing in ("Reading pictures", "Preparing pictures"):
            assert [r[1:] for r in reported if r[0] == doing] == [(i, 10) for i in range(11)]

    def test_a_full_disk_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(tmp_path / "in", 9)

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StudioError, match="disk is full"):
            prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []

    def test_a_file_that_changes_meanwhile_is_noticed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(tmp_path / "in", 9)
        examine = preparing.examine

        def examine_then_change(*given: object) -> object:
            result = examine(*given)  # type: ignore[arg-type]
            save(tmp_path / "in" / "004.png", drawing(99))
            return result

        monkeypatch.setattr(preparing, "examine", examine_then_change)
        with pytest.raises(StudioError, match=r"004\.png.* changed"):
            prepare([tmp_path / "in"], 32, "pad", tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
    @pytest.mark.parametrize("after_s", [0.0, 0.15, 0.3])
    def test_a_killed_import_is_started_again(self, tmp_path: Path, after_s: float) -> None:
        fill(tmp_path / "in", 40)
        code = (
            "from pathlib import Path; from studio.store.importing import prepare; print('go', flush=True);"
            f"prepare([Path({str(tmp_path / 'in')!r})], 64, 'pad', Path({str(tmp_path / 'out')!r}))"
        )
        root = Path(__file__).resolve().parents[2]
        with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
        ready = prepare([tmp_path / "in"], 64, "pad", tmp_path / "out")
        assert len(np.load(ready.array_file)) == 40
        left = {path.name.split("-")[0] for path in (tmp_path / "out").iterdir()}
        assert left == {ready.key, "seen"}


def test_memory_does_not_grow_with_the_pictures(tmp_path: Path) -> None:
    """300 pictures of 256 KB decoded each are never in memory together."""
    for seed in range(300):
        save(
            tmp_path / "in" / f"{seed}.png",
            np.full((256, 256, 4), (seed % 256, seed // 256, 7, 255), np.uint8),
        )
    tracemalloc.start()
    ready = prepare([tmp_path / "in"], 128, "pad", tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ready.count == 300
    assert peak < 40 * 2**20


def test_warnings_are_sentences(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    save(tmp_path / "large.jpg", photo(1, 600))
    found = survey([tmp_path]).warnings
    assert len(found) == 3
    assert all(not sentence[0].islower() and sentence.endswith(".") for sentence in found)


def test_a_size_is_suggested(tmp_path: Path) -> None:
    for index, (picture, expected) in enumerate(
        [(drawing(1, 70), 64), (drawing(1, 300), 128), (sprite(1, 16, 2), 32), (sprite(1, 20), 24)]
    ):
        save(tmp_path / str(index) / "a.png", picture)
        assert survey([tmp_path / str(index)]).suggested_size == expected
