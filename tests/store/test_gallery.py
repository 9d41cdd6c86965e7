"""The gallery without a window: kept, found, described, thrown away, and made again from its files."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle
from pictures import drawing, photo, save, sprite
from PIL import Image

from studio.core.errors import StudioError
from studio.core.latent import picture_seed
from studio.core.picture import Picture
from studio.core.pixels import Pictures
from studio.core.progress import Progress
from studio.store.bundle import Bundle
from studio.store.gallery import Gallery, Search, Sort, State, open_gallery, sync
from studio.store.gallery.notes import notes_in, with_notes
from studio.store.gallery.similar import exact_doubles, near_doubles
from studio.store.importing import read_picture
from studio.store.metadata import read_recipe, save_picture


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("models"), "faces", size=16)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    made, told = open_gallery(tmp_path / "gallery")
    assert told == ""
    yield made
    made.close()


def made_by(bundle: Bundle, seed: int, name: str = "") -> Picture:
    seed = picture_seed(seed, 0)
    latent = bundle.density.draw_seeds(bundle.facts.id, [seed], 1.0)[0]
    return Picture(bundle.facts.id, latent, seed, 1.0, name=name)


def keep(gallery: Gallery, bundle: Bundle, seed: int, name: str = "") -> int:
    added = gallery.keep(drawing(seed, 16), made_by(bundle, seed, name), bundle.facts)
    assert added.is_new
    return added.id


def reopened(gallery: Gallery) -> Gallery:
    gallery.close()
    return open_gallery(gallery.folder)[0]


def names(gallery: Gallery, search: Search) -> list[str]:
    return [entry.name for entry in gallery.entries(gallery.search(search).tolist())]


# Keeping


def test_a_kept_picture_is_a_file_that_comes_back_by_itself(gallery: Gallery, bundle: Bundle) -> None:
    rgba, picture = drawing(1, 16), made_by(bundle, 1)
    added = gallery.keep(rgba, picture, bundle.facts, novelty=0.4, parents=("ab" * 16,))
    (entry,) = gallery.entries([added.id])
    file = gallery.path(entry)
    assert np.array_equal(read_picture(file), rgba)
    recipe = read_recipe(file)
    assert recipe is not None and recipe.same_as(picture)
    notes = notes_in(file.read_bytes())
    assert notes is not None
    assert (notes.key, notes.novelty, notes.parents) == (entry.key, 0.4, ("ab" * 16,))
    assert entry.model_name == "faces" and entry.seed == picture.seed
    assert entry.title == f"faces {picture.seed}"
    assert file.parent.parent == gallery.folder and file.parent.name[:2] == "20"


def test_the_same_picture_is_kept_once(gallery: Gallery, bundle: Bundle) -> None:
    first = gallery.keep(drawing(1, 16), made_by(bundle, 1), bundle.facts)
    again = gallery.keep(drawing(1, 16), made_by(bundle, 1), bundle.facts)
    assert again.id == first.id and not again.is_new
    otherwise_made = gallery.keep(drawing(1, 16), made_by(bundle, 2), bundle.facts)
    assert otherwise_made.is_new


def test_a_picture_whose_model_is_unknown_keeps_its_recipe(gallery: Gallery, bundle: Bundle) -> None:
    added = gallery.keep(drawing(1, 16), made_by(bundle, 1, "Ada"))
    details = gallery.details(added.id)
    assert details is not None and details.picture is not None
    assert details.picture.same_as(made_by(bundle, 1)) and details.picture.name == "Ada"


def test_import_takes_all_kinds_and_leaves_out_what_is_none(
    gallery: Gallery, bundle: Bundle, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    save(folder / "photo.jpg", photo(1))
    save(folder / "sprite.png", sprite(2))
    save(folder / "tiny.gif", sprite(3, side=4))
    (folder / "broken.png").write_bytes((folder / "sprite.png").read_bytes()[:90])
    (folder / "notes.txt").write_text("no picture")
    save_picture(folder / "ours.png", drawing(4, 16), made_by(bundle, 4, "Ada"), bundle.facts)
    result = gallery.import_files([folder], Progress(), lambda id: "faces" if id == bundle.facts.id else "")
    assert sorted(entry.name for entry in gallery.entries(result.ids)) == ["Ada", "photo", "sprite", "tiny"]
    assert {left.file for left in result.left_out} == {"broken.png", "notes.txt"}
    (ours,) = gallery.entries(gallery.search(Search(model=bundle.facts.id)).tolist())
    assert ours.model_name == "faces"
    again = gallery.import_files([folder], Progress())
    assert again.ids == [] and len(again.already) == 4


def test_an_imported_png_keeps_every_byte_of_its_own(gallery: Gallery, tmp_path: Path) -> None:
    file = save(tmp_path / "art.png", drawing(1))
    (id,) = gallery.import_files([file], Progress()).ids
    (entry,) = gallery.entries([id])
    kept = gallery.path(entry).read_bytes()
    assert notes_in(kept) is not None
    assert with_notes(kept, None) == file.read_bytes()
    assert Image.open(gallery.path(entry)).text["morpho_gallery"]


def test_a_picture_from_another_gallery_brings_its_stars_along(
    gallery: Gallery, bundle: Bundle, tmp_path: Path
) -> None:
    id = keep(gallery, bundle, 1)
    gallery.set_stars({id: 4})
    gallery.set_tags({id: ["elf"]})
    gallery.write_back()
    other, _ = open_gallery(tmp_path / "other")
    (taken,) = other.import_files([gallery.path(gallery.entries([id])[0])], Progress()).ids
    (entry,) = other.entries([taken])
    assert (entry.stars, other.tags_of([taken])[taken]) == (4, ("elf",))
    assert entry.key != gallery.entries([id])[0].key
    other.close()


# Finding


def test_text_search_finds_beginnings_of_words_everywhere(gallery: Gallery, bundle: Bundle) -> None:
    one, two, three = (keep(gallery, bundle, seed, name) for seed, name in enumerate(("Ada", "Bob", "")))
    gallery.set_texts({two: ("Bob", "a Dragon, sleeping")})
    gallery.set_tags({three: ["Élan vital", "dragonfly"]})
    assert set(gallery.search(Search(text="drag"))) == {two, three}
    assert gallery.search(Search(text="elan")).tolist() == [three]
    assert gallery.search(Search(text="dragon sleep")).tolist() == [two]
    assert gallery.search(Search(text="face")).tolist() == [three, two, one]
    assert gallery.search(Search(text='"" OR * ) NEAR(')).tolist() == []
    assert gallery.search(Search(text="--")).tolist() == []
    gallery.set_tags({three: [], 999: ["of one that is gone"]})
    gallery.set_texts({999: ("gone", "")})
    assert gallery.search(Search(text="gone")).tolist() == []
    assert gallery.search(Search(text="dragonfly")).tolist() == []


def test_filters_narrow_and_sorts_order(gallery: Gallery, bundle: Bundle) -> None:
    red, blue = np.zeros((2, 16, 16, 4), np.uint8)
    red[:], blue[:] = (220, 20, 20, 255), (20, 30, 230, 255)
    a = gallery.keep(red, made_by(bundle, 1, "zoe"), bundle.facts).id
    b = gallery.keep(blue, None, None).id
    c = keep(gallery, bundle, 3, "Anna")
    gallery.set_stars({a: 5, c: 3})
    assert gallery.search(Search()).tolist() == [c, b, a]
    assert gallery.search(Search(sort=Sort.OLD)).tolist() == [a, b, c]
    assert gallery.search(Search(sort=Sort.STARS)).tolist() == [a, c, b]
    assert gallery.search(Search(sort=Sort.NAME)).tolist() == [c, a, b]
    assert gallery.search(Search(shade=0)).tolist() == [a]
    assert gallery.search(Search(shade=5)).tolist() == [b]
    assert gallery.search(Search(least_stars=4)).tolist() == [a]
    assert gallery.search(Search(is_unrated=True)).tolist() == [b]
    assert gallery.search(Search(model="")).tolist() == [b]
    assert gallery.search(Search(is_untagged=True, text="Anna")).tolist() == [c]
    created = gallery.entries([b])[0].created_ms
    assert gallery.search(Search(since_ms=created, until_ms=created + 1)).tolist() == [b]
    assert set(gallery.search(Search(sort=Sort.COLOUR)).tolist()) == {a, b, c}
    narrow = (Search(), Search(shade=5), Search(text="ann"), Search(text="!"), Search(is_not_well=True))
    assert [gallery.count(each) for each in narrow] == [3, 1, 1, 0, 0]
    assert [(name, count) for _, name, count in gallery.models()] == [("faces", 2), ("", 1)]


def test_most_alike_first_goes_by_latents_then_by_looks(gallery: Gallery, bundle: Bundle) -> None:
    centre = made_by(bundle, 1)
    far = Picture(bundle.facts.id, centre.latent + 3)
    near = Picture(bundle.facts.id, centre.latent + np.float32(0.1))
    ids = [gallery.keep(drawing(i, 16), p, bundle.facts).id for i, p in enumerate((centre, far, near))]
    other = gallery.keep(drawing(0, 32)).id  # looks like the first, made by no model
    last = gallery.keep(sprite(9)).id
    order = gallery.search(Search(sort=Sort.ALIKE, alike=ids[0])).tolist()
    assert order == [ids[0], ids[2], ids[1], other, last]
    assert gallery.search(Search(sort=Sort.ALIKE, alike=other)).tolist()[:2] == [other, ids[0]]


def test_doubles_exact_and_near(gallery: Gallery, bundle: Bundle, tmp_path: Path) -> None:
    pictures: dict[int, Pictures] = {}

    def put(rgba: Pictures, seed: int) -> int:
        id = gallery.keep(rgba, made_by(bundle, seed), bundle.facts).id
        pictures[id] = rgba
        return id

    first = put(photo(1, 128), 1)
    exact = put(photo(1, 128), 2)
    jpeg = read_picture(save(tmp_path / "a.jpg", photo(1, 96), quality=85))
    near = put(jpeg, 3)
    for seed in range(10, 40):
        put(photo(seed, 128), seed)
    with gallery.database.reading() as connection:
        assert [group.ids for group in exact_doubles(connection)] == [(first, exact)]
        (group,) = near_doubles(connection, pictures.get, Progress())
    assert group.ids == (first, exact, near) and not group.is_exact


def test_families_know_each_other(gallery: Gallery, bundle: Bundle) -> None:
    parent = keep(gallery, bundle, 1)
    hash = gallery.entries([parent])[0].hash
    child = gallery.keep(drawing(2, 16), parents=(hash, "0" * 32)).id
    details = gallery.details(child)
    assert details is not None
    assert [kin.id if kin else None for _, kin in details.parents] == [parent, None]
    above = gallery.details(parent)
    assert above is not None and [kin.id for kin in above.children] == [child]


# Saying something


def test_what_is_said_is_in_the_file_after_write_back(gallery: Gallery, bundle: Bundle) -> None:
    id = keep(gallery, bundle, 1)
    pixels = read_picture(gallery.path(gallery.entries([id])[0]))
    gallery.set_stars({id: 9})
    gallery.set_tags({id: [" elf ", "Elf", "", "old\nwood"]})
    gallery.set_texts({id: ("Mira", "first line\nsecond")})
    gallery.set_novelty(id, 0.7)
    gallery.write_back()
    (entry,) = gallery.entries([id])
    notes = notes_in(gallery.path(entry).read_bytes())
    assert notes is not None
    assert (notes.stars, notes.name, notes.note, notes.tags, notes.novelty) == (
        5, "Mira", "first line\nsecond", ("elf", "old wood"), 0.7
    )  # fmt: skip
    assert np.array_equal(read_picture(gallery.path(entry)), pixels)
    assert not sync(gallery, Progress()).is_anything


def test_collections_keep_an_order(gallery: Gallery, bundle: Bundle) -> None:
    a, b, c = (keep(gallery, bundle, seed) for seed in range(3))
    heroes = gallery.collections.make("Heroes")
    gallery.collections.make("  Foes ")
    gallery.collections.set_members(heroes, [c, a, b, a, 999])
    search = Search(collection=heroes, sort=Sort.PLACE)
    assert gallery.search(search).tolist() == [c, a, b]
    assert gallery.search(Search(collection=heroes)).tolist() == [c, b, a]
    assert [(one.name, one.count) for one in gallery.collections.all()] == [("Heroes", 3), ("Foes", 0)]
    gallery.database.check()
    assert gallery.search(Search(is_loose=True)).tolist() == []
    gallery.collections.remove(heroes)
    assert gallery.count() == 3


# Throwing away


def test_discard_goes_to_the_bin_and_comes_back_as_it_was(
    gallery: Gallery, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ids = [keep(gallery, bundle, seed) for seed in range(3)]
    heroes = gallery.collections.make("Heroes")
    gallery.collections.set_members(heroes, [ids[2], ids[0], ids[1]])
    gallery.set_stars({ids[0]: 3})
    file = gallery.path(gallery.entries([ids[0]])[0])
    gone = gallery.discard([ids[0]])
    assert not file.exists() and gallery.count() == 2
    trash = tmp_path / "data" / "Trash"
    assert (trash / "files" / file.name).exists()
    note = (trash / "info" / f"{file.name}.trashinfo").read_text()
    assert note.startswith("[Trash Info]\nPath=/") and "DeletionDate=20" in note
    gallery.restore(gone)
    assert file.exists() and not any((trash / "info").iterdir())
    assert gallery.entries([ids[0]])[0].stars == 3
    assert gallery.collections.members(heroes) == [ids[2], ids[0], ids[1]]


def test_without_a_desktop_bin_the_gallery_has_its_own(
    gallery: Gallery, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    ids = [keep(gallery, bundle, seed) for seed in range(2)]
    gone = gallery.discard(ids)
    assert len(list((gallery.folder / "bin").rglob("*.png"))) == 2
    assert not sync(gallery, Progress()).is_anything, "what is in the bin is not in the gallery"
    assert gone[0].binned is not None
    gone[0].binned.place.unlink()
    with pytest.raises(StudioError, match="not in the bin"):
        gallery.restore(gone)
    assert gallery.count() == 1


# What other programs do


def test_stars_given_to_a_picture_that_was_painted_over_do_not_hide_that(
    gallery: Gallery, bundle: Bundle
) -> None:
    id = keep(gallery, bundle, 1)
    save(gallery.path(gallery.entries([id])[0]), drawing(50, 16))
    gallery.set_stars({id: 4})
    gallery.write_back()
    notes = notes_in(gallery.path(gallery.entries([id])[0]).read_bytes())
    assert notes is not None and notes.stars == 4
    assert sync(gallery, Progress()).changed == 1
    (entry,) = gallery.entries([id])
    assert entry.state is State.CHANGED and entry.stars == 4
    assert not sync(gallery, Progress()).is_anything


def test_missing_changed_moved_and_new_files_are_seen(
    gallery: Gallery, bundle: Bundle, tmp_path: Path
) -> None:
    lost, painted, moved, renoted, ruined = (keep(gallery, bundle, seed) for seed in range(5))
    gallery.set_stars({painted: 4, moved: 2, lost: 1})
    gallery.write_back()
    path = {id: gallery.path(gallery.entries([id])[0]) for id in (lost, painted, moved, renoted, ruined)}
    lost_bytes = path[lost].read_bytes()
    path[lost].unlink()
    save(path[painted], drawing(50, 16))  # as a painting program saves: without our chunks
    path[moved].rename(gallery.folder / "elsewhere.png")
    path[ruined].write_bytes(b"nothing of a picture")
    save(gallery.folder / "by hand" / "new one.png", drawing(60, 16))
    copy = gallery.folder / "copy.png"
    copy.write_bytes(path[renoted].read_bytes())
    found = sync(gallery, Progress())
    assert (found.missing, found.changed, found.moved, found.added, found.unreadable) == (1, 1, 1, 2, 1)
    assert "1 picture is missing" in found.sentence
    state = {id: entry.state for id, entry in zip(path, gallery.entries(list(path)), strict=True)}
    assert [state[id] for id in path] == [
        State.MISSING, State.CHANGED, State.WELL, State.WELL, State.UNREADABLE
    ]  # fmt: skip
    assert gallery.entries([painted])[0].stars == 4
    assert gallery.entries([moved])[0].file == "elsewhere.png"
    assert set(gallery.search(Search(is_not_well=True))) == {lost, painted, ruined}
    assert notes_in(path[painted].read_bytes()) is not None, "the stars are in the file again"
    assert not sync(gallery, Progress()).is_anything
    path[lost].write_bytes(lost_bytes)
    assert sync(gallery, Progress()).back == 1
    gallery.accept_changes([painted])
    assert gallery.search(Search(is_not_well=True)).tolist() == [ruined]
    path[ruined].unlink()
    with pytest.raises(StudioError):
        gallery.thumbnails.get(gallery.entries([ruined])[0])


def test_the_index_is_made_again_from_the_files_alone(gallery: Gallery, bundle: Bundle) -> None:
    ids = [keep(gallery, bundle, seed, name) for seed, name in enumerate(("Ada", "", "Bob"))]
    gallery.set_stars({ids[0]: 5, ids[2]: 2})
    gallery.set_tags({ids[1]: ["elf", "wood"]})
    gallery.set_texts({ids[1]: ("Mira", "of the woods")})
    heroes = gallery.collections.make("Heroes")
    gallery.collections.set_members(heroes, ids[::-1])
    gallery.write_back()

    def everything(of: Gallery) -> list[object]:
        found = of.entries(of.search(Search(sort=Sort.OLD)).tolist())
        seen: list[object] = [
            (e.key, e.file, e.hash, e.model, e.model_name, e.seed, e.created_ms, e.name, e.stars, e.note)
            for e in found
        ]
        seen += [of.tags_of([e.id])[e.id] for e in found]
        for one in of.collections.all():
            seen += [one.key, one.name, [e.key for e in of.entries(of.collections.members(one.id))]]
        return seen

    before = everything(gallery)
    stamps = {path: path.stat().st_mtime_ns for path in gallery.folder.rglob("*.png")}
    gallery.close()
    for file in gallery.folder.glob("*.sqlite*"):
        file.unlink()
    again, _ = open_gallery(gallery.folder)
    assert sync(again, Progress()).added == 3
    assert everything(again) == before
    assert {path: path.stat().st_mtime_ns for path in gallery.folder.rglob("*.png")} == stamps
    again.close()


@pytest.mark.parametrize("damage", ["not a database", "cut off", "a page of noise", "from the future"])
def test_a_damaged_index_is_set_aside_and_made_again(gallery: Gallery, bundle: Bundle, damage: str) -> None:
    id = keep(gallery, bundle, 1, "Ada")
    gallery.set_stars({id: 3})
    gallery.write_back()
    if damage == "from the future":
        with gallery.database.writing() as connection:
            connection.execute("PRAGMA user_version = 99")
    gallery.close()
    file = gallery.folder / "gallery.sqlite"
    content = file.read_bytes()
    if damage == "not a database":
        file.write_bytes(b"x" * 5000)
    elif damage == "cut off":
        file.write_bytes(content[: len(content) // 3])
    elif damage == "a page of noise":
        file.write_bytes(content[:4096] + bytes(range(256)) * 16 + content[8192:])
    again, told = open_gallery(gallery.folder)
    told += sync(again, Progress()).told
    assert told.count(": it is kept as “gallery.damaged-1.sqlite”") == 1 and told.count("The gallery") == 1
    assert [(e.name, e.stars) for e in again.entries(again.search(Search()).tolist())] == [("Ada", 3)]
    again.close()


def _with_new_index(gallery: Gallery) -> Gallery:
    gallery.close()
    for file in gallery.folder.glob("gallery.sqlite*"):
        file.unlink()
    return open_gallery(gallery.folder)[0]


def test_collections_that_cannot_be_read_now_are_read_later(
    gallery: Gallery, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of the network may be away for a moment: nothing is written over what lies there."""
    id = gallery.keep(drawing(1)).id
    gallery.collections.set_members(gallery.collections.make("Heroes"), [id])
    gallery.write_back()
    again = _with_new_index(gallery)
    again.collections.make("Made meanwhile")
    again.write_back()  # before the pictures are compared
    with monkeypatch.context() as away:
        away.setattr(Path, "read_bytes", _refusing(Path.read_bytes, "collections.json"))
        found = sync(again, Progress())
        assert "not there yet" in found.sentence and "next start" in found.sentence
    assert "Heroes" in again.collections.file.read_text(encoding="utf-8")
    assert not list(again.folder.glob("*.damaged-*"))
    sync(again, Progress())
    now = {one.name: one.count for one in again.collections.all()}
    assert now == {"Made meanwhile": 0, "Heroes": 1}
    again.write_back()
    names = [one["name"] for one in json.loads(again.collections.file.read_bytes())["collections"]]
    assert names == ["Made meanwhile", "Heroes"]
    again.close()


