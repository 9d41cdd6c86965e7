"""When the program itself is wrong: into the log in full, and on the screen as a report to pass on."""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    QUrl,
    Signal,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit

from studio import __version__

from .widgets import button, column, label, reword, row

log = logging.getLogger(__name__)

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_to(file: Path) -> Callable[[], None]:
    """Send every log line, Qt's messages included, to the file; gives back how to stop."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=2**20, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    qt = logging.getLogger("qt")
    qInstallMessageHandler(lambda kind, _context, text: _log_qt(qt, kind, _context, text))

    def stop() -> None:
        qInstallMessageHandler(None)
        root.removeHandler(handler)
        handler.close()

    return stop


def _log_qt(qt: logging.Logger, kind: QtMsgType, _context: QMessageLogContext, text: str | None) -> None:
    qt.log(_LEVELS.get(kind, logging.WARNING), text)


class CrashHandler(QObject):
    """Stands behind everything: what nobody caught, on any thread, ends here and not in silence."""

    _happened = Signal(str)

    def __init__(self, log_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log_file = log_file
        self._dialog: CrashDialog | None = None
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = lambda args: self.handle(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        if sys.stderr is not None:  # a windowed program on Windows has none
            faulthandler.enable()

    def remove(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        faulthandler.disable()

    def handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """From any thread; PySide brings exceptions in slots and paint events here too."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("Nobody caught this", exc_info=(kind, error, trace))
        self._happened.emit("".join(traceback.format_exception(kind, error, trace)))

    def _show(self, trace: str) -> None:
        if self._dialog is None:  # one is enough; the log has them all
            self._dialog = CrashDialog(report(trace), self._log_file)
            self._dialog.finished.connect(self._forget)
            self._dialog.show()

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def report(trace: str) -> str:
    """What a developer needs to know; no names of the artist's files beyond those in the trace."""
    return (
        f"Morpho Studio {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.platform()}\n\n{trace}"
    )


class CrashDialog(QDialog):
    """Says what happened and gives the report to copy."""

    def __init__(self, text: str, log_file: Path) -> None:
        super().__init__()
        self.setWindowTitle("Something went wrong")
        self.resize(680, 420)
        self._text = text
        view = QPlainTextEdit(text)
        view.setReadOnly(True)
        view.setAccessibleName("Report")
        view.setTabChangesFocus(True)
        folder = QUrl.fromLocalFile(str(log_file.parent))
        self._copy = button("Copy report", self.copy, "", "copy")
        layout = column(
            label("Something went wrong inside the program", "heading"),
            label(
                "This is our mistake, not yours. What was saved is safe, and you can go on; if the window "
                "behaves oddly, close it and open it again. The report helps us to mend it.",
                "muted",
                wrap=True,
            ),
            view,
            row(
                self._copy,
                button("Open the log folder", lambda: QDesktopServices.openUrl(folder), "", "folder-open"),
                None,
                button("Go on", self.accept, "primary"),
            ),
            spacing=12,
            margins=20,
        )
        self.setLayout(layout)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        reword(self._copy, "Copied")
