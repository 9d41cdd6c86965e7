"""What a picture shown large is most like: found, shown, and only for the picture that is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio, open_decoder
from studio.generate.novelty import Nearest
from studio.store.bundle import Bundle
from studio.ui.decoding import Decoders
from studio.ui.nearest import Likeness, NearestFinder


@pytest.fixture
def finder(qapp: QApplication) -> NearestFinder:
    return NearestFinder(Decoders(open_decoder))


def _bundle(folder: Path, thumbnails: bool = True) -> Bundle:
    return make_bundle(folder, novelty=(0.5, 1.0, 2.0), thumbnails=thumbnails)


@pytest.mark.parametrize("thumbnails", [True, False])
def test_the_original_is_its_small_picture_or_drawn_from_its_code(
    finder: NearestFinder, qtbot: QtBot, tmp_path: Path, thumbnails: bool
) -> None:
    bundle = _bundle(tmp_path, thumbnails)
    wanted = (
        bundle.thumbnails[3]
        if bundle.thumbnails is not None
        else open_decoder(bundle).decode(bundle.codes)[3]
    )
    picture = np.random.default_rng(0).integers(1, 256, (16, 16, 4), dtype=np.uint8)
    codes = bundle.codes + 1000
    codes[3] = 0  # the others lie far away from wherever the picture is seen
    with qtbot.waitSignal(finder.found) as found:
        finder.ask(replace(bundle, codes=codes if thumbnails else bundle.codes), picture)
    (likeness,) = found.args
    assert isinstance(likeness, Likeness)
    if thumbnails:
        assert likeness.nearest.index == 3
        assert likeness.file == "picture 003.png"
        np.testing.assert_array_equal(likeness.original, wanted)
    else:
        assert likeness.file == ""
        assert likeness.original.shape == (16, 16, 4)
    finder.stop()


def test_only_the_newest_question_is_answered(finder: NearestFinder, qtbot: QtBot, tmp_path: Path) -> None:
    bundle = _bundle(tmp_path)
    heard: list[Likeness] = []
    finder.found.connect(heard.append)
    pictures = np.random.default_rng(0).integers(1, 256, (5, 16, 16, 4), dtype=np.uint8)
    for picture in pictures:
        finder.ask(bundle, picture)
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.waitUntil(lambda: finder._job is None)
    assert len(heard) == 1
    finder.ask(bundle, pictures[0])
    finder.forget()
    qtbot.waitUntil(lambda: finder._job is None)
    assert len(heard) == 1


def test_words() -> None:
    original = np.zeros((4, 4, 4), np.uint8)
    assert "copy" in Likeness(Nearest(0, 0.0), original, "").sentence
    assert "43" in Likeness(Nearest(0, 0.43), original, "").sentence


def test_the_large_view_and_the_panel_show_it(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    room = open_studio().window.create_room
    qtbot.waitUntil(lambda: len(room.canvas) > 0 and room.pictures.look(1) is not None)
    room.canvas.select([1])
    assert room.section.likeness.isVisible()
    qtbot.waitUntil(lambda: room.section.likeness.words.text() != "")
    room.open_card(1)
    assert room.large.likeness.isVisible()
    qtbot.waitUntil(lambda: room.large.likeness.words.text() != "")
    assert room.large.likeness.original.pixmap is not None
    assert room.large.likeness.original.toolTip().startswith("picture ")
