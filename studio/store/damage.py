"""What is wrong with a file others gave us, before it becomes a sentence for the user."""

from __future__ import annotations

import zipfile
import zlib

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for archives that are damaged, encrypted or of an exotic kind."""


class Damaged(Exception):
    """A file is not what it should be. str(error): the reason, as a clause ("the shape is wrong")."""
