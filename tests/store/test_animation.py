"""Animation files, read back by others: time, size, loop, transparency, colours."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.store import video
from studio.store.animation import Frame, Playing, durations_ms, real_fps, write_animation, write_sheet


def _frames(count: int = 12, side: int = 24) -> Pictures:
    """A soft disc that wanders and changes its colour, on a clear ground."""
    y, x = np.mgrid[:side, :side]
    frames = np.zeros((count, side, side, 4), np.uint8)
    for index in range(count):
        distance = np.hypot(x - 6 - index, y - 12)
        frames[index, ..., 3] = np.clip(255 * (7 - distance), 0, 255)
        frames[index, ..., :3] = (20 * index, 200 - 10 * index, 90)
    frames[frames[..., 3] == 0] = 0
    return frames


def _given(frames: Pictures) -> Iterator[Frame]:
    return ((frame, None) for frame in frames)


def _write(path: Path, frames: Pictures, **how: object) -> None:
    playing = Playing(frames=len(frames), fps=24.0, **how)  # type: ignore[arg-type]
    write_animation(path, _given(frames), playing, lambda: frames)


def _read(path: Path) -> tuple[Pictures, float, object]:
    """All frames as shown, the time of all in ms, the loop."""
    with Image.open(path) as image:
        shown, total = [], 0.0
        for index in range(image.n_frames):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGBA")))
            total += image.info["duration"]
        return np.stack(shown), total, image.info.get("loop")


@pytest.mark.parametrize("is_endless", [True, False])
@pytest.mark.parametrize("ending", ["gif", "png", "webp", "avif"])
def test_time_size_loop_and_transparency(tmp_path: Path, ending: str, is_endless: bool) -> None:
    frames, path = _frames(), tmp_path / f"a.{ending}"
    _write(path, frames, is_endless=is_endless)
    shown, total, loop = _read(path)
    assert shown.shape == frames.shape
    assert total == (480 if ending == "gif" else 500)
    if ending != "avif":  # it always loops
        assert loop == (0 if is_endless else {"gif": None}.get(ending, 1))
    assert [path.name for path in tmp_path.iterdir()] == [path.name]
    seen = frames[..., 3] >= 128
    assert ((shown[..., 3] >= 128) == seen).mean() > 0.995
    opaque = frames[..., 3] == 255
    difference = np.abs(shown[opaque][:, :3].astype(int) - frames[opaque][:, :3])
    assert difference.mean() < {"png": 0.01}.get(ending, 12)


def test_apng_is_exact(tmp_path: Path) -> None:
    frames = _frames()
    _write(tmp_path / "a.png", frames)
    np.testing.assert_array_equal(_read(tmp_path / "a.png")[0], frames)


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_equal_neighbours_keep_their_time(tmp_path: Path, ending: str) -> None:
    frames = _frames(4)[[0, 0, 0, 1, 2, 2, 3, 3]]
    _write(tmp_path / f"a.{ending}", frames)
    assert _read(tmp_path / f"a.{ending}")[1] == (320 if ending == "gif" else 333)


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_pixel_art_keeps_its_colours(tmp_path: Path, ending: str) -> None:
    palette = np.array([[0] * 4, [9, 9, 9, 255], [250, 80, 20, 255], [20, 90, 250, 255]], np.uint8)
    frames = palette[np.random.default_rng(0).integers(0, 4, (6, 16, 16))]
    _write(tmp_path / f"a.{ending}", frames, is_pixel_art=True)
    shown = _read(tmp_path / f"a.{ending}")[0]
    shown[shown[..., 3] == 0] = 0
    np.testing.assert_array_equal(shown, frames)


def test_a_gif_has_one_palette_and_the_rates_it_can_have(tmp_path: Path) -> None:
    assert real_fps(".gif", 24) == 25
    assert real_fps(".gif", 120) == 50
    assert real_fps(".gif", 2) == 2
    assert real_fps(".webp", 24) == 24
    _write(tmp_path / "a.gif", _frames())
    content = (tmp_path / "a.gif").read_bytes()
    assert content[10] & 0x80  # a palette for all
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in content  # for ever


def test_durations_add_up() -> None:
    lengths = durations_ms(Playing(frames=7, fps=30))
    assert sum(lengths) == 233
    assert max(lengths) - min(lengths) <= 1


def test_a_folder_of_pngs(tmp_path: Path) -> None:
    frames = _frames(3)
    _write(tmp_path / "walk", frames)
    files = sorted((tmp_path / "walk").iterdir())
    assert [file.name for file in files] == [f"walk_000{index}.png" for index in (1, 2, 3)]
    for file, frame in zip(files, frames, strict=True):
        with Image.open(file) as image:
            np.testing.assert_array_equal(np.asarray(image), frame)


def test_sheets(tmp_path: Path) -> None:
    frames = _frames(5, side=24)
    write_sheet(tmp_path / "s.png", _given(frames), 0, 5)
    write_sheet(tmp_path / "strip.png", _given(frames), 5, 5)
    with Image.open(tmp_path / "s.png") as sheet, Image.open(tmp_path / "strip.png") as strip:
        assert (sheet.size, strip.size) == ((72, 48), (120, 24))
        np.testing.assert_array_equal(np.asarray(sheet)[24:, 24:48], frames[4])
    with pytest.raises(StudioError, match="pixels long"):
        write_sheet(tmp_path / "long.png", _given(frames), 1000, 1000)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg here")
@pytest.mark.parametrize(("ending", "codec"), [("mp4", "h264"), ("webm", "vp9")])
def test_videos(tmp_path: Path, ending: str, codec: str) -> None:
    frames = _frames(side=23)  # odd: padded to even
    _write(tmp_path / f"a.{ending}", frames)
    command = ["ffprobe", "-v", "error", "-count_frames", "-of", "json", "-show_streams", "-show_format"]
    said = json.loads(subprocess.check_output([*command, tmp_path / f"a.{ending}"]))
    (stream,) = said["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == (codec, 24, 24)
    assert int(stream["nb_read_frames"]) == 12
    assert float(said["format"]["duration"]) == pytest.approx(0.5, abs=0.05)
    colours = [stream[f"color_{what}"] for what in ("space", "primaries", "transfer", "range")]
    assert colours == ["bt709", "bt709", "iec61966-2-1", "tv"]  # or players guess, each its own way
    if ending == "webm":
        assert stream["tags"]["alpha_mode"] == "1"
        _write(tmp_path / "opaque.webm", frames, is_clear=False)
        (stream,) = json.loads(subprocess.check_output([*command, tmp_path / "opaque.webm"]))["streams"]
        assert "alpha_mode" not in stream["tags"]
        assert int(stream["nb_read_frames"]) == 12


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg here")
def test_a_coder_that_fails_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    frames = np.zeros((2, 2, 40_000, 4), np.uint8)  # wider than H.264 can be
    with pytest.raises(StudioError, match="could not be written"):
        _write(tmp_path / "a.mp4", frames)
    assert list(tmp_path.iterdir()) == []


def test_without_a_coder_the_hint_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video.shutil, "which", lambda name: None)
    monkeypatch.setattr(video.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match="Nothing here can write") as caught:
        _write(tmp_path / "a.mp4", _frames())
    assert "ffmpeg" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not an animation"):
        _write(tmp_path / "a.mov", _frames())


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "walk"])
def test_frames_that_fail_leave_nothing(tmp_path: Path, name: str) -> None:
    def failing() -> Iterator[Frame]:
        yield from _given(_frames(2))
        raise OSError(28, "No space left on device")

    with pytest.raises(StudioError, match="disk is full"):
        write_animation(tmp_path / name, failing(), Playing(frames=5, fps=24), lambda: _frames(2))
    assert list(tmp_path.iterdir()) == []
