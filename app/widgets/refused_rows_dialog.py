"""The question where the refused rows of a file go."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog


def ask_refused_rows_path(suggested: Path) -> Path | None:
    """Ask where the refused rows go; None when the user thinks better of it."""
    text, _ = QFileDialog.getSaveFileName(
        QApplication.activeWindow(), "Save the refused rows", str(suggested), "CSV (*.csv)"
    )
    if not text:
        return None
    path = Path(text)
    return path if path.suffix else path.with_suffix(".csv")
