"""Tell that the pointer has come to rest on one thing within a widget."""

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot

REST_MS = 300


class Hover(QObject):
    """Follow the pointer from one thing to the next.

    Signals
    -------
    rested(object, object)
        The pointer has been on this thing for a moment, at this global `QPoint`.
    left()
        It has left the thing that `rested` told of.
    """

    rested = Signal(object, object)
    left = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thing: object = None
        self._at = QPoint()
        self._has_rested = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def move(self, thing: object, at: QPoint, *, is_asked: bool = False) -> None:
        """Take note that the pointer is on `thing`, None is nothing; `is_asked` waits no moment."""
        if thing != self._thing:
            self._timer.stop()
            self._thing = thing
            if self._has_rested:
                self._has_rested = False
                self.left.emit()
            if thing is not None:
                self._timer.start()
        self._at = at
        if is_asked and self._timer.isActive():
            self._timer.stop()
            self._on_timer_timeout()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._has_rested = True
        self.rested.emit(self._thing, self._at)
