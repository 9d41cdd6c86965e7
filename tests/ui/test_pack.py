"""The export dialog as a user meets it: asking, seeing what will come, making it, stopping, again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pack_readers as readers
import pytest
from accessibility import cut_off, nameless, out_of_reach, too_small
from pictures import drawing, save
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.generate.decoder import Decoder
from studio.generate.drawing import draw
from studio.store.pack import PackOptions, Spool, pack
from studio.ui.exchange import Carried
from studio.ui.pack import request as asked
from studio.ui.pack.choices import PackMemory
from studio.ui.pack.dialog import PackDialog
from studio.ui.pack.request import New

Open = Callable[..., Studio]


@pytest.fixture
def studio(open_studio: Open, tmp_path: Path) -> Studio:
    """With packs going to the test's own folder, and pictures on the canvas."""
    made = open_studio()
    made.preferences.packs.set(PackMemory(folder=str(tmp_path / "game")).text())
    return made


def opened(studio: Studio, qtbot: QtBot, pictures: tuple[Carried, ...] = ()) -> PackDialog:
    studio.exchange.pack_wanted.emit(pictures)
    dialog = studio.packs.dialog
    assert dialog is not None
    if not pictures:
        dialog.what.count.setValue(12)
    seen(dialog, qtbot)
    return dialog


def seen(dialog: PackDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog._ahead is not None, timeout=10_000)


def carried(studio: Studio, count: int) -> tuple[Carried, ...]:
    bundle = studio.create_state.bundle.value
    assert bundle is not None
    return tuple(Carried(picture, bundle) for picture in draw(bundle, 3, count))


def pick(box: QComboBox, value: object) -> None:
    """As the user does with mouse or keys."""
    at = next(at for at in range(box.count()) if box.itemData(at) == value)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def exported(dialog: PackDialog, qtbot: QtBot) -> Path:
    with qtbot.waitSignal(dialog.exported, timeout=10_000) as heard:
        QTest.keyClick(dialog, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dialog._job is None)
    out = heard.args[0].out
    assert isinstance(out, Path)
    return out


def leavings(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# Asking and making -----------------------------------------------------------------------------------


def test_the_selection_in_create_is_packed(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    room = studio.window.create_room
    qtbot.waitUntil(lambda: len(room.canvas) > 0)
    room.canvas.select([1, 3, 4])
    room.acts.pack()
    dialog = studio.packs.dialog
    assert dialog is not None and dialog.what.given.text() == "3 pictures that you chose"
    seen(dialog, qtbot)
    assert "3 pictures on 1 page" in dialog.preview.text and "% filled" in dialog.preview.text
    out = exported(dialog, qtbot)
    assert out == tmp_path / "game" / "sprites"
    found = readers.texture_packer(out / "sprites.json")
    bundle = room.pictures.bundle(1)
    assert bundle is not None
    pictures = [card.picture for card in room.canvas.selected]
    wanted = Decoder(bundle).render(pictures)
    for name, picture, rgba in zip(found, pictures, wanted, strict=True):
        assert name == f"faces_{picture.seed}"
        cut, shown = found[name].copy(), rgba.copy()
        cut[cut[..., 3] == 0] = shown[shown[..., 3] == 0] = 0
        assert np.array_equal(cut, shown)
    assert leavings(tmp_path / "game") == ["sprites"]


def test_new_pictures_of_a_model(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, qtbot)
    assert dialog.what.new.isChecked() and not dialog.what.given.isEnabled()
    assert "12 pictures" in dialog.preview.text
    pick(dialog.target.box, "godot")
    seen(dialog, qtbot)
    out = exported(dialog, qtbot)
    assert len(readers.godot(out / "faces.tres")) == 12
    drawn = json.loads((out / "manifest.json").read_text())["drawn"]
    assert drawn["is_unique"] and drawn["seed"] == int(dialog.what.seed.text())


def test_a_model_that_cannot_tell_copies_says_so(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, qtbot)
    assert dialog.what.unique.isEnabled()
    names = [dialog.what.bundle.itemText(at) for at in range(dialog.what.bundle.count())]
    pick(dialog.what.bundle, names.index("sprites"))
    assert not dialog.what.unique.isEnabled()
    seen(dialog, qtbot)
    assert "pixel art" in dialog.preview.text
    assert exported(dialog, qtbot).name == "sprites"


def test_files_are_packed_as_they_are(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    files = [save(tmp_path / "own" / f"hero_{n}.png", drawing(n, 24)) for n in range(4)]
    (tmp_path / "own" / "sub").mkdir()
    twin = save(tmp_path / "own" / "sub" / "hero_0.png", drawing(9, 24))
    pictures = (*(Carried(file=file) for file in files), Carried(file=twin), *carried(studio, 1))
    dialog = opened(studio, qtbot, pictures[:4])
    assert "1 animation" in dialog.preview.text
    dialog.reject()
    dialog = opened(studio, qtbot, pictures)
    out = exported(dialog, qtbot)
    found = readers.texture_packer(out / "sprites.json")
    assert {"hero_0", "hero_1", "hero_0_2"} < set(found) and len(found) == 6
    assert json.loads((out / "manifest.json").read_text())["animations"] == []


def test_a_folder_of_pictures_is_packed(
    studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "game" / "heroes"
    for n in range(4):
        save(own / "run" / f"hero_{n}.png", drawing(n, 24))
    save(own / "flag.png", drawing(9, 24))
    (own / "notes.txt").write_text("no picture")
    dialog = opened(studio, qtbot)
    qtbot.mouseClick(dialog.what.own, Qt.MouseButton.LeftButton)
    assert "Choose the folder" in dialog.preview.banner.text and not dialog.export_button.isEnabled()
    dialog.export()
    assert dialog._job is None
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(own))
    dialog.what.choose_folder()
    seen(dialog, qtbot)
    assert "5 pictures" in dialog.preview.text and "1 animation" in dialog.preview.text
    assert dialog.what._where.text() == str(own)
    out = exported(dialog, qtbot)
    assert out == tmp_path / "game" / "heroes_pack"  # never over the pictures themselves
    assert set(readers.texture_packer(out / "heroes_pack.json")) == {
        *(f"run_hero_{n}" for n in range(4)),
        "flag",
    }
    assert "1 file was no picture" in dialog._done.text()
    qtbot.mouseClick(dialog.what.new, Qt.MouseButton.LeftButton)
    seen(dialog, qtbot)
    assert "12 pictures" in dialog.preview.text


def test_a_folder_is_dropped_on_the_dialog(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    save(tmp_path / "own" / "hero.png", drawing(1, 24))
    dialog = opened(studio, qtbot)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "own"))])
    middle, left = QPointF(10, 10), Qt.MouseButton.LeftButton
    dropped = QDropEvent(middle, Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier)
    dialog.what.dropEvent(dropped)
    assert dialog.what.own.isChecked() and dropped.isAccepted()
    seen(dialog, qtbot)
    assert "1 picture on 1 page" in dialog.preview.text


