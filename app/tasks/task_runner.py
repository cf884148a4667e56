"""Run one job at a time, each in a fresh thread.

A job is anything that makes an iterator of events; stopping and pausing go
through its `RunControl`. The runner does not look into the events.
"""

import logging
from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal, Slot

from app.errors import TaskFailure
from engine import RunControl

logger = logging.getLogger(__name__)

MakeEvents = Callable[[], Iterator[object]]


class TaskRunner(QObject):
    """Start, pause and stop one job; deliver its events in this object's thread.

    Attributes
    ----------
    is_busy : bool
        Whether a job is running; False again when `ended` is emitted, so that
        a slot of `ended` may start the next job.
    is_paused : bool
        Whether the running job was asked to wait.

    Signals
    -------
    event_ready(object)
        One event of the current job.
    ended(object)
        The `TaskFailure`, or None; exactly once a job, after its last event.
    busy_changed(bool)
        The new value of `is_busy`; emitted before `ended`.
    """

    event_ready = Signal(object)
    ended = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run_id = 0
        self._is_shut_down = False
        self._control: RunControl | None = None
        self._failure: TaskFailure | None = None
        # Both are kept until the thread has finished: Qt must not lose them earlier.
        self._thread: QThread | None = None
        self._worker: Worker | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a job is running."""
        return self._thread is not None

    @property
    def is_paused(self) -> bool:
        """Whether the running job was asked to wait."""
        return self._control is not None and self._control.is_paused

    def start(self, make_events: MakeEvents, control: RunControl) -> None:
        """Run `make_events` and drain what it returns, both in a new thread.

        After `shutdown` nothing happens: who hears that a job has ended may want the next.
        """
        if self._is_shut_down:
            return
        if self.is_busy:
            raise RuntimeError("a job is already running")
        self._run_id += 1
        self._failure = None
        self._control = control
        self._thread = QThread(self)
        self._worker = Worker(self._run_id, make_events)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.event_ready.connect(self._on_worker_event_ready)
        self._worker.ended.connect(self._on_worker_ended)
        self._thread.finished.connect(self._on_thread_finished)
        self._thread.start()
        self.busy_changed.emit(self.is_busy)

    def pause(self) -> None:
        """Ask the job to wait; nothing happens when none is running."""
        if self._control is not None:
            self._control.pause()

    def resume(self) -> None:
        """Let a paused job go on."""
        if self._control is not None:
            self._control.resume()

    def stop(self) -> None:
        """Ask the job to end; `ended` tells when it has."""
        if self._control is not None:
            self._control.stop()

    def shutdown(self, timeout_ms: int = 3000) -> bool:
        """Stop the job and wait for its thread; return whether it ended in time.

        No job starts any more.
        """
        self._is_shut_down = True
        if self._thread is None:
            return True
        self.stop()
        self._thread.quit()
        if not self._thread.wait(timeout_ms):
            logger.error("A job did not stop within %d ms.", timeout_ms)
            return False
        QCoreApplication.sendPostedEvents(self)  # what the thread reported before it ended
        return True

    @Slot(int, object)
    def _on_worker_event_ready(self, run_id: int, event: object) -> None:
        if run_id == self._run_id:
            self.event_ready.emit(event)

    @Slot(int, object)
    def _on_worker_ended(self, run_id: int, failure: TaskFailure | None) -> None:
        if run_id != self._run_id or self._thread is None:
            return
        self._failure = failure
        self._thread.quit()

    @Slot()
    def _on_thread_finished(self) -> None:
        thread, failure = self._thread, self._failure
        if thread is None or thread is not self.sender():
            return
        thread.wait()
        self._worker = self._thread = self._control = self._failure = None
        thread.deleteLater()
        self.busy_changed.emit(self.is_busy)
        self.ended.emit(failure)


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
