"""Pieces of work on the folders of kept runs, one after the other, in a worker.

The disk may be slow or gone: the window's thread never waits for it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.tasks.task_runner import TaskRunner
from engine import RunControl

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    doing: str  # for the message if it fails
    work: Callable[[], Any]
    then: Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    value: object


class WorkQueue(QObject):
    """Do what was ordered, in that order.

    Signals
    -------
    failed(str)
        A piece of work failed; the message bar shows why, too.
    """

    failed = Signal(str)

    def __init__(
        self, runner: TaskRunner, presenter: ErrorPresenter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runner, self._presenter = runner, presenter
        self._waiting: deque[_Order] = deque()
        self._order: _Order | None = None  # under way
        self._is_closed = False
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    def do(self, doing: str, work: Callable[[], Value], then: Callable[[Value], None]) -> None:
        """Call `work` in the worker and `then` with its result in this thread."""
        if not self._is_closed:
            self._waiting.append(_Order(doing=doing, work=work, then=then))
            self._start_next()

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        self._is_closed = True
        self._waiting.clear()

    def _start_next(self) -> None:
        if self._waiting and not self._runner.is_busy:
            self._order = self._waiting.popleft()
            work = self._order.work

            def events() -> Iterator[_Done]:
                yield _Done(value=work())

            self._runner.start(events, RunControl())

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if isinstance(event, _Done) and self._order is not None and not self._is_closed:
            self._order.then(event.value)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        order, self._order = self._order, None
        if failure is not None and order is not None:
            self._presenter.show_failure(failure, order.doing)
            self.failed.emit(failure.message)
        self._start_next()
