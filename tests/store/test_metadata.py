"""Recipes in PNG files: exact there and back, and hostile text met with one sentence."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.core.errors import StudioError
from studio.core.picture import Finish, Picture
from studio.store.facts import Facts
from studio.store.metadata import KEYWORD, png_bytes, read_recipe, recipe_to_json, save_picture

FACTS = Facts(id="0123456789abcdef", name="toy", size=8, latent_width=5)
LATENT = np.array([0.1, -1e-30, 3.4028e5, np.float32(1) / 3, -0.0], np.float32)
PICTURE = Picture(
    FACTS.id, LATENT, seed=2**32 - 1, diversity=0.7, finish=Finish(24), name="Ada ✨ “x”", detail="0f" * 16
)
RGBA = np.random.default_rng(0).integers(0, 256, (8, 8, 4), np.uint8)


def with_text(file: Path, text: str, **options: Any) -> Path:
    """A PNG by another program that carries `text` as a recipe."""
    notes = PngInfo()
    notes.add_itxt(KEYWORD, text, **options)
    Image.new("RGBA", (4, 4)).save(file, pnginfo=notes)
    return file


def recipe(**changes: Any) -> str:
    return json.dumps(recipe_to_json(PICTURE) | changes)


class TestThereAndBack:
    @pytest.mark.parametrize(
        "picture",
        [
            PICTURE,
            Picture(FACTS.id, LATENT),
            Picture(FACTS.id, LATENT, seed=0, diversity=0.0),
            Picture(FACTS.id, np.random.default_rng(1).standard_normal(1024).astype(np.float32)),
            Picture(FACTS.id, LATENT, name="half a pair \ud800\n\0, Seed: 5"),
        ],
        ids=["all", "little", "zeros", "widest", "odd name"],
    )
    def test_exact(self, tmp_path: Path, picture: Picture) -> None:
        save_picture(tmp_path / "a.png", RGBA, picture, FACTS)
        back = read_recipe(tmp_path / "a.png")
        assert back is not None
        assert back.same_as(picture)
        assert back.latent.tobytes() == picture.latent.tobytes()
        assert (back.seed, back.diversity, back.name) == (picture.seed, picture.diversity, picture.name)

    def test_pixels_are_exact(self, tmp_path: Path) -> None:
        save_picture(tmp_path / "a.png", RGBA, PICTURE, FACTS)
        with Image.open(tmp_path / "a.png") as image:
            assert image.mode == "RGBA"
            np.testing.assert_array_equal(np.asarray(image), RGBA)

    def test_equal_pictures_give_equal_files(self) -> None:
        assert png_bytes(RGBA, PICTURE, FACTS) == png_bytes(RGBA.copy(), PICTURE, FACTS)

    def test_what_others_read(self, tmp_path: Path) -> None:
        save_picture(tmp_path / "a.png", RGBA, Picture(FACTS.id, LATENT, seed=12, name="Ada"), FACTS)
        with Image.open(tmp_path / "a.png") as image:
            text = dict(image.text)
        first, last = text["parameters"].split("\n")
        assert first == "Ada"
        assert last.startswith(
            "Seed: 12, Size: 8x8, Model: toy, Model hash: 01234567, Version: Morpho Studio"
        )
        assert text["Software"].startswith("Morpho Studio")
        assert "trainedAlgorithmicMedia" in text["XML:com.adobe.xmp"]
        assert b"tEXtparameters" in (tmp_path / "a.png").read_bytes()  # not iTXt where Latin-1 does

    def test_a_model_name_with_a_comma_is_quoted(self) -> None:
        facts = Facts(id=FACTS.id, name="red, blue", size=8, latent_width=5)
        assert b'Model: "red, blue", Model hash' in png_bytes(RGBA, PICTURE, facts)

    def test_the_switch_leaves_only_the_mark(self, tmp_path: Path) -> None:
        save_picture(tmp_path / "a.png", RGBA, PICTURE, FACTS, embed=False)
        assert read_recipe(tmp_path / "a.png") is None
        with Image.open(tmp_path / "a.png") as image:
            assert sorted(image.text) == ["Software", "XML:com.adobe.xmp"]

    def test_unknown_origin(self, tmp_path: Path) -> None:
        save_picture(tmp_path / "a.png", RGBA, None, FACTS)
        assert read_recipe(tmp_path / "a.png") is None

    @pytest.mark.parametrize("is_compressed", [True, False])
    def test_saved_again_by_another_program(self, tmp_path: Path, is_compressed: bool) -> None:
        file = with_text(tmp_path / "a.png", recipe(), zip=is_compressed, lang="en", tkey="recipe")
        back = read_recipe(file)
        assert back is not None
        assert back.same_as(PICTURE)

    @pytest.mark.parametrize("is_compressed", [True, False])
    def test_as_plain_text_behind_the_pixels(self, tmp_path: Path, is_compressed: bool) -> None:
        content = png_bytes(RGBA, None, FACTS)
        text = recipe().encode()
        body = KEYWORD.encode() + b"\0" + (b"\0" + zlib.compress(text) if is_compressed else text)
        kind = b"zTXt" if is_compressed else b"tEXt"
        chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        (tmp_path / "a.png").write_bytes(content[:-12] + chunk + content[-12:])
        back = read_recipe(tmp_path / "a.png")
        assert back is not None
        assert back.same_as(PICTURE)

    def test_a_full_disk_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.replace", full)
        with pytest.raises(StudioError, match="disk is full"):
            save_picture(tmp_path / "a.png", RGBA, PICTURE, FACTS)
        assert list(tmp_path.iterdir()) == []


class TestHostile:
    @pytest.mark.parametrize(
        "changes",
        [
            {"schema": 0},
            {"schema": 2},
            {"schema": "1"},
            {"schema": None},
            {"bundle": None},
            {"bundle": "../../etc"},
            {"bundle": "0123456789ABCDEF"},
            {"detail": "../../" + "0" * 26},
            {"detail": "0f" * 15},
            {"detail": 5},
            {"bundle": "0123456789abcdef\n"},
            {"seed": -1},
            {"seed": 2**70},
            {"seed": 1.5},
            {"seed": True},
            {"seed": "1"},
            {"diversity": float("nan")},
            {"diversity": -1},
            {"diversity": 10**400},
            {"diversity": "1"},
            {"finish": None},
            {"finish": {"side": -1}},
            {"finish": {"side": 10**9}},
            {"finish": {"side": 1.5}},
            {"name": "n" * 201},
            {"name": 5},
            {"latent": None},
            {"latent": ""},
            {"latent": "not base64!"},
            {"latent": "é"},
            {"latent": "AAAA"},  # 3 bytes
            {"latent": base64.b64encode(bytes(4 * 1025)).decode()},
            {"latent": base64.b64encode(np.array([np.nan], "<f4").tobytes()).decode()},
            {"latent": base64.b64encode(np.array([-np.inf], "<f4").tobytes()).decode()},
            {"latent": base64.b64encode(np.array([1e30], "<f4").tobytes()).decode()},
            {"latent": [0.1, 0.2]},
        ],
        ids=str,
    )
    def test_impossible(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        file = with_text(tmp_path / "a.png", recipe(**changes))
        with pytest.raises(StudioError, match=r"The recipe in “a\.png”"):
            read_recipe(file)

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "9" * 9999, "[" * 60_000, '{"schema": 1}'])
    def test_no_recipe_in_it(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(StudioError, match=r"The recipe in “a\.png”"):
            read_recipe(with_text(tmp_path / "a.png", text))

    def test_a_newer_program_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StudioError, match="newer Morpho Studio"):
            read_recipe(with_text(tmp_path / "a.png", recipe(schema=2)))

    def test_a_bomb_is_not_inflated(self, tmp_path: Path) -> None:
        file = with_text(tmp_path / "a.png", " " * 10**7 + recipe(), zip=True)
        with pytest.raises(StudioError, match="far too long"):
            read_recipe(file)

    def test_too_long_a_text_is_stepped_over(self, tmp_path: Path) -> None:
        assert read_recipe(with_text(tmp_path / "a.png", " " * 100_000 + recipe())) is None

    def test_a_changed_bit_is_found(self, tmp_path: Path) -> None:
        content = png_bytes(RGBA, PICTURE, FACTS)
        (tmp_path / "a.png").write_bytes(content.replace(b'"seed":4', b'"seed":3'))
        with pytest.raises(StudioError, match="damaged"):
            read_recipe(tmp_path / "a.png")

    def test_cut_anywhere(self, tmp_path: Path) -> None:
        content = png_bytes(RGBA, PICTURE, FACTS)
        outcomes = set()
        for length in range(0, len(content), 7):
            (tmp_path / "a.png").write_bytes(content[:length])
            try:
                outcomes.add(read_recipe(tmp_path / "a.png") is not None)
            except StudioError as error:
                outcomes.add(error.message)
        assert outcomes == {False, True, "The recipe in “a.png” cannot be used: the file is damaged."}

    @pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0JFIF", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
    def test_other_files_have_none(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.jpg").write_bytes(content)
        assert read_recipe(tmp_path / "a.jpg") is None

    def test_missing_or_a_folder(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.png", tmp_path):
            with pytest.raises(StudioError, match="cannot be read"):
                read_recipe(path)
