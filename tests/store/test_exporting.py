"""What a morph can become: every kind, transparency or matte, estimates, and stopping without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.errors import Cancelled, StudioError
from studio.core.pixels import Pictures
from studio.core.progress import CallbackProgress, Progress
from studio.store.animation import Frame, Playing
from studio.store.exporting import (
    KINDS,
    Export,
    as_kept,
    check_fits,
    check_replaceable,
    estimate,
    why_not,
    write_export,
)

COUNT, SIDE = 12, 24
WRITTEN = [kind for kind in KINDS if not why_not(kind)]


def _pictures() -> Pictures:
    """A disc with a soft edge that moves and changes its colour."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    rgba = np.zeros((COUNT, SIDE, SIDE, 4), np.uint8)
    for i in range(COUNT):
        distance = np.hypot(x - 8 - i / 2, y - 12)
        rgba[i, ..., :3] = (20 * i, 100, 250 - 20 * i)
        rgba[i, ..., 3] = np.clip((9 - distance) * 80, 0, 255)
    rgba[rgba[..., 3] == 0] = 0
    return rgba


def _write(export: Export, path: Path, progress: Progress | None = None) -> None:
    pictures = _pictures()
    playing = Playing(COUNT, 12.5, matte=export.matte, quality=export.quality)

    def frames() -> Iterator[Frame]:
        yield from ((rgba, None) for rgba in pictures)

    write_export(export, path, frames, playing, lambda: pictures, progress or Progress())


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("is_clear", [True, False])
def test_every_kind_is_written_with_and_without_transparency(
    kind: str, is_clear: bool, tmp_path: Path
) -> None:
    export = Export(kind, is_clear=is_clear, matte=(255, 0, 0))
    path = tmp_path / f"disc{KINDS[kind].ending}"
    _write(export, path)
    if KINDS[kind].is_video:
        content = path.read_bytes()
        assert len(content) > 500
        has_alpha = b"\x53\xc0\x81\x01" in content  # Matroska's AlphaMode, 1
        assert has_alpha == (kind == "webm" and is_clear)
        return
    file = path if path.is_file() else path / "disc_0001.png"
    with Image.open(file) as image:
        corner = image.convert("RGBA").getpixel((0, 0))
    assert isinstance(corner, tuple)
    if is_clear:
        assert corner[3] == 0
    else:
        assert corner[3] == 255
        assert abs(corner[0] - 255) < 16 and max(corner[1:3]) < 16


@pytest.mark.parametrize("stop_at", ["Making frames", "Writing the file"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_stopping_leaves_nothing(kind: str, stop_at: str, tmp_path: Path) -> None:
    said: list[str] = []
    progress = CallbackProgress(lambda doing, done, total: said.append(doing), lambda: stop_at in said)
    with pytest.raises(Cancelled):
        _write(Export(kind), tmp_path / f"disc{KINDS[kind].ending}", progress)
    assert list(tmp_path.iterdir()) == []


def test_an_older_export_is_replaced_and_other_folders_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "disc"
    _write(Export("frames"), folder)
    _write(Export("frames"), folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(StudioError, match="holds other things"):
        check_replaceable(Export("frames"), folder)
    with pytest.raises(StudioError, match="is a folder"):
        check_replaceable(Export("gif"), folder)


def test_what_is_too_large_is_said_before(tmp_path: Path) -> None:
    check_fits(Export("strip"), 128, 128)
    with pytest.raises(StudioError, match="too many for one sprite strip") as caught:
        check_fits(Export("strip"), 129, 128)
    assert "holds 128" in caught.value.hint
    check_fits(Export("sheet"), 129, 128)
    with pytest.raises(StudioError, match="memory"):
        check_fits(Export("webp"), 2000, 1024)


@pytest.mark.parametrize("kind", ["gif", "webp", "apng", "frames", "sheet"])
def test_an_estimate_is_near(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"disc{KINDS[kind].ending}"
    _write(Export(kind), path)
    files = [path] if path.is_file() else list(path.iterdir())
    size = sum(file.stat().st_size for file in files)
    found = estimate(Export(kind), list(_pictures()[:6]), Playing(COUNT, 12.5))
    assert size / 2 < found.size < size * 2
    assert found.seconds > 0


def test_matte_is_asked_for_where_it_shows() -> None:
    assert Export("gif").needs_matte and Export("gif").keeps_clear
    assert Export("mp4").needs_matte and not Export("mp4").keeps_clear
    assert not Export("webp").needs_matte
    assert Export("webp", is_clear=False).needs_matte


def test_a_preview_has_the_ground_and_the_edges_of_the_file() -> None:
    clear, soft, opaque = np.array([[0, 0, 0, 0], [200, 0, 0, 200], [0, 0, 200, 255]], np.uint8)
    rgba, red = np.stack([clear, soft, opaque])[None], (255, 0, 0)
    np.testing.assert_array_equal(as_kept(rgba, Export("webp", matte=red)), rgba)
    ((ground, edge, inside),) = as_kept(rgba, Export("gif", matte=red))
    assert ground[3] == 0 and edge[3] == 255 and edge[0] > 200
    np.testing.assert_array_equal(inside, opaque)
    ((ground, _, _),) = as_kept(rgba, Export("mp4", matte=red))
    np.testing.assert_array_equal(ground, [255, 0, 0, 255])


def test_a_gif_has_the_nearest_rate_that_browsers_show() -> None:
    assert Export("gif").rate(24.0) == 25
    assert Export("gif").rate(60.0) == 50
    assert Export("gif", fps=12.5).rate(24.0) == 12.5
    assert Export("gif").rate(4.0) == 4, "only faster ones are counted wrong"
    assert Export("webp").rate(24.0) == 24
    assert Export("webp", fps=60.0).rate(24.0) == 60


def test_videos_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.store.exporting.can_write_video", lambda: False)
    assert "ffmpeg" in why_not("mp4")
    assert why_not("gif") == ""
