"""What a pack says about itself: the page to look through, and where its pictures come from."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, fill, sprite
from PIL import Image

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.pixels import rms_difference
from studio.store.facts import Facts
from studio.store.metadata import read_recipe, save_picture
from studio.store.pack import Drawn, PackOptions, Spool, pack, pack_given

FACTS = Facts(
    id="0123456789abcdef",
    name="toy",
    size=8,
    latent_width=5,
    licence="CC0 1.0, <b>by Ada</b>",
    trained={"date": "2026-11-20", "pictures": 412},
)


def picture(seed: int) -> Picture:
    return Picture(FACTS.id, np.full(5, seed, np.float32), seed=seed, diversity=1.2)


class Page(HTMLParser):
    """What stands on the page, and every address it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.addresses += [values[key] or "" for key in ("src", "href", "action") if key in values]
        if tag == "img" and "src" in values:
            self.images.append(values)
        if tag == "li":
            self.words.append(values["data-words"] or "")


def spooled(folder: Path, count: int = 4) -> Spool:
    spool = Spool(folder / "out")
    for seed in range(count):
        spool.add(f"toy_{seed}", drawing(seed, 24), picture(seed))
    return spool


def packed(folder: Path, options: PackOptions, drawn: Drawn | None = None) -> Path:
    with spooled(folder) as spool:
        known = {FACTS.id: FACTS}
        return pack_given(spool.pictures, folder / "out", options, models=lambda: known, drawn=drawn).out


# The page --------------------------------------------------------------------------------------------


def test_the_page_shows_every_picture_and_asks_for_nothing(tmp_path: Path) -> None:
    out = packed(tmp_path, PackOptions("json", gallery=True, name="Moon <i>cats"))
    text = (out / "gallery.html").read_text(encoding="utf-8")
    page = Page(text)
    assert len(page.images) == 4
    assert all(address.startswith("data:") for address in page.addresses)
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|@import|url\(", text)
    assert "<i>" not in text and "<b>by Ada" not in text
    for seed, shown in enumerate(page.images):
        assert shown["alt"] == f"toy_{seed}"
        assert f"{seed}" in page.words[seed].split() and "toy" in page.words[seed].split()
        content = base64.b64decode((shown["src"] or "").partition(",")[2])
        with Image.open(io.BytesIO(content)) as image:
            assert rms_difference(np.asarray(image.convert("RGBA")), drawing(seed, 24)) < 12
    assert "gallery.html" in json.loads((out / "manifest.json").read_text())["files"]


def test_models_are_looked_up_once(tmp_path: Path) -> None:
    asked: list[int] = []

    def models() -> dict[str, Facts]:
        asked.append(1)
        return {FACTS.id: FACTS}

    with spooled(tmp_path) as spool:
        pack_given(spool.pictures, tmp_path / "out", PackOptions("png", gallery=True), models=models)
    assert len(asked) == 1


def test_pixel_art_on_the_page_is_exact_and_large_pictures_are_small(tmp_path: Path) -> None:
    with Spool(tmp_path / "out") as spool:
        spool.add("hero", sprite(1, 16), None)
        pack_given(spool.pictures, tmp_path / "out", PackOptions("png", gallery=True, pixel_art=True))
        (shown,) = Page((tmp_path / "out" / "gallery.html").read_text()).images
        content = base64.b64decode((shown["src"] or "").partition(",")[2])
        with Image.open(io.BytesIO(content)) as image:
            rgba = np.array(image.convert("RGBA"))
        rgba[rgba[..., 3] == 0] = 0
        assert np.array_equal(rgba, sprite(1, 16))
        assert shown["class"] == "pixel"
        spool.add("photo", drawing(1, 700), None)
        pack_given(spool.pictures[1:], tmp_path / "out", PackOptions("png", gallery=True, pixel_art=False))
        (shown,) = Page((tmp_path / "out" / "gallery.html").read_text()).images
        with Image.open(io.BytesIO(base64.b64decode((shown["src"] or "").partition(",")[2]))) as image:
            assert image.size == (192, 192)


# Where they come from --------------------------------------------------------------------------------


def test_provenance(tmp_path: Path) -> None:
    drawn = Drawn(seed=7, diversity=1.2, is_unique=True, repeats=1, copies=8, doubles=3)
    out = packed(tmp_path, PackOptions("png", animations=False), drawn)
    text = (out / "provenance.md").read_text(encoding="utf-8")
    for part in (
        "4 pictures",
        "Series: seed 7, diversity 1.2",
        "near-copies of pictures the model learned from: 8",
        "earlier one of the series: 4",
        "## Model toy",
        "2026-11-20",
        "412 pictures",
        r"CC0 1.0, \<b\>by Ada\</b\>",
        "    toy_3  3",
    ):
        assert part in text, part
    said = json.loads((out / "manifest.json").read_text())
    counts = {"repeats": 1, "copies": 8, "doubles": 3, "refused": 12}
    assert said["drawn"] == {"seed": 7, "diversity": 1.2, "is_unique": True, **counts}
    assert "provenance.md" in said["files"]


def test_own_pictures_need_no_provenance(tmp_path: Path) -> None:
    out = pack([fill(tmp_path / "in", 2, 24)], tmp_path / "out", PackOptions("png")).out
    assert not (out / "provenance.md").exists()


def test_how_they_were_made_can_be_left_out(tmp_path: Path) -> None:
    """The mark that a model made them stays, as the law wants it."""
    save_picture(tmp_path / "in" / "made.png", drawing(8, 24), picture(987654), FACTS)
    known = {FACTS.id: FACTS}
    options = PackOptions("png", recipes=False, gallery=True)
    out = pack([tmp_path / "in"], tmp_path / "out", options, models=lambda: known).out
    assert read_recipe(out / "made.png") is None
    assert b"trainedAlgorithmicMedia" in (out / "made.png").read_bytes()
    for file in ("manifest.json", "manifest.csv", "provenance.md", "gallery.html"):
        text = (out / file).read_text()
        assert "toy" in text or file == "manifest.json"
        assert "987654" not in text and "latent" not in text, file


# The spool -------------------------------------------------------------------------------------------


def test_a_spool_gives_back_what_was_added_and_leaves_nothing(tmp_path: Path) -> None:
    with spooled(tmp_path) as spool:
        assert list(tmp_path.iterdir()) == []
        for seed, given in enumerate(spool.pictures):
            rgba, made = given.read()
            assert np.array_equal(rgba, drawing(seed, 24))
            assert made is not None and made.seed == seed
    with pytest.raises(StudioError, match="no picture in what was given"):
        pack_given(spool.pictures, tmp_path / "out", PackOptions("png"))
    assert list(tmp_path.iterdir()) == []


def test_pictures_on_a_colour(tmp_path: Path) -> None:
    with spooled(tmp_path, 1) as spool:
        pack_given(spool.pictures, tmp_path / "out", PackOptions("json", matte="#ff8000"))
        data = json.loads((tmp_path / "out" / "sprites.json").read_text())
        box = data["frames"]["toy_0"]["frame"]
        with Image.open(tmp_path / "out" / "sprites.png") as image:
            shown = np.array(image)[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]]
        under = Image.new("RGBA", (24, 24), "#ff8000")
        under.alpha_composite(Image.fromarray(drawing(0, 24)))
        assert (shown[..., 3] == 255).all()
        assert np.abs(shown.astype(int) - np.asarray(under)).max() <= 1
        for wrong in ({"matte": "red"}, {"matte": "#ffffff", "trim": "sprite"}):
            with pytest.raises(StudioError):
                pack_given(spool.pictures, tmp_path / "out", PackOptions("json", **wrong))
