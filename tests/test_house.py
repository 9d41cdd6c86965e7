"""The house keeps its own rules: who may import whom, what is at the top, nothing unsafe, tools content."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundles import make_bundle
from PySide6.QtWidgets import QApplication, QLabel

from studio.__main__ import COMMANDS
from studio.cli import build
from studio.store.files import Library

ROOT = Path(__file__).resolve().parents[1]
STUDIO = ROOT / "studio"

ROOMS = {
    "core": "core",
    "store": "core store",
    "generate": "core store generate",
    "train": "core store train",
    "ui": "core store generate ui",
    "app": "core store generate ui rooms",
    "rooms": "core store generate ui",
    "trainer": "core store train",
    "cli": "core store generate train trainer cli",
    "__main__": "core store app cli",
}
"""What of the house each room may import."""
PACKAGES = {
    "core": "numpy",
    "store": "numpy PIL platformdirs",
    "generate": "numpy onnxruntime",
    "train": "numpy PIL torch onnx onnxscript safetensors",
    "ui": "numpy PySide6 shiboken6 qtawesome",
    "app": "PySide6",
    "rooms": "PySide6",
    "trainer": "",
    "cli": "numpy PIL typer rich",
    "__main__": "",
}
"""What of the world each room may import beside the standard library."""
NOT_IN_CORE = {"os", "io", "shutil", "tempfile", "sqlite3", "socket", "subprocess", "threading", "concurrent"}
LATE_IMPORTS = {"app", "cli", "__main__"}
"""Rooms that import what is heavy when it is asked for; anywhere else that would hide a cycle."""
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
TOP = {"studio", "assets", "models", "tests", "build"}
TOP |= {"main.py", "pyproject.toml", "README.md", "LICENSE", "constraints.txt"}
LONGEST_FILE = 420


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        files = sorted((ROOT / folder).rglob("*.py")) if (ROOT / folder).is_dir() else [ROOT / folder]
        for file in files:
            yield file, ast.parse(file.read_text(encoding="utf-8"), str(file))


def room_of(file: Path) -> str:
    return file.relative_to(STUDIO).parts[0].removesuffix(".py")


def imports(file: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module named by an import, in full."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            if module == "studio":  # `from studio import cli` names a room
                yield from ((node.lineno, f"studio.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def test_rooms_import_only_what_they_may() -> None:
    wrong = []
    for file, tree in sources("studio"):
        room = room_of(file)
        for line, module in imports(file, tree):
            first, *rest = module.split(".")
            if first == "studio":
                fine = not rest or rest[0] in ROOMS[room].split() or rest[0] == "__version__"
            else:
                fine = first in sys.stdlib_module_names or first in PACKAGES[room].split()
                fine &= not (room == "core" and first in NOT_IN_CORE)
            if not fine:
                wrong.append(f"{file.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_every_room_is_in_the_table() -> None:
    assert {room_of(file) for file, _ in sources("studio")} - {"__init__"} == set(ROOMS)


def test_imports_stand_at_the_top() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file, tree in sources("studio")
        if room_of(file) not in LATE_IMPORTS
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not wrong, wrong


def test_modules_say_what_they_are_for_and_stay_short() -> None:
    for file, tree in sources("studio", "build", "tests", "main.py"):
        length = len(file.read_text(encoding="utf-8").splitlines())
        assert length <= LONGEST_FILE or "tests" in file.parts, f"{file} has {length} lines"
        assert ast.get_docstring(tree) or not tree.body, f"{file} does not say what it is for"


def test_nothing_is_unpickled() -> None:
    for file, tree in sources("studio", "build", "main.py"):
        for line, module in imports(file, tree):
            assert module.split(".")[0] not in UNSAFE, f"{file}:{line}"
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
                wanted = {"allow_pickle": False, "weights_only": True}.get(node.arg or "", node.value.value)
                assert node.value.value == wanted, f"{file}:{node.value.lineno}"
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) != "torch.load", f"{file}:{node.lineno}"


def test_nothing_else_lies_at_the_top() -> None:
    made_by_tools = ("__pycache__", "dist")
    found = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and path.name not in made_by_tools and path.suffix != ".egg-info"
    }
    assert found <= TOP


def test_the_commands_that_main_knows_are_those_that_there_are() -> None:
    app = build()
    named = [command.name or (command.callback.__name__ if command.callback else "") for command in
             app.registered_commands]  # fmt: skip
    assert sorted(named) == sorted(COMMANDS)


def run(code: str, *arguments: str, **environment: str) -> str:
    """Standard output of a Python of its own; fails unless it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


LOADED = "print([name for name in ('torch', 'onnx', 'PySide6') if name in sys.modules])"


def test_opening_the_window_leaves_torch_unloaded(library: Library) -> None:
    make_bundle(library.bundles, "toy")
    code = f"import sys; from studio.__main__ import main; assert main(sys.argv[1:]) == 0; {LOADED}"
    said = run(code, "--library", str(library.root), STUDIO_QUIT_AFTER_FIRST_PICTURE="1")
    assert said.splitlines()[-1] == "['PySide6']"


def test_training_leaves_qt_unloaded_and_ends_in_pictures(library: Library, tmp_path: Path) -> None:
    make_bundle(library.bundles, "toy", kind="pixel")
    where = ["--library", str(library.root), "--json"]
    code = f"""
import sys
from studio.__main__ import main
where, pictures, made = sys.argv[3:], sys.argv[1], sys.argv[2]
assert main(["sample", "toy", "--count", "12", "--seed", "1", "--out", pictures, *where]) == 0
few = ["--size", "16", "--steps", "3", "--name", "tiny"]
assert main(["train", pictures, *few, *where]) == 0
assert main(["sample", "tiny", "--count", "3", "--seed", "1", "--diversity", "2", "--out", made, *where]) == 0
{LOADED}
"""
    said = run(code, str(tmp_path / "pictures"), str(tmp_path / "made"), *where).splitlines()
    assert said[-1] == "['torch', 'onnx']"
    events = [json.loads(line) for line in said[:-1]]
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["finished", "imported"]  # of sample, then of train
    assert {"progress", "saved"} <= set(kinds)
    assert events[1]["accepted"] == 12
    trained = next(event for event in events if "bundle" in event)
    assert set(trained) == {"event", "bundle", "seconds", "pictures_per_s"}
    assert (Path(trained["bundle"]) / "decoder.onnx").is_file()
    assert len(list((tmp_path / "made").glob("tiny_*.png"))) == 3


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from studio.__main__ import main; main(['--help']); print(); print("
    code += "[n for n in ('torch', 'onnxruntime', 'PySide6') if n in sys.modules])"
    assert run(code).splitlines()[-1] == "[]"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from 3.12 on")
def test_qt_does_not_wear_out_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 dropped a reference at every call; the pinned one does not."""
    label = QLabel()
    before = sys.getrefcount(None)
    for number in range(500):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - 50


@pytest.mark.timeout(600)
@pytest.mark.parametrize("tool", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join)
def test_tools_are_content(tool: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
