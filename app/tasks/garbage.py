"""Collect Python's cyclic garbage in the window's thread only.

A collection in a worker could destroy Qt objects there, which Qt does not
survive; so the automatic collection is off while the window is open and a timer
does its work. The same timer lets Python see signals such as Ctrl+C.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Collect on a timer what the automatic collection would have collected."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Take over from the automatic collection."""
        gc.disable()
        self.settle()
        self._timer.start()

    @Slot()
    def settle(self) -> None:
        """Never look again at what is loaded by now, such as PyTorch: it costs 0.1 s each time."""
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Give back to the automatic collection."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _on_timer_timeout(self) -> None:
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
