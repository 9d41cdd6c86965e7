"""The first start: makes .venv, fills it with the pinned packages, and says in plain sentences how it goes.

Everything is said on standard error: standard output belongs to the command that was asked for.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build import bootstrap
from studio.core.errors import StudioError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCK = Path(bootstrap.ROOT, ".setup.lock")
_VENV = Path(bootstrap.VENV)
_UNFINISHED = Path(bootstrap.UNFINISHED)
_NEW, _CHANGED = "new", "changed"
_PATIENCE_S = 20.0
"""After so long without a word from pip the user hears that it is still at work."""
_TAIL = 200
"""Lines of pip's output kept for finding out why it failed."""


def packages(tests: bool) -> None:
    """Make .venv hold the pins. Returns when it does; otherwise says why not and ends the program."""
    with _said_plainly(), _alone():
        if bootstrap.is_ready(tests):  # another start has done it while this one waited
            return
        with contextlib.suppress(StudioError):  # only windows need them, and those ask again
            _install_system(bootstrap.missing_libraries(window=True))
        is_new = _prepare_folder()
        try:
            _UNFINISHED.write_text(_NEW if is_new else _CHANGED)
            if is_new:
                _make_venv()
            _fill_venv(tests)
        except BaseException:
            if is_new:
                shutil.rmtree(_VENV, ignore_errors=True)
            else:  # pip puts back what it could not replace, so what worked before still does
                _UNFINISHED.unlink(missing_ok=True)
            raise
        _UNFINISHED.unlink()
        if not bootstrap.is_ready(tests):
            missing = ", ".join(bootstrap.missing_packages(bootstrap.venv_packages(), tests))
            raise StudioError(f"pip ended well but {missing} is not there.", "Remove .venv and start again.")
        _say("Everything is there. Starting.")


def libraries(missing: list[str]) -> None:
    """Install the Debian packages that Qt needs, or end the program with the command that does."""
    with _said_plainly():
        _install_system(missing)


def _say(sentence: str) -> None:
    if sys.stderr is not None:
        print(sentence, file=sys.stderr, flush=True)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turns what can go wrong into sentences and an exit status."""
    previous = signal.getsignal(signal.SIGTERM)
    with contextlib.suppress(ValueError):  # not on the main thread
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        _say("\nThe set-up was stopped, and nothing half-made is left. Start again to go on.")
        sys.exit(130)
    except StudioError as error:
        _say(f"\n{error.message}\n{error.hint}")
        sys.exit(1)
    except OSError as error:
        _say(f"\n{_disk_sentence(error)}")
        sys.exit(1)
    finally:
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGTERM, previous)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _disk_sentence(error: OSError) -> str:
    where = error.filename or bootstrap.ROOT
    return (
        f"The set-up could not write “{where}” ({error.strerror or error}).\n"
        "Put the program's folder where you may write and have 8 GB free, then start again."
    )


# One set-up at a time ------------------------------------------------------------------------------


@contextmanager
def _alone() -> Iterator[None]:
    """Holds the project's lock; the system lets go of it when the process ends, however it ends."""
    with open(_LOCK, "a+b") as file:
        if not _lock(file.fileno()):
            _say("Another start is setting up already; waiting for it to finish.")
            while not _lock(file.fileno()):
                time.sleep(0.5)
        yield


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# The folder ----------------------------------------------------------------------------------------


def _prepare_folder() -> bool:
    """Clear away what cannot be used. True if .venv is to be made, False if the one there is filled up."""
    if not _VENV.exists():
        _VENV.mkdir()
        return True
    killed_while_new = _UNFINISHED.exists() and _UNFINISHED.read_text() != _CHANGED
    if not killed_while_new and _works():
        _say("Some packages in .venv are missing or of another version; bringing it up to date.")
        return False
    _say("The .venv that is here was not finished or does not work with this Python; making it anew.")
    shutil.rmtree(_VENV)
    _VENV.mkdir()
    return True


def _works() -> bool:
    """Whether .venv's Python runs, finds its packages, and has pip."""
    python = bootstrap.venv_python()
    if not (os.path.exists(python) and os.path.isdir(bootstrap.venv_packages()[0])):
        return False
    if _quiet([python, "-m", "pip", "--version"]) is None:
        return True
    return _quiet([python, "-m", "ensurepip"]) is None


def _make_venv() -> None:
    _say("Morpho Studio sets itself up, once: its packages go into .venv beside main.py.")
    if importlib.util.find_spec("ensurepip") is None:  # Debian and Ubuntu keep it in a package of its own
        _install_system([f"python3.{sys.version_info.minor}-venv"])
    python = getattr(sys, "_base_executable", None) or sys.executable
    failed = _quiet([python, "-m", "venv", str(_VENV)])
    if failed is not None:
        raise StudioError(f"Python could not make .venv: {_last_line(failed)}", _advice(failed)[1])


