"""The time a run has trained: pauses are not part of it."""

import time
from collections.abc import Callable

from engine.control import RunControl


class RunClock:
    """Measure the time since it was made, without the time spent paused.

    Parameters
    ----------
    before_s : float
        Of an earlier run that is continued.
    clock : callable
        Seconds; passed in by tests.
    """

    def __init__(self, before_s: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock() - before_s

    def elapsed_s(self) -> float:
        """Return the seconds of training so far."""
        return self._clock() - self._started_s

    def set_elapsed(self, seconds: float) -> None:
        """Go on from so many seconds of training."""
        self._started_s = self._clock() - seconds

    def proceed(self, control: RunControl) -> bool:
        """Wait as long as `control` is paused, uncounted; return False once it is stopped."""
        if not control.is_paused:
            return control.proceed()
        paused_at_s = self._clock()
        goes_on = control.proceed()
        self._started_s += self._clock() - paused_at_s
        return goes_on
