"""Generated sentences with their settings, and scored sentences word by word: plain records."""

import math
from dataclasses import dataclass
from typing import Literal

BatchState = Literal["running", "ended", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSettings:
    """What the form asks for."""

    count: int = 10
    min_length: int = 7  # words
    temperature: float = 1.0
    seed: int | None = None  # None = a fresh one


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One press of Generate: the settings used, the model used, how it went."""

    settings: SampleSettings
    model: str  # such as "epoch 2.4, step 1,204"
    seed: int | None = None  # the one used; None until the first sentence tells
    done: int = 0  # sentences so far
    state: BatchState = "running"

    @property
    def title(self) -> str:
        """One line: how many sentences, and everything needed to repeat them."""
        wanted = self.settings.count
        noun = "sentence" if wanted == 1 else "sentences"
        amount = f"{wanted:,} {noun}"
        if self.state != "running" and self.done != wanted:
            amount = f"{self.done:,} of {wanted:,} {noun} ({self.state})"
        shortest = self.settings.min_length
        words = "word" if shortest == 1 else "words"
        seed = "random" if self.seed is None else str(self.seed)
        return (
            f"{amount}  ·  {self.model}  ·  temperature {self.settings.temperature:.2f}"
            f"  ·  at least {shortest} {words}  ·  seed {seed}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSentence:
    """One drawn sentence and its probability."""

    number: int
    text: str
    predicted_words: int  # the sentence's end included, if it was drawn
    log_probability: float  # natural log
    is_cut: bool = False  # the longest length came before the sentence's end

    @property
    def perplexity(self) -> float:
        """Mean number of equally likely choices per word; inf where it overflows."""
        if self.predicted_words == 0:
            return 1.0
        try:
            return math.exp(-self.log_probability / self.predicted_words)
        except OverflowError:
            return math.inf


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
