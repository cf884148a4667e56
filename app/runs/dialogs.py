"""The questions about kept runs, in one place so that tests can answer."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from app.shared.formatting import counted, format_bytes
from app.shared.labels import as_plain

MOST_EPOCHS = 1_000_000


class RunsDialogs(QObject):
    """Ask in front of `window`."""

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window

    def ask_discard(self, name: str) -> bool:
        """Ask whether the run that has ended goes to the trash."""
        return self._ask(
            QMessageBox.Icon.Question,
            ("Discard the run?", f"Move {name} to the trash?"),
            "Its model, its curve and its checkpoints go with it. "
            "File > Runs… shows the trash and brings a run back.",
            yes="&Move to the trash",
        )

    def ask_empty_trash(self, count: int, size: int) -> bool:
        """Ask whether the deleted runs, of `size` bytes in all, are deleted for good."""
        return self._ask(
            QMessageBox.Icon.Warning,
            ("Empty the trash?", f"Delete {counted(count, 'run')} for good?"),
            f"This frees {format_bytes(size)}. What is deleted cannot be brought back.",
            yes="&Delete for good",
        )

    def _ask(
        self, icon: QMessageBox.Icon, question: tuple[str, str], consequence: str, *, yes: str
    ) -> bool:
        """Ask under a title; the harmless answer is the usual one."""
        buttons = QMessageBox.StandardButton
        box = QMessageBox(icon, *question, buttons.Discard | buttons.Cancel, self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(consequence)
        box.setDefaultButton(buttons.Cancel)
        box.button(buttons.Discard).setText(yes)
        answer = box.exec()
        box.deleteLater()
        return answer == buttons.Discard

    def ask_more_epochs(self, name: str, epochs: int) -> int | None:
        """Ask how many epochs a finished run gets on top; None when the user thinks better."""
        number, is_accepted = QInputDialog.getInt(
            self._window,
            "Train further",
            as_plain(f"{name} has finished its {counted(epochs, 'epoch')}.\nMore epochs to train:"),
            epochs,
            1,
            MOST_EPOCHS,
        )
        return number if is_accepted else None
