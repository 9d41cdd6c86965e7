"""One file to one picture: formats, bit depths, orientation, colour, and files that lie."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, photo, save
from PIL import Image, ImageCms

from studio.core.errors import StudioError
from studio.core.pixels import premultiply
from studio.store.importing import read_picture


def png(rows: bytes, width: int, height: int, depth: int, colour: int, *others: tuple[bytes, bytes]) -> bytes:
    """A PNG by hand. rows: unpacked, each with its filter byte."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    middle = b"".join(chunk(*other) for other in others)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + middle
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def filtered(levels: np.ndarray) -> bytes:
    """Rows of bytes with filter 0 before each. levels: [H, ...] of any big-endian type."""
    return b"".join(b"\0" + row.tobytes() for row in levels)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def reason(path: Path) -> str:
    with pytest.raises(StudioError) as caught:
        read_picture(path)
    return caught.value.message


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.tga"])
def test_lossless_formats_keep_every_pixel(tmp_path: Path, name: str) -> None:
    options = {"lossless": True, "exact": True} if name.endswith("webp") else {}
    assert np.array_equal(read_picture(save(tmp_path / name, drawing(1), **options)), drawing(1))


@pytest.mark.parametrize(("name", "most"), [("a.jpg", 6), ("a.bmp", 0), ("a.avif", 6)])
def test_opaque_formats(tmp_path: Path, name: str, most: int) -> None:
    taken = read_picture(save(tmp_path / name, photo(1)))
    assert np.abs(taken.astype(int) - photo(1)).mean() <= most


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", drawing(2)).rename(tmp_path / "a.jpg")
    assert np.array_equal(read_picture(path), drawing(2))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_exif_orientation(tmp_path: Path, orientation: int, name: str) -> None:
    upright = Image.fromarray(photo(3)[:48]).convert("RGB")
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes the orientation
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(back[orientation]))
    exif = Image.Exif()
    exif[274] = orientation
    stored.save(tmp_path / name, exif=exif, **({"lossless": True} if name.endswith("webp") else {}))
    taken = read_picture(tmp_path / name)
    assert taken.shape == (48, 64, 4)
    assert np.abs(taken[..., :3].astype(int) - np.asarray(upright)).mean() <= 10


def test_broken_exif_is_ignored(tmp_path: Path) -> None:
    Image.fromarray(photo(1)).convert("RGB").save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert read_picture(tmp_path / "a.jpg").shape == (64, 64, 4)


