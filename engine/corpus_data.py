"""A prepared corpus: flat arrays of word numbers, and views on them.

Nothing is read or tokenised here; `engine.corpus` makes these records.

Letters: S sentences, W words of all sentences, C words of the vocabulary, D
different words of the corpus.

    sentence         0            1
    word_ranks   [ 4  0  7  |  0  2 ]          W numbers, 0 = the most common word
    ids        [ 0 6 2 9 1  |  0 2 4 1 ]       W + 2 S, framed and cut to C words
    offsets      0             5        9      S + 1
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.config import SPECIAL_TOKENS
from engine.corpus_split import draw_validation
from engine.rows import RowProblem
from engine.vocabulary import FIRST_WORD_ID, Vocabulary

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]


class Sentences:
    """Framed sentences of word ids: SENTENCE_START, words, SENTENCE_END.

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

    @classmethod
    def framed(cls, word_ids: Ids, lengths: Offsets) -> Self:
        """Put SENTENCE_START and SENTENCE_END around each sentence.

        Parameters
        ----------
        word_ids : int32 array of shape (W,)
            The words of all sentences.
        lengths : int64 array of shape (S,)
            Words in each sentence.
        """
        offsets = np.zeros(len(lengths) + 1, dtype=np.int64)  # (S + 1,)
        np.cumsum(lengths + 2, out=offsets[1:])
        ids = np.empty(offsets[-1], dtype=np.int32)  # (W + 2 S,)
        is_word = np.ones(len(ids), dtype=bool)  # (W + 2 S,)
        is_word[offsets[:-1]] = False
        is_word[offsets[1:] - 1] = False
        ids[is_word] = word_ids
        ids[offsets[:-1]] = 0
        ids[offsets[1:] - 1] = 1
        return cls(ids, offsets)

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
class CorpusSummary:
    """What a corpus consists of, for the user; plain values."""

    name: str  # of the file
    path: str
    columns: tuple[str, ...]  # the text columns
    documents: int  # used; duplicates that were removed are not among them
    sentences: int
    words: int  # tokens without SENTENCE_START and SENTENCE_END
    different_words: int
    vocabulary_size: int  # C, the three special tokens included
    least_frequent_word: str  # of those that are kept
    least_frequent_count: int
    unknown_share: float  # of words
    splitter: str  # how sentence ends were found
    training_documents: int
    validation_documents: int
    training_sentences: int
    validation_sentences: int
    training_words: int  # words to predict: SENTENCE_END is one in each sentence
    validation_words: int  # the same of the validation sentences
    refused_rows: int
    repaired_rows: int
    duplicate_documents: int  # equal to an earlier one, whether removed or not
    encoding: str
    delimiter: str  # "" = one column
    digest: str  # SHA-256 of the file, hexadecimal


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
    """The tokens of all sentences over all D different words, whatever is kept later."""

    words: tuple[str, ...]  # D words by falling frequency, ties in the order first seen
    counts: NDArray[np.int64]  # (D,)
    word_ranks: Ids  # (W,)
    offsets: Offsets  # (S + 1,) into word_ranks
    texts: bytes  # all sentences in UTF-8, one after the other
    text_offsets: Offsets  # (S + 1,) into texts
    document_lengths: Ids  # (documents,), in sentences
    group_of: Offsets  # (documents,), equal for equal documents
    is_validation: NDArray[np.bool_]  # (documents,)


class Corpus:
    """A handle on a prepared corpus.

    Attributes
    ----------
    summary : CorpusSummary
    vocabulary : Vocabulary
    training, validation : Sentences
        In the order of the file. The vocabulary is counted over both, as the
        tutorial counts all of its text.
    problems : tuple of RowProblem
        The first refused or repaired rows, at most `MOST_PROBLEMS`.
    """

    __slots__ = (
        "_is_validation",
        "_store",
        "problems",
        "summary",
        "training",
        "validation",
        "vocabulary",
    )

    def __init__(
        self, store: TokenStore, facts: CorpusSummary, problems: tuple[RowProblem, ...]
    ) -> None:
        """Keep the `facts.vocabulary_size` - 3 most common words of `store`.

        All that depends on this number and on the split is filled into `summary` here;
        `facts` holds the rest.
        """
        kept = min(facts.vocabulary_size - SPECIAL_TOKENS, len(store.words))
        counts = store.counts.tolist()
        self._store = store
        self.problems = problems
        self.vocabulary = Vocabulary.from_words(store.words[:kept], counts[:kept])
        # Every rank from `kept` on is the unknown word, whose id follows the last kept one.
        word_ids = np.minimum(store.word_ranks, np.int32(kept))  # (W,)
        word_ids += FIRST_WORD_ID
        self._is_validation = np.repeat(store.is_validation, store.document_lengths)  # (S,)
        self.training = _select(word_ids, store.offsets, ~self._is_validation)
        self.validation = _select(word_ids, store.offsets, self._is_validation)
        held_out = int(store.is_validation.sum())
        self.summary = replace(
            facts,
            vocabulary_size=len(self.vocabulary),
            least_frequent_word=store.words[kept - 1],
            least_frequent_count=counts[kept - 1],
            unknown_share=sum(counts[kept:]) / max(1, facts.words),
            training_documents=len(store.is_validation) - held_out,
            validation_documents=held_out,
            training_sentences=len(self.training),
            validation_sentences=len(self.validation),
            training_words=self.training.words_to_predict,
            validation_words=self.validation.words_to_predict,
        )

    def __len__(self) -> int:
        return len(self._store.offsets) - 1

    def __repr__(self) -> str:
        return f"Corpus of {len(self)} sentences from {self.summary.name}"

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
            text=text.decode("utf-8"),
            tokens=tuple(TokenView(text=store.words[rank], is_known=rank < kept) for rank in ranks),
            x=(self.vocabulary.start_id, *ids),
            y=(*ids, self.vocabulary.end_id),
            is_validation=bool(self._is_validation[index]),
        )

    def word_frequencies(self) -> tuple[int, ...]:
        """Return the counts of all different words, most common first."""
        return tuple(self._store.counts.tolist())

    def unknown_share(self, vocabulary_size: int) -> float:
        """Return the share of words that a vocabulary of this size would not know."""
        kept = max(0, vocabulary_size - SPECIAL_TOKENS)
        counts = self._store.counts
        return float(counts[kept:].sum() / max(1, counts.sum()))

    def with_vocabulary_size(self, vocabulary_size: int) -> "Corpus":
        """Return the same corpus with another vocabulary; nothing is tokenised again."""
        facts = replace(self.summary, vocabulary_size=max(vocabulary_size, SPECIAL_TOKENS + 1))
        return Corpus(self._store, facts, self.problems)

    def with_validation_fraction(self, fraction: float, seed: int = 0) -> "Corpus":
        """Return the same corpus with another share of its documents held out."""
        is_validation = draw_validation(self._store.group_of, fraction, seed)
        store = replace(self._store, is_validation=is_validation)
        return Corpus(store, self.summary, self.problems)


def _select(word_ids: Ids, offsets: Offsets, is_chosen: NDArray[np.bool_]) -> Sentences:
    """Frame the chosen sentences; `is_chosen` has shape (S,)."""
    lengths = np.diff(offsets)  # (S,)
    words = word_ids[np.repeat(is_chosen, lengths)]
    return Sentences.framed(words, lengths[is_chosen])
