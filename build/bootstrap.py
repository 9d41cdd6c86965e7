"""Makes sure that the pinned packages are there, before anything is imported that needs them.

Runs at every start, so it only lists folders (about a millisecond). What takes time is in install.py.
Readable by older Pythons too, which must live long enough to say that they are too old.
"""

from __future__ import annotations

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
UNFINISHED = os.path.join(VENV, ".unfinished")
"""There while a set-up changes .venv; one that is found later was left by a set-up that was killed."""
RUNTIMES = ("cpu", "gpu")
"""The extras that bring ONNX Runtime: exactly one of them is installed."""

# Qt's shared libraries that its wheel takes from the system, with the Debian package of each. The first
# group is needed to draw anything at all, the second to open a window on X11.
DRAWING_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib64",
    "/lib",
)


def ensure(window: bool = False, tests: bool = False) -> None:
    """Return when the packages can be imported; set up and start again in .venv where they are not there.

    window: a window will be opened. tests: what the tests need is wanted too.
    Ends the program, with a sentence, where the set-up fails.
    """
    if getattr(sys, "frozen", False):
        return
    if sys.version_info < (3, 11):  # noqa: UP036 (it runs before anything checks that)
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"Morpho Studio needs Python 3.11 or newer, and this is {found}. Start it with a newer one.")
    if missing_packages(sys.path, tests):
        if not is_ready(tests):
            from build import install  # costs 50 ms that an ordinary start need not pay

            install.packages(tests)
        start_again()
    if window or tests:
        libraries = missing_libraries(window)
        if libraries:
            from build import install

            install.libraries(libraries)


def is_ready(tests: bool) -> bool:
    """Whether .venv is whole and has everything."""
    return (
        os.path.exists(venv_python())
        and not os.path.exists(UNFINISHED)
        and not missing_packages(venv_packages(), tests)
    )


def venv_python() -> str:
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", "python.exe")
    return os.path.join(VENV, "bin", "python")


def venv_packages() -> list[str]:
    """Where .venv's own Python looks for packages; its version can differ from the running one's."""
    if os.name == "nt":
        return [os.path.join(VENV, "Lib", "site-packages")]
    name = os.path.basename(os.path.realpath(venv_python()))
    if not re.fullmatch(r"python3\.\d+", name):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return [os.path.join(VENV, "lib", name, "site-packages")]


def requirements(extra: str = "") -> list[str]:
    """The pins of pyproject.toml, "name==version": the program's own, or those of one extra."""
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as file:
        text = file.read()
    block = re.search(rf"^{extra or 'dependencies'} = \[(.*?)\]$", text, re.MULTILINE | re.DOTALL)
    if block is None:
        raise KeyError(extra)
    return re.findall(r'"([\w.-]+==[^"]+)"', block[1])


def missing_packages(folders: list[str], tests: bool) -> list[str]:
    """The pins that none of the folders holds. Either ONNX Runtime will do."""
    held: set[tuple[str, str]] = set()
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        held.update(_pin(*name[: -len(".dist-info")].split("-")[:2]) for name in names if _is_record(name))
    wanted = requirements() + (requirements("test") if tests else [])
    missing = [pin for pin in wanted if _pin(*pin.split("==")) not in held]
    runtimes = [pin for extra in RUNTIMES for pin in requirements(extra)]
    if not any(_pin(*pin.split("==")) in held for pin in runtimes):
        missing += requirements("cpu")
    return missing


def _is_record(name: str) -> bool:
    """Whether a folder of that name is the record of an installed package."""
    return name.endswith(".dist-info") and name.count("-") >= 2


def _pin(name: str, version: str) -> tuple[str, str]:
    """Name and version as they compare: case, dashes and the builder's own suffix do not count."""
    return re.sub(r"[-_.]+", "-", name).lower(), version.partition("+")[0]


def missing_libraries(window: bool) -> list[str]:
    """The Debian packages of Qt's system libraries that are not there, on Linux; else nothing."""
    if not sys.platform.startswith("linux"):
        return []
    needed = dict(DRAWING_LIBRARIES)
    if window and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        needed.update(WINDOW_LIBRARIES)
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        needed = DRAWING_LIBRARIES
    missing = {package for library, package in needed.items() if not _has_library(library)}
    return sorted(missing)


def _has_library(library: str) -> bool:
    if any(os.path.exists(os.path.join(folder, library)) for folder in _LIBRARY_FOLDERS):
        return True
    import ctypes  # only where the usual places do not have it

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def start_again() -> None:
    """Run this same command line in .venv instead."""
    command = [venv_python(), *sys.orig_argv[1:]]
    os.environ.pop("__PYVENV_LAUNCHER__", None)  # macOS: would point the new Python back at this one
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # pythonw on Windows has none
            stream.flush()
    if os.name == "nt":  # exec there returns to the terminal at once, with the program still running
        import subprocess

        try:
            sys.exit(subprocess.call(command))
        except KeyboardInterrupt:
            sys.exit(130)
    os.execv(command[0], command)
