"""A page in Chromium that may run engines written for browsers, served from this machine to this machine."""

from __future__ import annotations

import contextlib
import json
import mimetypes
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .kit import Absent

_PAGES = Path(__file__).parent / "pages"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_LONGEST_S = 120
_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
"""Threads in WebAssembly share memory only on a page of its own."""


def ask(page: str, given: object, served: Mapping[str, Path | bytes]) -> Any:
    """What pages/`page` reports. given: for its `given()`. served: folders or
    files by the beginning of the address.

    Raises Absent without a browser, RuntimeError with the page's own words where it fails.
    """
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise Absent("Chromium is not on the PATH.")
    answers: list[tuple[str, Any]] = []
    done = threading.Event()
    files: dict[str, Path | bytes] = {
        **served,
        "/page/": _PAGES,
        "/given": json.dumps(given).encode(),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*_found(files, unquote(urlsplit(self.path).path)))

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answers.append((self.path, json.loads(said)))
            self._answer(204, b"", "text/plain")
            done.set()

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": len(content), **_ISOLATED}.items():
                self.send_header(name, str(value))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [program, "--headless=new", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        command += ["--no-first-run", "--mute-audio", f"--user-data-dir={profile}"]
        command += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command.append(f"http://127.0.0.1:{server.server_port}/page/{page}")
        nowhere = subprocess.DEVNULL
        own = {**os.environ, "TMPDIR": profile}  # what it leaves behind goes with that
        with subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=own) as process:
            done.wait(_LONGEST_S)
            process.terminate()
        server.shutdown()
    if not answers:
        raise RuntimeError(f"{page} said nothing in {_LONGEST_S} s")
    kind, answer = answers[0]
    if kind != "/report":
        raise RuntimeError(str(answer))
    return answer


def _found(files: Mapping[str, Path | bytes], path: str) -> tuple[int, bytes, str]:
    for start, there in files.items():
        if isinstance(there, bytes) and path == start:
            return 200, there, "application/octet-stream"
        if isinstance(there, Path) and path.startswith(start):
            file = (there / path.removeprefix(start)).resolve()
            if file.is_relative_to(there.resolve()) and file.is_file():
                kind = "text/javascript" if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file)[0]
                return 200, file.read_bytes(), kind or "application/octet-stream"
    return 404, b"", "text/plain"
