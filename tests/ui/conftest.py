"""The whole window on a library of the test's own, with toy bundles and a scripted trainer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundles import make_bundle
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.store.files import Library


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform has no window manager to tell sizes to, and says so at every window."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints"))


FAKE_TRAINER = Path(__file__).parent / "fake_trainer.py"


@pytest.fixture(scope="session")
def starters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smooth and a pixel bundle."""
    folder = tmp_path_factory.mktemp("starters")
    make_bundle(folder, "faces", size=16, novelty=(0.5, 1.0, 2.0, 100.0))
    make_bundle(folder, "sprites", size=16, kind="pixel", scale=2, seed=1)
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of twelve small pictures with transparency, one of them twice, and one text file."""
    folder = tmp_path / "Moon Cats"
    folder.mkdir()
    random = np.random.default_rng(5)
    for i in range(12):
        coarse = random.integers(0, 256, (4, 4, 4), dtype=np.uint8)
        Image.fromarray(coarse).resize((40, 32), Image.Resampling.BICUBIC).save(folder / f"cat {i}.png")
    (folder / "copy.png").write_bytes((folder / "cat 0.png").read_bytes())
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def trainer(tmp_path: Path, starters: Path) -> Callable[..., list[str]]:
    """The command of a trainer that follows a script (fake_trainer.py)."""

    def command(mode: str = "finish", steps: int = 12) -> list[str]:
        script = tmp_path / f"{mode}.json"
        values = {"mode": mode, "steps": steps, "bundle_from": str(starters / "faces")}
        script.write_text(json.dumps(values))
        return [sys.executable, str(FAKE_TRAINER), str(script)]

    return command


@pytest.fixture
def open_studio(
    qapp: QApplication, qtbot: QtBot, library: Library, starters: Path, trainer: Callable[..., list[str]]
) -> Iterator[Callable[..., Studio]]:
    """Opens the window as app.run does; closed with everything behind it at the end of the test."""
    opened: list[Studio] = []

    def open_it(mode: str = "finish", files: tuple[Path, ...] = (), **options: Any) -> Studio:
        folder = options.pop("starters", starters)
        studio = Studio(qapp, library, folder, trainer(mode), **options)
        opened.append(studio)
        studio.open(files)
        studio.window.activateWindow()
        qtbot.waitUntil(studio.window.isActiveWindow)
        return studio

    yield open_it
    for studio in opened:
        if studio.window.isVisible():
            studio.window._may_stop_training = lambda: True  # type: ignore[method-assign]
            studio.window.close()
        studio.window.deleteLater()
    QApplication.clipboard().clear()  # offscreen, Qt crashes at the end over what Python left there
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
