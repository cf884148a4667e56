"""What the controllers of work in the background share: one job at a time, and at most so often."""

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.errors import TaskFailure
from app.generation.tab import GenerationTab
from app.session import RunState
from app.tasks.controller import Surroundings, TaskController
from app.tasks.task_runner import TaskRunner
from engine import RunControl

_RUNNING = (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING)


class BackgroundController(TaskController):
    """Start a job where none is running, hand its events on, and show why it failed.

    A subclass says what it listens to (`_set_up`), what is done with an event (`_take`) and after
    the end (`_go_on`), and how a failure is told, unless by the presenter (`_tell`).

    Attributes
    ----------
    doing : str
        What a failure is called, such as "Looking for copies".
    """

    doing = ""

    def __init__(
        self,
        tab: GenerationTab,
        runner: TaskRunner,
        around: Surroundings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(runner, around)
        self._tab, self._clock = tab, clock
        self._is_closed = False
        self._set_up()

    def _set_up(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        self._is_closed = True

    @property
    def _is_training(self) -> bool:
        """Whether the model is still learning: it changes, and needs the computer."""
        return self._session.run_state in _RUNNING

    @property
    def _is_free(self) -> bool:
        """Whether a job may start now."""
        return not (self._is_closed or self._runner.is_busy)

    def _start(self, job: Callable[..., Iterator[Any]], *arguments: object) -> None:
        """Run `job` with the arguments and a control."""
        control = RunControl()
        self._runner.start(partial(job, *arguments, control), control)

    def _take(self, event: object) -> None:
        raise NotImplementedError

    def _tell(self, failure: TaskFailure) -> None:
        self._presenter.show_failure(failure, self.doing)

    def _go_on(self, failure: TaskFailure | None) -> None:
        """Do what is due after a job; it is not called any more when the window closes."""

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        self._take(event)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._tell(failure)
        if not self._is_closed:
            self._go_on(failure)


class Throttle(QObject):
    """Let the newest of many values through, at most once an interval.

    The first value passes at once, so that a single key press is answered without delay; of those
    that follow within the interval only the newest passes, when it ends.

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
