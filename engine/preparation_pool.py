"""Batches of documents prepared by helper processes, in order, with a stop that is heard.

Tokenising holds Python's interpreter lock, so threads would not help, and a
window beside it would stutter. Helpers are *spawned*: a forked child of a program
with Qt threads and PyTorch may hang. A spawned child imports this module and NLTK,
and never PyTorch or Qt.

    parent                                   helper
    start                      ->            imports, "ready"
    splitter, batch, batch …   ->            prepares one at a time
    results in order           <-            PreparedBatch

A `ProcessPoolExecutor` would do, but for the stop: ending its processes while its
feeder thread writes to them hangs in Python 3.11 before 3.11.5. Here each helper
has a pipe of its own, the parent writes only to a helper that is reading, and a
helper whose parent is gone reads the end of its pipe and ends.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Self

from engine.control import RunControl
from engine.preparation import BatchPreparer, PreparedBatch
from engine.sentence_splitter import SentenceSplitter

SMALL_TEXT = 1_000_000  # characters: below, starting processes costs more than it saves
_LOOK_EVERY_S = 0.05  # how often a waiting parent looks for a stop
_BATCHES_AHEAD = 3  # for each helper, so that none waits for the reader; bounds the memory
_END_WITHIN_S = 1.0
_READY = "ready"


def choose_processes(requested: int | None, characters: int) -> int:
    """Return how many helper processes a text of this size deserves; 0 = none."""
    if characters < SMALL_TEXT or requested == 0:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(requested or cores or 1, characters // SMALL_TEXT + 1))


def _serve(connection: "Connection[object, object]") -> None:
    """Prepare batches until the parent closes the pipe; the main function of a helper."""
    # Ctrl+C reaches the whole group; only the parent answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        connection.send(_READY)
        splitter = connection.recv()
        assert isinstance(splitter, SentenceSplitter)  # noqa: S101 - the parent sends it first
        preparer = BatchPreparer(splitter)
        while True:
            documents = connection.recv()
            assert isinstance(documents, list)  # noqa: S101
            connection.send(preparer.prepare(documents))
    except (EOFError, OSError):
        return  # the parent wants no more, or is gone


class _HelperLostError(Exception):
    """A helper process ended by itself."""


class _Helper:
    """One helper process and the batch that it works on."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.batch: int | None = None  # number of the batch under way
        self.is_ready = False
        try:
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()  # so that the helper's end is the only one, and its end is seen

    def send(self, message: object) -> None:
        """Send to a helper that is reading."""
        try:
            self.connection.send(message)
        except OSError as error:
            raise _HelperLostError from error

    def receive(self) -> object:
        """Return what it sent."""
        try:
            return self.connection.recv()
        except (EOFError, OSError) as error:
            raise _HelperLostError from error

    def end(self) -> None:
        """End the process, at once if it is at work."""
        self.connection.close()
        if self.batch is not None or not self.is_ready:
            self._process.terminate()
        self._process.join(_END_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class PreparationPool:
    """Prepare batches in `processes` helper processes, or in this one if that is 0.

    Use it as a context manager: leaving it leaves no process behind.

    Attributes
    ----------
    was_broken : bool
        Whether a helper was lost and the work went on in this process.
    """

    def __init__(self, splitter: SentenceSplitter, processes: int, control: RunControl) -> None:
        self.was_broken = False
        self._splitter = splitter
        self._control = control
        self._own: BatchPreparer | None = None
        self._helpers: list[_Helper] = []
        self._under_way: dict[int, Sequence[str]] = {}  # batches not yet handed out
        self._waiting: deque[int] = deque()  # those of them that no helper has
        self._done: dict[int, PreparedBatch] = {}
        self._put = 0
        self._handed_out = 0
        try:
            for _ in range(processes):
                self._helpers.append(_Helper())
        except OSError:
            self._go_on_alone()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_helpers()

    def put(self, documents: Sequence[str]) -> Iterator[PreparedBatch]:
        """Take a batch; yield those that are done, waiting only if too many are under way."""
        self._under_way[self._put] = documents
        self._waiting.append(self._put)
        self._put += 1
        yield from self._take(_BATCHES_AHEAD * len(self._helpers))

    def finish(self) -> Iterator[PreparedBatch]:
        """Yield all batches that are still under way."""
        yield from self._take(0)

    def _take(self, most_left: int) -> Iterator[PreparedBatch]:
        """Yield batches in order until at most `most_left` are under way, or a stop."""
        while True:
            if self._helpers:
                must_wait = len(self._under_way) > most_left
                self._serve_helpers(_LOOK_EVERY_S if must_wait else 0.0)
            elif self._under_way:
                self._prepare_here()
            if not self._control.proceed():
                return
            while self._handed_out in self._done:
                batch = self._done.pop(self._handed_out)
                del self._under_way[self._handed_out]
                self._handed_out += 1
                yield batch
            if len(self._under_way) <= (most_left if self._helpers else 0):
                return

    def _serve_helpers(self, timeout_s: float) -> None:
        """Give work to helpers that have none, and take what others have done."""
        try:
            for helper in self._helpers:
                if helper.is_ready and helper.batch is None and self._waiting:
                    helper.batch = self._waiting.popleft()
                    helper.send(self._under_way[helper.batch])
            ready = set(wait([helper.connection for helper in self._helpers], timeout_s))
            for helper in self._helpers:
                if helper.connection in ready:
                    self._take_message(helper, helper.receive())
        except _HelperLostError:
            self._go_on_alone()

    def _take_message(self, helper: _Helper, message: object) -> None:
        if isinstance(message, PreparedBatch) and helper.batch is not None:
            self._done[helper.batch] = message
            helper.batch = None
        else:
            helper.send(self._splitter)
            helper.is_ready = True

    def _prepare_here(self) -> None:
        """Prepare the oldest batch that is not done."""
        if self._own is None:
            self._own = BatchPreparer(self._splitter)
        number = self._waiting[0]
        batch = self._own.prepare(self._under_way[number], self._control.proceed)
        if batch is not None:
            self._done[number] = batch
            self._waiting.popleft()

    def _go_on_alone(self) -> None:
        """Do without helpers: one was lost, or none could be started."""
        self.was_broken = True
        self._end_helpers()
        self._waiting = deque(sorted(self._under_way.keys() - self._done.keys()))

    def _end_helpers(self) -> None:
        helpers, self._helpers = self._helpers, []
        for helper in helpers:
            helper.end()
