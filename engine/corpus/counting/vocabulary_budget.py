"""What a vocabulary of each size would cost and what it would leave out; exact counts.

Nothing is tokenised again: the word numbers of a corpus are its words' ranks by
frequency, so that a vocabulary of k words knows exactly the ranks below k.

Letters: D different words, S sentences, C words of the vocabulary (three special
tokens among them), H hidden units.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS
from engine.corpus.counting.ranking import slices

_FIRST_DIGITS = (1, 2, 3, 5, 8)  # of the sizes in a table


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyCost:
    """What a vocabulary of one size means."""

    vocabulary_size: int  # C, including the three special tokens
    unknown_share: float  # of all words: those that would be UNKNOWN_TOKEN
    touched_share: float  # of all sentences: those with such a word
    parameters: int  # 2 H C + H², of a network with H hidden units


class VocabularyBudget:
    """The cost of any vocabulary size for one corpus.

    Parameters
    ----------
    counts : int64 array of shape (D,)
        How often each word occurs in all of the text, in the order in which a growing
        vocabulary takes them in.
    word_ranks : int32 array of shape (W,)
        The words of all sentences by rank, 0 = the most common.
    offsets : int64 array of shape (S + 1,)
        Sentence k is word_ranks[offsets[k]:offsets[k + 1]].
    rank_of : int32 array of shape (D,), optional
        The rank in `counts` of each number of `word_ranks`, where they differ.
    most_known : int, optional
        Words that a vocabulary can know, if not all: those that are not too rare.

    Attributes
    ----------
    different_words : int
        D.
    most_known : int
    """

    def __init__(
        self,
        counts: NDArray[np.int64],
        word_ranks: NDArray[np.int32],
        offsets: NDArray[np.int64],
        *,
        rank_of: NDArray[np.int32] | None = None,
        most_known: int | None = None,
    ) -> None:
        self.different_words = len(counts)
        self.most_known = len(counts) if most_known is None else most_known
        self._known = np.concatenate(([0], np.cumsum(counts)))  # (D + 1,) words among the first k
        self._sentences = len(offsets) - 1
        rarest = [word_ranks[:0]]
        for first, last in slices(offsets):
            begin = offsets[first]
            ranks = word_ranks[begin : offsets[last]]
            ranks = ranks if rank_of is None else rank_of[ranks]
            lengths = np.diff(offsets[first : last + 1])
            starts = offsets[first:last][lengths > 0] - begin  # reduceat cannot do an empty one
            if len(starts):
                rarest.append(np.maximum.reduceat(ranks, starts))
        # (S,) the highest rank in each sentence, ascending
        self._rarest = np.sort(np.concatenate(rarest))

    @property
    def largest_size(self) -> int:
        """The size from which on no more words are known."""
        return self.most_known + SPECIAL_TOKENS

    def at(self, vocabulary_size: int, hidden_dim: int) -> VocabularyCost:
        """Return the cost of a vocabulary of this size, with `hidden_dim` hidden units.

        A size beyond `largest_size` is cut to it, as the corpus itself does.
        """
        size = min(max(vocabulary_size, SPECIAL_TOKENS + 1), self.largest_size)
        kept = size - SPECIAL_TOKENS
        total = int(self._known[-1])
        # Untouched are the sentences whose rarest word has a rank below `kept`.
        touched = len(self._rarest) - int(np.searchsorted(self._rarest, kept, side="left"))
        return VocabularyCost(
            vocabulary_size=size,
            unknown_share=(total - int(self._known[kept])) / max(1, total),
            touched_share=touched / max(1, self._sentences),
            parameters=2 * hidden_dim * size + hidden_dim**2,
        )

    def smallest_size(self, unknown_share: float) -> int:
        """Return the smallest size that leaves no more than this share of words unknown.

        Where too many words are too rare, it is the largest size.
        """
        needed = (1.0 - unknown_share) * int(self._known[-1])
        kept = int(np.searchsorted(self._known, needed - 1e-9, side="left"))
        return min(max(kept, 1), self.most_known) + SPECIAL_TOKENS

    def sizes(self, smallest: int = 500) -> tuple[int, ...]:
        """Return round sizes for a table, and `largest_size` last."""
        largest = self.largest_size
        round_sizes = (
            digit * 10**power for power in range(2, len(str(largest))) for digit in _FIRST_DIGITS
        )
        return (*(size for size in round_sizes if smallest <= size < largest), largest)
