"""Before a model is given to others: what goes along, and how large the file will be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QWidget

from studio.store.bundle import LARGEST_THUMBNAIL, Bundle
from studio.store.sharing import SUFFIX, shared_size

from .model_words import number, size_in_words
from .widgets import button, column, label, row

_WITH = (
    "Whoever gets the file can see your {count} pictures, small (up to {side} px), and what their files are "
    "called. Choose this for yourself or for people you work with."
)
_WITHOUT = (
    "Your pictures are not in the file. Where the program shows an original, others see what the model "
    "remembers of it."
)
_NONE = (
    "This model holds no pictures of its set. Where the program shows an original, it draws what the model "
    "remembers of it."
)


class ShareDialog(QDialog):
    """Asks one question, then where to."""

    def __init__(
        self, bundle: Bundle, share: Callable[[Path, bool], object], proposed: Path, parent: QWidget
    ) -> None:
        """share: is called with the file and whether thumbnails go along."""
        super().__init__(parent)
        self._bundle, self._share, self._proposed = bundle, share, proposed
        self.setWindowTitle("Share a model")
        self.setFixedWidth(500)
        self.thumbnails = QCheckBox("With small copies of the pictures it learnt from")
        self.thumbnails.setEnabled(bundle.has_thumbnails)
        self.thumbnails.toggled.connect(self._draw)
        self.meaning = label("", "muted", wrap=True)
        self.how_large = label("", "muted")
        save = button("Save as…", self._choose, "primary", "export")
        save.setDefault(True)
        layout = column(
            label(f"Share “{bundle.facts.name}”", "heading"),
            label(
                "The model becomes one file. Whoever adds it to their library makes the same pictures from "
                "the same seeds and names.",
                wrap=True,
            ),
            4,
            self.thumbnails,
            self.meaning,
            4,
            row(
                self.how_large,
                None,
                button("Cancel", self.reject),
                save,
                spacing=10,
            ),
            spacing=12,
            margins=24,
        )
        self.setLayout(layout)
        self._draw()
        (self.thumbnails if bundle.has_thumbnails else save).setFocus()

    def _draw(self) -> None:
        bundle, has = self._bundle, self.thumbnails.isChecked()
        if not bundle.has_thumbnails:
            self.meaning.setText(_NONE)
        elif has:
            count = number(len(bundle.codes))
            self.meaning.setText(_WITH.format(count=count, side=LARGEST_THUMBNAIL))
        else:
            self.meaning.setText(_WITHOUT)
        try:
            self.how_large.setText(f"About {size_in_words(shared_size(bundle, has))}")
        except OSError:
            self.how_large.setText("")

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Share a model", str(self._proposed), f"Models (*{SUFFIX})"
        )
        if name:
            self.accept()
            file = Path(name)
            self._share(
                file if file.suffix == SUFFIX else Path(f"{name}{SUFFIX}"), self.thumbnails.isChecked()
            )
