"""How much of a sentence stands word for word in the training text.

An index over the pairs of neighbouring words; held-out sentences are not looked through, nor are
runs found that go over the end of a sentence. Of a text of more than 5 million words it covers
whole sentences drawn from all over it. The order of the pairs, whatever is held out, is kept beside
the prepared text.

S sentences that are looked through, W words of them, P pairs, D different words of the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus.corpus import Corpus, Offsets
from engine.corpus.kept.kept_order import stable_order
from engine.files.spool import forget_pages

_MOST_WORDS = 5_000_000  # of the text that are indexed: about 170 MB, 20 MB of them on the disk
LONGEST_RUN = 8  # words that `runs` looks at
_MOST_PLACES = 20  # where a run stands that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The longest run of a sentence's words that appears verbatim in the training text."""

    first: int  # of the sentence's words, from 0
    length: int  # words; 0: none of them is in the text at all
    words: int  # of the whole sentence
    sentences: tuple[int, ...]  # of the text where the run stands, the first ones, from 0
    is_whole: bool  # whether some sentence of the text is the whole sentence, no word more
    is_sampled: bool  # whether the text is so long that only a sample of it was looked through


class CopyFinder:
    """Find the longest run that a sentence shares with the training text.

    Parameters
    ----------
    corpus : Corpus

    Notes
    -----
    The positions of each pair of words are a slice of one sorted array. A run is looked for only
    if it is longer than the best one so far: of the words that it must have, the rarest pair says
    where it can stand. What is found there grows word by word.
    """

    def __init__(self, corpus: Corpus) -> None:
        store = corpus.store
        ranks, offsets = store.word_ranks, store.offsets
        self._rank_of = {word: rank for rank, word in enumerate(store.words)}
        self._numbers = _sample(np.diff(offsets))  # (S,) of the sentences in the text
        self.is_sampled = len(self._numbers) < len(corpus)
        lengths = np.diff(offsets)[self._numbers]
        self._offsets = np.zeros(len(lengths) + 1, dtype=np.int64)  # (S + 1,)
        np.cumsum(lengths, out=self._offsets[1:])
        if self.is_sampled:
            shifts = offsets[:-1][self._numbers] - self._offsets[:-1]
            ranks = ranks[np.repeat(shifts, lengths) + np.arange(self._offsets[-1])]
            forget_pages(store.word_ranks)
        self._ranks = ranks.astype(np.int64)  # (W,)
        self._D = len(store.words)
        is_used = np.repeat(~corpus.is_validation[self._numbers], lengths)  # (W,)
        is_last = np.zeros(len(self._ranks), dtype=bool)
        is_last[self._offsets[1:][lengths > 0] - 1] = True
        begins = np.flatnonzero(~is_last)  # (P,) of pairs within a sentence
        keys = self._ranks[begins] * self._D + self._ranks[begins + 1]
        order = stable_order(keys, store.kept_at)
        order = order[is_used[begins[order]]]
        self._keys, self._begins = keys[order], begins[order]
        self._end_of = np.repeat(self._offsets[1:], lengths)  # (W,) where its sentence ends
        self._known = np.zeros(self._D, dtype=bool)
        self._known[self._ranks[is_used]] = True
        self._is_used = is_used

    def longest(self, words: Sequence[str]) -> Copy:
        """Return the longest run of `words`, as the tokeniser gives them, in the training text."""
        ranks = [self._rank_of.get(word, -1) for word in words]
        left, right = self._pairs(ranks)
        best, first, places = 0, 0, np.zeros(0, dtype=np.int64)
        for begin in range(len(ranks) - 1):
            if len(ranks) - begin <= best:
                break
            least = max(best, 1)  # pairs that a longer run has
            rarest = begin + int((right - left)[begin : begin + least].argmin())
            held = self._begins[left[rarest] : right[rarest]]
            found = self._with_run(ranks, begin, begin + least + 1, held, rarest - begin)
            if len(found):
                places, best = self._grown(ranks, begin, least + 1, found)
                first = begin
        if best == 0:
            best, first, places = self._single(ranks)
        holders = np.searchsorted(self._offsets, places, side="right") - 1  # (places,)
        whole = best == len(ranks) and bool(
            (self._offsets[holders + 1] - self._offsets[holders] == best).any()
        )
        return Copy(
            first=first,
            length=best,
            words=len(ranks),
            sentences=tuple(dict.fromkeys(self._numbers[holders[:_MOST_PLACES]].tolist())),
            is_whole=whole,
            is_sampled=self.is_sampled,
        )

    def runs(self, words: Sequence[str]) -> tuple[int, ...]:
        """Return how many words from each word on stand so in the training text.

        Parameters
        ----------
        words : sequence of str, of length T
            As the tokeniser gives them.

        Returns
        -------
        tuple of int, of length T
            Each at most `LONGEST_RUN`; 0 where the text does not even have the word.
        """
        ranks = [self._rank_of.get(word, -1) for word in words]
        left, right = self._pairs(ranks)
        found: list[int] = []
        for begin, rank in enumerate(ranks):
            # What is left of the run before is one, too.
            least = max(found[-1] - 1, 1) if found else 1
            end = min(begin + LONGEST_RUN, len(ranks))
            if rank < 0 or not self._known[rank]:
                length = 0
            elif begin + least >= end or left[begin] == right[begin]:
                length = min(least, end - begin)
            else:
                length = self._run_from(ranks[:end], begin, least, left, right)
            found.append(length)
        return tuple(found)

    def _run_from(
        self,
        ranks: list[int],
        begin: int,
        least: int,
        left: NDArray[np.int64],
        right: NDArray[np.int64],
    ) -> int:
        """Return the longest run from `begin`, of which `least` words are known to be one."""
        rarest = begin + int((right - left)[begin : begin + least].argmin())
        held = self._begins[left[rarest] : right[rarest]]
        places = self._with_run(ranks, begin, begin + least + 1, held, rarest - begin)
        return self._grown(ranks, begin, least + 1, places)[1] if len(places) else least

    def _pairs(self, ranks: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the slice of each pair of neighbours begins and ends in the index."""
        numbers = np.array(ranks, dtype=np.int64)
        keys = numbers[:-1] * self._D + numbers[1:]
        left = np.searchsorted(self._keys, keys)
        right = np.searchsorted(self._keys, keys + 1)
        is_unknown = (numbers[:-1] < 0) | (numbers[1:] < 0)
        return left, np.where(is_unknown, left, right)

    def _with_run(
        self, ranks: list[int], begin: int, end: int, held: NDArray[np.int64], offset: int
    ) -> NDArray[np.int64]:
        """Return where words `begin` to `end` stand, of the places `held` of the one at offset."""
        starts = held - offset
        is_within = (starts >= 0) & (starts + (end - begin) <= self._end_of[held])
        is_within[is_within] &= self._end_of[starts[is_within]] == self._end_of[held[is_within]]
        starts = starts[is_within]
        for k in range(end - begin):
            if k not in (offset, offset + 1):
                starts = starts[self._ranks[starts + k] == ranks[begin + k]]
        return starts

    def _grown(
        self, ranks: list[int], begin: int, length: int, places: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], int]:
        """Let the run from `begin` grow; return where the longest one stands, and its length."""
        while begin + length < len(ranks):
            longer = places[places + length < self._end_of[places]]
            longer = longer[self._ranks[longer + length] == ranks[begin + length]]
            if len(longer) == 0:
                break
            places, length = longer, length + 1
        return places, length

    def _single(self, ranks: list[int]) -> tuple[int, int, NDArray[np.int64]]:
        """Return the first word that is in the text at all."""
        for place, rank in enumerate(ranks):
            if rank >= 0 and self._known[rank]:
                at = np.flatnonzero((self._ranks == rank) & self._is_used)[:_MOST_PLACES]
                return 1, place, at
        return 0, 0, np.zeros(0, dtype=np.int64)


def _sample(lengths: Offsets) -> Offsets:
    """Choose among sentences of these lengths, (all sentences,); return their numbers in order.

    All of them, or as many as have `_MOST_WORDS` words, by chance, but always the same ones.
    """
    if int(lengths.sum()) <= _MOST_WORDS:
        return np.arange(len(lengths))
    drawn = np.random.default_rng(0).permutation(len(lengths))
    count = int(np.searchsorted(np.cumsum(lengths[drawn]), _MOST_WORDS, side="right"))
    return np.sort(drawn[: max(1, count)])
