"""The questions that opening and saving a model asks.

The only dialogs of the model commands, in one place so that tests can answer.
"""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.jobs import UnsavedAnswer
from app.shared.saving import SuffixFollower

MODEL_SUFFIX = ".safetensors"
_KINDS = (f"Models (*{MODEL_SUFFIX})", "The tutorial's parameters (*.npz)")
_FOR_OTHERS = ("ONNX, for other programs (*.onnx)", "Word vectors as text (*.vec)")
_TO_OPEN = ";;".join((*_KINDS, "All files (*)"))
_TO_SAVE = ";;".join((*_KINDS, *_FOR_OTHERS, "All files (*)"))


class ModelDialogs(QObject):
    """Ask for files in front of `window`."""

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window

    def ask_open_path(self, folder: str) -> Path | None:
        """Ask which model to open; None when the user thinks better of it."""
        text, _ = QFileDialog.getOpenFileName(self._window, "Open a model", folder, _TO_OPEN)
        return Path(text) if text else None

    def ask_save_path(self, suggested: Path) -> Path | None:
        """Ask where the model goes; the dialog itself asks before it replaces a file."""
        dialog = QFileDialog(self._window, "Save the model", str(suggested.parent), _TO_SAVE)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(suggested.name)
        SuffixFollower(dialog)
        is_accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
        chosen = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(chosen[0]) if is_accepted and chosen else None

    def ask_unsaved(self) -> UnsavedAnswer:
        """Ask what becomes of the trained model that another would replace."""
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.warning(
            self._window,
            "The model is not saved",
            "The trained model is in no file yet. Opening another one replaces it.\nSave it first?",
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            return "save"
        return "discard" if answer == buttons.Discard else "cancel"
