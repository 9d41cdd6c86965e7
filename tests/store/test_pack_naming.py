"""Names that every system takes, templates that reach nowhere, clashes and animations."""

from __future__ import annotations

from typing import Any

import pytest

from studio.core.errors import StudioError
from studio.store.pack import naming
from studio.store.pack.model import Animation

VALUES: dict[str, Any] = {
    "file": "in/a.png",
    "set": "hero",
    "name": "a",
    "index": 7,
    "seed": None,
    "anim": "walk",
    "frame": 3,
    "scale": 2,
    "hash": naming.Digest("0123456789abcdef"),
}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Hero 01", "hero_01"),
        ("Über/straße", "uber_strae"),
        ("../../etc", "etc"),
        ("日本", "picture"),
        ("a" * 300, "a" * 120),
        ("tail. ", "tail"),
        ("=cmd()", "cmd"),
    ],
)
def test_safe_names(text: str, safe: str) -> None:
    assert naming.safe_name(text) == safe


@pytest.mark.parametrize("text", ["CON", "nul", "Com1", "lpt9 "])
def test_devices_are_refused(text: str) -> None:
    with pytest.raises(StudioError, match="cannot exist on Windows"):
        naming.safe_name(text)


def test_folders_are_part_of_a_name() -> None:
    assert naming.own_name("walk/Left/01.png") == "walk_left_01"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("eileen_happy_blue.png", "eileen happy_blue"),
        ("Eileen happy.png", "eileen happy"),
        ("a.png", "set a"),
    ],
)
def test_renpy_names_are_a_tag_and_attributes(file: str, name: str) -> None:
    assert naming.renpy_name(file, "set") == name


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{set}_{index:04d}", "hero_0007"),
        ("{anim}-{frame:02}@{scale}", "walk-03@2"),
        ("{hash:8}", "01234567"),
        ("{hash}", "0123456789abcdef"),
        ("{{}}", "{}"),
    ],
)
def test_templates(text: str, filled: str) -> None:
    assert naming.Template(text).filled(VALUES) == filled


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{nobody}",
        "{}",
        "{0}",
        "{set.__class__}",
        "{set[0]}",
        "{set!r}",
        "{index:{frame}}",
        "{index:9999d}",
        "{index:s}",
        "{seed}",
    ],
)
def test_templates_that_cannot_be(text: str) -> None:
    with pytest.raises(StudioError):
        naming.Template(text).filled(VALUES)


def test_two_names_that_are_one() -> None:
    with pytest.raises(StudioError, match=r"“a\.png” and “A\.jpg” would both be called “a”"):
        naming.check_sprites(["a", "b", "a"], ["a.png", "b.png", "A.jpg"])
    with pytest.raises(StudioError, match="Sprites"):
        naming.check_files(["sprites.png", "Sprites.png"])
    naming.check_files(["sprites.png", "sprites.json"])


def test_animations_are_names_that_differ_in_their_last_number() -> None:
    names = ["hero_10", "hero_2", "tree", "hero_1", "x1y", "x2y", "4", "3", "lone_7"]
    assert naming.animations(names, "set", 8) == (
        Animation("hero", ("hero_1", "hero_2", "hero_10"), 8),
        Animation("set", ("3", "4"), 8),
    )


def test_stems() -> None:
    assert naming.stem_of("a", 1, False) == "a"
    assert naming.stem_of("a", 3, True, 2) == "a_pma-2@3x"
