"""The question where generated sentences go."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from app.shared.saving import SuffixFollower

_TEXT_FILTER = "Text, one sentence a line (*.txt)"
_CSV_FILTER = "Table with probabilities and settings (*.csv)"


def ask_sentences_path(suggested: Path) -> Path | None:
    """Ask where the sentences go; None when the user thinks better of it."""
    dialog = QFileDialog(QApplication.activeWindow(), "Save the sentences", str(suggested.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_TEXT_FILTER, _CSV_FILTER])
    dialog.selectFile(suggested.stem)
    SuffixFollower(dialog)
    is_accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(chosen[0]) if is_accepted and chosen else None