def test_more_than_are_looked_at_are_estimated(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "MOST_SEEN", 5)
    monkeypatch.setattr("studio.ui.pack.previewer.MOST_SEEN", 5)
    dialog = opened(studio, qtbot)
    dialog.what.count.setValue(5000)
    seen(dialog, qtbot)
    assert "5,000 pictures" in dialog.preview.text and "first 5" in dialog.preview.text


def test_only_the_newest_is_shown(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, qtbot)
    shown: list[int] = []
    dialog._previewer.shown.connect(
        lambda ahead: shown.append(ahead.request.what.count if isinstance(ahead.request.what, New) else 0)
    )
    for count in range(20, 40):
        dialog.what.count.setValue(count)
        qtbot.wait(5)
    seen(dialog, qtbot)
    assert shown == [39]


def test_a_preview_that_fails_does_not_go_on_looking_busy(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, logged: Any
) -> None:
    dialog = opened(studio, qtbot)

    def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("studio.ui.pack.previewer.preview", fails)
    dialog.what.count.setValue(5)
    seen(dialog, qtbot)
    logged.expect("ended by a bug")
    assert "a bug" in dialog.preview.banner.text
    assert dialog.preview._busy.text() == ""


# What is in the way ----------------------------------------------------------------------------------


def test_what_would_be_lost_is_listed_first(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    out = tmp_path / "game" / "faces"
    out.mkdir(parents=True)
    (out / "my level.txt").write_text("mine")
    dialog = opened(studio, qtbot)
    assert "my level.txt" in dialog.place._there.text()
    dialog.export()
    qtbot.waitUntil(lambda: dialog._job is None)
    assert "my level.txt" in dialog.preview.banner.text
    assert leavings(out) == ["my level.txt"]
    assert dialog.place.may_replace.isVisibleTo(dialog)
    dialog.place.may_replace.setChecked(True)
    seen(dialog, qtbot)
    assert exported(dialog, qtbot) == out
    assert "my level.txt" not in leavings(out)
    dialog._look_ahead()
    seen(dialog, qtbot)
    assert dialog.place._there.text().startswith("Replaces the older pack there: faces/")


def test_clashes_are_told_before_the_first_byte(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(studio, qtbot)
    dialog.names._names.setText("{set}")
    dialog.names._names.textEdited.emit("{set}")
    seen(dialog, qtbot)
    assert "would both be called" in dialog.preview.banner.text
    assert not dialog.export_button.isEnabled()
    dialog.names._names.textEdited.emit("{set}_{index:03d}")
    seen(dialog, qtbot)
    assert dialog.export_button.isEnabled() and not dialog.preview.banner.isVisible()
    assert leavings(tmp_path / "game") == []


def test_the_pictures_themselves_are_never_replaced(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    file = save(tmp_path / "game" / "sprites" / "hero.png", drawing(1, 24))
    dialog = opened(studio, qtbot, (Carried(file=file),))
    assert "holds the pictures" in dialog.preview.banner.text
    assert not dialog.export_button.isEnabled()


# Stopping and going on -------------------------------------------------------------------------------


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every set takes for ever: the same picture is put on the spool again and again."""
    add = Spool.add

    def slow(self: Spool, file: str, *rest: object) -> None:
        add(self, file, *rest)  # type: ignore[arg-type]
        QTest.qSleep(20)

    monkeypatch.setattr(Spool, "add", slow)


def test_stopping_leaves_nothing(studio: Studio, qtbot: QtBot, tmp_path: Path, endless: None) -> None:
    dialog = opened(studio, qtbot)
    dialog.what.count.setValue(4000)
    dialog.export()
    qtbot.waitUntil(lambda: " of 4000" in dialog._working.text())
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog._job is None)
    assert dialog.isVisible() and dialog._form.isEnabled()
    assert leavings(tmp_path / "game") == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert studio.packs.dialog is None


def test_closing_the_window_meanwhile_leaves_nothing(
    studio: Studio, qtbot: QtBot, tmp_path: Path, endless: None
) -> None:
    dialog = opened(studio, qtbot)
    dialog.what.count.setValue(4000)
    dialog.export()
    qtbot.waitUntil(lambda: " of 4000" in dialog._working.text())
    studio.window.close()
    assert leavings(tmp_path / "game") == []


def test_again_without_the_dialog(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dialog = opened(studio, qtbot)
    out = exported(dialog, qtbot)
    assert dialog.again_button.isVisible()
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    dialog.accept()
    assert studio.packs.dialog is None
    (out / "manifest.csv").unlink()
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    QTest.keyClick(studio.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "again" in studio.window.banner.text, timeout=10_000)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    places: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: places.append(url.toLocalFile()))
    studio.window.banner.offer.click()
    assert places == [str(out)]


# What is remembered ----------------------------------------------------------------------------------


def test_choices_are_kept_for_each_target(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(studio, qtbot)
    dialog.sheet._padding.setValue(7)
    pick(dialog.picture._trim, "all")
    pick(dialog.target.box, "libgdx")
    assert dialog.sheet._padding.value() == 2
    pick(dialog.picture._alpha, "premultiply")
    pick(dialog.target.box, "json")
    assert (dialog.sheet._padding.value(), dialog.picture._trim.currentData()) == (7, "all")
    seen(dialog, qtbot)
    exported(dialog, qtbot)
    dialog.accept()
    dialog = opened(studio, qtbot)
    assert dialog.request is not None
    options = dialog.request.options
    assert (options.target, options.padding, options.trim, options.replace) == ("json", 7, "all", False)
    pick(dialog.target.box, "libgdx")
    assert dialog.request.options.alpha == "premultiply"
    assert dialog.request.out == tmp_path / "game" / "faces"


def test_memory_forgives_what_is_damaged() -> None:
    assert PackMemory.parsed("").target == "json"
    assert PackMemory.parsed("[1]") == PackMemory.parsed('{"target": 7, "by_target": []}')
    sound = {"padding": 3, "scales": [1, 2]}
    broken = {"page": -5, "fps": "quick", "what": 1, "replace": True}
    kept = {"target": "godot", "by_target": {"godot": sound | broken}}
    memory = PackMemory.parsed(json.dumps(kept))
    assert memory.options("godot") == PackOptions("godot", padding=3, scales=(1, 2))
    again = memory.remembering(memory.options("godot"), Path("/there"))
    assert PackMemory.parsed(again.text()).options("godot") == memory.options("godot")


# Keys, names, sizes ----------------------------------------------------------------------------------


def test_parts_that_fold_say_what_is_in_them(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, qtbot)
    picture = dialog.folded[0]
    assert not picture.is_open and "transparent" in picture.summary.text()
    picture._fold.setFocus()
    QTest.keyClick(picture._fold, Qt.Key.Key_Space)
    assert picture.is_open and dialog.picture.isVisible()
    QTest.keyClick(picture._fold, Qt.Key.Key_Space)
    assert not picture.is_open


@pytest.mark.parametrize("target", ["json", "png", "grid", "gamemaker", "rpgmaker", "rpgmaker-characters"])
def test_every_target_shows_its_own_choices_by_name(studio: Studio, qtbot: QtBot, target: str) -> None:
    dialog = opened(studio, qtbot)
    for part in dialog.folded:
        part.open(True)
    dialog.what.count.setValue(13)
    pick(dialog.target.box, target)
    seen(dialog, qtbot)
    qtbot.wait(30)
    assert nameless(dialog) + out_of_reach(dialog, set()) + too_small(dialog) + cut_off(dialog) == []
    assert dialog.minimumSizeHint().width() <= 1000
    if target == "rpgmaker-characters":
        assert "walking character" in dialog.preview.banner.text


def test_a_pack_of_another_kind_can_be_replaced(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.png", drawing(1, 24))
    pack([tmp_path / "in"], tmp_path / "game" / "faces", PackOptions("godot", name="faces"))
    dialog = opened(studio, qtbot)
    assert "faces/faces.tres" in dialog.place._there.text()
    exported(dialog, qtbot)
    assert "faces.tres" not in leavings(tmp_path / "game" / "faces")
