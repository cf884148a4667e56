"""Sentences and word numbers of a batch of documents: the work of one process.

A batch comes back as a few flat arrays and not as lists of words, because what
crosses from process to process is pickled, and pickling words costs more than
finding them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.sentence_splitter import SentenceSplitter
from engine.tokenizing import FastTokenizer

Int32s = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBatch:
    """The sentences of some documents, in their order."""

    words: list[str]  # the different words of the batch, in the order first seen
    numbers: Int32s  # (W,) index into `words`
    sentence_lengths: Int32s  # (S,) words in each sentence
    document_lengths: Int32s  # (documents,) sentences in each document; 0 where it failed
    texts: bytes  # all sentences in UTF-8, one after the other
    text_lengths: Int32s  # (S,) bytes of each sentence
    failed: tuple[int, ...]  # documents that NLTK gave up on, as positions in the batch


class BatchPreparer:
    """Splits and tokenises batches; remembers what it saw from one to the next."""

    def __init__(self, splitter: SentenceSplitter) -> None:
        self._splitter = splitter
        self._tokenizer = FastTokenizer()

    def prepare(
        self, documents: Sequence[str], proceed: Callable[[], bool] = lambda: True
    ) -> PreparedBatch | None:
        """Return the sentences of `documents`, or None when `proceed` turned False.

        The result depends on the documents only, not on batches prepared before.
        """
        if self._tokenizer.is_full():
            self._tokenizer.forget()
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
        append_numbers = self._tokenizer.append_numbers
        words_before = len(numbers)
        for sentence in self._splitter.split(document):
            # Lower-cased only now: the splitter needs the capitals.
            append_numbers(sentence.lower(), numbers)
            lengths.append(len(numbers) - words_before)
            words_before = len(numbers)
            texts.append(sentence.encode("utf-8"))

    def _renumber(self, numbers: Int32s) -> tuple[list[str], Int32s]:
        """Give the words of this batch numbers of their own, in the order first seen."""
        table = self._tokenizer.table
        found, first_at, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        order = np.argsort(first_at)  # (different words of the batch,)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        words = [table.words[number] for number in found[order].tolist()]
        return words, rank[inverse].astype(np.int32)
