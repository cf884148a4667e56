"""From prepared batches to the arrays of a corpus.

Gathers what the batches bring, numbers all words by frequency, and draws the
validation documents.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.corpus_data import TokenStore
from engine.preparation import PreparedBatch
from engine.tokenizing import WordTable

Bools = NDArray[np.bool_]
Int64s = NDArray[np.int64]


class DocumentGroups:
    """Tells which documents are equal, by a hash of their text.

    Attributes
    ----------
    duplicates : int
        Documents so far that equal an earlier one.
    """

    def __init__(self) -> None:
        self.duplicates = 0
        self._group_of: dict[bytes, int] = {}

    def find(self, text: str) -> tuple[int, bool]:
        """Return the number of the group of `text`, and whether it is a new one."""
        key = hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
        new_group = len(self._group_of)
        group = self._group_of.setdefault(key, new_group)
        is_new = group == new_group
        self.duplicates += not is_new
        return group, is_new


@dataclass(slots=True)
class Gathered:
    """What the batches brought so far, in the order of the file."""

    table: WordTable = field(default_factory=WordTable)
    numbers: list[NDArray[np.int32]] = field(default_factory=list)
    sentence_lengths: list[NDArray[np.int32]] = field(default_factory=list)
    document_lengths: list[NDArray[np.int32]] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    text_lengths: list[NDArray[np.int32]] = field(default_factory=list)

    def add(self, batch: PreparedBatch) -> None:
        """Append a batch; its words get the numbers of the whole corpus."""
        number_of = np.array([self.table[word] for word in batch.words], dtype=np.int32)
        self.numbers.append(number_of[batch.numbers] if len(batch.words) else batch.numbers)
        self.sentence_lengths.append(batch.sentence_lengths)
        self.document_lengths.append(batch.document_lengths)
        self.texts.append(batch.texts)
        self.text_lengths.append(batch.text_lengths)

    def store(self, group_of: Int64s, is_validation: Bools) -> TokenStore:
        """Return the arrays of the whole corpus and forget the parts they were made of.

        `group_of` and `is_validation` have shape (documents,).
        """
        numbers = _joined(self.numbers)  # (W,), in the order first seen
        counts = np.bincount(numbers, minlength=len(self.table))  # (D,)
        order = np.argsort(-counts, kind="stable")  # (D,); stable: ties stay as first seen
        rank = np.empty(len(order), dtype=np.int32)  # (D,)
        rank[order] = np.arange(len(order), dtype=np.int32)
        words = self.table.words
        texts = b"".join(self.texts)
        self.texts.clear()
        return TokenStore(
            words=tuple([words[number] for number in order.tolist()]),
            counts=counts[order].astype(np.int64),
            word_ranks=rank[numbers],
            offsets=_offsets(_joined(self.sentence_lengths)),
            texts=texts,
            text_offsets=_offsets(_joined(self.text_lengths)),
            document_lengths=_joined(self.document_lengths),
            group_of=group_of,
            is_validation=is_validation,
        )


def _joined(arrays: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Concatenate `arrays` and empty the list."""
    joined = np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int32)
    arrays.clear()
    return joined


def _offsets(lengths: NDArray[np.int32]) -> Int64s:
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
