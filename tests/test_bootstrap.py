"""The first start, for real but small: a project whose packages are tiny wheels in a folder, no network."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from build import bootstrap, install

ROOT = Path(__file__).resolve().parents[1]
PROJECT = """
dependencies = [
    # A comment with "quotes" and a bracket ].
    "Tiny_Thing==1.0",
]
cpu = ["tinyruntime==2.0"]
gpu = ["tinyruntime-gpu==2.0"]
test = [
    "scratch[cpu]",
    "tinytest==3.0",
]
"""
MAIN = """
import sys
from build import bootstrap
bootstrap.ensure(tests="--tests" in sys.argv)
import tiny_thing
print("started", sys.argv[1:], sys.prefix)
"""


def make_wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel with one empty module."""
    record = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": b"",
        f"{record}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{record}/WHEEL": b"Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{file},{_sha256(content)},{len(content)}\n" for file, content in files.items()]
    files[f"{record}/RECORD"] = ("".join(lines) + f"{record}/RECORD,,\n").encode()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, content in files.items():
            wheel.writestr(file, content)
    return path


def _sha256(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


class Scratch:
    """A small project beside a folder of wheels."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.wheels = folder / "wheels"
        self.venv = self.root / ".venv"
        self.wheels.mkdir(parents=True)
        for part in ("build/__init__.py", "build/bootstrap.py", "build/install.py", "studio/core/errors.py"):
            (self.root / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, self.root / part)
        (self.root / "pyproject.toml").write_text(PROJECT)
        (self.root / "constraints.txt").write_text("tiny-thing==1.0\n")
        (self.root / "main.py").write_text(MAIN)
        for name, version in (("tiny_thing", "1.0"), ("tinyruntime", "2.0"), ("tinyruntime_gpu", "2.0")):
            make_wheel(self.wheels, name, version)

    def environment(self, **more: str) -> dict[str, str]:
        dropped = ("PIP_", "COV_", "PYTEST_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}
        return {**kept, **offline, **more}

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys._base_executable, "main.py", *arguments],  # type: ignore[attr-defined]
            cwd=self.root,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.begin(*arguments, **environment)
        out, said = process.communicate(timeout=120)
        return process.returncode, out, said


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """One that has been set up; making .venv takes seconds."""
    made = Scratch(tmp_path_factory.mktemp("ready"))
    status, _, said = made.start("first")
    assert status == 0, said
    return made


def test_first_start_sets_up_and_goes_on_in_venv(ready: Scratch) -> None:
    status, out, said = ready.start("a", "b c")
    assert status == 0
    assert out.startswith("started ['a', 'b c']")
    assert str(ready.venv) in out
    assert said == ""  # the second start has nothing to say
    assert not (ready.venv / ".unfinished").exists()


def test_set_up_again_adds_what_tests_need_and_keeps_what_works(ready: Scratch) -> None:
    status, out, said = ready.start("--tests")
    assert (status, out) == (1, "")
    assert "no build for this Python" in said
    assert ready.start()[0] == 0  # a failed addition leaves the program startable
    make_wheel(ready.wheels, "tinytest", "3.0")
    status, out, said = ready.start("--tests")
    assert (status, out.split()[0]) == (0, "started"), said


def test_failed_set_up_leaves_nothing(scratch: Scratch) -> None:
    (scratch.wheels / "tiny_thing-1.0-py3-none-any.whl").unlink()
    status, out, said = scratch.start()
    assert (status, out) == (1, "")
    assert "Traceback" not in said
    assert "Use Python 3.11" in said
    assert not scratch.venv.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_interrupted_set_up_leaves_nothing_and_a_killed_one_is_made_anew(scratch: Scratch) -> None:
    with _index_that_never_answers() as url:
        stuck = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": url, "PIP_FIND_LINKS": ""}
        process = scratch.begin(**stuck)
        _wait_for(scratch.venv / "bin" / "pip")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert "nothing half-made is left" in said
        assert not scratch.venv.exists()

        process = scratch.begin(**stuck)
        _wait_for(scratch.venv / "bin" / "pip")
        process.kill()
        process.communicate(timeout=60)
        assert (scratch.venv / ".unfinished").exists()
    status, out, said = scratch.start()
    assert (status, out.split()[0]) == (0, "started"), said
    assert "making it anew" in said


def test_two_starts_at_once_set_up_once(scratch: Scratch) -> None:
    both = [scratch.begin("one"), scratch.begin("two")]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert all(out.startswith("started") for out, _ in said)
    assert sum("Fetching packages" in err for _, err in said) == 1


def test_the_lists_are_read_as_toml_reads_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert bootstrap.requirements() == project["dependencies"]
    for extra, wanted in project["optional-dependencies"].items():
        assert bootstrap.requirements(extra) == [pin for pin in wanted if "==" in pin]


def test_every_pin_is_locked() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    locked = {line for line in lines if line and not line.startswith("#")}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for group in ["", *extras]:
        assert set(bootstrap.requirements(group)) <= locked
    assert all(line.count("==") == 1 for line in locked)


def test_this_interpreter_has_what_tests_need() -> None:
    assert bootstrap.missing_packages(sys.path, tests=True) == []


def test_missing_packages_compares_names_and_versions_as_pip_does(tmp_path: Path) -> None:
    for pin in bootstrap.requirements():
        name, version = pin.split("==")
        (tmp_path / f"{name.lower().replace('-', '_')}-{version}+cpu.dist-info").mkdir()
    (tmp_path / "onnxruntime_gpu-0.1.dist-info").mkdir()
    assert bootstrap.missing_packages([str(tmp_path)], tests=False) == bootstrap.requirements("cpu")
    version = bootstrap.requirements("gpu")[0].split("==")[1]
    (tmp_path / f"onnxruntime_gpu-{version}.dist-info").mkdir()
    assert bootstrap.missing_packages([str(tmp_path), "nowhere"], tests=False) == []


def test_the_check_costs_an_ordinary_start_little() -> None:
    took = []
    for _ in range(5):
        started = time.perf_counter()
        bootstrap.missing_packages(sys.path, tests=True)
        bootstrap.missing_libraries(window=True)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.02


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.10"):
        bootstrap.ensure()


def test_system_libraries_are_asked_for_where_they_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "_has_library", lambda library: library == "libGL.so.1")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    drawing = bootstrap.missing_libraries(window=False)
    assert "libegl1" in drawing
    assert "libgl1" not in drawing
    assert bootstrap.missing_libraries(window=True) == drawing
    monkeypatch.setenv("DISPLAY", ":0")
    assert "libxcb-cursor0" in bootstrap.missing_libraries(window=True)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert bootstrap.missing_libraries(window=True) == drawing


def test_without_rights_the_one_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "_as_root", lambda: None)
    with pytest.raises(SystemExit) as ended:
        install.libraries(["libegl1", "libgl1"])
    assert ended.value.code == 1
    assert "sudo apt-get install libegl1 libgl1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  Downloading pillow-13.0.0-cp311-x.whl (7.1 MB)", "fetching pillow 13.0.0 (7.1 MB)"),
        ("Processing /some/where/torch-2.13.0+cpu-cp311-cp311-x.whl", "taking torch 2.13.0+cpu"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages into .venv"),
        ("Collecting pillow==13.0.0", None),
        ("  Downloading pillow-13.0.0-cp311-x.whl.metadata (8 kB)", None),
    ],
)
def test_what_pip_says_is_told_plainly(line: str, told: str | None) -> None:
    assert install._plain(line) == told


@pytest.mark.parametrize(
    ("output", "part"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "disk is full"),
        ("WARNING: Retrying (Retry(total=4)) ...\nERROR: No matching distribution found", "connection"),
        ("ERROR: [Errno 13] Permission denied: '/x'", "could not be written"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no build"),
        ("ERROR: something new", "something new"),
        ("", "no reason was given"),
    ],
)
def test_failures_say_what_to_do(output: str, part: str) -> None:
    message, hint = install._advice(output)
    assert part in message
    assert hint


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)


class _index_that_never_answers:
    """Takes connections and says nothing, like a network that swallows everything."""

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/simple"

    def __exit__(self, *error: object) -> None:
        self._socket.close()
