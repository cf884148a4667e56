"""Batches of documents prepared by several processes, in order, with a stop that is heard.

Tokenising holds Python's interpreter lock, so threads would not help, and a
window beside it would stutter. Processes are *spawned*: a forked child of a
program with Qt threads and PyTorch may hang. A spawned child imports this module
and NLTK, and never PyTorch or Qt.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Self

from engine.control import RunControl
from engine.preparation import BatchPreparer, PreparedBatch
from engine.sentence_splitter import SentenceSplitter

_LOOK_EVERY_S = 0.05  # how often a waiting parent looks for a stop
_BATCHES_AHEAD = 3  # a process, so that none waits for the reader; bounds the memory

# Made once in each child, by its initializer.
_preparer: BatchPreparer | None = None


def _start_child(splitter: SentenceSplitter) -> None:
    # Ctrl+C reaches the whole group; only the parent answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _preparer  # an executor offers its children no other place
    _preparer = BatchPreparer(splitter)


def _end_with_parent() -> None:
    """Let no child outlive a parent that was killed: nothing else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_in_child(documents: Sequence[str]) -> PreparedBatch | None:
    assert _preparer is not None, "the initializer runs first"  # noqa: S101
    return _preparer.prepare(documents)


class _RecordingContext(SpawnContext):
    """Remembers the processes it makes, so that a stop can end them at once."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[BaseProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override]
        """Make a process as a spawn context does."""
        process = multiprocessing.get_context("spawn").Process(*args, **kwargs)
        self.started.append(process)
        return process


class PreparationPool:
    """Prepare batches in `processes` child processes, or in this one if that is 0.

    Use it as a context manager: leaving it leaves no process behind.

    Attributes
    ----------
    was_broken : bool
        Whether a child died and the work went on in this process.
    """

    def __init__(self, splitter: SentenceSplitter, processes: int, control: RunControl) -> None:
        self.was_broken = False
        self._splitter = splitter
        self._control = control
        self._most_ahead = processes * _BATCHES_AHEAD
        self._pending: deque[tuple[Sequence[str], Future[PreparedBatch | None] | None]] = deque()
        self._context = _RecordingContext()
        self._own: BatchPreparer | None = None
        self._executor: ProcessPoolExecutor | None = None
        if processes > 0:
            self._executor = ProcessPoolExecutor(
                processes, self._context, initializer=_start_child, initargs=(splitter,)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def put(self, documents: Sequence[str]) -> Iterator[PreparedBatch]:
        """Take a batch; yield those that are done, waiting only if too many are under way."""
        future: Future[PreparedBatch | None] | None = None
        if self._executor is not None:
            try:
                future = self._executor.submit(_prepare_in_child, documents)
            except (BrokenProcessPool, OSError):
                self._give_up_children()
        self._pending.append((documents, future))
        yield from self._take(self._most_ahead if self._executor is not None else 0)

    def finish(self) -> Iterator[PreparedBatch]:
        """Yield all batches that are still under way."""
        yield from self._take(0)

    def _take(self, most_left: int) -> Iterator[PreparedBatch]:
        while self._pending and (len(self._pending) > most_left or self._is_first_done()):
            if not self._control.proceed():
                return
            batch = self._first_result()
            if batch is None:
                return
            yield batch

    def _is_first_done(self) -> bool:
        future = self._pending[0][1]
        return future is not None and future.done()

    def _first_result(self) -> PreparedBatch | None:
        """Return the oldest batch, or None if a stop was asked for before it was done."""
        documents, future = self._pending[0]
        batch: PreparedBatch | None
        if future is None:
            batch = self._prepare_here(documents)
        else:
            while not future.done():
                wait((future,), timeout=_LOOK_EVERY_S)
                if not self._control.proceed():
                    return None
            try:
                batch = future.result()
            except (BrokenProcessPool, OSError):
                self._give_up_children()
                batch = self._prepare_here(documents)
        self._pending.popleft()
        return batch

    def _prepare_here(self, documents: Sequence[str]) -> PreparedBatch | None:
        if self._own is None:
            self._own = BatchPreparer(self._splitter)
        return self._own.prepare(documents, self._control.proceed)

    def _give_up_children(self) -> None:
        """Go on in this process: a child died, or none could be started."""
        self.was_broken = True
        self._close()
        self._pending = deque((documents, None) for documents, _ in self._pending)

    def _close(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for _, future in self._pending:
            if future is not None:
                future.cancel()
        if self._pending:
            # What they are doing is not wanted any more, and may take seconds.
            for process in self._context.started:
                if process.is_alive():
                    process.terminate()
        executor.shutdown(wait=True, cancel_futures=True)


def choose_processes(requested: int | None, characters: int) -> int:
    """Return how many child processes a text of this size deserves; 0 = none."""
    if characters < SMALL_TEXT or requested == 0:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(requested or cores or 1, characters // SMALL_TEXT + 1))


SMALL_TEXT = 1_000_000  # characters: below, starting processes costs more than it saves
