"""The log of training runs: lines with the time of day, to be read and copied."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget

from app.shared.labels import describe, restyle
from app.shared.layouts import in_column, in_row

MOST_LINES = 10_000


def local_time() -> datetime:
    """Return the present time of day here."""
    return datetime.now().astimezone()


class _LogText(QPlainTextEdit):
    """Lines of which the newest is in sight, whatever the size, until somebody scrolls away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_following = True
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_value_changed)

    @Slot(int, int)
    def _on_range_changed(self, _least: int, most: int) -> None:
        if self._is_following:
            self.verticalScrollBar().setValue(most)

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self._is_following = value >= self.verticalScrollBar().maximum()


class _SearchLine(QLineEdit):
    """What is looked for; Return asks for the next place, with Shift for the one after.

    Signals
    -------
    next_requested(bool)
        True: towards the newer lines.
    """

    next_requested = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_shifted = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
            self.next_requested.emit(is_shifted)
        else:
            super().keyPressEvent(event)


class RunLog(QWidget):
    """Timestamped lines with "Copy log" and "Export metrics…".

    Attributes
    ----------
    search_line : QLineEdit
        Finds lines, the newest first; its owner says where it stands.

    Signals
    -------
    export_requested()
        The figures of the run should be written to a file.
    plot_requested()
        The curves should be drawn into a file.
    """

    export_requested = Signal()
    plot_requested = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, now: Callable[[], datetime] = local_time
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._text = describe(
            _LogText(self), "training.log", "Log of the runs", "What happened, oldest first"
        )
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setMaximumBlockCount(MOST_LINES)
        self._text.setPlaceholderText("What happens during training is written here.")
        self.search_line = describe(
            _SearchLine(self),
            "training.search_edit",
            "Find in the log",
            "Find words in the log, the newest first (Ctrl+F); Return: the one before, "
            "Shift+Return: the one after",
        )
        self.search_line.setPlaceholderText("Find in the log")
        self.search_line.setClearButtonEnabled(True)
        self._copy = describe(
            QPushButton("&Copy log", self),
            "training.copy_log_button",
            "Copy log",
            "Put the whole log on the clipboard",
        )
        self._export = describe(
            QPushButton("Export metrics…", self),
            "training.export_metrics_button",
            "Export metrics",
            "Write every point of the curve, every epoch and every halving to a CSV file",
        )
        self._plot = describe(
            QPushButton("Export plot…", self),
            "training.export_plot_button",
            "Export plot",
            "Draw the curves into a PNG or SVG picture",
        )
        buttons = in_column(self._copy, self._export, self._plot, (None, 0))
        in_row((self._text, 1), buttons, of=self, margins=(0, 8, 0, 0))
        self.search_line.textChanged.connect(self._on_search_text_changed)
        self.search_line.next_requested.connect(self._on_next_requested)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._export.clicked.connect(self.export_requested)
        self._plot.clicked.connect(self.plot_requested)

    def add_line(self, text: str) -> None:
        """Add a line with the present time."""
        self._text.appendPlainText(f"{self._now():%H:%M:%S}  {text}")

    def set_exportable(self, *, is_exportable: bool) -> None:
        """Offer the export when there is something to export."""
        self._export.setEnabled(is_exportable)
        self._plot.setEnabled(is_exportable)

    @Slot()
    def _on_search_text_changed(self) -> None:
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._find(is_forward=False)

    @Slot(bool)
    def _on_next_requested(self, is_forward: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._find(is_forward=is_forward)

    def _find(self, *, is_forward: bool) -> None:
        """Select the next place, from the other end on when this one is reached."""
        wanted = self.search_line.text()
        flags, start = QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End
        if is_forward:
            flags, start = QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start
        is_found = not wanted or self._text.find(wanted, flags)
        if not is_found:
            self._text.moveCursor(start)
            is_found = self._text.find(wanted, flags)
        restyle(self.search_line, "found", "true" if is_found else "false")

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
