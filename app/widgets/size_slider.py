"""A slider over vocabulary sizes, logarithmic: from a handful of words to all of them."""

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from app.shared.formatting import counted

SMALLEST = 100  # words, where the text has twice as many
STEPS = 400
DIGITS = 2  # to which sizes between the ends are rounded


class SizeSlider(QSlider):
    """Choose a vocabulary size.

    Signals
    -------
    size_chosen(int)
        The handle was moved by the user.
    """

    size_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._smallest, self._largest = SMALLEST, SMALLEST + 1
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 20)
        self.valueChanged.connect(self._on_value_changed)

    def set_largest(self, largest: int) -> None:
        """Let the right end mean `largest` words."""
        self._largest = largest
        self._smallest = smallest_offered(largest)

    def show_size(self, size: int) -> None:
        """Put the handle where `size` is, without a signal."""
        with QSignalBlocker(self):
            self.setValue(self._position(size))
        self.setAccessibleDescription(counted(min(size, self._largest), "word"))

    def size_at(self, position: int) -> int:
        """Return the size that a position stands for."""
        if position >= STEPS:
            return self._largest
        share = position / STEPS
        exact = self._smallest * math.pow(self._largest / self._smallest, share)
        step = int(math.pow(10, max(0, math.floor(math.log10(exact)) + 1 - DIGITS)))
        return max(self._smallest, min(self._largest, round(exact / step) * step))

    def _position(self, size: int) -> int:
        clipped = min(max(size, self._smallest), self._largest)
        span = math.log(self._largest / self._smallest)
        return round(STEPS * math.log(clipped / self._smallest) / span) if span > 0 else STEPS

    @Slot(int)
    def _on_value_changed(self, position: int) -> None:
        self.size_chosen.emit(self.size_at(position))


def smallest_offered(largest: int) -> int:
    """Return the size at the left end where `largest` is at the right one."""
    return min(SMALLEST, max(4, largest // 2))
