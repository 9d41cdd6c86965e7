"""What can be done in the Gallery room, each as a Command with its keys; and the menu of a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from studio.store.gallery.notes import MOST_STARS
from studio.ui.actions import Command, Gesture

if TYPE_CHECKING:  # the room makes its commands, and they are about the room
    from .room import GalleryRoom

_ZOOM = 16  # px
_LINES_AFTER = ("pack", "folder", "compare", "take")


def build_commands(room: GalleryRoom) -> QMenu:
    """Makes them all; the menu of those that are about the chosen pictures."""
    _stars(room)
    _others(room)
    Gesture(room.grid, "Open a picture", "Enter")
    Gesture(room.grid, "Change the size of the pictures", "Ctrl+wheel")
    return _menu(room)


def _menu(room: GalleryRoom) -> QMenu:
    keys, deeds = QKeySequence.StandardKey, room.deeds
    menu = QMenu(room)
    menu.setAccessibleName("What can be done with the pictures")
    for verb, words, shortcut, icon_name, act in (
        ("create", "Open in Create", "Ctrl+Return", "sparkle", partial(room.act, "create")),
        ("morph", "Morph", "M", "arrows-left-right", partial(room.act, "morph")),
        ("pack", "Pack…", "P", "package", partial(room.act, "pack")),
        ("save", "Save as…", keys.Save, "download-simple", deeds.save),
        ("copy", "Copy", keys.Copy, "copy", deeds.copy),
        ("folder", "Show in the folder", (), "folder-open", deeds.show_in_folder),
        ("alike", "Find similar", "L", "magic-wand", room.find_similar),
        ("compare", "Compare two", "C", "swap", room.compare_two),
        ("tag", "Add tags", "T", "tag", room.go_to_tags),
        ("collect", "New collection of these", "Ctrl+Shift+N", "folder-plus", deeds.make_collection),
        ("take", "Take from the collection", "Backspace", "folder-minus", deeds.take_from_collection),
        ("delete", "Delete", keys.Delete, "trash", deeds.delete),
    ):
        menu.addAction(Command(room, f"gallery.{verb}", words, act, shortcut, icon_name))
        if verb in _LINES_AFTER:
            menu.addSeparator()
    return menu


def _others(room: GalleryRoom) -> None:
    keys, undo_stack = QKeySequence.StandardKey, room.desk.undo_stack
    for verb, words, shortcut, icon_name, act in (
        ("search", "Search the gallery", keys.Find, "magnifying-glass", room.bar.field.setFocus),
        ("add", "Add pictures from files…", keys.Open, "plus", room.deeds.add_files),
        ("doubles", "Find doubles", "D", "copy", room.find_doubles),
        ("undo", "Undo", keys.Undo, "arrow-u-up-left", undo_stack.undo),
        ("redo", "Redo", keys.Redo, "arrow-u-up-right", undo_stack.redo),
        ("larger", "Larger pictures", keys.ZoomIn, "", partial(room.zoom, _ZOOM)),
        ("smaller", "Smaller pictures", keys.ZoomOut, "", partial(room.zoom, -_ZOOM)),
        ("earlier", "Earlier in the collection", "Alt+Left", "", partial(room.move_chosen, -1)),
        ("later", "Later in the collection", "Alt+Right", "", partial(room.move_chosen, 1)),
    ):
        Command(room, f"gallery.{verb}", words, act, shortcut, icon_name)


def _stars(room: GalleryRoom) -> None:
    for stars in range(MOST_STARS + 1):
        words = "No stars" if stars == 0 else f"{stars} star{'s' if stars > 1 else ''}"
        act = partial(room.deeds.rate, stars)
        Command(room, f"gallery.stars{stars}", words, act, str(stars), "star" if stars else "")
