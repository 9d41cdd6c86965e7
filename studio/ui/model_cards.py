"""Cards and rows of the Models room: a bundle, a run that can go on, a bundle that is damaged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from studio.core.steps import time_in_words
from studio.store.bundle import Bundle, DamagedBundle
from studio.store.runs import Run

from .backdrop import Backdrop
from .icons import icon
from .sheets import cells_of
from .widgets import Elided, button, column, frame, icon_button, label, row

MenuItem = tuple[str, str, Callable[[Bundle], object]]
"""Words, icon, what is done with the bundle."""
CARD_WIDTH = 250  # px, at least
_PREVIEW_HEIGHT = 168


class PreviewPanel(QWidget):
    """The pictures of a bundle's preview sheet, as many whole ones as fit."""

    def __init__(self, bundle: Bundle, backdrop: Backdrop) -> None:
        super().__init__()
        self.setFixedHeight(_PREVIEW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Pictures of {bundle.facts.name}")
        self._backdrop = backdrop
        self._is_pixel_art = bundle.facts.kind == "pixel"
        self._sheet = QPixmap(str(bundle.preview_file))
        self._cells = cells_of(self._sheet, bundle)
        backdrop.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_pixel_art)
        self._backdrop.draw(painter, QRectF(self.rect()), 7)
        rows, pad = 2, 8
        side = (self.height() - pad * (rows + 1)) / rows
        columns = max(1, int((self.width() - pad) / (side + pad)))
        gap = (self.width() - columns * side) / (columns + 1)
        for i, cell in enumerate(self._cells[: rows * columns]):
            left = gap + (i % columns) * (side + gap)
            top = pad + (i // columns) * (side + pad)
            painter.drawPixmap(QRectF(left, top, side, side), self._sheet, cell)
        painter.end()


class BundleCard(QFrame):
    """A model: its pictures, what it is, what can be done with it."""

    def __init__(
        self,
        bundle: Bundle,
        backdrop: Backdrop,
        is_starter: bool,
        open_in_create: Callable[[Bundle], object],
        menu_items: list[MenuItem],
    ) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(f"Model {bundle.facts.name}")
        self.bundle = bundle
        self._open_in_create = open_in_create
        name = Elided(bundle.facts.name, "heading")
        head = row(name, spacing=6)
        head.setStretch(0, 1)
        if is_starter:
            head.addWidget(label("Starter", "badge"))
        facts = label("\n".join(facts_in_words(bundle)), "small", wrap=True)
        facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        opening = button("Open in Create", self.open, "", "sparkle")
        opening.setAccessibleName(f"Open {bundle.facts.name} in Create")
        foot = row(opening, None, spacing=6)
        if menu_items:
            foot.addWidget(_menu_button(bundle, menu_items))
        words = column(head, facts, None, foot, spacing=6)
        words.setContentsMargins(8, 6, 8, 4)
        layout = column(PreviewPanel(bundle, backdrop), words, spacing=6)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return QSize(CARD_WIDTH, layout.totalHeightForWidth(CARD_WIDTH))

    def open(self) -> None:
        self._open_in_create(self.bundle)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.open()


def _menu_button(bundle: Bundle, items: list[MenuItem]) -> QToolButton:
    more = icon_button(f"More for {bundle.facts.name}", "dots-three-vertical-bold", lambda: None)
    menu = QMenu(more)
    menu.setAccessibleName(f"More for {bundle.facts.name}")
    for words, icon_name, act in items:
        action = menu.addAction(icon(icon_name), words)
        action.triggered.connect(lambda _=False, act=act: act(bundle))
    more.clicked.connect(lambda: menu.popup(more.mapToGlobal(QPoint(0, more.height()))))
    return more


def facts_in_words(bundle: Bundle) -> list[str]:
    """What an artist wants to know of a model, a line each."""
    facts = bundle.facts
    trained = facts.trained
    side = facts.picture_side
    kind = "pixel art" if facts.kind == "pixel" else "pictures"
    lines = [f"{side} × {side} px {kind}"]
    if trained.get("pictures"):
        lines.append(f"Learnt from {trained['pictures']:,} pictures".replace(",", "\u202f"))
    when = _date_in_words(str(trained.get("date", "")))
    seconds = trained.get("seconds")
    if seconds:
        lines.append(f"Trained {time_in_words(float(seconds))}{f', {when}' if when else ''}")
    elif when:
        lines.append(f"Trained {when}")
    quality = quality_in_words(facts.quality)
    if quality:
        lines.append(quality)
    return lines


def _date_in_words(date: str) -> str:
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return ""
    return f"{when.day} {when:%b %Y}"


def quality_in_words(quality: dict[str, float]) -> str:
    """How close held-out pictures come back, if the run measured it."""
    error = quality.get("rebuild_error")
    if error is None:
        return ""
    limits = ((8, "very closely"), (16, "closely"), (28, "fairly"))
    words = next((words for limit, words in limits if error < limit), "roughly")
    return f"Unseen pictures come back {words}"


def run_row(run: Run, resume: Callable[[Run], object], remove: Callable[[Run], object]) -> QFrame:
    """A run that was stopped before it made a model."""
    made = frame("panel")
    going_on = button("Resume", lambda: resume(run), "primary", "play")
    going_on.setAccessibleName(f"Resume {run.name}")
    removing = button("Remove", lambda: remove(run), "", "trash")
    removing.setAccessibleName(f"Remove the unfinished run {run.name}")
    words = f"{run.recipe.size} × {run.recipe.size} px, {time_in_words(run.recipe.minutes * 60)} planned"
    layout = row(
        _picture_of("hourglass"), column(label(run.name, "strong"), label(words, "small"), spacing=2), None
    )
    layout.addWidget(removing)
    layout.addWidget(going_on)
    layout.setContentsMargins(16, 12, 14, 12)
    layout.setSpacing(12)
    made.setLayout(layout)
    return made


def damaged_row(found: DamagedBundle, remove: Callable[[DamagedBundle], object]) -> QFrame:
    """A folder that should be a model and cannot be used: one sentence."""
    made = frame("panel")
    text = label(found.sentence, wrap=True)
    removing = button("Move to the bin", lambda: remove(found), "", "trash")
    removing.setAccessibleName(f"Move the damaged model {found.path.name} to the bin")
    layout = row(_picture_of("warning"), text, removing, spacing=12)
    layout.setStretch(1, 1)
    layout.setContentsMargins(16, 10, 14, 10)
    made.setLayout(layout)
    return made


def _picture_of(icon_name: str) -> QLabel:
    made = QLabel()
    made.setPixmap(icon(icon_name).pixmap(QSize(20, 20)))
    return made
