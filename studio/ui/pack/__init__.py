"""The export dialog: pictures on their way into a game. The way in: `PackDesk`."""

from .desk import PackDesk

__all__ = ["PackDesk"]
