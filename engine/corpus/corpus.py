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

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.config import FORMER_TOKENIZER, SPECIAL_TOKENS, CountedText, TokenizerConfig
from engine.control import Notice, StageProgress
from engine.corpus.counting.ranking import Ranking, slices
from engine.corpus.counting.references import ReferenceLosses
from engine.corpus.counting.vocabulary_budget import VocabularyBudget
from engine.corpus.origins import Origins
from engine.corpus.split import draw_validation
from engine.documents.rows import PLAIN_KINDS, FileKind, RowProblem
from engine.files.spool import Spool, forget_pages
from engine.tokenization.vocabulary import FIRST_WORD_ID, Vocabulary
from engine.wording import counted as number_of

if TYPE_CHECKING:
    from engine.tokenization.reading import Reading

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]

_IDS_IN_MEMORY = 32 << 20  # bytes; more of them are mapped from a file
_DOCUMENTS_AT_ONCE, _WORDS_AT_ONCE = 1 << 16, 1 << 16


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

    def chosen(self, numbers: Offsets) -> "Sentences":
        """Return copies of the sentences of these numbers, in that order."""
        lengths = self.offsets[numbers + 1] - self.offsets[numbers]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        source = np.arange(offsets[-1]) + np.repeat(self.offsets[numbers] - offsets[:-1], lengths)
        return Sentences(self.ids[source], offsets)

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
    delimiter: str  # "" = one column, or no table
    digest: str  # SHA-256 of the file, hexadecimal; of several one of theirs
    tokenizer: TokenizerConfig = FORMER_TOKENIZER  # never "auto"
    file_count: int = 1
    doubts: tuple[str, ...] = ()  # what is doubtful in how the rows are divided, phrases
    entities: int = 0  # of HTML, in the first documents, unless they were decoded
    kind: FileKind = "table"  # also where it is not known: of a file of before

    @property
    def named_columns(self) -> str:
        """Name the text columns, such as "column 2"; of a plain text say what a text is."""
        if self.kind in PLAIN_KINDS:
            return f"one text a {self.kind.removesuffix('s')}"
        names = [name.removeprefix("column ") for name in self.columns] or ["1"]
        return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSummary(TextSummary):
    """What a corpus consists of, for the user: its text, and what vocabulary and split make of it.

    A model file and a run keep these values; `Corpus` computes its own.
    """

    vocabulary_size: int  # C, including the three special tokens
    least_frequent_word: str  # of those that are kept
    least_frequent_count: int
    unknown_share: float  # of words
    min_count: int = 1  # a word that occurs less often is unknown
    counted: CountedText = "all"  # where words were counted
    rare_words: int = 0  # different words that occur, but less often than `min_count`
    frequent_words: int | None = None  # those that occur so often; None: all different words
    training_documents: int
    validation_documents: int
    training_sentences: int
    validation_sentences: int
    training_words: int  # words to predict: SENTENCE_END is one in each sentence
    validation_words: int  # the same of the validation sentences
    validation_fraction: float | None = None  # that was asked for; None: a file of before
    split_seed: int | None = None  # documents were drawn with; None: a file of before

    def __post_init__(self) -> None:
        if self.split_seed is not None and self.split_seed < 0:
            raise ValueError(f"the seed of its split is {self.split_seed}")

    @property
    def told_rare_words(self) -> str:
        """Say such as "3,212 words occur once in training: unknown"; "" where none is too rare."""
        if self.min_count == 1 or not self.rare_words:
            return ""
        occur = "occurs" if self.rare_words == 1 else "occur"
        often = "once" if self.min_count == 2 else f"fewer than {self.min_count} times"
        where = " in training" if self.is_counted_in_part else ""
        return f"{number_of(self.rare_words, 'word')} {occur} {often}{where}: unknown"

    @property
    def is_counted_in_part(self) -> bool:
        """Whether words were counted in the training part alone, and another part is held out."""
        return self.counted == "training" and self.validation_documents > 0


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
    number: int  # in the corpus, from 1
    x: tuple[int, ...]  # SENTENCE_START, words
    y: tuple[int, ...]  # words, SENTENCE_END
    is_validation: bool
    line: int = 0  # of its file, where the row of its document begins; 0: nobody knows
    file: str = ""  # where the text has several


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStore:
    """The tokens of all sentences over all D different words, whatever is kept later.

    A form of its own since another vocabulary size is made of it, and nothing tokenised again.
    """

    words: Sequence[str]  # D words by falling frequency, ties in the order first seen
    counts: NDArray[np.int64]  # (D,)
    word_ranks: Ids  # (W,)
    offsets: Offsets  # (S + 1,) into word_ranks
    texts: bytes | memoryview  # all sentences in UTF-8, one after the other
    text_offsets: Offsets  # (S + 1,) into texts
    document_lengths: Ids  # (documents,), in sentences
    group_of: Offsets  # (documents,), equal for equal documents
    is_validation: NDArray[np.bool_]  # (documents,)
    reading: "Reading"  # its rules need NLTK, which a window loads later
    folder: Path | None = None  # for files of arrays that are too large; None = the system's
    kept_at: Path | None = None  # the file of the prepared text; None = it is not kept
    split: tuple[float, int] = (0.0, 0)  # fraction and seed that `is_validation` was drawn with
    origins: Origins = field(default_factory=Origins)  # of the documents

    def divided(self, fraction: float, seed: int) -> "TokenStore":
        """Return the same text with about this share of its documents held out."""
        is_validation = draw_validation(self.group_of, fraction, seed)
        return replace(self, is_validation=is_validation, split=(fraction, seed))

    def unknown_rank(self) -> int | None:
        """Return the rank of the word that the text itself has for unknown ones."""
        word = self.reading.config.unknown_word
        return self.words.index(word) if word and word in self.words else None