def _quiet(command: list[str]) -> str | None:
    """Run it to its end. What it printed if it failed, None if it did not."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
    )
    return done.stdout.decode(errors="replace") if done.returncode else None


def _environment() -> dict[str, str]:
    """This environment less what would send packages elsewhere or confuse another Python."""
    dropped = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {**kept, "PIP_USER": "0", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


# The packages --------------------------------------------------------------------------------------


def _fill_venv(tests: bool) -> None:
    runtime = _runtime()
    if runtime == "gpu":
        _say("An NVIDIA card is here: the packages that use it are taken.")
    wanted = bootstrap.requirements() + bootstrap.requirements(runtime)
    if tests:
        wanted += bootstrap.requirements("test")
    _say("Fetching packages (1 to 5 GB unpacked, by machine; minutes on most connections).")
    output, status = _run_pip(wanted)
    if status != 0:
        raise StudioError(*_advice("\n".join(output)))


def _runtime() -> str:
    """Which ONNX Runtime: the two cannot be installed side by side, so one that is there stays."""
    held = bootstrap.venv_packages()
    for extra in bootstrap.RUNTIMES:
        name = bootstrap.requirements(extra)[0].partition("==")[0].replace("-", "_")
        if any(list(Path(folder).glob(f"{name}-*.dist-info")) for folder in held):
            return extra
    has_wheels = platform.machine().lower() in ("x86_64", "amd64") and sys.platform in ("linux", "win32")
    return "gpu" if has_wheels and _has_nvidia_card() else "cpu"


def _has_nvidia_card() -> bool:
    tool = shutil.which("nvidia-smi")
    if tool is not None:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            listed = subprocess.run([tool, "-L"], capture_output=True, timeout=20)
            return listed.returncode == 0 and b"GPU" in listed.stdout
    try:
        ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _run_pip(wanted: list[str]) -> tuple[list[str], int]:
    """Install, telling what happens. Returns the end of pip's output and its exit status."""
    command = [bootstrap.venv_python(), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--only-binary", ":all:", "--retries", "3", "--timeout", "30"]
    command += ["--constraint", os.path.join(bootstrap.ROOT, "constraints.txt"), *wanted]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(),
    )
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    try:
        output = _tell(lines)
        return output, process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.rstrip())
    lines.put(None)


def _tell(lines: queue.Queue[str | None]) -> list[str]:
    """Pass on, in plain words, what pip says until it ends. Returns its last lines as they were."""
    output: list[str] = []
    started, doing = time.monotonic(), "asking for the packages"
    while True:
        try:
            line = lines.get(timeout=_PATIENCE_S)
        except queue.Empty:
            _say(f"  … still {doing}, {(time.monotonic() - started) / 60:.1f} minutes so far")
            continue
        if line is None:
            return output
        output = [*output[-_TAIL:], line]
        told = _plain(line)
        if told is not None:
            doing = told
            _say(f"  {told}")


def _plain(line: str) -> str | None:
    """What a line of pip's means to the user; None for what means nothing to them."""
    line = line.strip()
    fetched = re.match(r"(Downloading|Using cached|Processing) \S*?([^/\\\s]+)\.whl(?: \((.+)\))?$", line)
    if fetched:
        name, version = fetched[2].split("-")[:2]
        size = f" ({fetched[3]})" if fetched[3] else ""
        return f"{'fetching' if fetched[1] == 'Downloading' else 'taking'} {name} {version}{size}"
    if line.startswith("Installing collected packages:"):
        return f"unpacking {line.count(',') + 1} packages into .venv"
    if "Retrying (" in line:
        return "having trouble with the connection, trying again"
    return None


_CAUSES = (
    (
        r"No space left|Errno 28|WinError 112|Disk quota",
        "The disk is full: the packages did not fit.",
        "Free some space (8 GB is enough for any machine), then start again.",
    ),
    (
        r"Retrying \(|NewConnectionError|ConnectTimeout|ReadTimeout|name resolution|unreachable"
        r"|SSLError|ProxyError|Connection (refused|reset|aborted)|getaddrinfo|timed out|IncompleteRead",
        "The packages could not be fetched: the connection failed.",
        "Check the network (and the proxy, if you use one), then start again.",
    ),
    (
        r"Permission denied|Errno 13|WinError 5\b|Read-only file system",
        "The packages could not be written.",
        "Put the program's folder where you may write, then start again.",
    ),
    (
        r"No matching distribution|Could not find a version|ResolutionImpossible",
        "The package index has no build for this Python and system of a package that is needed.",
        "Use Python 3.11 to 3.13 on 64-bit Linux (from 2022), Windows, or macOS 14 on Apple silicon.",
    ),
)


def _advice(output: str) -> tuple[str, str]:
    """Why pip or venv failed and what to do, from what it printed."""
    for pattern, message, hint in _CAUSES:
        if re.search(pattern, output):
            return message, hint
    return f"The set-up failed: {_last_line(output)}", "Mend that, then start again."


def _last_line(output: str) -> str:
    """The line that says what was wrong."""
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no reason was given"])[-1].strip().removeprefix("ERROR: ")


# The system ----------------------------------------------------------------------------------------


def _install_system(names: list[str]) -> None:
    """Install Debian packages where that can be done without asking. StudioError with the command if not."""
    if not names:
        return
    as_root = _as_root()
    if as_root is not None and shutil.which("apt-get"):
        _say(f"Installing what the system lacks: {' '.join(names)}.")
        install = [*as_root, "apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "-q"]
        install += ["--no-install-recommends", *names]
        # Lists of packages can be absent or old on a bare machine: fetch them only where that is so.
        if _quiet(install) is None:
            return
        _quiet([*as_root, "apt-get", "update", "-q"])
        if _quiet(install) is None:
            return
    raise StudioError(
        f"The system lacks {len(names)} packages that are needed: {' '.join(names)}.",
        f"Install them, then start again; on Debian and Ubuntu: sudo apt-get install {' '.join(names)}",
    )


def _as_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None where that is not possible."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo") and _quiet(["sudo", "-n", "true"]) is None:
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None
