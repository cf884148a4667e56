"""What passes between long work and whoever asked for it: stop, pause, progress, notices, a ticker.

This module knows nothing of what is being done: the long work asks, and reports.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, TypeVar

_Told = TypeVar("_Told")
_Result = TypeVar("_Result")


class RunControl:
    """Stop and pause requests, shared by the asking thread and one worker.

    A training also takes another learning rate, at its next step.
    """

    def __init__(self) -> None:
        self._rates: deque[float] = deque(maxlen=1)
        self._stopped = threading.Event()
        self._running = threading.Event()
        self._running.set()

    @property
    def is_stopped(self) -> bool:
        """Whether a stop was requested."""
        return self._stopped.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether the worker is asked to wait."""
        return not self._running.is_set()

    def pause(self) -> None:
        """Ask the worker to wait at its next `proceed`."""
        if not self._stopped.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Let a paused worker go on."""
        self._running.set()

    def stop(self) -> None:
        """Ask the worker to end; a paused worker wakes up to do so."""
        self._stopped.set()
        self._running.set()

    def request_rate(self, learning_rate: float) -> None:
        """Ask a training to go on with another learning rate."""
        self._rates.append(learning_rate)

    def take_rate(self) -> float | None:
        """Return the rate that was asked for since the last call; None for none."""
        try:
            return self._rates.popleft()
        except IndexError:
            return None

    def proceed(self) -> bool:
        """Block while paused; return False once a stop was requested."""
        self._running.wait()
        return not self._stopped.is_set()


def result_of(
    work: Generator[_Told, None, _Result], tell: Callable[[_Told], object] = lambda _told: None
) -> _Result:
    """Do some work to its end; give all that it tells to `tell`, and return what came out."""
    while True:
        try:
            tell(next(work))
        except StopIteration as end:
            result: _Result = end.value
            return result


class Ticker:
    """Tell at most once per `interval_s` that a report is due."""

    def __init__(self, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._next_s = clock() + interval_s

    def restart(self) -> None:
        """Let the interval begin now."""
        self._next_s = self._clock() + self._interval_s

    def is_due(self) -> bool:
        """Return True when `interval_s` has passed since the last True."""
        now_s = self._clock()
        if now_s < self._next_s:
            return False
        self._next_s = now_s + self._interval_s
        return True


# "info": good or neutral news. "warning": something is not as it was asked for.
Severity = Literal["info", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far one stage of the preparation is."""

    stage: str  # for the user, such as "Splitting into words"
    done: int
    total: int | None  # None = not known yet
    unit: str  # what is counted, such as "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the user should know; the work goes on."""

    text: str
    severity: Severity = "warning"
    device: str | None = None  # where the training goes on, if it had to move
    unknown_words: tuple[str, ...] = ()  # of the words to begin with, if it is about them
