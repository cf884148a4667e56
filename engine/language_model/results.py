"""What a model says of sentences: those that it drew, and the probabilities of those typed.

Plain values, so that a window or a terminal can show them without PyTorch.
"""

import math
from dataclasses import dataclass, field

from engine.config import SampleConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScore:
    """One word and its probability after the words before it."""

    word: str  # of the vocabulary, if it is known there; SENTENCE_END for the last
    shown: str  # for the user
    is_known: bool  # False: scored as UNKNOWN_TOKEN, which stands for all rare words together
    probability: float
    log_probability: float  # natural logarithm
    bits: float  # -log2 of the probability
    rank: int  # 1 = the model thought no word more probable
    expected: tuple[tuple[str, float], ...] = ()  # the likeliest there, each with its probability


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPart:
    """One sentence of a text."""

    text: str
    first_word: int  # among the words of the whole text
    word_count: int  # SENTENCE_END included
    log_probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScore:
    """What a table of word sequences, without a network, says of the same words."""

    name: str  # such as "a table of word triples"
    log_probability: float  # natural logarithm
    perplexity: float
    bits_per_word: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScore:
    """The probability of a text of one sentence or several; SENTENCE_END ends each."""

    text: str
    words: tuple[WordScore, ...]  # of all sentences
    parts: tuple[ScoredPart, ...]  # the sentences, as the corpus was split
    log_probability: float  # natural logarithm: the sum over `words`
    probability: float  # 0.0 where a float cannot hold it: then only the logarithm tells
    perplexity: float  # exp(-log_probability / number of words), SENTENCE_END included
    bits_per_word: float  # log2 of the perplexity
    unknown_words: tuple[str, ...]  # each once, in the order typed
    known_log_probability: float  # the sum over the words that are known
    known_perplexity: float  # of these words alone
    are_words_given: bool = False  # the words themselves were scored, however `text` is read
    table: TableScore | None = None  # beside it, where a text was at hand to count a table on
    mixture: str = ""  # what it is where it is not the network's alone


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceGenerated:
    """One sentence drawn from the model, or found in it as one of the most probable."""

    number: int  # 1, 2, …
    text: str  # as a person would write it, or the words apart where `is_readable` is not so
    words: tuple[str, ...]  # without the sentence marks: those begun with, then those drawn
    log_probability: float  # natural log, at temperature 1, SENTENCE_END included if drawn
    is_cut: bool  # True when the longest length was reached before SENTENCE_END
    seed: int  # the seed of the whole batch, for repeating it
    is_readable: bool = True  # whether `text`, typed, is read as these words
    started_with: int = 0  # how many of `words` were given
    start_log_probability: float = 0.0  # of those; a part of `log_probability`
    settings: SampleConfig = field(  # all that made it, the seed used included
        default=SampleConfig(), compare=False
    )
    mixture: str = ""  # what it was drawn from where that is not the network alone

    @property
    def predicted_words(self) -> int:
        """How many words were predicted, the sentence's end included unless it was cut."""
        return len(self.words) + (0 if self.is_cut else 1)

    @property
    def perplexity(self) -> float:
        """Per predicted word; 1 where there is none, inf where a float cannot hold it."""
        words = self.predicted_words
        return perplexity_of(self.log_probability, words) if words else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceGrowing:
    """The sentence that is drawn now, as far as it is."""

    number: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementFound:
    """The one word whose replacement raises a sentence's probability most."""

    place: int | None  # of the word, from 0; None: no replacement is better
    replaced: str
    word: str  # that is better there
    text: str  # the whole sentence with it
    log_probability: float  # of that sentence, natural logarithm
    gain: float  # how much more that is than before, in nats
    words: tuple[str, ...] | None = None  # of `text`, where that is read as others


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWord:
    """One word that could follow."""

    word: str
    shown: str  # for the user
    rank: int  # 1 = the model thinks no word more probable
    probability: float  # of the whole model
    log_probability: float  # natural logarithm
    drawn_with: float  # the probability after the sampler's filters; 0.0 = never drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWords:
    """What the model says could follow some words, the most probable first.

    `words` may end with one that was asked for by name; its `rank` tells where it stands.
    """

    words_before: tuple[str, ...]
    unknown_words: tuple[str, ...]  # of those, each once: read as UNKNOWN_TOKEN
    words: tuple[NextWord, ...]
    log_probability_before: float  # of the words before, natural logarithm
    entropy_bits: float  # of the whole distribution: how undecided the model is
    left_by_filters: int  # words that can be drawn
    vocabulary_size: int  # C
    settings: SampleConfig
    mixture: str = ""  # what says so where it is not the network alone


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScored:
    """A typed sentence has its probability."""

    score: "SentenceScore"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScore:
    """A text: how probable, and how much of that is due to unknown words."""

    words: int  # predicted, SENTENCE_END included
    unknown: int  # of those: scored as UNKNOWN_TOKEN, which stands for all rare words together
    log_probability: float  # natural logarithm
    log_probability_of_known: float  # the same without the unknown words

    @property
    def perplexity(self) -> float:
        """Per word, SENTENCE_END and the unknown ones included."""
        return perplexity_of(self.log_probability, self.words)

    @property
    def perplexity_of_known(self) -> float:
        """Per known word, SENTENCE_END included."""
        return perplexity_of(self.log_probability_of_known, self.words - self.unknown)

    def __add__(self, other: "TextScore") -> "TextScore":
        """Return the score of both texts together."""
        return TextScore(
            words=self.words + other.words,
            unknown=self.unknown + other.unknown,
            log_probability=self.log_probability + other.log_probability,
            log_probability_of_known=self.log_probability_of_known + other.log_probability_of_known,
        )


NOTHING = TextScore(words=0, unknown=0, log_probability=0.0, log_probability_of_known=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordStatistic:
    """How well one word of the vocabulary was foreseen in a text, wherever it stood."""

    word: str  # SENTENCE_END and UNKNOWN_TOKEN among them
    count: int
    log_probability: float  # natural logarithm, the sum over all places

    @property
    def bits(self) -> float:
        """The mean surprise."""
        return -self.log_probability / self.count / math.log(2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScored:
    """Every row of a file has its score, and a new file holds both."""

    rows: int  # written
    texts: int  # of those, with a text in the column
    refused_rows: int  # that could not be read and are not in the new file
    total: TextScore
    words: tuple[WordStatistic, ...]  # those that occur, the costliest in sum first


def perplexity_of(log_probability: float, words: int) -> float:
    """Return exp(-log_probability / words); inf where a float cannot hold it, NaN of no words."""
    if words == 0:
        return math.nan
    nats = -log_probability / words
    return math.exp(nats) if nats < 700.0 else math.inf
