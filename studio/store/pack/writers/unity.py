"""Unity has no stable text for sprite sheets: its slicer cuts equal cells. This says with which numbers."""

from __future__ import annotations

from ..model import Sheet


def how_to_slice(sheet: Sheet) -> dict[str, str]:
    """A line for people, beside each sheet."""
    cells = sheet.cells
    assert cells is not None
    pages = ", ".join(page.file for page in sheet.pages)
    sprites = len(sheet.sprites)
    filtering = "Filter Mode: Point (no filter), Compression: None. " if sheet.is_pixel_art else ""
    return {
        f"{sheet.stem}-README.txt": (
            f"{pages}: {sprites} sprites, row by row.\n"
            f"Texture Type: Sprite (2D and UI), Sprite Mode: Multiple. {filtering}"
            "Then Sprite Editor > Slice > Grid By Cell Size: "
            f"Pixel Size {cells.size.width} x {cells.size.height}, "
            f"Offset {cells.margin} x {cells.margin}, Padding {cells.spacing} x {cells.spacing}.\n"
        )
    }
