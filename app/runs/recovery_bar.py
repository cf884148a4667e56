"""The offer to recover a run that was interrupted: above the tabs until it is answered.

It decides nothing: `RecoveryController` says what to offer.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from app.shared.labels import as_plain, describe, make_label
from app.shared.layouts import in_column, in_row


class RecoveryBar(QFrame):
    """Offer one step: first to recover, then to continue.

    Signals
    -------
    accepted()
        The step that is offered should be taken.
    offering_changed()
        Something is offered now, or nothing any more.
    """

    accepted = Signal()
    offering_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recovery_bar")
        self._title = make_label("", "body", self, name="recovery_bar.title")
        self._text = make_label("", "body", self, wrap=True, name="recovery_bar.text")
        self._detail = make_label("", "hint", self, wrap=True, name="recovery_bar.detail")
        self._accept = describe(QPushButton(self), "recovery_bar.accept_button", "Recover")
        self._accept.setProperty("primary", "true")
        self._later = describe(QPushButton(self), "recovery_bar.later_button", "Later")
        texts = in_column(self._text, self._detail, (None, 1), spacing=2)
        in_row(
            (self._title, 0, Qt.AlignmentFlag.AlignTop),
            (texts, 1),
            (self._accept, 0, Qt.AlignmentFlag.AlignTop),
            (self._later, 0, Qt.AlignmentFlag.AlignTop),
            of=self,
            margins=(16, 8, 8, 8),
            spacing=12,
        )
        self._accept.clicked.connect(self.accepted)
        self._later.clicked.connect(self.clear)
        self.hide()

    @property
    def text(self) -> str:
        """What is offered now; "" when the bar is hidden."""
        return "" if self.isHidden() else self._text.text()

    def show_offer(self, text: str, detail: str) -> None:
        """Offer to recover."""
        self._show(
            ("Recovery", text, detail),
            ("Recover", "Load what was saved last; nothing is deleted"),
            ("Later", "Keep it as it is: it is offered at the next start, and in File > Runs…"),
        )

    def show_recovered(self, text: str, detail: str) -> None:
        """Say what was recovered, and offer to go on with it."""
        self._show(
            ("Recovered", text, detail),
            ("Continue training", "Go on exactly where the last checkpoint was taken"),
            ("Close", "Close this message; the run can be continued in File > Runs…"),
        )

    @Slot()
    def clear(self) -> None:
        """Offer nothing."""
        self.hide()
        self.offering_changed.emit()

    def show_busy(self) -> None:
        """Let nothing be pressed while the answer is carried out."""
        self._accept.setEnabled(False)
        self._later.setEnabled(False)

    def show_idle(self) -> None:
        """Let the present offer be answered."""
        self._accept.setEnabled(True)
        self._later.setEnabled(True)

    def _show(
        self, texts: tuple[str, str, str], accept: tuple[str, str], later: tuple[str, str]
    ) -> None:
        for label, text in zip((self._title, self._text, self._detail), texts, strict=True):
            label.setText(text)
        for button, (name, tip) in ((self._accept, accept), (self._later, later)):
            button.setText(name)
            button.setToolTip(as_plain(tip))
            button.setAccessibleName(name)
            button.setAccessibleDescription(tip)
        self.setAccessibleName(f"{texts[0]}: {texts[1]}")
        self.show_idle()
        self.show()
        self.offering_changed.emit()

    def press_accept(self) -> None:
        """Take the step, as Ctrl+Return does."""
        self._accept.click()
