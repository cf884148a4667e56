"""The window's own dialogs: the question at closing, the keys, what this program is."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QMessageBox,
    QWidget,
)

from app.jobs import UnsavedAnswer
from app.shared.labels import make_label

ABOUT = (
    "RNN Text Lab trains a word-level recurrent neural network on a text of yours and lets "
    "you watch it learn. Everything stays on this computer.\n\n"
    "The method is that of Denny Britz, “Recurrent Neural Networks Tutorial, Part 2”, "
    "WildML, 2015."
)
_OTHER_KEYS = (  # of no menu
    ("Generate sentences", "Ctrl+Return"),
    ("Stop generating", "Esc"),
    ("Add the typed sentence to the comparison", "Return"),
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

    def show_shortcuts(self, shortcuts: Sequence[tuple[str, str]]) -> None:
        """List the keys, without blocking the window."""
        dialog = QDialog(self._window)
        dialog.setObjectName("window.shortcuts_dialog")
        dialog.setWindowTitle("Keyboard shortcuts")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout(dialog)
        form.setContentsMargins(24, 24, 24, 16)
        form.setHorizontalSpacing(32)
        form.setVerticalSpacing(8)
        for name, key in (*shortcuts, *_OTHER_KEYS):
            form.addRow(make_label(name, "hint", dialog), make_label(key, "body", dialog))
        hint = "Alt and an underlined letter press that button or go to that field."
        form.addRow(make_label(hint, "hint", dialog))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
        buttons.rejected.connect(dialog.close)
        form.addRow(buttons)
        dialog.show()

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
