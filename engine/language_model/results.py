"""What a model says of sentences: those that it drew, and the probabilities of those typed.

Plain values, so that a window or a terminal can show them without PyTorch.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScore:
    """One word and its probability after the words before it."""

    word: str  # as typed, in lower case; SENTENCE_END for the last
    shown: str  # for the user
    is_known: bool  # False: scored as UNKNOWN_TOKEN, which stands for all rare words together
    probability: float
    log_probability: float  # natural logarithm
    bits: float  # -log2 of the probability
    rank: int  # 1 = the model thought no word more probable


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScore:
    """A sentence's probability; the last of `words` is SENTENCE_END."""

    text: str
    words: tuple[WordScore, ...]
    log_probability: float  # natural logarithm: the sum over `words`
    probability: float  # 0.0 where a float cannot hold it: then only the logarithm tells
    perplexity: float  # exp(-log_probability / number of words), SENTENCE_END included
    bits_per_word: float  # log2 of the perplexity
    unknown_words: tuple[str, ...]  # each once, in the order typed


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceGenerated:
    """One sentence drawn from the model."""

    number: int  # 1, 2, …
    text: str  # detokenised, for reading
    words: tuple[str, ...]  # as drawn, without the sentence marks
    log_probability: float  # natural log, at temperature 1, SENTENCE_END included if drawn
    is_cut: bool  # True when the longest length was reached before SENTENCE_END
    seed: int  # the seed of the whole batch, for repeating it


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScored:
    """A typed sentence has its probability."""

    score: "SentenceScore"
