"""Run file jobs one after the other in a thread, so that a slow disk holds up nobody.

What the jobs write is the caller's affair, and so is what to do when one fails.
"""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

Outcome = TypeVar("Outcome")


class BackgroundWriter:
    """A thread with a queue of jobs.

    Parameters
    ----------
    beat : callable
        Called while there is nothing to do, every `beat_s` seconds.
    beat_s : float
    """

    def __init__(self, beat: Callable[[], None], beat_s: float) -> None:
        self._beat, self._beat_s = beat, beat_s
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        # A disk that hangs for ever must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="run-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Let `job` run after those before it; it must keep its errors to itself."""
        self._jobs.put(job)

    def finish(self, timeout_s: float) -> bool:
        """Wait for all jobs and end the thread; tell whether it came to its end."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._beat_s)
            except queue.Empty:
                job = self._beat
            if job is None:
                return
            job()
