"""What the views of this tab need beyond the engine's records: which model and seed it was."""

import math
from dataclasses import dataclass
from typing import Literal

from app.shared.formatting import counted, format_count
from engine import SampleConfig, SentenceGenerated, SentenceScore

BatchState = Literal["running", "ended", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One press of Generate: what was asked for, the model used, how it went."""

    config: SampleConfig
    model: str  # such as "epoch 2.4, step 1,204"
    seed: int | None = None  # the one used; None until the first sentence tells
    done: int = 0  # sentences so far
    state: BatchState = "running"

    @property
    def title(self) -> str:
        """One line: how many sentences, and everything needed to repeat them."""
        amount = counted(self.config.count, "sentence")
        if self.state != "running" and self.done != self.config.count:
            amount = f"{format_count(self.done)} of {amount} ({self.state})"
        seed = "random" if self.seed is None else str(self.seed)
        return (
            f"{amount}  ·  {self.model}  ·  temperature {self.config.temperature:.2f}"
            f"  ·  at least {counted(self.config.min_length, 'word')}  ·  seed {seed}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """A sentence's probability, and the model that gave it."""

    score: SentenceScore
    model: str  # such as "epoch 2.4"
    model_title: str  # the model's full name
    origin: str = ""  # the run or the file that the model comes from
    guess_bits: float  # a word, for a model that knows nothing: log2 of the vocabulary


def predicted_words(sentence: SentenceGenerated) -> int:
    """Return how many words were drawn, the sentence's end included unless it was cut."""
    return len(sentence.words) + (0 if sentence.is_cut else 1)


def perplexity(sentence: SentenceGenerated) -> float:
    """Return the mean number of equally likely choices a word; inf where it overflows."""
    words = predicted_words(sentence)
    if words == 0:
        return 1.0
    try:
        return math.exp(-sentence.log_probability / words)
    except OverflowError:
        return math.inf
