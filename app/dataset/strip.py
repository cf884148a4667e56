"""A strip inside a card or page: one sentence about it, and at most one step that helps."""

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from app.shared.labels import as_plain, describe, restyle
from app.shared.layouts import in_row

StripKind = Literal["info", "warning", "error"]


class Strip(QFrame):
    """Stand where it concerns something, hidden while there is nothing to say.

    Signals
    -------
    accepted()
        The step should be taken.
    """

    accepted = Signal()

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(role)
        self.setProperty("strip", "true")
        self._text = QLabel(self)
        self._text.setObjectName(f"{role}.text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._button = describe(QPushButton(self), f"{role}.button", "The step that helps")
        self._button.clicked.connect(self.accepted)
        in_row((self._text, 1), self._button, of=self, margins=(12, 6, 6, 6), spacing=12)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; "" while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, text: str, button: str = "", tip: str = "", kind: StripKind = "info") -> None:
        """Say `text`, offering a step if there is one; "" takes the strip away."""
        self._text.setText(text)
        self._button.setText(button)
        self._button.setAccessibleName(button or "The step that helps")
        self._button.setToolTip(as_plain(tip))
        self._button.setVisible(bool(button))
        restyle(self, "kind", kind)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
