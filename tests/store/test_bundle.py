"""Bundles: written whole or not at all, and every kind of damage met with one sentence."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from bundles import PALETTE, decoder_onnx, density, encoder_onnx, make_bundle
from onnx import TensorProto, helper, numpy_helper

from studio.core.density import Density
from studio.core.errors import StudioError
from studio.store import arrays
from studio.store import bundle as bundle_module
from studio.store.bundle import LARGEST, Bundle, find_bundle, list_bundles, load_bundle, write_bundle
from studio.store.facts import UPGRADES, Facts

FILES = sorted(LARGEST)
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    """One bundle of each kind, never to be changed."""
    folder = tmp_path_factory.mktemp("made")
    return {kind: make_bundle(folder, kind, kind=kind) for kind in ("smooth", "pixel")}


@pytest.fixture
def toy(made: dict[str, Bundle], tmp_path: Path) -> Path:
    """A copy of the smooth one, to be damaged."""
    return shutil.copytree(made["smooth"].folder, tmp_path / "models" / "toy")


def refusal(folder: Path) -> str:
    """What the user reads: one sentence that names the model, and something to do."""
    with pytest.raises(StudioError) as caught:
        load_bundle(folder)
    message = caught.value.message
    assert message.endswith(".")
    assert message.count(". ") == 0
    assert folder.name in message
    assert caught.value.hint
    return message


def change_facts(folder: Path, **changes: Any) -> None:
    file = folder / "bundle.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def change_arrays(file: Path, **changes: Any) -> None:
    """Replace or (None) remove arrays."""
    with np.load(file, allow_pickle=False) as npz:
        old = {name: npz[name] for name in npz.files}
    arrays.write_arrays(file, {name: part for name, part in (old | changes).items() if part is not None})


def change_onnx(file: Path, change: Callable[[onnx.ModelProto], None]) -> None:
    model = onnx.load(file)
    change(model)
    file.write_bytes(model.SerializeToString())


class TestWhole:
    @pytest.mark.parametrize("kind", ["smooth", "pixel"])
    def test_everything_comes_back(self, made: dict[str, Bundle], kind: str) -> None:
        written, loaded = made[kind], load_bundle(made[kind].folder)
        assert sorted(path.name for path in loaded.folder.iterdir()) == FILES
        assert loaded.facts == written.facts
        assert loaded.facts.palette == (PALETTE if kind == "pixel" else None)
        assert loaded.codes.dtype == np.float32
        np.testing.assert_array_equal(loaded.codes, written.codes)
        np.testing.assert_array_equal(loaded.density.factors, written.density.factors)
        assert loaded.density.weights.sum() == pytest.approx(1, abs=1e-12)
        assert loaded.code_files[3] == "picture 003.png"
        assert loaded.thumbnails is not None
        assert loaded.thumbnails.shape == (20, 16, 16, 4)
        assert loaded.preview_file.is_file()

    def test_can_do_without_thumbnails(self, tmp_path: Path) -> None:
        bundle = make_bundle(tmp_path, thumbnails=False)
        assert bundle.thumbnails is None
        assert bundle.code_files == ()

    def test_equal_parts_give_equal_files(self, tmp_path: Path) -> None:
        a, b = make_bundle(tmp_path / "a"), make_bundle(tmp_path / "b")
        assert a.facts.id == b.facts.id
        for name in FILES:
            assert (a.folder / name).read_bytes() == (b.folder / name).read_bytes()

    def test_loading_imports_no_network_library(self, made: dict[str, Bundle]) -> None:
        code = (
            "import sys; from pathlib import Path; from studio.store.bundle import load_bundle;"
            f"load_bundle(Path({str(made['smooth'].folder)!r}));"
            "print([m for m in ('onnx', 'onnxruntime', 'torch', 'PySide6') if m in sys.modules])"
        )
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.strip() == "[]"

    def test_a_huge_preview_is_thinned_and_a_long_name_cut(self, tmp_path: Path, toy: Path) -> None:
        """Neither may cost the artist a finished run."""
        old = load_bundle(toy)
        parts = (old.encoder_file.read_bytes(), old.decoder_file.read_bytes(), old.density, old.codes)
        preview = np.zeros((6000, 6000, 4), np.uint8)
        names = ["n" * 5000] * len(old.codes)
        bundle = write_bundle(tmp_path / "b", old.facts, *parts, preview, None, names)
        assert int.from_bytes(bundle.preview_file.read_bytes()[16:20]) == 3000
        assert len(bundle.code_files[0]) == 1024


class TestWriting:
    def parts(self, toy: Path) -> dict[str, Any]:
        old = load_bundle(toy)
        return {
            "facts": old.facts,
            "encoder": old.encoder_file.read_bytes(),
            "decoder": old.decoder_file.read_bytes(),
            "density": old.density,
            "codes": old.codes,
            "preview": np.zeros((8, 8, 4), np.uint8),
            "thumbnails": old.thumbnails,
            "code_files": old.code_files,
        }

    @pytest.mark.parametrize(
        "wrong",
        [
            {"decoder": b"no network"},
            {"decoder": b""},
            {"encoder": decoder_onnx(np.random.default_rng(0), 16, 8)},
            {"codes": np.full((20, 8), np.nan, np.float32)},
            {"codes": np.zeros((20, 9), np.float32)},
            {"density": density(np.random.default_rng(0), 9)},
            {"density": Density(np.ones(1), np.zeros((1, 8)), np.ones((1, 8, 8)))},
            {"thumbnails": np.zeros((19, 16, 16, 4), np.uint8)},
            {"code_files": ("one.png",)},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_parts_that_do_not_fit_leave_nothing(
        self, toy: Path, tmp_path: Path, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(StudioError, match="smooth"):
            write_bundle(tmp_path / "new" / "b", **(self.parts(toy) | wrong))
        assert list((tmp_path / "new").iterdir()) == []

    def test_a_full_disk_leaves_the_old_bundle(
        self, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parts, before = self.parts(toy), {path.name: path.read_bytes() for path in toy.iterdir()}

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(bundle_module, "write_pictures", full)
        with pytest.raises(StudioError, match="disk is full"):
            write_bundle(toy, **parts)
        assert {path.name: path.read_bytes() for path in toy.iterdir()} == before
        assert [path.name for path in toy.parent.iterdir()] == ["toy"]

    def test_an_older_bundle_is_replaced(self, toy: Path) -> None:
        parts = self.parts(toy)
        parts["facts"] = replace(parts["facts"], licence="new")
        write_bundle(toy, **parts)
        assert load_bundle(toy).facts.licence == "new"
        assert [path.name for path in toy.parent.iterdir()] == ["toy"]


class TestFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_missing(self, toy: Path, name: str) -> None:
        (toy / name).unlink()
        assert f"“{name}” is missing" in refusal(toy)

    @pytest.mark.parametrize("name", FILES)
    def test_empty(self, toy: Path, name: str) -> None:
        (toy / name).write_bytes(b"")
        assert f"“{name}” is empty" in refusal(toy)

    @pytest.mark.parametrize("name", FILES)
    def test_cut_in_half(self, toy: Path, name: str) -> None:
        content = (toy / name).read_bytes()
        keep = 20 if name == "preview.png" else len(content) // 2
        (toy / name).write_bytes(content[:keep])
        refusal(toy)

    @pytest.mark.parametrize("name", FILES)
    def test_a_folder(self, toy: Path, name: str) -> None:
        (toy / name).unlink()
        (toy / name).mkdir()
        refusal(toy)

    @pytest.mark.parametrize("name", FILES)
    def test_far_too_large(self, toy: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(LARGEST, name, 10)
        assert f"“{name}” is far too large" in refusal(toy)

    @pytest.mark.skipif(os.name == "nt", reason="links need rights there")
    @pytest.mark.parametrize("name", FILES)
    def test_link_out(self, toy: Path, tmp_path: Path, name: str) -> None:
        shutil.move(toy / name, tmp_path / "outside")
        (toy / name).symlink_to(tmp_path / "outside")
        assert "leaves the folder" in refusal(toy)

    @pytest.mark.skipif(os.name == "nt", reason="links need rights there")
    def test_links_that_lead_nowhere_or_round(self, toy: Path) -> None:
        (toy / "preview.png").unlink()
        (toy / "preview.png").symlink_to("preview.png")
        refusal(toy)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
    def test_a_pipe_is_not_waited_for(self, toy: Path) -> None:
        (toy / "decoder.onnx").unlink()
        os.mkfifo(toy / "decoder.onnx")
        assert "is not a file" in refusal(toy)

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StudioError, match="There is no model at"):
            load_bundle(tmp_path / "none")

    def test_bytes_changed_at_random(self, toy: Path) -> None:
        """Whatever it becomes, it loads or is refused; nothing else is raised."""
        random = np.random.default_rng(7)
        for _ in range(40):
            for name in FILES:
                whole = (toy / name).read_bytes()
                broken = bytearray(whole)
                for _ in range(int(random.integers(1, 5))):
                    broken[int(random.integers(min(len(whole), 3000)))] = int(random.integers(256))
                (toy / name).write_bytes(broken)
                with contextlib.suppress(StudioError):
                    load_bundle(toy)
                (toy / name).write_bytes(whole)


class TestFacts:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("id", "0123"),
            ("id", "0123456789ABCDEF"),
            ("id", "0123456789abcdef\n"),
            ("id", 7),
            ("name", ""),
            ("name", "../x"),
            ("name", "a/b"),
            ("name", "a\nb"),
            ("name", "n" * 500),
            ("name", None),
            ("size", 0),
            ("size", -16),
            ("size", 10**9),
            ("size", 16.0),
            ("size", True),
            ("size", float("nan")),
            ("scale", 0),
            ("scale", 10**6),
            ("latent_width", 0),
            ("latent_width", 10**6),
            ("latent_width", "8"),
            ("kind", "other"),
            ("kind", ["smooth"]),
            ("palette", []),
            ("palette", [[0, 0, 0]]),
            ("palette", [[0, 0, 0, 256]]),
            ("palette", [[0, 0, 0, 0.5]]),
            ("palette", [[0, 0, 0, 0]] * 257),
            ("palette", "red"),
            ("palette", [[1, 2, 3, 4]]),  # of smooth pictures
            ("trained", []),
            ("trained", {"pictures": "many"}),
            ("trained", {"seconds": float("inf")}),
            ("trained", {"date": "d" * 1000}),
            ("trained", {"recipe": 3}),
            ("quality", {"sharp": float("nan")}),
            ("quality", {"sharp": "very"}),
            ("quality", {"sharp": 10**400}),
            ("sliders", {}),
            ("novelty", [1.0]),
            ("novelty", [2.0, 1.0]),
            ("novelty", [-1.0, 1.0]),
            ("novelty", "far"),
            ("oddity_limits", 1),
            ("licence", None),
            ("licence", "x" * 100_000),
        ],
    )
    def test_impossible(self, toy: Path, key: str, value: Any) -> None:
        change_facts(toy, **{key: value})
        assert "impossible" in refusal(toy) or key == "palette"

    @pytest.mark.parametrize("key", sorted({*Facts.__dataclass_fields__} - {"format"}))
    def test_missing(self, toy: Path, key: str) -> None:
        values = json.loads((toy / "bundle.json").read_text())
        del values[key]
        (toy / "bundle.json").write_text(json.dumps(values))
        assert "does not say its" in refusal(toy)

    @pytest.mark.parametrize(
        "text", ["{", "[]", "null", "[" * 100_000, '{"format": true}', "\xff", "9" * 9999]
    )
    def test_not_ours(self, toy: Path, text: str) -> None:
        (toy / "bundle.json").write_bytes(text.encode("latin-1"))
        assert "is damaged" in refusal(toy)

    def test_size_and_scale_together(self, toy: Path) -> None:
        change_facts(toy, size=1024, scale=100)
        assert "impossible picture size" in refusal(toy)

    def test_from_a_newer_program(self, toy: Path) -> None:
        change_facts(toy, format=99)
        assert "newer Morpho Studio" in refusal(toy)

    def test_unknown_keys_pass(self, toy: Path) -> None:
        change_facts(toy, mood="good")
        load_bundle(toy)

    def test_every_upgrade_has_a_test(self) -> None:
        assert len(UPGRADES) == 1, "write a test for each step here"

    def test_format_1_knew_no_novelty(self, toy: Path) -> None:
        values = json.loads((toy / "bundle.json").read_text())
        del values["novelty"]
        (toy / "bundle.json").write_text(json.dumps({**values, "format": 1}))
        assert load_bundle(toy).facts.novelty == ()


class TestArrays:
    @pytest.mark.parametrize(
        ("file", "name", "array"),
        [
            ("prior.npz", "weights", None),
            ("prior.npz", "means", None),
            ("prior.npz", "factors", None),
            ("pictures.npz", "codes", None),
            ("prior.npz", "weights", np.ones((3, 1), "<f4") / 3),
            ("prior.npz", "weights", np.zeros(0, "<f4")),
            ("prior.npz", "means", np.zeros((2, 8), "<f4")),
            ("prior.npz", "means", np.zeros((3, 9), "<f4")),
            ("prior.npz", "factors", np.zeros((3, 8), "<f4")),
            ("prior.npz", "factors", np.zeros((3, 8, 9), "<f4")),
            ("prior.npz", "weights", np.ones(3, "<f8") / 3),
            ("prior.npz", "weights", np.array([0.5, 0.6, -0.1], "<f4")),
            ("prior.npz", "weights", np.array([0.5, 0.5, 0.5], "<f4")),
            ("prior.npz", "weights", np.array([0.5, np.nan, 0.5], "<f4")),
            ("prior.npz", "means", np.full((3, 8), np.inf, "<f4")),
            ("prior.npz", "factors", np.ones((3, 8, 8), "<f4")),
            ("prior.npz", "factors", np.zeros((3, 8, 8), "<f4")),
            ("pictures.npz", "codes", np.zeros((20, 7), "<f4")),
            ("pictures.npz", "codes", np.zeros((0, 8), "<f4")),
            ("pictures.npz", "codes", np.zeros((20, 8), ">f4")),
            ("pictures.npz", "codes", np.zeros((20, 8), "<i4")),
            ("pictures.npz", "codes", np.full((20, 8), np.nan, "<f4")),
            ("pictures.npz", "thumbnails", np.zeros((19, 16, 16, 4), "u1")),
            ("pictures.npz", "thumbnails", np.zeros((20, 16, 16, 3), "u1")),
            ("pictures.npz", "thumbnails", np.zeros((20, 16, 17, 4), "u1")),
            ("pictures.npz", "thumbnails", np.zeros((20, 200, 200, 4), "u1")),
            ("pictures.npz", "thumbnails", np.zeros((20, 16, 16, 4), "<f4")),
            ("pictures.npz", "files", np.frombuffer(b"[1]", "u1")),
            ("pictures.npz", "files", np.frombuffer(b'["only one"]', "u1")),
            ("pictures.npz", "files", np.frombuffer(b'{"not": "a list"}', "u1")),
            ("pictures.npz", "files", np.frombuffer(b"\xff\xfe", "u1")),
        ],
    )
    def test_wrong(self, toy: Path, file: str, name: str, array: Any) -> None:
        change_arrays(toy / file, **{name: array})
        assert file in refusal(toy)

    def test_compressed_could_be_a_bomb(self, toy: Path) -> None:
        with np.load(toy / "pictures.npz", allow_pickle=False) as npz:
            np.savez_compressed(toy / "pictures.npz", **dict(npz))
        assert "is compressed" in refusal(toy)

    def test_objects_are_never_unpickled(self, toy: Path) -> None:
        class Trap:
            def __reduce__(self) -> Any:
                return os.mkdir, (str(toy / "trapped"),)

        np.savez(toy / "prior.npz", weights=np.array([Trap()], object), allow_pickle=True)
        assert "numbers of the wrong kind" in refusal(toy)
        assert not (toy / "trapped").exists()

    def test_a_header_that_promises_more_than_there_is(self, toy: Path) -> None:
        header = {"descr": "<f4", "fortran_order": False, "shape": (10**11, 8)}
        with zipfile.ZipFile(toy / "pictures.npz", "w") as archive, archive.open("codes.npy", "w") as member:
            np.lib.format.write_array_header_1_0(member, header)
        assert "is cut short" in refusal(toy)

    def test_other_order_of_numbers(self, toy: Path) -> None:
        with zipfile.ZipFile(toy / "pictures.npz", "w") as archive, archive.open("codes.npy", "w") as member:
            np.lib.format.write_array(member, np.asfortranarray(np.zeros((20, 8), "<f4")), version=(1, 0))
        assert "unknown form" in refusal(toy)

    def test_a_changed_bit_is_found(self, toy: Path) -> None:
        file = toy / "pictures.npz"
        content = bytearray(file.read_bytes())
        content[400] ^= 1  # within the codes, which come first
        file.write_bytes(content)
        assert "“pictures.npz” is damaged" in refusal(toy)

    def test_thumbnails_damaged_later(self, toy: Path) -> None:
        bundle = load_bundle(toy)
        change_arrays(toy / "pictures.npz", thumbnails=np.zeros((3, 16, 16, 4), "u1"))
        with pytest.raises(StudioError, match="small pictures"):
            _ = bundle.thumbnails


def _rename_output(model: onnx.ModelProto) -> None:
    model.graph.node[-1].output[0] = model.graph.output[0].name = "picture"


def _fix_batch(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _half_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16


def _external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../secret.bin"


def _external_constant(model: onnx.ModelProto) -> None:
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.zeros(3, np.float32)))
    entry = constant.attribute[0].t.external_data.add()
    entry.key, entry.value = "location", "weights.bin"
    model.graph.node.insert(0, constant)


def _other_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.microsoft"


def _loop(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "Loop"


def _subgraph(model: onnx.ModelProto) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("body", onnx.GraphProto(name="inner")))


def _function(model: onnx.ModelProto) -> None:
    model.functions.append(onnx.FunctionProto(name="f"))


def _sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.append(onnx.SparseTensorProto())


def _text(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(helper.make_tensor("t", TensorProto.STRING, [1], [b"x"]))


def _no_shape(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.ClearField("shape")


class TestNetworks:
    @pytest.mark.parametrize("file", ["decoder.onnx", "encoder.onnx"])
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (_rename_output, "inputs and outputs"),
            (_half_input, "does not have the shape"),
            (_fix_batch, "does not have the shape"),
            (_external, "in another file"),
            (_external_constant, "in another file"),
            (_other_domain, "com.microsoft"),
            (_loop, "“Loop”"),
            (_subgraph, "more than a plain graph"),
            (_function, "more than a plain graph"),
            (_sparse, "sparse"),
            (_text, "text where numbers"),
            (_no_shape, "has no shape"),
        ],
    )
    def test_refused(
        self, toy: Path, file: str, change: Callable[[onnx.ModelProto], None], reason: str
    ) -> None:
        change_onnx(toy / file, change)
        message = refusal(toy)
        assert reason in message
        assert file in message

    @pytest.mark.parametrize(
        ("file", "content"),
        [
            ("decoder.onnx", decoder_onnx(np.random.default_rng(0), 16, 9)),
            ("decoder.onnx", decoder_onnx(np.random.default_rng(0), 8, 8)),
            ("decoder.onnx", decoder_onnx(np.random.default_rng(0), 16, 8, "pixel")),
            ("decoder.onnx", encoder_onnx(np.random.default_rng(0), 16, 8)),
            ("encoder.onnx", encoder_onnx(np.random.default_rng(0), 16, 9)),
            ("encoder.onnx", encoder_onnx(np.random.default_rng(0), 8, 8)),
            ("encoder.onnx", decoder_onnx(np.random.default_rng(0), 16, 8)),
        ],
    )
    def test_of_another_shape(self, toy: Path, file: str, content: bytes) -> None:
        (toy / file).write_bytes(content)
        assert file in refusal(toy)

    def test_pixel_needs_its_soft_output(self, made: dict[str, Bundle], tmp_path: Path) -> None:
        folder = shutil.copytree(made["pixel"].folder, tmp_path / "pixel")
        change_onnx(folder / "decoder.onnx", lambda model: model.graph.output.pop() and None)
        assert "inputs and outputs" in refusal(folder)

    @pytest.mark.parametrize("content", [b"\x3a", b"hello, world", b"\xff" * 100, b"\x3a\x02\x08\x01" * 2])
    def test_no_onnx_at_all(self, toy: Path, content: bytes) -> None:
        (toy / "decoder.onnx").write_bytes(content)
        assert "“decoder.onnx” was refused" in refusal(toy)

    def test_a_second_graph_is_not_hidden(self, toy: Path) -> None:
        file = toy / "decoder.onnx"
        file.write_bytes(file.read_bytes() * 2)
        assert "more than one graph" in refusal(toy)

    def test_too_many_parts_end_soon(self, toy: Path) -> None:
        """Protobuf joins repeated fields, so many tiny nodes make a long file cheap to write."""
        nodes = b"\x0a\x00" * 30_000
        length = len(nodes)
        head = b"\x3a" + bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])
        (toy / "decoder.onnx").write_bytes(head + nodes)
        assert "too many parts" in refusal(toy)


class TestPreview:
    @pytest.mark.parametrize(
        "content",
        [
            b"JFIF" * 20,
            PNG_HEAD + b"\0\0\0\0" * 4,
            PNG_HEAD + b"\x7f\xff\xff\xff" * 4,
            PNG_HEAD[:10],
        ],
    )
    def test_refused(self, toy: Path, content: bytes) -> None:
        (toy / "preview.png").write_bytes(content)
        assert "preview.png" in refusal(toy)


class TestMany:
    def test_a_damaged_one_costs_only_itself(self, tmp_path: Path) -> None:
        library, starters = tmp_path / "library", tmp_path / "starters"
        for folder, name in ((library, "b"), (library, "A"), (library, "c"), (starters, "z")):
            make_bundle(folder, name)
        (library / "b" / "prior.npz").write_bytes(b"broken")
        (library / ".tmp-1-2-d").mkdir()
        (library / ".tmp-1-2-d" / "bundle.json").write_text("{}")
        (library / "README.md").write_text("no bundle")
        (library / "notes").mkdir()
        bundles, damaged = list_bundles([library, tmp_path / "none", starters])
        assert [bundle.facts.name for bundle in bundles] == ["A", "c", "z"]
        (b,) = damaged
        assert b.path == library / "b"
        assert "“b” cannot be used" in b.sentence

    def test_found_by_name_then_by_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        library, starters, elsewhere = (tmp_path / name for name in ("library", "starters", "elsewhere"))
        make_bundle(library, "Mine")
        make_bundle(starters, "mine", seed=1)
        make_bundle(starters, "lorelei")
        make_bundle(elsewhere, "other")
        folders = [library, starters]
        assert find_bundle("mine", folders).folder == starters / "mine"
        assert find_bundle("MINE", folders).folder == library / "Mine"
        assert find_bundle("lorelei", folders).folder == starters / "lorelei"
        assert find_bundle(str(elsewhere / "other"), folders).folder == elsewhere / "other"
        monkeypatch.chdir(elsewhere)
        assert find_bundle("other", folders).facts.name == "other"

    @pytest.mark.parametrize("name", ["nobody", "", "../library/none", "\0", "x" * 5000])
    def test_not_found_says_what_there_is(self, tmp_path: Path, name: str) -> None:
        make_bundle(tmp_path, "mine")
        with pytest.raises(StudioError) as caught:
            find_bundle(name, [tmp_path])
        assert "There is no model called" in caught.value.message
        assert "mine" in caught.value.hint
