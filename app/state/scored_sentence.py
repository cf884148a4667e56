"""A typed sentence and its probability, word by word: plain records for the views."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredWord:
    """One word and how well the model foresaw it."""

    text: str
    is_known: bool
    is_end: bool  # the sentence's end, which is predicted like a word
    log_probability: float  # natural log, given the words before
    bits: float
    rank: int  # 1 = the word that the model thought likeliest here


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSentence:
    """A sentence's probability under one model."""

    text: str
    words: tuple[ScoredWord, ...]  # the sentence's end last
    log_probability: float  # natural log
    perplexity: float  # a word
    bits_per_word: float
    unknown_words: tuple[str, ...]
    model: str  # such as "epoch 2.4"
    model_title: str  # the model's full name
    origin: str = ""  # the run or the file that the model comes from
    guess_bits: float  # a word, for a model that knows nothing: log2 of the vocabulary
