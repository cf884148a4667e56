"""Batches of documents prepared by helper processes, in order, with a stop that is heard.

Tokenising holds Python's interpreter lock, so threads would not help, and a
window beside it would stutter. Helpers are *spawned*: a forked child of a program
with Qt threads and PyTorch may hang. A spawned child imports this module and NLTK,
and never PyTorch or Qt.

    parent                                   helper
    start                      ->            imports, "ready"
    tokeniser, batch, batch …  ->            prepares one at a time
    results in order           <-            PreparedBatch

A `ProcessPoolExecutor` would do, but for the stop: ending its processes while its
feeder thread writes to them hangs in Python 3.11 before 3.11.5. Here each helper
has a pipe of its own, the parent writes only to a helper that is reading, and a
helper whose parent is gone reads the end of its pipe and ends.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from engine.control import RunControl
from engine.tokenization.words import Tokenizer

SMALL_TEXT = 1_000_000  # characters: below, starting processes costs more than it saves
_LOOK_EVERY_S = 0.05  # how often a waiting parent looks for a stop
_BATCHES_AHEAD = 3  # for each helper, so that none waits for the reader; bounds the memory
_END_WITHIN_S = 1.0
_READY = "ready"

Int32s = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBatch:
    """The sentences of some documents, in their order.

    As a few flat arrays and not as lists of words, because what crosses from process to process
    is pickled, and pickling words costs more than finding them.
    """

    words: list[str]  # the different words as written, in the order first seen
    numbers: Int32s  # (W,) index into `words`
    sentence_lengths: Int32s  # (S,) words in each sentence
    document_lengths: Int32s  # (documents,) sentences in each document; 0 where it failed
    texts: bytes  # all sentences in UTF-8, one after the other
    text_lengths: Int32s  # (S,) bytes of each sentence
    failed: tuple[int, ...]  # documents that NLTK gave up on, as positions in the batch


class BatchPreparer:
    """Splits and tokenises batches; remembers what it saw from one to the next."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._split = tokenizer.split_sentences
        self._tokens = tokenizer.fast()

    def prepare(
        self, documents: Sequence[str], proceed: Callable[[], bool] = lambda: True
    ) -> PreparedBatch | None:
        """Return the sentences of `documents`, or None when `proceed` turned False.

        The result depends on the documents only, not on batches prepared before.
        """
        if self._tokens.is_full():
            self._tokens.forget()
        numbers: list[int] = []
        sentence_lengths: list[int] = []
        document_lengths: list[int] = []
        texts: list[bytes] = []
        failed: list[int] = []
        for index, document in enumerate(documents):
            if not proceed():
                return None
            words_before, sentences_before = len(numbers), len(sentence_lengths)
            try:
                self._append(document, numbers, sentence_lengths, texts)
            except TimeoutError:
                # NLTK bounds the time of each of its regular expressions.
                del numbers[words_before:], sentence_lengths[sentences_before:]
                del texts[sentences_before:]
                failed.append(index)
            document_lengths.append(len(sentence_lengths) - sentences_before)
        words, own_numbers = self._renumber(np.array(numbers, dtype=np.int32))
        return PreparedBatch(
            words=words,
            numbers=own_numbers,
            sentence_lengths=np.array(sentence_lengths, dtype=np.int32),
            document_lengths=np.array(document_lengths, dtype=np.int32),
            texts=b"".join(texts),
            text_lengths=np.array([len(text) for text in texts], dtype=np.int32),
            failed=tuple(failed),
        )

    def _append(
        self, document: str, numbers: list[int], lengths: list[int], texts: list[bytes]
    ) -> None:
        append_numbers = self._tokens.append_numbers
        words_before = len(numbers)
        for sentence in self._split(document):
            append_numbers(sentence, numbers)
            lengths.append(len(numbers) - words_before)
            words_before = len(numbers)
            texts.append(sentence.encode("utf-8"))

    def _renumber(self, numbers: Int32s) -> tuple[list[str], Int32s]:
        """Give the words of this batch numbers of their own, in the order first seen."""
        table = self._tokens.table
        found, first_at, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        order = np.argsort(first_at)  # (different words of the batch,)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        words = [table.words[number] for number in found[order].tolist()]
        return words, rank[inverse].astype(np.int32)


def choose_processes(requested: int | None, characters: int) -> int:
    """Return how many helper processes a text of this size deserves; 0 = none."""
    if characters < SMALL_TEXT or requested == 0:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(requested or cores or 1, characters // SMALL_TEXT + 1))


def _serve(connection: "Connection[object, object]") -> None:
    """Prepare batches until the parent closes the pipe; the main function of a helper."""
    # Ctrl+C and the end of a terminal reach the whole group; only the parent answers to them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        connection.send(_READY)
        preparer = BatchPreparer(cast("Tokenizer", connection.recv()))  # it comes first
        while True:
            documents = connection.recv()
            assert isinstance(documents, list)  # noqa: S101
            connection.send(preparer.prepare(documents))
    except (EOFError, OSError):
        return  # the parent wants no more, or is gone


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Let a helper that starts now not import the program's main module.

    It needs nothing of it; and a script without ``if __name__ == "__main__":`` would do all
    its work again in each helper.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


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
            with _without_main():
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

    def __init__(self, tokenizer: Tokenizer, processes: int, control: RunControl) -> None:
        self.was_broken = False
        self._tokenizer = tokenizer
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
            helper.send(self._tokenizer)
            helper.is_ready = True

    def _prepare_here(self) -> None:
        """Prepare the oldest batch that is not done."""
        if self._own is None:
            self._own = BatchPreparer(self._tokenizer)
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
