"""The sentences of a corpus that have a word, an unknown word, or are held out."""

from array import array
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.corpus.counting.ranking import slices
from engine.files.spool import forget_pages


def find_sentences(
    corpus: Corpus,
    text: str = "",
    *,
    only_unknown: bool = False,
    only_held_out: bool = False,
    control: RunControl | None = None,
) -> Sequence[int] | None:
    """Return the numbers of the sentences, from 0 and in the order of the file.

    Parameters
    ----------
    corpus : Corpus
    text : str
        Words that a sentence must have one after the other, each as the corpus is cut, in upper
        or lower case. "" asks for none.
    only_unknown : bool
        Whether only sentences with a word that is not in the vocabulary are wanted.
    only_held_out : bool
        Whether only sentences that training does not see are wanted.
    control : RunControl, optional

    Returns
    -------
    sequence of int or None
        None after a stop.
    """
    store, ranking = corpus.store, corpus.ranking
    kept = len(corpus.vocabulary) - SPECIAL_TOKENS
    wanted = [_ranks_of(corpus, word) for word in _words_of(corpus, text)]
    found = array("q")
    for first, last in slices(store.offsets):
        if control is not None and not control.proceed():
            return None
        begin = store.offsets[first]
        ranks = store.word_ranks[begin : store.offsets[last]]
        bounds = store.offsets[first : last + 1] - begin
        is_wanted = np.ones(last - first, dtype=bool)  # (sentences of the slice,)
        if only_held_out:
            is_wanted &= corpus.is_validation[first:last]
        if only_unknown:
            is_wanted &= _has_any(ranking.of(ranks) >= kept, bounds)
        if wanted:
            is_wanted &= _has_any(_begins(ranks, bounds, wanted), bounds)
        found.extend((first + np.flatnonzero(is_wanted)).tolist())
        forget_pages(store.word_ranks)
    return found


def _words_of(corpus: Corpus, text: str) -> list[str]:
    return [word for _, words in corpus.reading.sentences(text) for word in words]


def _ranks_of(corpus: Corpus, word: str) -> NDArray[np.int32]:
    """Return the text's own ranks of the words that are `word`, whatever their case."""
    folded = word.casefold()
    ranks = [rank for rank, each in enumerate(corpus.store.words) if each.casefold() == folded]
    return np.array(ranks, dtype=np.int32)


def _begins(
    ranks: NDArray[np.int32], bounds: NDArray[np.int64], wanted: Sequence[NDArray[np.int32]]
) -> NDArray[np.bool_]:
    """Return for each word of a slice whether the wanted words begin there."""
    is_begin = np.isin(ranks, wanted[0])  # (W of the slice,)
    for ahead, alternatives in enumerate(wanted[1:], start=1):
        follows = np.zeros_like(is_begin)
        follows[:-ahead] = np.isin(ranks[ahead:], alternatives)
        is_begin &= follows
    for start, end in pairwise(bounds.tolist()) if len(wanted) > 1 and is_begin.any() else ():
        is_begin[max(start, end - len(wanted) + 1) : end] = False  # they would end in the next one
    return is_begin


def _has_any(is_hit: NDArray[np.bool_], bounds: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each sentence of a slice whether one of its words is a hit."""
    hits = np.concatenate(([0], np.cumsum(is_hit)))  # (W of the slice + 1,)
    has_any: NDArray[np.bool_] = hits[bounds[1:]] > hits[bounds[:-1]]
    return has_any
