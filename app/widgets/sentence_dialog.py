"""The question where generated sentences go."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QFileDialog

_TEXT_FILTER = "Text, one sentence a line (*.txt)"
_CSV_FILTER = "Table with probabilities and settings (*.csv)"


class _SuffixFollower(QObject):
    """Keep a dialog's default suffix in step with its file type.

    The dialog adds the suffix before it asks whether a file may be replaced.
    """

    def __init__(self, dialog: QFileDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        dialog.filterSelected.connect(self._on_filter_selected)
        self._on_filter_selected(_TEXT_FILTER)

    @Slot(str)
    def _on_filter_selected(self, name: str) -> None:
        self._dialog.setDefaultSuffix("csv" if name == _CSV_FILTER else "txt")


def ask_sentences_path(suggested: Path) -> Path | None:
    """Ask where the sentences go; None when the user thinks better of it."""
    dialog = QFileDialog(QApplication.activeWindow(), "Save the sentences", str(suggested.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_TEXT_FILTER, _CSV_FILTER])
    dialog.selectFile(suggested.stem)
    _SuffixFollower(dialog)
    is_accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(chosen[0]) if is_accepted and chosen else None
