"""Labels, cards and lines of a form in one manner; style.qss says how each role looks."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

Role = Literal["title", "heading", "hint", "caption", "figure", "body"]


def make_label(
    text: str, role: Role, parent: QWidget | None = None, *, wrap: bool = False
) -> QLabel:
    """Return a label of plain text: what a file holds must not become markup."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def make_card(parent: QWidget | None = None) -> QFrame:
    """Return a frame with the look of a card."""
    card = QFrame(parent)
    card.setProperty("card", "true")
    return card
