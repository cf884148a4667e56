"""From prepared batches to the arrays of a corpus, in spools and slice by slice.

Gathers what the batches bring and numbers all words by frequency. Only the different
words, their counts, and a slice of the rest are in memory.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.control import RunControl
from engine.corpus.corpus import TokenStore
from engine.corpus.origins import Origins
from engine.corpus.word_list import word_list
from engine.corpus.workers import PreparedBatch
from engine.files.numbering import Numbering, hash_of
from engine.files.spool import Spool
from engine.tokenization.reading import Reading
from engine.tokenization.writing.written_forms import FormCounts

Int64s = NDArray[np.int64]

_MOST_FORMS = 200_000  # written words whose numbers are at hand
_WORDS_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledText:
    """What makes a `TokenStore`, but for the split; letters as in `corpus`.

    A form of its own since it may be larger than the memory: spools, until the cache has it.
    """

    words: Spool  # in UTF-8, one after the other
    word_lengths: Spool  # int32 (D,), in characters
    counts: Int64s  # (D,)
    word_ranks: Spool  # int32 (W,)
    offsets: Spool  # int64 (S + 1,)
    texts: Spool
    text_offsets: Spool  # int64 (S + 1,)
    document_lengths: Spool  # int32 (documents,)
    group_of: Int64s  # (documents,)
    origins: Origins = field(default_factory=Origins)

    @property
    def sentences(self) -> int:
        """S."""
        return self.offsets.size // 8 - 1

    @property
    def different_words(self) -> int:
        """D."""
        return len(self.counts)

    @property
    def size(self) -> int:
        """About how many bytes all of it takes."""
        spools = (self.word_ranks, self.offsets, self.texts, self.text_offsets)
        rest = self.document_lengths.size + self.group_of.nbytes + self.counts.nbytes
        rest += self.words.size + self.word_lengths.size
        rest += self.origins.lines.nbytes
        return sum(spool.size for spool in spools) + rest

    def store(self, folder: Path | None, reading: Reading) -> TokenStore:
        """Return the store with no document held out; the spools are then used up."""
        return TokenStore(
            words=word_list(self.words.array(np.uint8), self.word_lengths.array(np.int32)),
            counts=self.counts,
            word_ranks=self.word_ranks.array(np.int32),
            offsets=self.offsets.array(np.int64),
            texts=self.texts.array(np.uint8).data,
            text_offsets=self.text_offsets.array(np.int64),
            document_lengths=self.document_lengths.array(np.int32),
            group_of=self.group_of,
            is_validation=np.zeros(len(self.group_of), dtype=np.bool_),
            reading=reading,
            folder=folder,
            origins=self.origins,
        )


class CorpusAssembler:
    """What the batches brought so far, in the order of the file.

    Parameters
    ----------
    folder : Path or None
        For files of what is too much for the memory; None = the system's.

    Attributes
    ----------
    word_of : callable
        Returns the word of the vocabulary that a written one is.
    forms : FormCounts or None
        Where it is to be counted how each word is written.
    words : Numbering
        The different words so far, in the order first seen.
    folder : Path or None
    """

    def __init__(self, folder: Path | None) -> None:
        self.word_of: Callable[[str], str] = str
        self.forms: FormCounts | None = None
        self.folder = folder
        self._spools: list[Spool] = []
        self.words: Numbering[str] = Numbering(folder, hash_of)
        self._number_of = _FormNumbers(self)
        self._new: list[str] = []  # words of the present batch
        self._word_texts, self._word_lengths = self.spool(), self.spool()
        self._numbers = self.spool()  # int32 (W,), in the order first seen
        self._sentence_lengths = self.spool()  # int32 (S,)
        self._document_lengths = self.spool()  # int32 (documents,)
        self._texts = self.spool()
        self._text_lengths = self.spool()  # int32 (S,)

    @property
    def failure(self) -> OSError | None:
        """Why temporary files could not be written and more memory was taken."""
        return next((spool.failure for spool in self._spools if spool.failure is not None), None)

    def number_of(self, form: str) -> int:
        """Return the number of the word that is written so, a new one if not seen before."""
        word, before = self.word_of(form), len(self.words)
        number = self.words[word]
        if number == before:
            self._new.append(word)
        return number

    @property
    def words_twice(self) -> int:
        """What `arranged` counts up to."""
        return self._numbers.size // 4 * 2

    def add(self, batch: PreparedBatch) -> None:
        """Append a batch; its words get the numbers of the whole corpus."""
        numbers = self._number_of
        if len(numbers) > _MOST_FORMS:
            numbers.clear()
        number_of = np.array([numbers[form] for form in batch.words], dtype=np.int32)
        self._append_words(self._new, self._word_texts, self._word_lengths)
        self._new.clear()
        if len(batch.words):
            self._numbers.append(number_of[batch.numbers])
        if self.forms is not None:
            self.forms.add(batch.words, batch.numbers, batch.sentence_lengths)
        self._sentence_lengths.append(batch.sentence_lengths)
        self._document_lengths.append(batch.document_lengths)
        self._texts.append(batch.texts)
        self._text_lengths.append(batch.text_lengths)

    def close(self) -> None:
        """Give everything up, `AssembledText` too that were not made into a store."""
        for spool in self._spools:
            spool.close()

    def arranged(
        self, group_of: Int64s, control: RunControl
    ) -> Generator[int, None, AssembledText | None]:
        """Give the words their final numbers, by frequency; what was gathered is then used up.

        Parameters
        ----------
        group_of : int64 array of shape (documents,)
        control : RunControl

        Yields
        ------
        int
            Words passed so far, each twice: once to count it and once to rank it.

        Returns
        -------
        AssembledText or None
            None after a stop.
        """
        counts = np.zeros(len(self.words), dtype=np.int64)  # (D,)
        done = 0
        for numbers in _int32s(self._numbers):
            if not control.proceed():
                return None
            counts += np.bincount(numbers, minlength=len(counts))
            done += len(numbers)
            yield done
        order = np.argsort(-counts, kind="stable")  # (D,); stable: ties stay as first seen
        rank = np.empty(len(order), dtype=np.int32)  # (D,)
        rank[order] = np.arange(len(order), dtype=np.int32)
        ranks = self.spool()
        for numbers in _int32s(self._numbers):
            if not control.proceed():
                return None
            ranks.append(rank[numbers])
            done += len(numbers)
            yield done
        self._numbers.close()
        words, word_lengths = self._words_in(order)
        return AssembledText(
            words=words,
            word_lengths=word_lengths,
            counts=counts[order],
            word_ranks=ranks,
            offsets=self._offsets(self._sentence_lengths),
            texts=self._texts,
            text_offsets=self._offsets(self._text_lengths),
            document_lengths=self._document_lengths,
            group_of=group_of,
        )

    def spool(self) -> Spool:
        """Return a new spool, closed along with the others."""
        spool = Spool(self.folder)
        self._spools.append(spool)
        return spool

    def _words_in(self, order: Int64s) -> tuple[Spool, Spool]:
        """Return the words in this order, in UTF-8, and their lengths in characters."""
        seen = word_list(self._word_texts.array(np.uint8), self._word_lengths.array(np.int32))
        words, lengths = self.spool(), self.spool()
        for begin in range(0, len(order), _WORDS_AT_ONCE):
            some = [seen[number] for number in order[begin : begin + _WORDS_AT_ONCE].tolist()]
            self._append_words(some, words, lengths)
        return words, lengths

    @staticmethod
    def _append_words(some: list[str], words: Spool, lengths: Spool) -> None:
        words.append("".join(some).encode())
        lengths.append(np.array([len(word) for word in some], dtype=np.int32))

    def _offsets(self, lengths: Spool) -> Spool:
        """Return where each of the `lengths` begins and the last ends."""
        offsets = self.spool()
        end = np.zeros(1, dtype=np.int64)
        offsets.append(end)
        for some in _int32s(lengths):
            ends = end + np.cumsum(some, dtype=np.int64)
            offsets.append(ends)
            end = ends[-1:]
        lengths.close()
        return offsets


class _FormNumbers(dict[str, int]):
    """The number of the word that each written form is."""

    def __init__(self, assembler: CorpusAssembler) -> None:
        super().__init__()
        self._assembler = assembler

    def __missing__(self, form: str) -> int:
        number = self[form] = self._assembler.number_of(form)
        return number


def _int32s(spool: Spool) -> Iterator[NDArray[np.int32]]:
    for piece in spool.pieces():
        yield np.frombuffer(piece, dtype=np.int32)
