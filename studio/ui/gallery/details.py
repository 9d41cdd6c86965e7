"""The panel beside the grid: everything about one picture, or about all that are selected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from studio.store.gallery import SHADES, Details, Entry, State
from studio.ui.backdrop import Backdrop
from studio.ui.flow import ChipFlow
from studio.ui.icons import icon
from studio.ui.widgets import (
    Elided,
    PicturePanel,
    button,
    clear_layout,
    column,
    icon_button,
    label,
    row,
    scrolling,
)

from .bar import swatch
from .model import STATES
from .stars import StarRow

WIDTH = 284  # px
_PICTURE = 240  # px
_KIN = 46  # px


class _NoteEdit(QPlainTextEdit):
    """Says when it is left."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class _Opening(PicturePanel):
    """A picture that is clicked to see it large; by keyboard, Enter in the grid does it."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_on_it = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and is_on_it:
            self.clicked.emit()


class DetailsPanel(QFrame):
    """What is typed here goes out as signals; what comes back is drawn by `show_one`."""

    rated = Signal(int)
    tags_added = Signal(list)
    tag_removed = Signal(str)
    words_changed = Signal(str, str)  # name, note
    picture_wanted = Signal(int)  # number: of the family
    opened = Signal()
    accepted = Signal()  # the change that another program made
    acted = Signal(str)  # create, morph, pack, save, folder, alike, compare, delete

    def __init__(self, backdrop: Backdrop) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setAccessibleName("Details")
        self.setFixedWidth(WIDTH)
        self._backdrop = backdrop
        self.details: Details | None = None
        self._nothing = label("Select a picture to see what it is.", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._body = QWidget()
        inside = column(
            self._build_picture(),
            self._build_words(),
            self._build_deeds(),
            self._build_tags(),
            self._build_note(),
            self._build_likeness(),
            self._build_family(),
            self._build_facts(),
            None,
            spacing=14,
        )
        inside.setContentsMargins(20, 18, 14, 18)
        self._body.setLayout(inside)
        self._area = scrolling(self._body)
        layout = column(self._nothing, self._area, spacing=0)
        self.setLayout(layout)
        self.show_nothing()

    # Building

    def _build_picture(self) -> QWidget:
        self.panel = _Opening("Picture", self._backdrop, side=_PICTURE, inset=8, radius=10)
        self.panel.clicked.connect(self.opened)
        self.panel.setCursor(Qt.CursorShape.PointingHandCursor)
        made = QWidget()
        made.setLayout(row(None, self.panel, None))
        return made

    def _build_words(self) -> QWidget:
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setPlaceholderText("Name it…")
        self.name.setMaxLength(200)
        self.name.editingFinished.connect(self._send_words)
        self._title = label("", "heading", wrap=True)
        self.stars = StarRow("Stars")
        self.stars.chosen.connect(self.rated)
        self._problem = label("", "problem", wrap=True)
        self._accept = button("It is fine as it is", self.accepted.emit, "", "check")
        made = QWidget()
        made.setLayout(column(self._title, self.name, self.stars, self._problem, self._accept, spacing=8))
        return made

    def _build_deeds(self) -> QWidget:
        self._create = button("Open in Create", lambda: self.acted.emit("create"), "primary", "sparkle")
        self.deeds: dict[str, QToolButton] = {}
        line = row(spacing=3)
        for verb, words, icon_name, keys in (
            ("morph", "Morph", "arrows-left-right", "M"),
            ("pack", "Pack…", "package", "P"),
            ("save", "Save as…", "download-simple", "Ctrl+S"),
            ("folder", "Show in the folder", "folder-open", None),
            ("alike", "Find similar", "magic-wand", "L"),
            ("compare", "Compare two", "swap", "C"),
            ("delete", "Delete", "trash", "Del"),
        ):
            made = icon_button(words, icon_name, partial(self.acted.emit, verb), keys, "outlined")
            self.deeds[verb] = made
            line.addWidget(made)
        line.addStretch(1)
        whole = QWidget()
        whole.setLayout(column(self._create, line, spacing=8))
        return whole

    def _build_tags(self) -> QWidget:
        self._chips = ChipFlow()
        chips = QWidget()
        chips.setLayout(self._chips)
        self._chip_box = chips
        self.tag_field = QLineEdit()
        self.tag_field.setAccessibleName("Add a tag")
        self.tag_field.setPlaceholderText("Add tags, with commas between…")
        self.tag_field.returnPressed.connect(self._add_tags)
        self._known_tags = QStringListModel(self)
        completer = QCompleter(self._known_tags, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tag_field.setCompleter(completer)
        made = QWidget()
        made.setLayout(column(label("Tags", "strong"), chips, self.tag_field, spacing=6))
        return made

    def _build_note(self) -> QWidget:
        self.note = _NoteEdit()
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("A note to yourself…")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(76)
        self.note.left.connect(self._send_words)
        self._note_box = QWidget()
        self._note_box.setLayout(column(label("Note", "strong"), self.note, spacing=6))
        return self._note_box

    def _build_likeness(self) -> QWidget:
        self._original = PicturePanel("The set's own picture that is most like this", self._backdrop, side=56)
        self._likeness_words = label("", "small", wrap=True)
        beside = row(self._original, self._likeness_words, spacing=10)
        beside.setStretch(1, 1)
        self.likeness = QWidget()
        self.likeness.setLayout(column(label("Most like, of the set's own", "strong"), beside, spacing=6))
        return self.likeness

    def _build_family(self) -> QWidget:
        self._family_line = row(spacing=6)
        line = QWidget()
        line.setLayout(self._family_line)
        self.family = QWidget()
        self.family.setLayout(column(label("Family", "strong"), line, spacing=6))
        return self.family

    def _build_facts(self) -> QWidget:
        self._facts: QVBoxLayout = column(spacing=4)
        made = QWidget()
        made.setLayout(column(label("Facts", "strong"), self._facts, spacing=6))
        self._facts_box = made
        return made

    # Showing

    def show_nothing(self) -> None:
        self.details = None
        self._area.hide()
        self._nothing.show()

    def show_known_tags(self, tags: Sequence[str]) -> None:
        self._known_tags.setStringList(list(tags))

    def show_one(self, details: Details, pixmap: QPixmap | None, can_create: bool) -> None:
        entry = details.entry
        is_other = self.details is None or self.details.entry.id != entry.id
        self.details = details
        self._show_body(is_one=True)
        self.panel.show_pixmap(pixmap, entry.is_pixel_art)
        self.panel.setAccessibleName(f"Picture: {entry.title}")
        if is_other or not self.name.hasFocus():
            self.name.setText(entry.name)
        self.name.setPlaceholderText(entry.title if not entry.name else "Name it…")
        if is_other or not self.note.hasFocus():
            self.note.setPlainText(entry.note)
        self.stars.show_stars(entry.stars)
        self._problem.setText(STATES.get(entry.state, ""))
        self._problem.setVisible(entry.state is not State.WELL)
        self._accept.setVisible(entry.state is State.CHANGED)
        self._create.setEnabled(can_create)
        self._create.setToolTip("" if can_create else "The model that made it is not in your library.")
        self.deeds["compare"].setEnabled(False)
        self.deeds["folder"].setEnabled(entry.state is not State.MISSING)
        self._show_tags(details.tags)
        self._show_facts(details)
        if is_other:
            self.show_likeness(None, False, "")

    def show_many(self, entries_count: int, stars: int, tags: Sequence[str]) -> None:
        """Several: what they have in common, and what can be done to all."""
        self.details = None
        self._show_body(is_one=False)
        self._title.setText(f"{entries_count} pictures selected")
        self.stars.show_stars(stars)
        self._create.setEnabled(True)
        self._create.setToolTip("")
        self.deeds["compare"].setEnabled(entries_count == 2)
        self._show_tags(tags)

    def _show_body(self, is_one: bool) -> None:
        self._nothing.hide()
        self._area.show()
        self._title.setVisible(not is_one)
        for widget in (self.panel.parentWidget(), self.name, self._note_box, self._facts_box):
            if widget is not None:
                widget.setVisible(is_one)
        for verb in ("folder", "alike"):
            self.deeds[verb].setVisible(is_one)
        if not is_one:
            self._problem.hide()
            self._accept.hide()
            self.family.hide()
            self.likeness.hide()

    def _show_tags(self, tags: Sequence[str]) -> None:
        clear_layout(self._chips)
        for tag in tags:
            chip = QToolButton()
            chip.setText(tag if len(tag) < 22 else tag[:20] + "…")
            chip.setIcon(icon("x"))
            chip.setIconSize(QSize(10, 10))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            chip.setProperty("kind", "chip")
            chip.setAccessibleName(f"Remove the tag {tag}")
            chip.setToolTip(f"Remove the tag “{tag}”")
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(lambda _=False, tag=tag: self.tag_removed.emit(tag))
            self._chips.addWidget(chip)
        self._chip_box.setVisible(bool(tags))

    def _show_facts(self, details: Details) -> None:
        clear_layout(self._facts)
        for name, words in facts_of(details):
            title, value = label(name, "small"), Elided(words, "small")
            title.setFixedWidth(74)
            value.setAccessibleName(f"{name}: {words}")
            line = row(title, value, spacing=6)
            if name == "Colour":
                dot = label()
                dot.setPixmap(swatch(QColor(details.entry.colour | 0xFF000000)))
                line.insertWidget(1, dot)
            line.setStretch(line.count() - 1, 1)
            holder = QWidget()
            holder.setLayout(line)
            self._facts.addWidget(holder)

    def show_family(self, kin: Sequence[tuple[Entry | None, QPixmap | None, str]]) -> None:
        """Parents, then the children. Entry None: one that is not in the gallery. The text: what it is."""
        clear_layout(self._family_line)
        for entry, pixmap, words in kin:
            made = QToolButton()
            made.setFixedSize(_KIN, _KIN)
            made.setIconSize(QSize(_KIN - 10, _KIN - 10))
            made.setProperty("kind", "outlined")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setIcon(pixmap if pixmap is not None else icon("question"))
            title = entry.title if entry else "not in the gallery"
            made.setToolTip(f"{words}: {title}")
            made.setAccessibleName(f"{words}: {title}")
            made.setEnabled(entry is not None)
            if entry is not None:
                made.clicked.connect(lambda _=False, id=entry.id: self.picture_wanted.emit(id))
            self._family_line.addWidget(made)
        self._family_line.addStretch(1)
        self.family.setVisible(bool(kin))

    def show_likeness(self, pixmap: QPixmap | None, is_pixel_art: bool, words: str) -> None:
        self._original.show_pixmap(pixmap, is_pixel_art)
        self._likeness_words.setText(words)
        self.likeness.setVisible(bool(words))

    # What is typed

    def _send_words(self) -> None:
        if self.details is None:
            return
        entry, name, note = self.details.entry, self.name.text().strip(), self.note.toPlainText()
        if (name, note) != (entry.name, entry.note):
            self.words_changed.emit(name, note)

    def _add_tags(self) -> None:
        tags = [part.strip() for part in self.tag_field.text().split(",") if part.strip()]
        self.tag_field.clear()
        if tags:
            self.tags_added.emit(tags)


def facts_of(details: Details) -> list[tuple[str, str]]:
    """Name and value of each fact, as the artist reads them."""
    entry, picture = details.entry, details.picture
    facts = []
    if entry.model:
        facts.append(("Model", entry.model_name or f"not in your library ({entry.model[:8]})"))
    if entry.seed is not None:
        facts.append(("Seed", str(entry.seed)))
    if picture is not None:
        facts.append(("Diversity", f"{picture.diversity:.2f}"))
    if entry.novelty is not None:
        facts.append(("Newness", f"{round(100 * entry.novelty)} of 100"))
    facts.append(("Size", f"{entry.width} × {entry.height} px"))
    facts.append(("Colour", SHADES[entry.shade].capitalize()))
    when = datetime.fromtimestamp(entry.created_ms / 1000)
    facts.append(("Kept", f"{when.day} {when:%b %Y, %H:%M}"))
    if details.collections:
        facts.append(("Collections", ", ".join(one.name for one in details.collections)))
    facts.append(("File", entry.file))
    return facts
