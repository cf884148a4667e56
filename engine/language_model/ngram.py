"""A table of word sequences that predicts the next word: interpolated, modified Kneser-Ney.

No network: what a user should know to judge one. The table is counted on the same training
sentences, over the same vocabulary with its unknown word, and begins anew at each sentence.
SENTENCE_START is only ever a context: the words to predict are the other C - 1.

A sequence of m words is called a gram of order m. Each order numbers its grams, so that one of
order m is the pair (number of its first m - 1 words, last word), whatever m::

    order 1   the = 0   film = 1   was = 2
    order 2   the film = (0, 1) -> 0     film was = (1, 2) -> 1
    order 3   the film was = (0, 2) -> 0

Letters: C words of the vocabulary, N numbers of a flat store of sentences, G grams of one
order, P grams of the order below: the contexts.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.control import RunControl, StageProgress
from engine.corpus.corpus import Corpus, Sentences
from engine.corpus.counting.references import ReferenceLosses, ReferencesCounted, table_name

_Numbers = NDArray[np.int64]
_Counts = NDArray[np.int32]  # of at most `MOST_WORDS`
_Floats = NDArray[np.float64]
_Number = TypeVar("_Number", bound=np.signedinteger)

MOST_WORDS = 5_000_000  # counted; of a longer text a sample of its sentences
_WORDS_AT_ONCE = 1 << 20  # read, or grams discounted
_COUNTED_AT_ONCE, _PREDICTED_AT_ONCE = 1 << 19, 1 << 17  # words between two looks at a stop
_NO_GRAM = -1
_COUNTING, _PREDICTING = "Counting word sequences", "Predicting with word sequences"
_START = 0  # the id of SENTENCE_START, the first word of the vocabulary
_DISCOUNTS_OF_FEW = (0.5, 1.0, 1.5)  # where too few grams were seen to estimate them
# Training words from which a table of so many words is the best: see the figures in
# resources/decisions/0018-a-table-of-words.md
_ORDER_FROM = ((1_000_000, 5), (50_000, 4), (0, 3))
LONGEST_CONTEXT = 4  # words before one that any of these looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grams:
    """All grams of one order that the text has, in the order of their keys."""

    keys: _Numbers  # (G,), context · C + last word, rising
    counts: _Counts  # (G,)
    continuations: _Counts  # (G,), different words before; `counts` where nothing can be before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """What one order says of the next word."""

    keys: _Numbers  # (G,), rising
    shares: _Floats  # (G,), the discounted part of each gram in its context
    left: _Floats  # (P,), what a context leaves to the order below; 1 where it says nothing

    def find(self, contexts: _Numbers, words: _Numbers, word_dim: int) -> _Numbers:
        """Return the gram of each context and word, `_NO_GRAM` where there is none."""
        if not len(self.keys):
            return np.full_like(words, _NO_GRAM)
        wanted = contexts * word_dim + words  # negative without a context
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        grams: _Numbers = np.where(self.keys[found] == wanted, found, _NO_GRAM)
        return grams

    def shares_of(self, grams: _Numbers) -> _Floats:
        """Return the share of each gram, 0 where there is none."""
        found: _Floats = np.where(grams == _NO_GRAM, 0.0, self.shares[grams])
        return found


class NGramModel:
    """The probabilities of one table; `count_ngrams` counts it.

    Attributes
    ----------
    word_dim : int
        C.
    order : int
        Words of its longest sequences.

    Notes
    -----
    With c(h w) how often w came after h, and h' the context h without its first word:

        p(w | h) = (c(h w) - D(c)) / c(h) + left(h) p(w | h'),  left(h) = Σ_w D(c) / c(h)

    D is one of three discounts, for counts of 1, 2, and 3 or more. All orders but the longest
    count how many different words came before h w instead; SENTENCE_START has none before it.

    References
    ----------
    Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998.
    Heafield et al., "Scalable Modified Kneser-Ney Language Model Estimation", ACL 2013.
    """

    def __init__(self, grams: Sequence[_Grams], word_dim: int) -> None:
        self.word_dim, self.order = word_dim, len(grams)
        contexts = [1, *(len(each.keys) for each in grams[:-1])]
        adjusted = [*(each.continuations for each in grams[:-1]), grams[-1].counts]
        self._levels = [
            _level(each.keys, counts, P, word_dim)
            for each, counts, P in zip(grams, adjusted, contexts, strict=True)
        ]

    @property
    def name(self) -> str:
        """What it is called, such as "a table of word triples"."""
        return table_name(self.order)

    def next_word(self, before: Sequence[int]) -> _Floats:
        """Return the probability of each word after `before`, shape (C,); it sums to 1.

        Parameters
        ----------
        before : sequence of int
            The sentence so far, SENTENCE_START first, or its last `LONGEST_CONTEXT` words.
        """
        C, first = self.word_dim, self._levels[0]
        shown: _Floats = first.shares + first.left[0] / (C - 1)  # (C,)
        shown[_START] = 0.0
        for length in range(1, min(self.order, len(before) + 1)):
            context = self._gram(before[-length:])
            if context == _NO_GRAM:
                break
            level = self._levels[length]
            begin, end = np.searchsorted(level.keys, [context * C, (context + 1) * C])
            shown *= level.left[context]
            shown[level.keys[begin:end] - context * C] += level.shares[begin:end]
        return shown

    def probabilities(self, sentences: Sentences) -> _Floats:
        """Return the probability of each word to predict, shape (N - S,), in their order."""
        ids, is_start = sentences.ids.astype(np.int64), _starts(sentences)  # (N,)
        C, first = self.word_dim, self._levels[0]
        grams = ids  # (N,), the gram that ends at each word
        shown: _Floats = first.shares[ids] + first.left[0] / (C - 1)
        for level in self._levels[1:]:
            contexts = _before(grams, is_start)
            grams = level.find(contexts, ids, C)
            shown *= np.where(contexts == _NO_GRAM, 1.0, level.left[contexts])
            shown += level.shares_of(grams)
        of_words: _Floats = shown[~is_start]
        return of_words

    def _gram(self, words: Sequence[int]) -> int:
        """Return the number of a sequence, or `_NO_GRAM`."""
        found = np.zeros(1, dtype=np.int64)
        for level, word in zip(self._levels, words, strict=False):
            found = level.find(found, np.array([word]), self.word_dim)
        return int(found[0])


class NGramCounts:
    """How often each word sequence of a text occurs; models of several orders are made of it.

    Attributes
    ----------
    word_dim : int
        C.
    words : int
        What was counted.
    is_sample : bool
        Whether that is a part of the text.
    """

    def __init__(self, grams: list[_Grams], word_dim: int, words: int, *, is_sample: bool) -> None:
        self._grams, self.word_dim = grams, word_dim
        self.words, self.is_sample = words, is_sample

    @property
    def order(self) -> int:
        """Words of the longest sequences."""
        return len(self._grams)

    def model(self, order: int) -> NGramModel:
        """Return the table of sequences of up to `order` words."""
        return NGramModel(self._grams[:order], self.word_dim)

    def losses(
        self, sentences: Sentences, control: RunControl
    ) -> Generator[StageProgress, None, ReferenceLosses | None]:
        """Return what is lost on other sentences than those that were counted; None after a stop.

        Yields
        ------
        StageProgress
        """
        words, done, means = sentences.words_to_predict, 0, []
        for order in (1, 2, self.order):
            model, lost = self.model(order), 0.0
            for part in _parts_of(sentences):
                yield StageProgress(stage=_PREDICTING, done=done, total=3 * words, unit="words")
                if not control.proceed():
                    return None
                lost -= float(np.log(model.probabilities(part)).sum())
                done += part.words_to_predict
            means.append(lost / words)
        unigram, bigram, table = means
        return ReferenceLosses(
            uniform=math.log(self.word_dim),
            unigram=unigram,
            bigram=bigram,
            table=table,
            order=self.order,
            counted_words=self.words,
            is_sample=self.is_sample,
        )


def order_for(words: int) -> int:
    """Return how many words a sequence should have in a table that is counted on so many."""
    return next(order for least, order in _ORDER_FROM if words >= least)


def count_ngrams(
    sentences: Sentences, word_dim: int, order: int, control: RunControl
) -> Generator[StageProgress, None, NGramCounts | None]:
    """Count all sequences of up to `order` words.

    Parameters
    ----------
    sentences : Sentences
        Of more than `MOST_WORDS` words a sample is counted, spread evenly over the text.
    word_dim : int
        C.
    order : int
        2 or more.
    control : RunControl

    Yields
    ------
    StageProgress

    Returns
    -------
    NGramCounts or None
        None after a stop.
    """
    some = sample_of(sentences, MOST_WORDS)
    counted = [_single_words(some, word_dim)]
    grams = some.ids  # (N,), the gram of the present order that ends at each word
    is_start = _starts(some)
    is_first = is_start  # (N,), whether that gram begins with SENTENCE_START
    for length in range(2, order + 1):
        yield StageProgress(stage=_COUNTING, done=length - 1, total=order, unit="lengths")
        contexts = _before(grams, is_start)
        has_gram = contexts != _NO_GRAM  # (N,)
        counting = _numbered(contexts[has_gram], some.ids[has_gram], word_dim, control)
        if counting is None:
            return None
        found, numbers = counting
        shorter = np.empty_like(found.counts)  # (G,), each gram without its first word
        shorter[numbers] = grams[has_gram]
        counted[-1] = _with_continuations(counted[-1], shorter, grams[is_first])
        is_first = np.concatenate([[False], is_first[:-1]])
        grams = np.full(len(contexts), _NO_GRAM, dtype=np.int32)
        grams[has_gram] = numbers
        is_first &= has_gram
        counted.append(found)
    words = some.words_to_predict
    return NGramCounts(counted, word_dim, words, is_sample=some is not sentences)


def count_references(
    corpus: Corpus, control: RunControl
) -> Iterator[StageProgress | ReferencesCounted]:
    """Compute what is lost on the held-out text without a network, and keep it at the corpus.

    Yields
    ------
    StageProgress, ReferencesCounted
        The last one is missing after a stop, and where nothing is held out.
    """
    if not corpus.summary.validation_sentences:
        return
    if corpus.references is None:
        training, word_dim = corpus.training, len(corpus.vocabulary)
        order = order_for(training.words_to_predict)
        counts = yield from count_ngrams(training, word_dim, order, control)
        if counts is None:
            return
        losses = yield from counts.losses(corpus.validation, control)
        if losses is None:
            return
        corpus.references = losses
    yield ReferencesCounted(losses=corpus.references)


def sample_of(sentences: Sentences, words: int) -> Sentences:
    """Return all sentences, or as many of them, evenly spread, as have about `words` words."""
    if sentences.words_to_predict <= words:
        return sentences
    share = words / sentences.words_to_predict
    chosen = []
    for first in range(0, len(sentences), _WORDS_AT_ONCE):
        last = min(first + _WORDS_AT_ONCE, len(sentences))
        reached = np.floor(np.arange(first, last + 1) * share)  # (sentences of the slice + 1,)
        chosen.append(first + np.flatnonzero(np.diff(reached) > 0))
    return sentences.chosen(np.concatenate(chosen))


def _parts_of(sentences: Sentences) -> Iterator[Sentences]:
    """Yield the sentences in parts of about `_PREDICTED_AT_ONCE` words."""
    ids, offsets = sentences.ids, sentences.offsets
    first, last = 0, len(sentences)
    while first < last:
        reached = int(np.searchsorted(offsets, offsets[first] + _PREDICTED_AT_ONCE))
        reached = min(max(reached, first + 1), last)
        bounds = offsets[first : reached + 1]
        yield Sentences(ids[bounds[0] : bounds[-1]], bounds - bounds[0])
        first = reached


def _single_words(sentences: Sentences, word_dim: int) -> _Grams:
    """Return the grams of order 1: all words of the vocabulary, whether they occur or not."""
    counts = np.bincount(sentences.ids, minlength=word_dim).astype(np.int32)
    counts[_START] = 0  # it is never predicted
    return _Grams(keys=np.arange(word_dim), counts=counts, continuations=counts)


def _numbered(
    contexts: _Counts, ids: _Counts, word_dim: int, control: RunControl
) -> tuple[_Grams, _Counts] | None:
    """Count and number the pairs of context and last word, (n,) each.

    Returns
    -------
    grams : _Grams
    numbers : int32 array of shape (n,)
        The gram of each pair. Instead of both None after a stop.
    """
    numbers = np.empty(len(ids), dtype=np.int32)
    all_keys, all_counts = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    grams = 0
    for chosen in _by_context(contexts):  # (pairs of the part,)
        if not control.proceed():
            return None
        keys = contexts[chosen].astype(np.int64) * word_dim + ids[chosen]
        keys, of_pair, counts = np.unique(keys, return_inverse=True, return_counts=True)
        numbers[chosen] = grams + of_pair
        grams += len(keys)
        all_keys.append(keys)
        all_counts.append(counts.astype(np.int32))
    counted = np.concatenate(all_counts)  # (G,)
    return _Grams(keys=np.concatenate(all_keys), counts=counted, continuations=counted), numbers


def _by_context(contexts: _Counts) -> Iterator[NDArray[np.intp]]:
    """Yield which pairs have the next contexts, in rising order, about so many at once."""
    ends = np.cumsum(np.bincount(contexts), dtype=np.int32)  # (P,), pairs up to each context
    begin = before = 0
    while begin < len(ends):
        end = int(np.searchsorted(ends, before + _COUNTED_AT_ONCE, side="right"))
        end = max(end, begin + 1)
        yield np.flatnonzero((contexts >= begin) & (contexts < end))
        begin, before = end, int(ends[end - 1])


def _with_continuations(grams: _Grams, shorter: _Counts, first: _Counts) -> _Grams:
    """Enter how many different words come before each gram.

    Parameters
    ----------
    grams : _Grams
    shorter : int32 array
        The gram that is left of each longer one without its first word.
    first : int32 array
        Grams that begin with SENTENCE_START: nothing is before them, so they keep their counts.
    """
    continuations = np.bincount(shorter, minlength=len(grams.keys)).astype(np.int32)
    continuations[first] = grams.counts[first]
    return replace(grams, continuations=continuations)


def _level(keys: _Numbers, counts: _Counts, contexts: int, word_dim: int) -> _Level:
    """Discount the counts of one order; `contexts` are P."""
    discounts = np.array([0.0, *_discounts(counts)])
    shares, left = np.empty(len(keys)), np.ones(contexts)  # (G,), (P,)
    for part in _whole_contexts(keys, word_dim):
        context = keys[part] // word_dim  # (grams of the part,)
        first = context[0]
        context -= first
        own = counts[part]
        off = discounts[np.minimum(own, 3)]  # (grams of the part,)
        totals = np.bincount(context, weights=own)  # (contexts of the part,)
        taken = np.bincount(context, weights=off)
        np.divide(taken, totals, out=left[first : first + len(totals)], where=totals > 0.0)
        shares[part] = (own - off) / np.maximum(totals[context], 1.0)
    return _Level(keys=keys, shares=shares, left=left)


def _whole_contexts(keys: _Numbers, word_dim: int) -> Iterator[slice]:
    """Yield parts of about `_WORDS_AT_ONCE` grams, each with all that its contexts have."""
    begin = 0
    while begin < len(keys):
        last = min(begin + _WORDS_AT_ONCE, len(keys)) - 1
        end = int(np.searchsorted(keys, (keys[last] // word_dim + 1) * word_dim))
        yield slice(begin, end)
        begin = end


def _discounts(counts: _Counts) -> tuple[float, float, float]:
    """Return what is taken off counts of 1, 2, and 3 or more, as Chen and Goodman estimate it."""
    n1, n2, n3, n4 = (
        int(number) for number in np.bincount(np.minimum(counts, 5), minlength=6)[1:5]
    )
    if min(n1, n2, n3, n4) == 0:
        return _DISCOUNTS_OF_FEW
    Y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * Y * n2 / n1, 2 - 3 * Y * n3 / n2, 3 - 4 * Y * n4 / n3)
    if any(not 0.0 <= each <= most for each, most in zip(found, (1.0, 2.0, 3.0), strict=True)):
        return _DISCOUNTS_OF_FEW
    return found


def _starts(sentences: Sentences) -> NDArray[np.bool_]:
    """Tell of each number of the store whether it is SENTENCE_START, shape (N,)."""
    is_start = np.zeros(len(sentences.ids), dtype=bool)
    is_start[sentences.offsets[:-1]] = True
    return is_start


def _before(grams: NDArray[_Number], is_start: NDArray[np.bool_]) -> NDArray[_Number]:
    """Return the gram that ends just before each word, none at the start of a sentence."""
    before = np.empty_like(grams)
    before[1:] = grams[:-1]
    before[is_start] = _NO_GRAM  # the first word is one
    return before
