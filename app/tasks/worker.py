"""Drain one iterator of events in the thread that the worker lives in.

The worker knows nothing of what the events mean or of who asked for them.
"""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

from PySide6.QtCore import QObject, Signal, Slot

from engine import EngineError

MakeEvents = Callable[[], Iterator[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFailure:
    """Why a job failed, ready to be shown."""

    message: str
    is_expected: bool  # True: a sentence for the user; False: a defect of ours
    details: str  # the traceback; "" when the failure was expected
    # Not the error itself: it would keep the memory that it was raised with.
    error_type: type[BaseException] = field(default=Exception, compare=False)

    @classmethod
    def from_exception(cls, error: BaseException) -> Self:
        """Describe `error`: the engine's own failures carry a sentence for the user."""
        if isinstance(error, EngineError):
            message, is_expected, details = str(error), True, ""
        else:
            message, is_expected = _first_line(error), False
            details = "".join(traceback.format_exception(error))
        return cls(
            message=message, is_expected=is_expected, details=details, error_type=type(error)
        )


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    name = type(error).__name__
    return f"{name}: {text.splitlines()[0]}" if text else name


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
