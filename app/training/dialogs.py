"""The questions that the training tab asks, in one place so that tests can answer."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.shared.saving import ask_save_path

_PICTURES = ("Picture (*.png)", "Vector picture (*.svg)")


class TrainingDialogs(QObject):
    """Ask in front of `window`."""

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window

    def ask_replace_unsaved(self) -> bool:
        """Ask whether a new run may replace a trained model that is in no file."""
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.warning(
            self._window,
            "The model is not saved",
            "The trained model has not been saved to a file yet, and a new run replaces it.\n"
            "Start the new run and lose the model? (Cancel, then save it in the File menu, "
            "or choose to continue from it.)",
            buttons.Discard | buttons.Cancel,
            buttons.Cancel,
        )
        return answer == buttons.Discard

    def ask_metrics_path(self, suggested: Path) -> Path | None:
        """Ask where the figures go; None when the user thinks better of it."""
        return ask_save_path(self._window, "Export the metrics", suggested, ("Table (*.csv)",))

    def ask_plot_path(self, suggested: Path) -> Path | None:
        """Ask where the picture goes; None when the user thinks better of it."""
        return ask_save_path(self._window, "Export the plot", suggested, _PICTURES)
