"""Bundles as one file: there and back, and archives that mean harm."""

from __future__ import annotations

import contextlib
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from bundles import make_bundle

from studio.core.errors import StudioError
from studio.store.bundle import FACTS, LARGEST, KnownBundles, load_bundle
from studio.store.rename import note_licence, rename_bundle
from studio.store.sharing import (
    copy_bundle,
    export_bundle,
    import_bundle,
    is_shared_bundle,
    shared_size,
    size_on_disk,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good .morpho file, not to be changed."""
    folder = tmp_path_factory.mktemp("shared")
    export_bundle(make_bundle(folder, "toy"), folder / "toy.morpho", thumbnails=True)
    return folder / "toy.morpho"


def rewrite(source: Path, target: Path, **contents: bytes | None) -> Path:
    """A copy of an archive with entries replaced or (None) left out; names with "_" for "."."""
    changes = {name.replace("_", "."): content for name, content in contents.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


@pytest.mark.parametrize("thumbnails", [True, False])
def test_there_and_back(tmp_path: Path, thumbnails: bool) -> None:
    bundle = make_bundle(tmp_path, "toy")
    export_bundle(bundle, tmp_path / "toy.morpho", thumbnails)
    back = import_bundle(tmp_path / "toy.morpho", tmp_path / "library")
    assert back.folder == tmp_path / "library" / "toy"
    assert back.facts == bundle.facts
    np.testing.assert_array_equal(back.codes, bundle.codes)
    assert back.code_files == (bundle.code_files if thumbnails else ())
    assert (back.thumbnails is not None) == thumbnails
    for name in set(LARGEST) - (set() if thumbnails else {"pictures.npz"}):
        assert (back.folder / name).read_bytes() == (bundle.folder / name).read_bytes()


def test_the_same_bundle_gives_the_same_file(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "toy")
    for name in "ab":
        export_bundle(bundle, tmp_path / f"{name}.morpho")
    assert (tmp_path / "a.morpho").read_bytes() == (tmp_path / "b.morpho").read_bytes()


def test_a_taken_name_gets_a_number(shared: Path, tmp_path: Path) -> None:
    names = [import_bundle(shared, tmp_path).facts.name for _ in range(3)]
    assert names == ["toy", "toy 2", "toy 3"]
    assert load_bundle(tmp_path / "toy 2").facts.id == load_bundle(tmp_path / "toy").facts.id


def test_a_folder_zipped_by_hand(shared: Path, tmp_path: Path) -> None:
    folder = import_bundle(shared, tmp_path / "first").folder
    shutil.make_archive(str(tmp_path / "hand"), "zip", folder.parent, folder.name)
    assert import_bundle(tmp_path / "hand.zip", tmp_path / "library").facts.name == "toy"


def test_nothing_is_written_outside(shared: Path, tmp_path: Path) -> None:
    evil = rewrite(shared, tmp_path / "evil.morpho")
    with zipfile.ZipFile(evil, "a") as archive:
        for name in ("../escaped", "/escaped", "..\\escaped", "extra.txt", "sub/../../escaped"):
            archive.writestr(name, b"x")
    library = tmp_path / "in" / "library"
    bundle = import_bundle(evil, library)
    assert sorted(path.name for path in bundle.folder.iterdir()) == sorted(LARGEST)
    assert [path.name for path in library.parent.rglob("*escaped*")] == []


@pytest.mark.parametrize("name", ["../up", "a/b", "c:\\x", "..", "", "a\0b", ".tmp-1"])
def test_a_name_cannot_be_a_path(shared: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(shared) as archive:
        facts = json.loads(archive.read(FACTS)) | {"name": name}
    evil = rewrite(shared, tmp_path / "evil.morpho", bundle_json=json.dumps(facts).encode())
    with pytest.raises(StudioError, match="impossible name"):
        import_bundle(evil, tmp_path / "library")
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize("name", sorted(LARGEST))
@pytest.mark.parametrize("content", [None, b"", b"broken"])
def test_damage_leaves_nothing(shared: Path, tmp_path: Path, name: str, content: bytes | None) -> None:
    evil = rewrite(shared, tmp_path / "evil.morpho", **{name.replace(".", "_"): content})
    with pytest.raises(StudioError, match=r"evil\.morpho"):
        import_bundle(evil, tmp_path / "library")
    assert not (tmp_path / "library").exists() or not list((tmp_path / "library").iterdir())


def test_a_bomb_is_refused_by_what_it_says(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LARGEST, "preview.png", 50_000)
    evil = tmp_path / "evil.morpho"
    with zipfile.ZipFile(shared) as old, zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bytes(10**6) if name == "preview.png" else old.read(name))
    with pytest.raises(StudioError, match="far too large"):
        import_bundle(evil, tmp_path / "library")


def test_a_thousand_entries_are_too_many(shared: Path, tmp_path: Path) -> None:
    evil = rewrite(shared, tmp_path / "evil.morpho")
    with zipfile.ZipFile(evil, "a") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(StudioError, match="too many files"):
        import_bundle(evil, tmp_path / "library")


def test_bytes_changed_at_random(shared: Path, tmp_path: Path) -> None:
    random, whole = np.random.default_rng(3), shared.read_bytes()
    evil = tmp_path / "evil.morpho"
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(3):  # in the last kilobyte lies the list of contents
            broken[int(len(broken) - 1 - random.integers(1000))] = int(random.integers(256))
        evil.write_bytes(broken)
        with contextlib.suppress(StudioError):
            import_bundle(evil, tmp_path / "library")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100])
def test_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.morpho").write_bytes(content)
    with pytest.raises(StudioError, match="not a zip file"):
        import_bundle(tmp_path / "x.morpho", tmp_path / "library")


def test_missing_archive(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="cannot be read"):
        import_bundle(tmp_path / "none.morpho", tmp_path / "library")


def test_newer_facts_are_told_apart(shared: Path, tmp_path: Path) -> None:
    evil = rewrite(shared, tmp_path / "evil.morpho", bundle_json=b'{"format": 99}')
    with pytest.raises(StudioError, match=r"evil\.morpho.*newer Morpho Studio"):
        import_bundle(evil, tmp_path / "library")


@pytest.mark.parametrize("thumbnails", [True, False])
def test_the_size_is_known_before(tmp_path: Path, thumbnails: bool) -> None:
    bundle = make_bundle(tmp_path, "toy", size=32, pictures=200)
    export_bundle(bundle, tmp_path / "toy.morpho", thumbnails)
    real = (tmp_path / "toy.morpho").stat().st_size
    assert real == pytest.approx(shared_size(bundle, thumbnails), rel=0.05)
    assert shared_size(bundle, True) > 1.5 * shared_size(bundle, False)
    shutil.rmtree(bundle.folder)
    assert size_on_disk(bundle) == 0


def test_a_copy_is_the_same_under_a_name_of_its_own(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "toy")
    first = copy_bundle(bundle, tmp_path)
    second = copy_bundle(first, tmp_path, "TOY")
    assert [first.facts.name, second.facts.name] == ["toy 2", "TOY 3"]
    assert first.folder.name == "toy 2"
    assert first.facts.id == second.facts.id == bundle.facts.id
    long = copy_bundle(bundle, tmp_path, "ä" * 60)
    assert copy_bundle(long, tmp_path).facts.name == "ä" * 55 + " 2"


def test_a_folder_is_taken_like_a_file(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "elsewhere", "toy")
    assert is_shared_bundle(bundle.folder)
    assert not is_shared_bundle(tmp_path)
    assert import_bundle(bundle.folder, tmp_path / "library").folder == tmp_path / "library" / "toy"
    (bundle.folder / "decoder.onnx").unlink()
    with pytest.raises(StudioError, match=r"decoder.onnx.* is missing"):
        import_bundle(bundle.folder, tmp_path / "library")
    assert [path.name for path in (tmp_path / "library").iterdir()] == ["toy"]


def test_the_licence_note_changes_and_a_bundle_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "toy")
    noted = note_licence(bundle, "CC BY 4.0, by me")
    assert load_bundle(bundle.folder).facts == noted.facts
    with pytest.raises(StudioError, match="too long"):
        note_licence(bundle, "x" * 30_000)
    shutil.rmtree(bundle.folder)
    for change in (lambda: note_licence(bundle, "mine"), lambda: rename_bundle(bundle, "other")):
        with pytest.raises(StudioError, match="not there any more"):
            change()
    assert not bundle.folder.exists()


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, "toy")
    make_bundle(tmp_path, "other", seed=1)
    known = KnownBundles()
    (other, toy), _ = known.list([tmp_path])
    note_licence(bundle, "mine")
    (same, changed), damaged = known.list([tmp_path])
    assert same is other
    assert changed is not toy
    assert changed.facts.licence == "mine"
    assert damaged == []
    (bundle.folder / "prior.npz").unlink()
    (same,), (gone,) = known.list([tmp_path])
    assert same is other
    assert "prior.npz" in gone.sentence
    assert known.list([tmp_path], {other.facts.id}) == ([other], [])
    assert known.list([tmp_path], {bundle.facts.id}) == ([], [gone]), "it says its id, and is damaged"
    assert known.list([tmp_path], set()) == ([], [])
    shutil.rmtree(bundle.folder)
    assert known.list([tmp_path]) == ([other], [])
