"""Let the newest of many values through, at most once an interval.

The first value passes at once, so that a single key press is answered without
delay; of those that follow within the interval only the newest passes, when it
ends. The throttle knows nothing of what the values are for.
"""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Throttle(QObject):
    """Pass on the first value at once and then the newest one per interval.

    Signals
    -------
    released(object)
        A value that passed.
    """

    released = Signal(object)

    def __init__(
        self,
        interval_ms: int,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._interval_ms = interval_ms
        self._clock = clock
        self._next_ms = -math.inf
        self._waiting: list[object] = []  # at most one value; a list because None is a value
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)

    def submit(self, value: object) -> None:
        """Take a value; it replaces one that waits."""
        self._waiting = [value]
        wait_ms = self._next_ms - self._clock() * 1000.0
        if wait_ms <= 0.0:
            self.flush()
        elif not self._timer.isActive():
            self._timer.start(math.ceil(wait_ms))

    def flush(self) -> None:
        """Let the waiting value through now, if there is one."""
        self._timer.stop()
        if not self._waiting:
            return
        value = self._waiting.pop()
        self._next_ms = self._clock() * 1000.0 + self._interval_ms
        self.released.emit(value)

    def cancel(self) -> None:
        """Forget the waiting value."""
        self._timer.stop()
        self._waiting.clear()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.flush()
