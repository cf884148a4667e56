"""Collect Python's cyclic garbage in the window's thread only.

A collection in a worker could destroy Qt objects there, which Qt does not
survive; so the automatic collection is off while the window is open and a timer
does its work. The same timer lets Python see signals such as Ctrl+C.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Collect on a timer what the automatic collection would have collected.

    Until `settle` is called, what the timer finds is set aside instead: PyTorch is being
    loaded then, its million objects stay anyway, and a look at them would stop the window
    for a third of a second.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_loading = True
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Take over from the automatic collection."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    @Slot()
    def settle(self) -> None:
        """Set aside all that is loaded by now, and collect from here on."""
        gc.freeze()
        self._is_loading = False

    def stop(self) -> None:
        """Collect no more; the automatic collection stays off.

        The window is destroyed next, and a collection that begins within a destructor of Qt
        may wait for ever for a lock which that holds: a slot's end disconnects its signals.
        """
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._is_loading:
            gc.freeze()
            return
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
