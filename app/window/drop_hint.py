"""What is seen while a file is dragged over the window: whether it can be dropped, and why not."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.shared.formatting import shorten
from app.shared.labels import restyle

LONGEST_NAME = 40  # characters


class DropHint(QLabel):
    """A dashed frame over the whole of its parent, with a sentence in it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setObjectName("window.drop_hint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_hint(self, text: str, *, is_welcome: bool) -> None:
        """Cover the parent and say `text`."""
        restyle(self, "kind", "welcome" if is_welcome else "refused")
        self.setText(text)
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()


def drop_text(paths: Sequence[Path]) -> str:
    """Say what dropping these files does."""
    if len(paths) == 1:
        return f"Drop to open {shorten(paths[0].name, LONGEST_NAME)}"
    return f"Drop to open {len(paths):,} files as one text"
