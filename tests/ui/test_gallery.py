"""The Gallery room as a user meets it: keep, find, rate, gather, compare, delete, hand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, photo, save
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.generate.drawing import draw
from studio.store.files import Library
from studio.store.gallery import Sort, State, open_gallery
from studio.store.gallery.notes import notes_in
from studio.store.importing import read_picture
from studio.store.metadata import read_recipe
from studio.ui.exchange import Carried
from studio.ui.gallery.compare import DIFFERENCE, WIPE, difference
from studio.ui.gallery.grid import CARRIED
from studio.ui.gallery.room import GalleryRoom
from studio.ui.gallery.sidebar import collection_place
from studio.ui.lanes import Latest

Open = Callable[..., Studio]
COUNT = 6


class Scene:
    """The window with a gallery of six pictures, three of each model, in the order they were kept."""

    def __init__(self, studio: Studio, qtbot: QtBot) -> None:
        self.studio, self.qtbot = studio, qtbot
        self.window, self.room = studio.window, studio.window.gallery
        self.desk = self.room.desk

    def settle(self) -> None:
        """Until nothing runs and all is drawn."""
        room = self.room
        self.qtbot.waitUntil(
            lambda: (
                not (
                    self.desk.is_busy
                    or room._reading.is_busy
                    or room._listing.is_busy
                    or room.beside._reading.is_busy
                    or room.deeds._carrying.is_busy
                    or room.bar._soon.isActive()
                )
            ),
            timeout=20_000,
        )

    def carried(self) -> list[Carried]:
        bundles = sorted(self.studio.shelf.bundles, key=lambda bundle: bundle.facts.name)
        return [Carried(picture, bundle) for bundle in bundles for picture in draw(bundle, 7, COUNT // 2)]

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = self.window.focusWidget() or self.window
        QTest.keyClick(target, key, modifier)
        self.settle()

    def click(self, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        at = self.room.grid.visualRect(self.room.model.index(row)).center()
        QTest.mouseClick(self.room.grid.viewport(), Qt.MouseButton.LeftButton, modifier, at)
        self.settle()

    def shown(self) -> list[int]:
        return self.room.model.ids.tolist()

    def stars(self) -> list[int]:
        """Of what is shown."""
        assert self.desk.gallery is not None
        return [entry.stars for entry in self.desk.gallery.entries(self.shown())]

    def undo(self) -> None:
        self.desk.undo_stack.undo()
        self.settle()


@pytest.fixture
def empty(open_studio: Open, qtbot: QtBot) -> Scene:
    scene = Scene(open_studio(), qtbot)
    scene.window.show_gallery()
    scene.settle()
    return scene


@pytest.fixture
def scene(empty: Scene) -> Scene:
    empty.desk.keep(empty.carried())
    empty.settle()
    assert len(empty.shown()) == COUNT
    empty.room.grid.setFocus()
    return empty


def drop(widget: QWidget, data: QMimeData, at: QPointF) -> QDropEvent:
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(at, Qt.DropAction.CopyAction, data, buttons, modifiers)
    widget.dropEvent(event)
    return event


def files(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def dragged(ids: Sequence[int]) -> QMimeData:
    data = QMimeData()
    data.setData(CARRIED, ",".join(map(str, ids)).encode())
    return data


# Keeping


def test_a_star_in_create_keeps_the_picture_and_says_so(open_studio: Open, qtbot: QtBot) -> None:
    scene = Scene(open_studio(), qtbot)
    first = scene.carried()[0]
    scene.studio.exchange.keep_wanted.emit((first,))
    scene.settle()
    assert scene.window.banner.text == "Kept in Gallery."
    gallery = scene.desk.gallery
    assert gallery is not None and gallery.count() == 1
    (entry,) = gallery.entries([1])
    recipe = read_recipe(gallery.path(entry))
    assert recipe is not None and first.picture is not None and recipe.same_as(first.picture)
    assert entry.novelty is None or 0 <= entry.novelty <= 1
    scene.studio.exchange.keep_wanted.emit((first,))
    scene.settle()
    assert "already" in scene.window.banner.text
    scene.window.banner.say("Kept in Gallery.", offer=("Undo", scene.desk.undo_stack.undo))
    scene.undo()  # the second deed kept nothing
    scene.undo()
    assert gallery.count() == 0
    scene.desk.undo_stack.redo()
    scene.settle()
    assert gallery.entries([1])[0].key == entry.key


def test_children_starred_in_create_know_their_parents(open_studio: Open, qtbot: QtBot) -> None:
    scene = Scene(open_studio(), qtbot)
    room = scene.window.create_room
    parent = room.canvas.cards[0]
    room.canvas.select([parent.id])
    room.acts.star()
    room.acts.vary(0.5)
    room.canvas.select([room.canvas.selected[0].id])
    room.acts.star()
    scene.window.show_gallery()
    scene.settle()
    gallery = scene.desk.gallery
    assert gallery is not None
    newest, oldest = scene.shown()
    details = gallery.details(newest)
    assert details is not None and [kin.id for _, kin in details.parents if kin] == [oldest]
    scene.click(0)
    family = scene.room.details.family
    assert [made.accessibleName()[:9] for made in family.findChildren(QToolButton)] == ["Made from"]


def test_an_empty_gallery_teaches(empty: Scene) -> None:
    assert empty.room.page._pages.currentIndex() == 1
    opened = []
    empty.room.create_wanted.connect(lambda: opened.append(True))
    empty.room.page.create_wanted.emit()
    assert empty.window.rooms.currentWidget() is empty.window.create_room


def test_dropped_files_come_in(empty: Scene, tmp_path: Path) -> None:
    a, b = save(tmp_path / "a.jpg", photo(1)), save(tmp_path / "b.png", drawing(2))
    (tmp_path / "c.txt").write_text("no picture")
    drop(empty.room, files([a, b, tmp_path / "c.txt"]), QPointF(500, 300))
    empty.settle()
    assert len(empty.shown()) == 2
    assert "2 pictures are new" in empty.room.banner.text and "c.txt" in empty.room.banner.text
    empty.undo()
    assert empty.shown() == []


def test_files_dropped_on_an_open_collection_join_it(scene: Scene, tmp_path: Path) -> None:
    scene.desk.make_collection("Heroes")
    scene.settle()
    scene.room.state.place.set(collection_place(1, "Heroes"))
    scene.settle()
    drop(scene.room, files([save(tmp_path / "b.png", drawing(2))]), QPointF(500, 300))
    scene.settle()
    assert len(scene.shown()) == 1


# Finding


def test_the_grid_shows_what_was_kept_and_draws_it(scene: Scene) -> None:
    room = scene.room
    assert scene.shown() == sorted(scene.shown(), reverse=True), "newest first"
    scene.qtbot.waitUntil(lambda: all(room.model.pixmap(row) is not None for row in range(COUNT)))
    entry = room.model.entry(0)
    assert entry is not None
    text = room.model.data(room.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert text == entry.title == f"sprites {entry.seed}"


def test_typing_searches(scene: Scene) -> None:
    scene.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert scene.room.bar.field.hasFocus()
    QTest.keyClicks(scene.room.bar.field, "fac")
    scene.settle()
    assert len(scene.shown()) == 3
    QTest.keyClick(scene.room.bar.field, Qt.Key.Key_Escape)
    scene.settle()
    assert len(scene.shown()) == COUNT and scene.room.bar.field.text() == ""
    QTest.keyClicks(scene.room.bar.field, "fac")
    scene.settle()
    assert scene.room.page.chips.words.text() == "3 pictures with “fac”"
    QTest.keyClicks(scene.room.bar.field, "xyz")
    scene.settle()
    assert scene.shown() == [] and scene.room.page._pages.currentIndex() == 2
    scene.room.page.cleared.emit()
    scene.settle()
    assert len(scene.shown()) == COUNT and scene.room.bar.field.text() == ""


def test_places_of_the_sidebar_narrow(scene: Scene) -> None:
    tree = scene.room.sidebar.tree
    lines = {tree.topLevelItem(i).text(0): tree.topLevelItem(i) for i in range(tree.topLevelItemCount())}
    assert {"All pictures", "Favourites", "Collections", "Models", "faces", "sprites"} <= set(lines)
    assert "Missing or changed" not in lines, "only when there are some"
    tree.setCurrentItem(lines["faces"])
    scene.settle()
    assert len(scene.shown()) == 3
    tree.setCurrentItem(lines["Favourites"])
    scene.settle()
    assert scene.shown() == []


def test_stars_by_keys_and_undo(scene: Scene) -> None:
    scene.click(1)
    scene.key(Qt.Key.Key_4)
    assert scene.stars() == [0, 4, 0, 0, 0, 0]
    assert scene.room.details.stars.stars == 4
    scene.click(2, Qt.KeyboardModifier.ShiftModifier)
    scene.key(Qt.Key.Key_2)
    assert scene.stars() == [0, 2, 2, 0, 0, 0]
    scene.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert scene.stars() == [0, 4, 0, 0, 0, 0]
    scene.room.state.least_stars.set(4)
    scene.settle()
    assert len(scene.shown()) == 1
    scene.undo()
    assert scene.shown() == []
    scene.room.state.clear()
    scene.room.state.sort.set(Sort.STARS)
    scene.desk.undo_stack.redo()
    scene.settle()
    assert scene.stars()[0] == 4


def test_what_is_said_is_in_the_file_a_moment_later(scene: Scene) -> None:
    scene.click(0)
    scene.key(Qt.Key.Key_5)
    assert scene.desk.gallery is not None
    (entry,) = scene.desk.gallery.entries(scene.shown()[:1])

    def is_written() -> bool:
        assert scene.desk.gallery is not None
        notes = notes_in(scene.desk.gallery.path(entry).read_bytes())
        return notes is not None and notes.stars == 5

    scene.qtbot.waitUntil(is_written)


def test_tags_of_several_names_and_notes(scene: Scene) -> None:
    gallery = scene.desk.gallery
    assert gallery is not None
    scene.click(0)
    scene.click(1, Qt.KeyboardModifier.ControlModifier)
    assert scene.room.details._title.text() == "2 pictures selected"
    scene.key(Qt.Key.Key_T)
    field = scene.room.details.tag_field
    assert field.hasFocus()
    QTest.keyClicks(field, "elf, old wood")
    QTest.keyClick(field, Qt.Key.Key_Return)
    scene.settle()
    assert gallery.tags() == [("elf", 2), ("old wood", 2)]
    scene.click(0)
    chips = scene.room.details._chips
    assert chips.count() == 2
    chips.itemAt(0).widget().click()
    scene.settle()
    assert gallery.tags() == [("elf", 1), ("old wood", 2)]
    scene.undo()
    scene.undo()
    assert gallery.tags() == []
    details = scene.room.details
    details.name.setText("Mira")
    QTest.keyClick(details.name, Qt.Key.Key_Return)
    details.note.setFocus()
    QTest.keyClicks(details.note, "redo the 3 eyes")
    scene.room.grid.setFocus()
    scene.settle()
    entry = gallery.entries(scene.shown()[:1])[0]
    assert (entry.name, entry.note, entry.stars) == ("Mira", "redo the 3 eyes", 0)


# Collections


def test_collections_by_command_drop_and_key(scene: Scene) -> None:
    gallery, room = scene.desk.gallery, scene.room
    assert gallery is not None
    scene.click(0)
    scene.click(2, Qt.KeyboardModifier.ControlModifier)
    scene.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (made,) = gallery.collections.all()
    assert made.count == 2 and room.state.place.value.collection == made.id
    ids = scene.shown()
    room.sidebar.renamed.emit(room.state.place.value, "Heroes")
    scene.settle()
    assert gallery.collections.all()[0].name == "Heroes"
    room.state.place.set(collection_place(made.id, "Heroes"))
    scene.settle()
    tree = room.sidebar.tree
    item = next(
        tree.topLevelItem(i)
        for i in range(tree.topLevelItemCount())
        if tree.topLevelItem(i).text(0) == "Heroes"
    )
    others = [id for id in range(1, COUNT + 1) if id not in ids]
    drop(tree, dragged(others[:1]), QPointF(tree.visualItemRect(item).center()))
    scene.settle()
    assert scene.shown() == [*ids, others[0]]
    room.grid.choose([others[0]])
    room.grid.setFocus()
    scene.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert scene.shown() == [ids[0], others[0], ids[1]]
    first = room.grid.visualRect(room.model.index(0)).center() - QPoint(10, 0)
    data, left = dragged([ids[1]]), Qt.MouseButton.LeftButton
    lies = QDragMoveEvent(first, Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier)
    room.grid.dragMoveEvent(lies)
    room.grid.viewport().grab()
    assert lies.isAccepted() and room.grid._gap == 0  # a line shows where it would lie
    drop(room.grid, data, QPointF(first))
    assert room.grid._gap is None
    scene.settle()
    assert scene.shown() == [ids[1], ids[0], others[0]]
    room.grid.choose([ids[1]])
    scene.key(Qt.Key.Key_Backspace)
    assert scene.shown() == [ids[0], others[0]] and gallery.count() == COUNT
    scene.undo()
    room.sidebar.removed.emit(collection_place(made.id, "Heroes"))
    scene.settle()
    assert gallery.collections.all() == [] and room.state.place.value.id == "all"
    scene.undo()
    assert gallery.collections.members(made.id) == [ids[1], ids[0], others[0]]


# Deleting


def test_delete_and_undo(scene: Scene, library: Library) -> None:
    gallery = scene.desk.gallery
    assert gallery is not None
    scene.click(1)
    scene.key(Qt.Key.Key_3)
    before = scene.shown()
    file = gallery.path(gallery.entries(before[1:2])[0])
    scene.key(Qt.Key.Key_Delete)
    assert scene.shown() == [id for id in before if id != before[1]] and not file.exists()
    assert "bin" in scene.room.banner.text
    scene.room.banner.offer.click()
    scene.settle()
    assert scene.shown() == before and file.exists()
    assert scene.stars()[1] == 3


# Large, compared, alike, double


def test_enter_opens_arrows_go_on_escape_returns(scene: Scene) -> None:
    room = scene.room
    scene.click(0)
    scene.key(Qt.Key.Key_Return)
    assert room.full.isVisible() and room.full.entry is not None
    assert room.full.entry.id == scene.shown()[0]
    scene.key(Qt.Key.Key_Right)
    scene.key(Qt.Key.Key_5)
    assert scene.stars()[1] == 5 and room.full.stars.stars == 5
    assert room.full.panel.pixmap is not None
    scene.key(Qt.Key.Key_Left)
    scene.key(Qt.Key.Key_Left)
    assert room.full.entry.id == scene.shown()[0]
    scene.key(Qt.Key.Key_Delete)
    assert len(scene.shown()) == COUNT - 1
    if room.full.isVisible():
        scene.key(Qt.Key.Key_Escape)
    assert room.grid.isVisible() and room.grid.hasFocus()


def test_a_click_on_the_picture_beside_the_grid_opens_it(scene: Scene) -> None:
    room = scene.room
    scene.click(1)
    QTest.mouseClick(room.details.panel, Qt.MouseButton.LeftButton)
    scene.settle()
    assert room.full.isVisible() and room.full.entry is not None
    assert room.full.entry.id == scene.shown()[1]


def test_of_questions_asked_together_only_the_last_is_worked_on(qtbot: QtBot) -> None:
    latest, worked, answers = Latest(), list[int](), list[int]()

    def work(number: int) -> int:
        worked.append(number)
        return number

    for number in range(3):
        latest.ask(lambda progress, number=number: work(number), answers.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: not latest.is_busy)
    assert worked == answers == [2]


def test_two_are_compared(scene: Scene) -> None:
    room = scene.room
    scene.click(0)
    scene.key(Qt.Key.Key_C)
    assert "two" in room.banner.text and not room.compare.isVisible()
    scene.click(1, Qt.KeyboardModifier.ControlModifier)
    scene.key(Qt.Key.Key_C)
    assert room.compare.isVisible()
    canvas = room.compare.canvas
    assert canvas.pixmaps[0] is not None and canvas.apart is not None
    assert "differ by" in room.compare._words.text()
    room.compare.set_mode(WIPE)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.edge == pytest.approx(0.52)
    room.compare.set_mode(DIFFERENCE)
    assert not canvas.grab().isNull()
    scene.key(Qt.Key.Key_Escape)
    assert room.grid.isVisible()


def test_the_difference_is_what_it_says() -> None:
    a = np.full((4, 4, 4), 200, np.uint8)
    a[..., 3] = 255
    b = a.copy()
    b[0, 0, 0] = 190
    shown, mean = difference(a, b)
    assert shown[0, 0].tolist() == [40, 0, 0, 255] and not shown[1:, :, :3].any()
    assert mean == pytest.approx(10 / 64)
    assert difference(a, a)[1] == 0
    assert difference(a, np.zeros((8, 2, 4), np.uint8))[0].shape == (4, 4, 4)


def test_similar_ones_come_first(scene: Scene) -> None:
    scene.click(4)
    wanted = scene.shown()[4]
    scene.key(Qt.Key.Key_L)
    assert scene.shown()[0] == wanted and len(scene.shown()) == COUNT
    assert "Most like" in scene.room.page.chips.words.text()
    scene.room.page.cleared.emit()
    scene.settle()
    assert scene.shown() == sorted(scene.shown(), reverse=True)


def test_doubles_are_found_and_all_but_the_best_selected(scene: Scene, tmp_path: Path) -> None:
    room = scene.room
    a = save(tmp_path / "a.png", photo(1, 128))
    b = save(tmp_path / "b.jpg", photo(1, 96), quality=90)
    scene.desk.bring_in([a, b])
    scene.settle()
    room.grid.setFocus()
    scene.key(Qt.Key.Key_D)
    assert len(scene.shown()) == 2
    assert "2 pictures in 1 group" in room.page.chips.words.text()
    room.page.best_wanted.emit()
    scene.settle()
    (chosen,) = room.chosen()
    assert scene.desk.gallery is not None
    assert scene.desk.gallery.entries([chosen])[0].width == 96
    scene.key(Qt.Key.Key_Delete)
    assert scene.shown() == [] and "No two" in room.page.chips.words.text()
    room.page.cleared.emit()
    scene.settle()
    assert len(scene.shown()) == COUNT + 1


# Handing on


def test_pictures_are_handed_to_other_rooms(scene: Scene) -> None:
    exchange, taken = scene.studio.exchange, {}
    for verb in ("create", "morph", "pack"):
        signal = getattr(exchange, f"{verb}_wanted")
        signal.disconnect()
        signal.connect(lambda carried, verb=verb: taken.update({verb: carried}))
    scene.click(0)
    scene.click(1, Qt.KeyboardModifier.ControlModifier)
    scene.key(Qt.Key.Key_M)
    scene.key(Qt.Key.Key_P)
    scene.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [len(taken[verb]) for verb in ("morph", "pack", "create")] == [2, 2, 2]
    carried = taken["morph"][0]
    assert carried.picture is not None and carried.bundle is not None
    assert carried.bundle.facts.id == carried.picture.bundle_id and carried.file.is_file()


def test_saved_and_copied_files_say_nothing_private(scene: Scene, tmp_path: Path) -> None:
    gallery, room = scene.desk.gallery, scene.room
    assert gallery is not None
    scene.click(0)
    scene.key(Qt.Key.Key_5)
    gallery.write_back()
    (entry,) = gallery.entries(room.chosen())
    assert notes_in(gallery.path(entry).read_bytes()) is not None
    room.deeds.save_to_file(entry, tmp_path / "out.png")
    scene.settle()
    data = (tmp_path / "out.png").read_bytes()
    assert notes_in(data) is None and read_recipe(tmp_path / "out.png") is not None
    assert "Saved “out.png”" in room.banner.text
    room._preferences.embed_recipe.set(False)
    room.deeds.save_to_folder(gallery.entries(scene.shown()), tmp_path / "all")
    scene.settle()
    assert len(list((tmp_path / "all").glob("*.png"))) == COUNT
    assert all(read_recipe(file) is None for file in (tmp_path / "all").glob("*.png"))
    with scene.qtbot.waitSignal(room.deeds.said):
        scene.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    mime = QGuiApplication.clipboard().mimeData()
    (url,) = mime.urls()
    assert np.array_equal(read_picture(Path(url.toLocalFile())), gallery.pixels(entry))
    QGuiApplication.clipboard().clear()


def test_the_mouse_drags_what_is_selected(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[QDrag] = []
    monkeypatch.setattr(scene.room.deeds, "begin_drag", begun.append)
    scene.click(0)
    scene.click(3, Qt.KeyboardModifier.ShiftModifier)
    grid, left = scene.room.grid, Qt.MouseButton.LeftButton
    at = grid.visualRect(grid.model().index(1, 0)).center()
    QTest.mousePress(grid.viewport(), left, pos=at)
    for step in (10, 30, 60):
        QTest.mouseMove(grid.viewport(), at + QPoint(step, 0))
    QTest.mouseRelease(grid.viewport(), left, pos=at + QPoint(60, 0))
    assert len(begun[0].mimeData().urls()) == 4


def test_a_hint_that_asks_for_pictures_takes_them(scene: Scene) -> None:
    tree, data = scene.room.sidebar.tree, QMimeData()
    data.setData(CARRIED, str(scene.shown()[0]).encode())
    hints = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    hint = next(item for item in hints if item is not None and item.text(0) == "Drop pictures here")
    drop(tree, data, QPointF(tree.visualItemRect(hint).center()))
    scene.settle()
    gallery = scene.desk.gallery
    assert gallery is not None
    assert [one.count for one in gallery.collections.all()] == [1]


def test_several_are_opened_in_create(scene: Scene) -> None:
    canvas = scene.studio.canvas
    before = len(canvas)
    scene.click(0)
    scene.click(2, Qt.KeyboardModifier.ShiftModifier)
    scene.room.details._create.click()
    scene.qtbot.waitUntil(lambda: len(canvas) == before + 3)


def test_dragging_takes_the_selection_along(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[QDrag] = []
    monkeypatch.setattr(scene.room.deeds, "begin_drag", begun.append)
    scene.click(0)
    scene.click(3, Qt.KeyboardModifier.ShiftModifier)
    scene.room.grid.startDrag(Qt.DropAction.CopyAction)
    data = begun[0].mimeData()
    assert len(data.urls()) == 4
    assert len(bytes(data.data(CARRIED).data()).split(b",")) == 4


# What goes wrong


def test_missing_and_changed_files_are_shown_as_such(scene: Scene) -> None:
    gallery, room = scene.desk.gallery, scene.room
    assert gallery is not None
    ids = scene.shown()
    lost, painted = gallery.entries(ids[:2])
    gallery.path(lost).unlink()
    save(gallery.path(painted), drawing(99, 16))
    scene.desk.look_again()
    scene.settle()
    assert "1 picture is missing" in room.banner.text
    room.model._pixmaps.clear()
    room.grid.viewport().repaint()
    scene.click(0)
    assert room.details._problem.text() == "The file is missing"
    scene.key(Qt.Key.Key_Return)
    assert "cannot be" in room.full.banner.text
    scene.key(Qt.Key.Key_Escape)
    scene.click(1)
    assert room.details._accept.isVisible()
    room.details._accept.click()
    scene.settle()
    assert gallery.entries([painted.id])[0].state is State.WELL


def test_a_damaged_index_is_told_and_made_again(open_studio: Open, qtbot: QtBot, library: Library) -> None:
    gallery, _ = open_gallery(library.gallery)
    for seed in range(3):
        gallery.keep(drawing(seed, 16))
    gallery.close()
    for file in library.gallery.glob("gallery.sqlite*"):
        file.write_bytes(b"no database" * 1000)
    scene = Scene(open_studio(), qtbot)
    scene.window.show_gallery()
    scene.settle()
    assert "gallery.damaged-1.sqlite" in scene.room.banner.text
    assert len(scene.shown()) == 3


def test_a_gallery_that_cannot_be_opened_says_why_and_tries_again(
    open_studio: Open, qtbot: QtBot, library: Library
) -> None:
    library.gallery.write_text("a file where a folder should be")
    scene = Scene(open_studio(), qtbot)
    scene.window.show_gallery()
    assert scene.room.page._pages.currentIndex() == 3
    assert "cannot be made" in scene.room.page._problem.text()
    library.gallery.unlink()
    scene.room.page.retry_wanted.emit()
    scene.settle()
    assert scene.room.page._pages.currentIndex() == 1


def test_stars_given_just_before_closing_are_kept(scene: Scene, library: Library) -> None:
    scene.click(0)
    QTest.keyClick(scene.room.grid, Qt.Key.Key_4)
    scene.window.close()
    gallery, _ = open_gallery(library.gallery)
    assert [entry.stars for entry in gallery.entries([COUNT])] == [4]
    gallery.close()


def test_a_hundred_thousand_are_not_asked_one_by_one(scene: Scene) -> None:
    room: GalleryRoom = scene.room
    scene.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert room.grid.selected_rows() == list(range(COUNT))
    assert room.details._title.text() == f"{COUNT} pictures selected"
