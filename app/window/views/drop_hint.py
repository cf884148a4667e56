"""What is seen while a file is dragged over the window: whether it can be dropped, and why not."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from app.shared.formatting import shorten
from app.shared.labels import restyle
from app.shared.theme import current_palette

LONGEST_NAME = 40  # characters
FRAME = 3  # px
VEIL = 225  # of 255: how much it covers


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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a veil, through which the window is still seen, with frame and text over it."""
        palette, painter = current_palette(), QPainter(self)
        is_welcome = self.property("kind") == "welcome"
        veil = QColor(palette.info_wash if is_welcome else palette.bad_wash)
        veil.setAlpha(VEIL)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(palette.accent if is_welcome else palette.bad))
        pen.setStyle(Qt.PenStyle.DashLine)
        pen.setWidth(FRAME)
        painter.setPen(pen)
        painter.drawRect(self.rect().adjusted(FRAME, FRAME, -FRAME, -FRAME))
        painter.end()
        super().paintEvent(event)

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
