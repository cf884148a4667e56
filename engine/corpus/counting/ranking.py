"""How often each word occurs in the part of a text that the vocabulary is counted on.

A prepared text has its words by their frequency in all of it. What is held out is to tell the
vocabulary nothing: the words are then put in order by the training part alone, ties in the order
first seen there.

Letters: S sentences, W words of all sentences, D different words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.files.spool import forget_pages

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

_WORDS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """All different words of a text by their frequency in a part of it."""

    counts: Int64s  # (D,) in the part, falling
    totals: Int64s  # (D,) in all of the text, in the same order
    order: Int32s | None  # (D,) the text's own rank of each; None = the same
    rank_of: Int32s | None  # (D,) the rank here of each of the text's own ranks; None = the same

    @classmethod
    def counted(
        cls,
        totals: Int64s,
        word_ranks: Int32s,
        offsets: Int64s,
        left_out: NDArray[np.bool_] | None = None,
        unknown: int | None = None,
    ) -> Self:
        """Count the words of all sentences but those that are `left_out`.

        Parameters
        ----------
        totals : int64 array of shape (D,)
            How often each word occurs in all of the text, falling.
        word_ranks : int32 array of shape (W,)
            The words of all sentences, as indices into `totals`.
        offsets : int64 array of shape (S + 1,)
            Sentence k is word_ranks[offsets[k]:offsets[k + 1]].
        left_out : bool array of shape (S,), optional
        unknown : int, optional
            The word that stands for unknown ones: it counts for nothing, so that it is never known.
        """
        is_all = left_out is None or not left_out.any()
        if is_all and unknown is None:
            return cls(counts=totals, totals=totals, order=None, rank_of=None)
        D = len(totals)
        counts, first_seen = totals.copy(), np.arange(D)  # (D,), (D,)
        if left_out is not None and not is_all:
            counts, first_seen = _counted(D, word_ranks, offsets, left_out)
        if unknown is not None:
            counts[unknown] = 0
        order = np.lexsort((first_seen, -counts)).astype(np.int32)  # (D,)
        rank_of = np.empty(D, dtype=np.int32)  # (D,)
        rank_of[order] = np.arange(D, dtype=np.int32)
        return cls(counts=counts[order], totals=totals[order], order=order, rank_of=rank_of)

    def frequent(self, min_count: int) -> int:
        """Return how many words occur at least so often; 1 where none does."""
        return max(1, int(np.searchsorted(-self.counts, -min_count, side="right")))

    def rare(self, min_count: int) -> int:
        """Return how many words occur, but less often."""
        return self.frequent(1) - self.frequent(min_count)

    def first(self, count: int) -> Iterable[int]:
        """Return the text's own ranks of the most frequent words."""
        return range(count) if self.order is None else map(int, self.order[:count])

    def of(self, word_ranks: Int32s) -> Int32s:
        """Return the ranks here of words by the text's own ranks, in the same shape."""
        return word_ranks if self.rank_of is None else self.rank_of[word_ranks]


def slices(offsets: Int64s) -> Iterator[tuple[int, int]]:
    """Yield the bounds of runs of sentences with about a million words."""
    first, last = 0, len(offsets) - 1
    while first < last:
        reached = int(np.searchsorted(offsets, offsets[first] + _WORDS_AT_ONCE))
        reached = min(max(reached, first + 1), last)
        yield first, reached
        first = reached


def _counted(
    D: int, word_ranks: Int32s, offsets: Int64s, left_out: NDArray[np.bool_]
) -> tuple[Int64s, Int64s]:
    """Return how often each of D words occurs where it is not left out, and where first."""
    counts = np.zeros(D, dtype=np.int64)  # (D,)
    first_seen = np.full(D, len(word_ranks), dtype=np.int64)  # (D,)
    for first, last in slices(offsets):
        lengths = np.diff(offsets[first : last + 1])  # (sentences of the slice,)
        ranks = word_ranks[offsets[first] : offsets[last]]
        ranks = ranks[np.repeat(~left_out[first:last], lengths)]
        new = np.flatnonzero(counts[ranks] == 0)  # places of words not seen before
        words, places = np.unique(ranks[new], return_index=True)
        first_seen[words] = offsets[first] + new[places]
        counts += np.bincount(ranks, minlength=D)
        forget_pages(word_ranks)
    return counts, first_seen
