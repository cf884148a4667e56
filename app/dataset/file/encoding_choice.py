"""One line of a file in several encodings, where it is doubtful which one it is in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from app.shared.labels import describe, make_label

if TYPE_CHECKING:
    from engine import EncodingReading

MOST_READINGS = 3
QUESTION = "The encoding is doubtful. Which line has the right letters? Click its encoding."


class EncodingChoice(QWidget):
    """Ask which reading of a line is right; hidden while nothing is doubtful.

    Signals
    -------
    encoding_chosen(str)
        This encoding gives the right letters.
    """

    encoding_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.encoding_choice")
        self._encodings: tuple[str, ...] = ()
        self._buttons = QButtonGroup(self)
        self._lines = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(make_label(QUESTION, "warning", self, wrap=True), 0, 0, 1, 2)
        for number in range(MOST_READINGS):
            button = describe(
                QPushButton(self),
                f"dataset.encoding_button_{number}",
                "Read in this encoding",
                "Read the file in this encoding: the line beside it is how it would look",
            )
            line = make_label("", "hint", self, name=f"dataset.encoding_line_{number}")
            line.setMinimumWidth(1)  # a long line is cut
            self._buttons.addButton(button, number)
            self._lines.append(line)
            grid.addWidget(button, number + 1, 0)
            grid.addWidget(line, number + 1, 1)
        self._buttons.idClicked.connect(self._on_id_clicked)
        self.hide()

    def show_readings(self, readings: "Sequence[EncodingReading]") -> None:
        """Show the readings of one line beside their encodings; none hides all."""
        self._encodings = tuple(reading.encoding for reading in readings)
        for number, line in enumerate(self._lines):
            button = self._buttons.button(number)
            is_shown = number < len(readings)
            button.setVisible(is_shown)
            line.setVisible(is_shown)
            if is_shown:
                reading = readings[number]
                button.setText(reading.encoding)
                button.setAccessibleName(f"Read as {reading.encoding}: {reading.text}")
                line.setText(reading.text)
        self.setVisible(bool(readings))

    @Slot(int)
    def _on_id_clicked(self, number: int) -> None:
        self.encoding_chosen.emit(self._encodings[number])
