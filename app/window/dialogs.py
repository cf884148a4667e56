"""The window's own dialogs: the question at closing, the keys, what this program is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
    QWidget,
)

from app.errors import Message
from app.protocols import UnsavedAnswer
from app.window.glossary import GlossaryDialog

ABOUT = (
    "RNN Text Lab trains a word-level recurrent neural network on a text of yours and lets "
    "you watch it learn. Everything stays on this computer.\n\n"
    "The method is that of Denny Britz, “Recurrent Neural Networks Tutorial, Part 2”, "
    "WildML, 2015."
)
_OTHER_KEYS = (  # of no menu
    ("Add the typed sentence to the comparison", "Return"),
    ("Read values of the curve", "Left and right arrow, in the plot"),
)

QUESTION = "The trained model is nowhere on the disk. Save it before the window closes?"
NOT_KEPT = "Without saving, what the network has learned is lost: its run could not be kept."


class WindowDialogs(QObject):
    """Ask and tell in front of `window`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def ask_unsaved(self) -> UnsavedAnswer:
        """Ask what becomes of a model that would be lost when the window closes."""
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Save the model?",
            QUESTION,
            buttons.Save | buttons.Discard | buttons.Cancel,
            self._window,
        )
        box.setInformativeText(NOT_KEPT)
        box.setDefaultButton(buttons.Save)
        box.button(buttons.Discard).setText("&Don’t save")
        answer = box.exec()
        box.deleteLater()
        if answer == buttons.Save:
            return "save"
        return "discard" if answer == buttons.Discard else "cancel"

    def show_glossary(
        self,
        keys: Sequence[tuple[str, str]],
        now: Mapping[str, Sequence[str]],
        term: str = "",
    ) -> None:
        """Explain the terms, one first, and list the keys, without blocking the window."""
        GlossaryDialog((*keys, *_OTHER_KEYS), now, term, self._window).show()

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show the last messages again, the newest first, without blocking the window."""
        box = QMessageBox(self._window)
        box.setObjectName("window.messages_dialog")
        box.setWindowTitle("Messages")
        box.setTextFormat(Qt.TextFormat.PlainText)
        texts = [" ".join(filter(None, (each.text, each.advice))) for each in messages]
        box.setText("\n\n".join(texts) or "There was no message yet.")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def show_about(self) -> None:
        """Say what this program is, without blocking the window."""
        box = QMessageBox(self._window)
        box.setObjectName("window.about_dialog")
        box.setWindowTitle("About RNN Text Lab")
        box.setText("RNN Text Lab")
        box.setInformativeText(ABOUT)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def ask_where_it_is(window: QWidget, path: str) -> Path | None:
    """Ask where a recent file is now that is not where it was."""
    text, _ = QFileDialog.getOpenFileName(
        window, f"Where is {Path(path).name} now?", str(Path(path).parent)
    )
    return Path(text) if text else None
