"""The wizard's second page: how the pictures become squares, how large, and whether mirrored ones count."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QPushButton, QSizePolicy, QWidget

from studio.core.recipe import SIZES
from studio.core.steps import Answers, mirror_in_words, offered_size, size_in_words

from .backdrop import Backdrop, to_pixmap
from .pictures_page import Example
from .sheets import ContactSheet
from .widgets import centred, column, label, row, scrolling

_FITS = {
    "pad": ("Add margins", "The whole picture, with transparency added to make it square."),
    "trim": ("Trim", "Empty borders are cut away first: the subject is as large as can be."),
    "crop": ("Cut to a square", "The middle of the picture; what sticks out is cut off."),
    "stretch": ("Stretch", "The picture is squeezed into a square."),
}
_MIRRORS = {True: "Learn from them too", False: "Only as drawn"}
_CARD_WIDTH, _EXAMPLE_SIDE = 204, 62  # px
_CARD_HEIGHT = 264  # px


class FitCard(QPushButton):
    """One way to make squares, on several of the artist's own pictures."""

    def __init__(self, words: str, help: str, backdrop: Backdrop) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("kind", "choice")
        self.setAccessibleName(words)
        self.setAccessibleDescription(help)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.sheet = ContactSheet(f"{words}: your pictures", backdrop, _EXAMPLE_SIDE)
        explained = label(help, "small", wrap=True)
        explained.setMinimumHeight(34)
        explained.setAlignment(Qt.AlignmentFlag.AlignTop)
        title = label(words, "strong")
        layout = column(self.sheet, title, explained, spacing=6, margins=12)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        for part in (self.sheet, title, explained):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(_CARD_WIDTH, _CARD_HEIGHT)


class FitPage(QWidget):
    """Shows Answers and says when the artist changed them."""

    changed = Signal(object)  # Answers

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self._answers = Answers()
        inner = QWidget()
        inner.setMaximumWidth(1180)
        inner.setLayout(
            column(
                label("How your pictures become square", "heading"),
                self._build_fits(backdrop),
                10,
                self._build_rest(),
                None,
                spacing=10,
                margins=4,
            )
        )
        self.setLayout(column(scrolling(centred(inner))))

    def _build_fits(self, backdrop: Backdrop) -> QWidget:
        self.fits: dict[str, FitCard] = {}
        group = QButtonGroup(self)
        line = row(spacing=12)
        for fit, (words, help) in _FITS.items():
            made = FitCard(words, help, backdrop)
            made.clicked.connect(lambda _=False, fit=fit: self._change(fit=fit))
            group.addButton(made)
            line.addWidget(made, 1)
            self.fits[fit] = made
        holder = QWidget()
        holder.setFixedHeight(_CARD_HEIGHT)  # a height of the cards' own would be the style sheet's
        holder.setLayout(line)
        return holder

    def _build_rest(self) -> QWidget:
        self.size_box = QComboBox()
        self.size_box.setAccessibleName("Size of the pictures")
        for size in SIZES:
            self.size_box.addItem(f"{size} × {size} px", size)
        self.size_box.activated.connect(lambda i: self._change(size=SIZES[i]))
        self.mirror = QComboBox()
        self.mirror.setAccessibleName("Mirrored pictures")
        for words in _MIRRORS.values():
            self.mirror.addItem(words)
        self.mirror.activated.connect(lambda i: self._change(mirror=list(_MIRRORS)[i]))
        self._size_reason, self._mirror_reason = label("", "muted", wrap=True), label("", "muted", wrap=True)
        made = QWidget()
        layout = row(
            _titled("Size of the new pictures", self.size_box, self._size_reason),
            _titled("Mirrored pictures", self.mirror, self._mirror_reason),
            spacing=32,
        )
        layout.setStretch(0, 1)
        layout.setStretch(1, 1)
        made.setLayout(layout)
        return made

    def _change(self, **answers: object) -> None:
        self._answers = replace(self._answers, **answers)  # type: ignore[arg-type]
        self.changed.emit(self._answers)

    def show_answers(self, answers: Answers) -> None:
        self._answers = answers
        found = answers.found
        suggested = offered_size(found) if found else 0
        for i, size in enumerate(SIZES):
            words = "   (suggested)" if size == suggested else ""
            self.size_box.setItemText(i, f"{size} × {size} px{words}")
        self.size_box.setCurrentIndex(SIZES.index(answers.size))
        for i, (mirror, words) in enumerate(_MIRRORS.items()):
            is_suggested = found is not None and mirror is not found.faces_one_way
            self.mirror.setItemText(i, f"{words}   (suggested)" if is_suggested else words)
        self.mirror.setCurrentIndex(list(_MIRRORS).index(answers.mirror is not False))
        self.fits[answers.fit].setChecked(True)
        if found is not None:
            self._size_reason.setText(size_in_words(found, answers.size))
            self._mirror_reason.setText(mirror_in_words(found))

    def forget_examples(self) -> None:
        """Other pictures are being looked through."""
        for card in self.fits.values():
            card.sheet.clear(0, False)

    def show_example(self, example: Example) -> None:
        """One of the artist's pictures, as each fit would take it."""
        for fit, card in self.fits.items():
            if not card.sheet.count:
                card.sheet.clear(0, example.pixel_art)
            card.sheet.add(to_pixmap(example.by_fit[fit]))


def _titled(title: str, content: QWidget, reason: QWidget) -> QWidget:
    content.setFixedWidth(310)
    made = QWidget()
    made.setLayout(column(label(title, "heading"), row(content, None), reason, None, spacing=8))
    return made
