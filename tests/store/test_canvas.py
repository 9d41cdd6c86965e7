"""The canvas on the disk: all of it comes back, and what is damaged is set aside with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.core.canvas import HOWS, REACH, Card, Place
from studio.core.picture import Finish, Picture
from studio.store.arrays import write_arrays
from studio.store.canvas import UPGRADES, Saved, load_canvas, save_canvas


def canvas() -> Saved:
    random = np.random.default_rng(1)
    cards = []
    for i, how in enumerate(HOWS):
        bundle, width = ("0" * 16, 8) if i % 2 else ("a" * 16, 5)
        picture = Picture(
            bundle,
            random.standard_normal(width).astype(np.float32),
            None if i == 3 else 2**62 + i,
            i / 4,
            Finish(64 if i == 2 else 0),
            "Åda, \ud800?".replace("\ud800", "") if i == 4 else "",
            "0123456789abcdef" * 2 if i == 5 else "",
        )
        cards.append(
            Card(
                7 * i + 1,
                picture,
                i * 1.5,
                -i * 0.25,
                how,
                (1, 999)[: i % 3],
                i == 6,
                random.random((i + 3, i + 3)) < 0.5 if i in (2, 5) else None,
            )
        )
    return Saved(tuple(cards), (8, 1), Place(3.25, -4.5), 136.0)


def same(a: Card, b: Card) -> bool:
    pa, pb = a.picture, b.picture
    return (
        replace(a, picture=pb) == b
        and np.array_equal(a.locked, b.locked)  # type: ignore[arg-type]
        and pa.same_as(pb)
        and (pa.seed, pa.diversity, pa.name) == (pb.seed, pb.diversity, pb.name)
    )


def test_everything_comes_back(tmp_path: Path) -> None:
    file, before = tmp_path / "canvas.npz", canvas()
    save_canvas(file, before)
    after, told = load_canvas(file)
    assert told == ""
    assert after is not None
    assert all(map(same, before.cards, after.cards))
    assert (after.selection, after.centre, after.zoom) == ((8, 1), Place(3.25, -4.5), 136.0)


def test_an_empty_canvas_is_a_canvas(tmp_path: Path) -> None:
    file = tmp_path / "canvas.npz"
    assert load_canvas(file) == (None, "")
    save_canvas(file, Saved())
    assert load_canvas(file) == (Saved(), "")


def test_a_canvas_without_locks_still_opens(tmp_path: Path) -> None:
    """Version 1 knew none."""
    file, before = tmp_path / "canvas.npz", canvas()
    before = replace(before, cards=tuple(replace(card, locked=None) for card in before.cards))
    save_canvas(file, before)
    with np.load(file, allow_pickle=False) as opened:
        arrays = {name: opened[name] for name in opened.files}
    values = json.loads(arrays["text"].tobytes())
    del values["locks"]
    arrays["text"] = np.frombuffer(json.dumps({**values, "format": 1}).encode(), np.uint8)
    write_arrays(file, arrays)
    after, told = load_canvas(file)
    assert told == "" and after is not None
    assert all(map(same, before.cards, after.cards))


def test_what_is_selected_and_gone_is_left_out(tmp_path: Path) -> None:
    file, before = tmp_path / "canvas.npz", canvas()
    save_canvas(file, replace(before, selection=(1, 4711)))
    after, _ = load_canvas(file)
    assert after is not None
    assert after.selection == (1,)


def text(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(arrays: dict[str, Any]) -> None:
        values = json.loads(arrays["text"].tobytes())
        arrays["text"] = np.frombuffer(json.dumps({**values, **changes}).encode(), np.uint8)

    return change


def column(name: str, value: float) -> Callable[[dict[str, Any]], None]:
    def change(arrays: dict[str, Any]) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][2] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        text(format=None),
        text(format=True),
        text(bundles=["../../etc"]),
        text(bundles=[]),
        text(view=[0, float("nan"), 1]),
        text(view=[1]),
        text(names={"99": "x"}),
        text(names={"x": "x"}),
        text(details={"0": 5}),
        text(details={"0": "../own"}),
        text(locks=[]),
        text(locks={"2": 5}),
        text(locks={"99": 5, "5": 8}),
        text(locks={"2": 5.0, "5": 8}),
        text(locks={"2": 5, "5": 80_000}),
        text(locks={"2": -5, "5": 8}),
        text(selection=5),
        column("x", REACH * 2),
        column("y", float("nan")),
        column("how", 200),
        column("bundle", 17),
        column("width", 0),
        column("width", 9),
        column("seed", -2),
        column("parents", 7),
        column("latents", float("inf")),
        column("id", 1),
        lambda arrays: arrays.pop("locked_bits"),
        lambda arrays: arrays.pop("seed"),
        lambda arrays: arrays.pop("text"),
        lambda arrays: arrays.update(x=arrays["x"][:3]),
        lambda arrays: arrays.update(latents=arrays["latents"][:-1]),
    ],
)  # fmt: skip
def test_a_damaged_canvas_is_set_aside(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = tmp_path / "canvas.npz"
    save_canvas(file, canvas())
    with np.load(file, allow_pickle=False) as opened:
        arrays = {name: opened[name] for name in opened.files}
    change(arrays)
    write_arrays(file, arrays)
    saved, told = load_canvas(file)
    assert saved is None
    assert "canvas.damaged-1.npz" in told and told.endswith("A fresh canvas was opened.")
    assert (tmp_path / "canvas.damaged-1.npz").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK", b"nonsense" * 100])
def test_a_file_of_another_kind_is_set_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "canvas.npz"
    file.write_bytes(content)
    saved, told = load_canvas(file)
    assert saved is None
    assert "damaged" in told


def test_a_newer_canvas_is_kept_for_the_newer_program(tmp_path: Path) -> None:
    file = tmp_path / "canvas.npz"
    arrays = {"text": np.frombuffer(b"{}", np.uint8)}
    text(format=len(UPGRADES) + 2)(arrays)
    write_arrays(file, arrays)
    saved, told = load_canvas(file)
    assert saved is None
    assert "newer Morpho Studio" in told and "canvas.damaged-1.npz" in told
