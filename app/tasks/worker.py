"""Drain one iterator of events in the thread that the worker lives in.

The worker knows nothing of what the events mean or of who asked for them.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import TaskFailure

MakeEvents = Callable[[], Iterator[object]]


class Worker(QObject):
    """Run one stream of events in the thread this object lives in.

    Signals
    -------
    event_ready(int, object)
        Run id and one event.
    ended(int, object)
        Run id and the `TaskFailure`, or None. Emitted exactly once.
    """

    event_ready = Signal(int, object)
    ended = Signal(int, object)

    def __init__(self, run_id: int, make_events: MakeEvents) -> None:
        super().__init__()
        self._run_id = run_id
        self._make_events = make_events

    @Slot()
    def run(self) -> None:
        """Emit every event, then `ended`; let nothing escape into Qt."""
        failure: TaskFailure | None = None
        try:
            for event in self._make_events():
                self.event_ready.emit(self._run_id, event)
        except Exception as error:  # noqa: BLE001 - thread border
            failure = TaskFailure.from_exception(error)
        self.ended.emit(self._run_id, failure)
