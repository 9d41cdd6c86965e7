"""What the world can do to us, as a sentence. Bugs stay ordinary exceptions."""

from __future__ import annotations


class StudioError(Exception):
    """Something the user can meet and mend.

    message: one sentence, what happened; ends with a full stop.
    hint: one thing to do about it; may be empty.
    The cause, if any, travels as `__cause__` (`raise StudioError(...) from error`).
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):
    """The user asked to stop. Not an error: nothing is shown, what was saved stays."""