def test_16_bits_are_scaled(tmp_path: Path) -> None:
    levels = np.arange(256, dtype=">u2").reshape(16, 16) * 257
    gray = read_picture(write(tmp_path / "g.png", png(filtered(levels), 16, 16, 16, 0)))
    assert np.array_equal(gray[..., 0].ravel(), np.arange(256))
    rgba = np.stack([levels, levels[::-1], levels.T, np.full_like(levels, 65535)], axis=-1)
    taken = read_picture(write(tmp_path / "c.png", png(filtered(rgba), 16, 16, 16, 6)))
    assert np.abs(taken.astype(int) - (rgba // 257).astype(int)).max() <= 1
    rgb = read_picture(write(tmp_path / "d.png", png(filtered(rgba[..., :3]), 16, 16, 16, 2)))
    assert np.array_equal(rgb, taken)


@pytest.mark.parametrize(
    ("depth", "colour", "key"), [(1, 0, 1), (2, 0, 2), (4, 0, 3), (8, 0, 200), (16, 0, 51400), (16, 2, 51400)]
)
def test_a_colour_key_becomes_transparency(tmp_path: Path, depth: int, colour: int, key: int) -> None:
    """The left half of the picture has the key's colour, the right half is 0."""
    channels = 3 if colour == 2 else 1
    if depth < 8:
        packed = sum(key << shift for shift in range(0, 8, depth))
        row = np.repeat(np.array([packed, 0], np.uint8), depth)  # 8 pixels take `depth` bytes
    else:
        row = np.repeat(np.array([key, 0], ">u2" if depth == 16 else np.uint8), 8 * channels)
    rows = filtered(np.stack([row] * 16))
    transparent = (b"tRNS", struct.pack(f">{channels}H", *[key] * channels))
    taken = read_picture(write(tmp_path / "a.png", png(rows, 16, 16, depth, colour, transparent)))
    assert not taken[:, :8].any()
    assert (taken[:, 8:] == (0, 0, 0, 255)).all()


def test_a_palette_keeps_its_soft_edges(tmp_path: Path) -> None:
    Image.fromarray(drawing(4)).quantize(64, Image.Quantize.FASTOCTREE).save(tmp_path / "a.png")
    taken = read_picture(tmp_path / "a.png")
    assert len(np.unique(taken[..., 3])) > 3
    assert np.abs(premultiply(taken).astype(int) - premultiply(drawing(4))).mean() < 8


def test_nothing_shows_from_under_transparency(tmp_path: Path) -> None:
    rgba = drawing(5)
    rgba[rgba[..., 3] == 0] = (255, 0, 255, 0)
    assert np.array_equal(read_picture(save(tmp_path / "a.png", rgba)), drawing(5))


def test_cmyk_is_converted_and_not_inverted(tmp_path: Path) -> None:
    Image.new("CMYK", (32, 32), (0, 200, 200, 0)).save(tmp_path / "a.jpg")
    red, green, blue, alpha = read_picture(tmp_path / "a.jpg")[16, 16].tolist()
    assert (red > 230, green < 90, blue < 90, alpha) == (True, True, True, 255)


def test_a_profile_is_applied_or_ignored_if_broken(tmp_path: Path) -> None:
    """LAB as a stand-in for a foreign profile would be another kind of picture, so it is ignored too."""
    plain = Image.fromarray(photo(6)).convert("RGB")
    same = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for index, profile in enumerate((same, lab, b"no profile", b"")):
        plain.save(tmp_path / f"{index}.png", icc_profile=profile)
        assert np.array_equal(read_picture(tmp_path / f"{index}.png"), photo(6))


def test_the_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.fromarray(drawing(seed)) for seed in (7, 8, 9)]
    for name in ("a.png", "a.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], lossless=True)
        assert np.array_equal(read_picture(tmp_path / name), drawing(7))
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_picture(tmp_path / "a.gif").shape == (64, 64, 4)


def test_bombs_are_refused_by_the_header(tmp_path: Path) -> None:
    assert "30000 × 30000" in reason(write(tmp_path / "a.png", png(b"\0", 30000, 30000, 1, 0)))
    jpeg = io.BytesIO()
    Image.new("RGB", (16, 16)).save(jpeg, "JPEG")
    data = bytearray(jpeg.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65500, 65500)
    assert "65500 × 65500" in reason(write(tmp_path / "a.jpg", bytes(data)))


def test_chunks_that_unpack_to_much_are_not_unpacked(tmp_path: Path) -> None:
    rows = filtered(photo(1))
    bomb = zlib.compress(bytes(64 * 2**20), 9)
    text, profile = (b"zTXt", b"a\0\0" + bomb), (b"iCCP", b"a\0\0" + bomb)
    taken = read_picture(write(tmp_path / "a.png", png(rows, 64, 64, 8, 6, text, profile)))
    assert np.array_equal(taken, photo(1))


@pytest.mark.parametrize("kept", [40, 63])
def test_missing_rows_are_noticed(tmp_path: Path, kept: int) -> None:
    data = png(filtered(photo(1)[:kept]), 64, 64, 8, 6)
    assert "rows are missing" in reason(write(tmp_path / "a.png", data))


def test_interlaced_rows_are_counted_right(tmp_path: Path) -> None:
    for width, height in ((8, 8), (9, 13), (16, 8), (33, 21)):
        # Pillow writes no interlaced files; the passes of a black picture are only zeros.
        passes = (
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        )
        sizes = [(len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes]
        rows = b"".join(bytes(1 + 3 * w) * h for w, h in sizes if w and h)
        whole = bytearray(png(rows, width, height, 8, 2))
        cut = bytearray(png(rows[:-1], width, height, 8, 2))
        for data in (whole, cut):
            data[28] = 1
            data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
        assert read_picture(write(tmp_path / "a.png", bytes(whole))).shape == (height, width, 4)
        assert "cut off" in reason(write(tmp_path / "b.png", bytes(cut)))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.tif"])
def test_a_file_cut_in_the_middle_is_no_picture(tmp_path: Path, name: str) -> None:
    data = save(tmp_path / name, photo(2)).read_bytes()
    reason(write(tmp_path / name, data[: len(data) // 2]))


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    data = bytearray(save(tmp_path / "a.png", photo(2)).read_bytes())
    data[data.index(b"IDAT") + 500] ^= 1
    assert "checksum" in reason(write(tmp_path / "a.png", bytes(data)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"some text", "not a picture"),
        (b"<?xml version='1.0'?><svg/>", "vector"),
        (b"PK\x03\x04", "archive"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\x89PNG\r\n\x1a\n", "no header"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in reason(write(tmp_path / "a.png", content))


def test_shapes_that_cannot_be_learned(tmp_path: Path) -> None:
    assert "too small" in reason(save(tmp_path / "a.png", photo(1)[:3, :3]))
    assert "strip" in reason(save(tmp_path / "b.png", np.tile(photo(1)[:8], (1, 3, 1))))
    assert "transparent" in reason(save(tmp_path / "c.png", np.zeros((32, 32, 4), np.uint8)))
    assert "cannot be read" in reason(tmp_path / "missing.png")


def test_damage_anywhere_costs_only_the_file(tmp_path: Path) -> None:
    """A short fuzz: whatever the bytes, a picture or one sentence, and never a warning."""
    random = np.random.default_rng(0)
    for name in ("a.png", "a.jpg", "a.webp", "a.gif", "a.tif", "a.bmp", "a.avif", "a.tga"):
        whole = save(tmp_path / name, photo(3, 24)).read_bytes()
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(int(random.integers(1, 6))):
                data[int(random.integers(len(data)))] = int(random.integers(256))
            path = write(tmp_path / name, bytes(data[: int(random.integers(len(data) // 2, len(data) + 1))]))
            try:
                taken = read_picture(path)
            except StudioError:
                continue
            assert taken.dtype == np.uint8
            assert taken.shape[2] == 4