class Corpus:
    """A handle on a prepared corpus.

    Attributes
    ----------
    summary : CorpusSummary
    vocabulary : Vocabulary
    training, validation : Sentences
        In the order of the file, made when they are first asked for.
    problems : tuple of RowProblem
        The first refused or repaired rows, at most `MOST_PROBLEMS`.
    references : ReferenceLosses or None
        What is lost on the held-out text without a network, once somebody counted it.
    store : TokenStore
        All words of the text, whatever is known of them.
    ranking : Ranking
        The order in which words are known.
    is_validation : bool array of shape (S,)
        Whether each sentence is held out.
    """

    __slots__ = (
        "_document_ends",
        "_training",
        "_validation",
        "_wanted_size",
        "is_validation",
        "problems",
        "ranking",
        "reading",
        "references",
        "store",
        "summary",
        "vocabulary",
    )

    def __init__(
        self,
        store: TokenStore,
        text: TextSummary,
        vocabulary_size: int,
        problems: tuple[RowProblem, ...] = (),
        *,
        min_count: int = 1,
        counted: CountedText = "all",
        ranking: Ranking | None = None,
    ) -> None:
        """Keep the `vocabulary_size` - 3 most common words of `store`.

        Words that occur less than `min_count` times in the part that is `counted` are not
        kept; `ranking` is this part's, where it is at hand.
        """
        self._document_ends: Offsets | None = None  # (documents,), in sentences, once asked for
        self.references: ReferenceLosses | None = None
        self.is_validation = _of_sentences(store)  # (S,)
        if ranking is None:
            left_out = self.is_validation if counted == "training" else None
            ranking = Ranking.counted(
                store.counts, store.word_ranks, store.offsets, left_out, store.unknown_rank()
            )
        kept = min(vocabulary_size - SPECIAL_TOKENS, ranking.frequent(min_count))
        known = tuple(store.words[rank] for rank in ranking.first(kept))
        counts = ranking.counts[:kept].tolist()
        self.store = store
        self.ranking = ranking
        self._wanted_size = vocabulary_size
        self.problems = problems
        self.vocabulary = Vocabulary.from_words(known, counts)
        self.reading = store.reading.known_only(known)
        self._training: Sentences | None = None
        self._validation: Sentences | None = None
        sentences = int(np.count_nonzero(self.is_validation))  # held out, and the words in them:
        words = sum(
            int(np.diff(store.offsets[first : last + 1])[self.is_validation[first:last]].sum())
            for first, last in slices(store.offsets)
        )
        held_out = int(store.is_validation.sum())
        self.summary = CorpusSummary(
            **{each.name: getattr(text, each.name) for each in fields(TextSummary)},
            vocabulary_size=len(self.vocabulary),
            least_frequent_word=known[-1],
            least_frequent_count=counts[-1],
            unknown_share=self._unknown_share(kept),
            min_count=min_count,
            counted=counted,
            rare_words=ranking.rare(min_count),
            frequent_words=ranking.frequent(min_count),
            training_documents=len(store.is_validation) - held_out,
            validation_documents=held_out,
            training_sentences=len(self) - sentences,
            validation_sentences=sentences,
            training_words=len(store.word_ranks) - words + len(self) - sentences,
            validation_words=words + sentences,
            validation_fraction=store.split[0],
            split_seed=store.split[1],
        )

    def __len__(self) -> int:
        return len(self.store.offsets) - 1

    def __repr__(self) -> str:
        return f"Corpus of {len(self)} sentences from {self.summary.name}"

    @property
    def training(self) -> Sentences:
        """The sentences to train on."""
        if self._training is None:
            self._training = self._select(is_validation=False)
        return self._training

    @property
    def validation(self) -> Sentences:
        """The sentences held out."""
        if self._validation is None:
            self._validation = self._select(is_validation=True)
        return self._validation

    def sentence_view(self, index: int) -> SentenceView:
        """Return sentence `index` of the file, 0 <= index < len(self), as the network sees it."""
        if not 0 <= index < len(self):
            raise IndexError(f"there is no sentence {index} among {len(self)}")
        store = self.store
        ranks = store.word_ranks[store.offsets[index] : store.offsets[index + 1]].tolist()
        text = store.texts[store.text_offsets[index] : store.text_offsets[index + 1]]
        kept = len(self.vocabulary) - SPECIAL_TOKENS
        own = self.ranking.of(np.array(ranks, dtype=np.int32)).tolist()
        ids = [min(rank, kept) + FIRST_WORD_ID for rank in own]
        file, line = store.origins.of(self._document_of(index))
        return SentenceView(
            text=str(text, "utf-8"),
            tokens=tuple(
                TokenView(text=store.words[rank], is_known=number < kept)
                for rank, number in zip(ranks, own, strict=True)
            ),
            number=index + 1,
            x=(self.vocabulary.start_id, *ids),
            y=(*ids, self.vocabulary.end_id),
            is_validation=bool(self.is_validation[index]),
            line=line,
            file=file,
        )

    def _document_of(self, sentence: int) -> int:
        if self._document_ends is None:
            self._document_ends = np.cumsum(self.store.document_lengths, dtype=np.int64)
        return int(np.searchsorted(self._document_ends, sentence, side="right"))

    def word_frequencies(self) -> tuple[int, ...]:
        """Return the counts of all words of the part that is counted, most common first."""
        return tuple(self.ranking.counts[: self.ranking.frequent(1)].tolist())

    def unknown_share(self, vocabulary_size: int) -> float:
        """Return the share of words that a vocabulary of this size would not know."""
        kept = max(0, vocabulary_size - SPECIAL_TOKENS)
        return self._unknown_share(min(kept, self.ranking.frequent(self.summary.min_count)))

    def _unknown_share(self, kept: int) -> float:
        totals = self.ranking.totals
        return float(totals[kept:].sum() / max(1, totals.sum()))

    def share_with_letters(self) -> float:
        """Return which share of all words, known or not, has a letter; 1 if there is none."""
        totals, with_letters = self.ranking.totals, 0
        ranks = iter(self.ranking.first(len(totals)))
        for begin in range(0, len(totals), _WORDS_AT_ONCE):
            counts = totals[begin : begin + _WORDS_AT_ONCE].tolist()
            for count, rank in zip(counts, ranks, strict=False):
                with_letters += count * any(map(str.isalpha, self.store.words[rank]))
        return with_letters / int(totals.sum()) if totals.any() else 1.0

    def vocabulary_budget(self) -> VocabularyBudget:
        """Return what each vocabulary size would cost: counted anew at each call, in O(words)."""
        store, ranking = self.store, self.ranking
        most = ranking.frequent(self.summary.min_count)
        return VocabularyBudget(
            ranking.totals,
            store.word_ranks,
            store.offsets,
            rank_of=ranking.rank_of,
            most_known=most,
        )

    def with_vocabulary_size(self, vocabulary_size: int) -> "Corpus":
        """Return the same corpus with another vocabulary; nothing is tokenised again."""
        size = max(vocabulary_size, SPECIAL_TOKENS + 1)
        return self._made(self.store, size, self.ranking)

    def with_validation_fraction(self, fraction: float, seed: int = 0) -> "Corpus":
        """Return the same corpus with another share of its documents held out.

        Where words are counted in the training part alone, they are counted anew.
        """
        ranking = self.ranking if self.summary.counted == "all" else None
        return self._made(self.store.divided(fraction, seed), self._wanted_size, ranking)

    def with_min_count(self, min_count: int) -> "Corpus":
        """Return the same corpus with another count from which on words are known."""
        return self._made(self.store, self._wanted_size, self.ranking, min_count)

    def with_all_words(self) -> "Corpus":
        """Return the same corpus with every word known, for a model with words of its own."""
        ranking = self.ranking if self.summary.counted == "all" else None
        return self._made(self.store, sys.maxsize, ranking, 1, "all")

    def _made(
        self,
        store: TokenStore,
        vocabulary_size: int,
        ranking: Ranking | None,
        min_count: int | None = None,
        counted: CountedText | None = None,
    ) -> "Corpus":
        return Corpus(
            store,
            self.summary,
            vocabulary_size,
            self.problems,
            min_count=self.summary.min_count if min_count is None else min_count,
            counted=counted or self.summary.counted,
            ranking=ranking,
        )

    def _select(self, *, is_validation: bool) -> Sentences:
        """Frame the sentences of one side in ids."""
        store, word_dim = self.store, len(self.vocabulary)
        ids = Spool(store.folder, most_in_memory=_IDS_IN_MEMORY)
        offsets, end = Spool(store.folder), np.zeros(1, dtype=np.int64)
        offsets.append(end)
        for first, last in slices(store.offsets):
            some = np.diff(store.offsets[first : last + 1])  # (sentences of the slice,)
            ranks = store.word_ranks[store.offsets[first] : store.offsets[last]]
            chosen = self.is_validation[first:last] == is_validation
            own = self.ranking.of(ranks[np.repeat(chosen, some)])
            lengths = some[chosen]
            ids.append(_framed(own, lengths, word_dim))
            ends = end + np.cumsum(lengths + 2)
            offsets.append(ends)
            end = ends[-1:] if len(ends) else end
            forget_pages(store.word_ranks)
        return Sentences(ids.array(np.int32, is_writable=True), offsets.array(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusReady:
    """The corpus is prepared; always the last event of a preparation that was not stopped."""

    corpus: Corpus


CorpusEvent: TypeAlias = StageProgress | Notice | CorpusReady


def _of_sentences(store: TokenStore) -> NDArray[np.bool_]:
    """Tell of each sentence whether its document is held out, (S,)."""
    spool = Spool(store.folder)
    for begin in range(0, len(store.is_validation), _DOCUMENTS_AT_ONCE):
        some = slice(begin, begin + _DOCUMENTS_AT_ONCE)
        spool.append(np.repeat(store.is_validation[some], store.document_lengths[some]))
    return spool.array(np.bool_)


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