def _refusing(real: Callable[[Path], bytes], name: str) -> Callable[[Path], bytes]:
    def read(path: Path) -> bytes:
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    return read


def test_damaged_collections_cost_only_themselves(gallery: Gallery, bundle: Bundle) -> None:
    id = keep(gallery, bundle, 1)
    gallery.collections.set_members(gallery.collections.make("Heroes"), [id])
    gallery.write_back()
    gallery.close()
    (gallery.folder / "collections.json").write_text('{"collections": [')
    (gallery.folder / "gallery.sqlite").unlink()
    again, _ = open_gallery(gallery.folder)
    found = sync(again, Progress())
    assert "collections" in found.sentence and again.count() == 1
    assert list(gallery.folder.glob("collections.damaged-1.json"))
    again.close()


# Many at once


def test_many_threads_write_and_read(gallery: Gallery, bundle: Bundle) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(6):
                id = keep(gallery, bundle, 100 * number + i)
                gallery.set_stars({id: number})
                gallery.search(Search(text="faces"))
                gallery.set_tags({id: [f"of {number}"]})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    sync(gallery, Progress())
    for thread in threads:
        thread.join()
    assert errors == []
    assert gallery.count() == 30
    assert not sync(gallery, Progress()).missing
    assert [count for _, count in gallery.tags()] == [6] * 5


def test_a_large_picture_has_a_small_thumbnail(gallery: Gallery, tmp_path: Path) -> None:
    (id,) = gallery.import_files([save(tmp_path / "large.png", photo(1, 900))], Progress()).ids
    (entry,) = gallery.entries([id])
    small = gallery.thumbnails.get(entry)
    assert small[8:12] == b"WEBP"
    gallery.close()
    (gallery.folder / "thumbnails.sqlite").write_bytes(b"no database at all" * 400)
    again, _ = open_gallery(gallery.folder)
    assert again.thumbnails.get(entry)[8:12] == b"WEBP"
    again.close()


def test_a_full_disk_is_a_sentence_and_is_tried_again(
    gallery: Gallery, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = keep(gallery, bundle, 1)
    gallery.set_stars({id: 3})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(StudioError, match="full"):
            gallery.write_back()
        with pytest.raises(StudioError, match="full"):
            gallery.keep(drawing(9, 16))
    gallery.write_back()
    notes = notes_in(gallery.path(gallery.entries([id])[0]).read_bytes())
    assert notes is not None and notes.stars == 3
    assert gallery.count() == 1
