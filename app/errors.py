"""The one funnel from any failure to the user and to the log.

Nothing here decides how a message looks: the window's message bar does.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from engine import DivergedError, EngineError, ExportError, export_file

logger = logging.getLogger(__name__)
qt_logger = logging.getLogger("qt")

LOG_BYTES, LOGS_KEPT = 1_000_000, 3

MessageKind = Literal["info", "warning", "error"]
Place = Literal["", "dataset", "training", "generation"]  # a tab, or the whole window

UNEXPECTED_ADVICE = (
    "This is a fault in the program, not in your data. Your text and your model are kept; "
    "try again, and if it happens again, copy the details into a report."
)

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAction:
    """The one step that helps, offered beside a message."""

    text: str  # of the button
    tip: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the message bar shows."""

    kind: MessageKind
    text: str  # what happened
    advice: str = ""  # what to do
    details: str = ""  # for "Copy details"; "" hides the button
    action: MessageAction | None = None
    place: Place = ""  # the tab that it concerns


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailure:
    """Why a job failed, ready to be shown."""

    message: str
    is_expected: bool  # True: a sentence for the user; False: a defect of ours
    details: str  # the traceback; "" when the failure was expected
    # Not the error itself: it would keep the memory that it was raised with.
    error_type: type[BaseException] = field(default=Exception, compare=False)
    next_rate: float | None = None  # to try after a divergence

    @classmethod
    def from_exception(cls, error: BaseException) -> Self:
        """Describe `error`: the engine's own failures carry a sentence for the user."""
        if isinstance(error, EngineError):
            message, is_expected, details = str(error), True, ""
        else:
            message, is_expected = _first_line(error), False
            details = "".join(traceback.format_exception(error))
        return cls(
            message=message,
            is_expected=is_expected,
            details=details,
            error_type=type(error),
            next_rate=error.next_rate if isinstance(error, DivergedError) else None,
        )


class ErrorPresenter(QObject):
    """Turn failures into messages and log what was not expected.

    Signals
    -------
    message_requested(object)
        A `Message` to show in place of the present one.
    clear_requested(str)
        The message shown is out of date, and that of the tab of this name, if one is named.
    """

    message_requested = Signal(object)
    clear_requested = Signal(str)

    def __init__(self, parent: QObject | None = None, *, place: Place = "") -> None:
        super().__init__(parent)
        self._place: Place = place

    def at(self, place: Place) -> "ErrorPresenter":
        """Return one for what concerns a tab; what it says is shown by this one."""
        presenter = ErrorPresenter(self, place=place)
        presenter.message_requested.connect(self.message_requested)
        presenter.clear_requested.connect(self.clear_requested)
        return presenter

    def show_failure(
        self, failure: TaskFailure, doing: str, action: MessageAction | None = None
    ) -> None:
        """Show why `doing` (such as "Preparing comments.csv") failed, and what would help."""
        if failure.is_expected:
            logger.info("%s: %s", doing, failure.message)
            message = Message(kind="error", text=failure.message, action=action, place=self._place)
            self.message_requested.emit(message)
            return
        logger.error("Unexpected failure. %s: %s\n%s", doing, failure.message, failure.details)
        self._show_unexpected(f"{doing} failed unexpectedly: {failure.message}", failure.details)

    def show_exception(self, error: BaseException, doing: str) -> None:
        """Show an exception caught in this thread."""
        self.show_failure(TaskFailure.from_exception(error), doing)

    def show_message(self, text: str, kind: MessageKind = "info") -> None:
        """Show one sentence."""
        self.message_requested.emit(Message(kind=kind, text=text, place=self._place))

    def export(self, path: Path, content: bytes, what: str, done: str) -> None:
        """Write a file for other programs, and say `done`, or why that failed.

        A failure leaves the file that was there. `what` begins its sentence, such as "The plot".
        """
        try:
            export_file(path, content, what)
        except ExportError as error:
            self.show_message(str(error), "error")
        else:
            self.show_message(done)

    def clear(self) -> None:
        """Take the present message away."""
        self.clear_requested.emit(self._place)

    def report_uncaught(self, error: BaseException) -> None:
        """Log and show an exception that nobody caught; may be called in any thread."""
        details = "".join(traceback.format_exception(error))
        logger.error("Uncaught exception\n%s", details)
        message = TaskFailure.from_exception(error).message
        self._show_unexpected(f"Something went wrong: {message}", details)

    def _show_unexpected(self, text: str, details: str) -> None:
        self.message_requested.emit(
            Message(
                kind="error",
                text=text,
                advice=UNEXPECTED_ADVICE,
                details=details,
                place=self._place,
            )
        )


def install_exception_hook(presenter: ErrorPresenter) -> Callable[[], None]:
    """Send uncaught exceptions of every thread and Qt's messages to `presenter` and the log.

    Call it after importing pyqtgraph, which puts its own hook in place. Returns a
    function that puts the former hooks back.
    """
    former_hook, former_thread_hook = sys.excepthook, threading.excepthook

    def on_uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            former_hook(kind, error, trace)
            return
        presenter.report_uncaught(error)

    def on_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook, threading.excepthook = on_uncaught, on_uncaught_in_thread
    former_qt_handler = qInstallMessageHandler(_log_qt_message)

    def uninstall() -> None:
        sys.excepthook, threading.excepthook = former_hook, former_thread_hook
        qInstallMessageHandler(former_qt_handler)

    return uninstall


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Write one of Qt's own messages to the log."""
    qt_logger.log(_QT_LEVELS.get(kind, logging.WARNING), "%s", text)


def start_logging(folder: Path) -> None:
    """Write the log to a file that does not grow for ever, and warnings to the terminal too."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    layout = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [terminal]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(
                folder / "app.log",
                maxBytes=LOG_BYTES,
                backupCount=LOGS_KEPT,
                encoding="utf-8",
                errors="backslashreplace",  # a file's name may hold half of a character
            )
        )
    except OSError as error:
        logger.warning("The log cannot be kept in %s: %s", folder, error)
    for handler in handlers:
        handler.setFormatter(layout)
        root.addHandler(handler)


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    name = type(error).__name__
    return f"{name}: {text.splitlines()[0]}" if text else name
