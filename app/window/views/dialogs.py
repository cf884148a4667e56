"""The window's own dialogs: the question at closing, the keys, what this program is."""

import html
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import QObject, Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from app.errors import Message
from app.protocols import UnsavedAnswer
from app.shared.file_dialogs import ask_open_path, first_folder
from app.shared.icon import application_icon
from app.shared.saving import ask_unsaved
from app.shared.theme import scaled
from app.window.views.glossary import GlossaryDialog

ABOUT = (
    "RNN Text Lab trains a word-level recurrent neural network on your own text and lets you "
    "watch it learn. Everything stays on this computer."
)
TUTORIAL = (
    "http://www.wildml.com/2015/09/recurrent-neural-networks-tutorial-part-2-implementing-a-"
    "language-model-rnn-with-python-numpy-and-theano/"
)
_OTHER_KEYS = (  # of no menu
    ("Add the typed sentence to the comparison", "Return"),
    ("Read values of the curve", "Left and right arrow, in the plot"),
)

ICON = 64  # px

QUESTION = "The trained model is not saved anywhere. Save it before the window closes?"
NOT_KEPT = "Without saving, what the network has learned is lost: its run could not be kept."


class WindowDialogs(QObject):
    """Ask and tell in front of `window`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def ask_unsaved(self) -> UnsavedAnswer:
        """Ask what becomes of a model that would be lost when the window closes."""
        return ask_unsaved(self._window, "Save the model?", QUESTION, NOT_KEPT)

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
        box.setText("\n\n".join(texts) or "There are no messages yet.")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def show_about(self) -> None:
        """Say what this program is, without blocking the window."""
        box = QMessageBox(self._window)
        box.setObjectName("window.about_dialog")
        box.setWindowTitle("About RNN Text Lab")
        box.setIconPixmap(application_icon().pixmap(scaled(ICON)))
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(f"<b>RNN Text Lab</b><br>{html.escape(versions())}")
        box.setInformativeText(
            f"<p>{html.escape(ABOUT)}</p>"
            "<p>The method is that of Denny Britz, "
            f'<a href="{TUTORIAL}">Recurrent Neural Networks Tutorial, Part 2</a>, WildML, 2015.'
            "</p><p>MIT licence: you may use it, change it and pass it on.</p>"
        )
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def versions() -> str:
    """Return what runs here, such as "Version 0.1.0, Qt 6.11.3, Python 3.11.7"."""
    try:
        own = f"Version {version('rnn-text-lab')}"
    except PackageNotFoundError:
        own = "Run from a folder that was not installed"
    return f"{own}, Qt {qVersion()}, Python {platform.python_version()}"


def ask_where_it_is(window: QWidget, path: str) -> Path | None:
    """Ask where a recent file is now that is not where it was."""
    folder = first_folder(str(Path(path).parent))
    return ask_open_path(window, f"Where is {Path(path).name} now?", folder)
