"""A prepared corpus: flat arrays of word numbers, and views on them.

Nothing is read or tokenised here; `engine.corpus.build` makes these records. The arrays of
a large corpus are mapped from files, so that it need not fit into the memory.

Letters: S sentences, W words of all sentences, C words of the vocabulary, D
different words of the corpus.

    sentence         0            1
    word_ranks   [ 4  0  7  |  0  2 ]          W numbers, 0 = the most common word
    ids        [ 0 6 2 9 1  |  0 2 4 1 ]       W + 2 S, framed and cut to C words
    offsets      0             5        9      S + 1
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS
from engine.control import Notice, StageProgress
from engine.corpus.vocabulary import FIRST_WORD_ID, Vocabulary
from engine.corpus.vocabulary_budget import VocabularyBudget
from engine.documents.rows import RowProblem
from engine.files.spool import Spool, forget_pages

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]

_IDS_IN_MEMORY = 128 << 20  # bytes; more of them are mapped from a file
_WORDS_AT_ONCE = 1 << 20


class Sentences:
    """Framed sentences of word ids: SENTENCE_START, words, SENTENCE_END.

    A form of its own since training reads ids of one vocabulary, and of one side of the split.

    Attributes
    ----------
    ids : int32 array of shape (N,)
        All sequences one after the other; of each, x = seq[:-1] and y = seq[1:].
    offsets : int64 array of shape (S + 1,)
        Sentence k is ids[offsets[k]:offsets[k + 1]].
    """

    __slots__ = ("ids", "offsets")

    def __init__(self, ids: Ids, offsets: Offsets) -> None:
        self.ids = ids
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def sequence(self, index: int) -> Ids:
        """Return the framed ids of sentence `index`, a view of shape (T + 1,)."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @property
    def words_to_predict(self) -> int:
        """Number of y entries: every word, and one SENTENCE_END a sentence."""
        return len(self.ids) - len(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSummary:
    """What a file of text said, whatever vocabulary and split are made of it; plain values."""

    name: str  # of the file
    path: str
    columns: tuple[str, ...]  # the text columns
    documents: int  # used; duplicates that were removed are not among them
    sentences: int
    words: int  # tokens without SENTENCE_START and SENTENCE_END
    different_words: int
    splitter: str  # how sentence ends were found
    refused_rows: int
    repaired_rows: int
    duplicate_documents: int  # equal to an earlier one, whether removed or not
    encoding: str
    delimiter: str  # "" = one column
    digest: str  # SHA-256 of the file, hexadecimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSummary(TextSummary):
    """What a corpus consists of, for the user: its text, and what vocabulary and split make of it.

    A model file and a run keep these values; `Corpus` computes its own.
    """

    vocabulary_size: int  # C, the three special tokens included
    least_frequent_word: str  # of those that are kept
    least_frequent_count: int
    unknown_share: float  # of words
    training_documents: int
    validation_documents: int
    training_sentences: int
    validation_sentences: int
    training_words: int  # words to predict: SENTENCE_END is one in each sentence
    validation_words: int  # the same of the validation sentences


def unread_corpus(name: str, vocabulary: Vocabulary, splitter: str = "") -> CorpusSummary:
    """Return the summary of a corpus of which only the vocabulary is known."""
    return CorpusSummary(
        name=name,
        path="",
        columns=(),
        documents=0,
        sentences=0,
        words=0,
        different_words=0,
        splitter=splitter,
        refused_rows=0,
        repaired_rows=0,
        duplicate_documents=0,
        encoding="",
        delimiter="",
        digest="",
        vocabulary_size=len(vocabulary),
        least_frequent_word=vocabulary.words[-2],
        least_frequent_count=vocabulary.counts[-2],
        unknown_share=0.0,
        training_documents=0,
        validation_documents=0,
        training_sentences=0,
        validation_sentences=0,
        training_words=0,
        validation_words=0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """One word as the network sees it."""

    text: str
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceView:
    """One sentence as the network sees it."""

    text: str  # as in the file
    tokens: tuple[TokenView, ...]
    x: tuple[int, ...]  # SENTENCE_START, words
    y: tuple[int, ...]  # words, SENTENCE_END
    is_validation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStore:
    """The tokens of all sentences over all D different words, whatever is kept later.

    A form of its own since another vocabulary size is made of it, and nothing tokenised again.
    """

    words: tuple[str, ...]  # D words by falling frequency, ties in the order first seen
    counts: NDArray[np.int64]  # (D,)
    word_ranks: Ids  # (W,)
    offsets: Offsets  # (S + 1,) into word_ranks
    texts: bytes | memoryview  # all sentences in UTF-8, one after the other
    text_offsets: Offsets  # (S + 1,) into texts
    document_lengths: Ids  # (documents,), in sentences
    group_of: Offsets  # (documents,), equal for equal documents
    is_validation: NDArray[np.bool_]  # (documents,)
    folder: Path | None = None  # for files of arrays that are too large; None = the system's


class Corpus:
    """A handle on a prepared corpus.

    Attributes
    ----------
    summary : CorpusSummary
    vocabulary : Vocabulary
    training, validation : Sentences
        In the order of the file, made when they are first asked for. The vocabulary is
        counted over both, as the tutorial counts all of its text.
    problems : tuple of RowProblem
        The first refused or repaired rows, at most `MOST_PROBLEMS`.
    """

    __slots__ = (
        "_is_validation",
        "_store",
        "_training",
        "_validation",
        "problems",
        "summary",
        "vocabulary",
    )

    def __init__(
        self,
        store: TokenStore,
        text: TextSummary,
        vocabulary_size: int,
        problems: tuple[RowProblem, ...] = (),
    ) -> None:
        """Keep the `vocabulary_size` - 3 most common words of `store`."""
        kept = min(vocabulary_size - SPECIAL_TOKENS, len(store.words))
        counts = store.counts.tolist()
        self._store = store
        self.problems = problems
        self.vocabulary = Vocabulary.from_words(store.words[:kept], counts[:kept])
        self._is_validation = np.repeat(store.is_validation, store.document_lengths)  # (S,)
        self._training: Sentences | None = None
        self._validation: Sentences | None = None
        sentences = int(self._is_validation.sum())  # held out, and the words in them:
        words = int(np.diff(store.offsets)[self._is_validation].sum())
        held_out = int(store.is_validation.sum())
        self.summary = CorpusSummary(
            **{field.name: getattr(text, field.name) for field in fields(TextSummary)},
            vocabulary_size=len(self.vocabulary),
            least_frequent_word=store.words[kept - 1],
            least_frequent_count=counts[kept - 1],
            unknown_share=sum(counts[kept:]) / max(1, text.words),
            training_documents=len(store.is_validation) - held_out,
            validation_documents=held_out,
            training_sentences=len(self) - sentences,
            validation_sentences=sentences,
            training_words=len(store.word_ranks) - words + len(self) - sentences,
            validation_words=words + sentences,
        )

    def __len__(self) -> int:
        return len(self._store.offsets) - 1

    def __repr__(self) -> str:
        return f"Corpus of {len(self)} sentences from {self.summary.name}"

    @property
    def training(self) -> Sentences:
        """The sentences to train on."""
        if self._training is None:
            self._training = _select(self._store, len(self.vocabulary), ~self._is_validation)
        return self._training

    @property
    def validation(self) -> Sentences:
        """The sentences held out."""
        if self._validation is None:
            self._validation = _select(self._store, len(self.vocabulary), self._is_validation)
        return self._validation

    def sentence_view(self, index: int) -> SentenceView:
        """Return sentence `index` of the file, 0 <= index < len(self), as the network sees it."""
        if not 0 <= index < len(self):
            raise IndexError(f"there is no sentence {index} among {len(self)}")
        store = self._store
        ranks = store.word_ranks[store.offsets[index] : store.offsets[index + 1]].tolist()
        text = store.texts[store.text_offsets[index] : store.text_offsets[index + 1]]
        kept = len(self.vocabulary) - SPECIAL_TOKENS
        ids = [min(rank, kept) + FIRST_WORD_ID for rank in ranks]
        return SentenceView(
            text=str(text, "utf-8"),
            tokens=tuple(TokenView(text=store.words[rank], is_known=rank < kept) for rank in ranks),
            x=(self.vocabulary.start_id, *ids),
            y=(*ids, self.vocabulary.end_id),
            is_validation=bool(self._is_validation[index]),
        )

    def word_frequencies(self) -> tuple[int, ...]:
        """Return the counts of all different words, most common first."""
        return tuple(self._store.counts.tolist())

    def word_ranks(self) -> tuple[Ids, Offsets, Sequence[str]]:
        """Return all words, whatever the vocabulary.

        Returns
        -------
        ranks : int32 array of shape (W,)
            Of each word in the order of the file; 0 is the most common.
        offsets : int64 array of shape (S + 1,)
            Sentence k is ranks[offsets[k]:offsets[k + 1]].
        words : sequence of D texts
            Those of the ranks.
        """
        return self._store.word_ranks, self._store.offsets, self._store.words

    def is_training(self) -> NDArray[np.bool_]:
        """Return whether each sentence is trained on, shape (S,)."""
        return ~self._is_validation

    def unknown_share(self, vocabulary_size: int) -> float:
        """Return the share of words that a vocabulary of this size would not know."""
        kept = max(0, vocabulary_size - SPECIAL_TOKENS)
        counts = self._store.counts
        return float(counts[kept:].sum() / max(1, counts.sum()))

    def vocabulary_budget(self) -> VocabularyBudget:
        """Return what each vocabulary size would cost: counted anew at each call, in O(words)."""
        store = self._store
        return VocabularyBudget(store.counts, store.word_ranks, store.offsets)

    def with_vocabulary_size(self, vocabulary_size: int) -> "Corpus":
        """Return the same corpus with another vocabulary; nothing is tokenised again."""
        size = max(vocabulary_size, SPECIAL_TOKENS + 1)
        return Corpus(self._store, self.summary, size, self.problems)

    def with_validation_fraction(self, fraction: float, seed: int = 0) -> "Corpus":
        """Return the same corpus with another share of its documents held out."""
        is_validation = draw_validation(self._store.group_of, fraction, seed)
        store = replace(self._store, is_validation=is_validation)
        return Corpus(store, self.summary, len(self.vocabulary), self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReady:
    """The corpus is prepared; always the last event of a preparation that was not stopped."""

    corpus: Corpus


CorpusEvent: TypeAlias = StageProgress | Notice | CorpusReady


def _select(store: TokenStore, word_dim: int, is_chosen: NDArray[np.bool_]) -> Sentences:
    """Frame the chosen sentences in `word_dim` ids; `is_chosen` has shape (S,)."""
    lengths = np.diff(store.offsets)[is_chosen] + 2  # (chosen sentences,)
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)  # (chosen sentences + 1,)
    np.cumsum(lengths, out=offsets[1:])
    ids = Spool(store.folder, most_in_memory=_IDS_IN_MEMORY)
    for first, last in _slices(store.offsets):
        some = np.diff(store.offsets[first : last + 1])  # (sentences of the slice,)
        ranks = store.word_ranks[store.offsets[first] : store.offsets[last]]
        chosen = is_chosen[first:last]
        ids.append(_framed(ranks[np.repeat(chosen, some)], some[chosen], word_dim))
        forget_pages(store.word_ranks)
    return Sentences(ids.array(np.int32, is_writable=True), offsets)


def _slices(offsets: Offsets) -> Iterator[tuple[int, int]]:
    """Yield the bounds of runs of sentences with about `_WORDS_AT_ONCE` words."""
    first, last = 0, len(offsets) - 1
    while first < last:
        reached = int(np.searchsorted(offsets, offsets[first] + _WORDS_AT_ONCE))
        reached = min(max(reached, first + 1), last)
        yield first, reached
        first = reached


def _framed(ranks: Ids, lengths: Offsets, word_dim: int) -> Ids:
    """Put SENTENCE_START and SENTENCE_END around sentences of `lengths` words."""
    ends = np.cumsum(lengths + 2)  # (sentences,)
    ids = np.empty(int(lengths.sum()) + 2 * len(lengths), dtype=np.int32)
    is_word = np.ones(len(ids), dtype=bool)
    is_word[ends - lengths - 2] = False
    is_word[ends - 1] = False
    # The ranks that are not kept become the unknown word, the last id.
    ids[is_word] = np.minimum(ranks + np.int32(FIRST_WORD_ID), np.int32(word_dim - 1))
    ids[ends - lengths - 2] = 0
    ids[ends - 1] = 1
    return ids


def draw_validation(group_of: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """Choose the validation documents.

    Parameters
    ----------
    group_of : int64 array of shape (documents,)
        Equal documents have the same number: they go to the same side, or the
        validation loss would be measured on what was trained on.
    fraction : float
        Share of the documents to hold out.
    seed : int

    Returns
    -------
    bool array of shape (documents,)
        About `fraction` of it True, never all; at least one, if there are two
        different documents and the fraction is not zero.
    """
    documents = len(group_of)
    sizes = np.bincount(group_of) if documents else np.zeros(0, dtype=np.int64)  # (groups,)
    if fraction <= 0.0 or len(sizes) < 2:
        return np.zeros(documents, dtype=bool)
    most = min(max(1, round(fraction * documents)), documents - 1)
    is_chosen = np.zeros(len(sizes), dtype=bool)  # (groups,)
    chosen = 0
    for group in np.random.default_rng(seed).permutation(len(sizes)):
        if chosen == most:
            break
        size = int(sizes[group])
        # A group that is too large for what is missing is left to the training side.
        if chosen + size <= most:
            is_chosen[group] = True
            chosen += size
    if chosen == 0:
        is_chosen[int(np.argmin(sizes))] = True
    return is_chosen[group_of]
