"""What is dropped on the window, and what kinds of pictures are asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff")


def local_paths(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """Files and folders that are dropped; none for anything else."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
