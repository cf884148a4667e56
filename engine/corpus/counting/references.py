"""What is lost on the held-out text without a network: the marks that a model is to beat.

Here are the records; `engine.language_model.ngram` makes them.
"""

import math
from dataclasses import dataclass

_NAMES = {1: "a table of single words", 2: "a table of word pairs", 3: "a table of word triples"}
_NUMBERS = {4: "four", 5: "five"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLosses:
    """The losses of knowing nothing, the words' shares, and tables of word sequences."""

    uniform: float  # ln C, nats per word, as all
    unigram: float  # of how common each word is
    bigram: float  # of a table of word pairs
    table: float  # of a table of longer sequences
    order: int  # words of these
    counted_words: int  # that the tables were counted on
    is_sample: bool  # whether these are a part of the training text

    def __post_init__(self) -> None:
        losses = (self.uniform, self.unigram, self.bigram, self.table)
        if not all(math.isfinite(each) and each >= 0.0 for each in losses):
            raise ValueError(f"no losses: {losses}")
        if self.order < 2 or self.counted_words < 1:
            raise ValueError(f"no table: {self.order} words, counted on {self.counted_words}")

    @property
    def table_name(self) -> str:
        """What the longest table is, such as "a table of word triples"."""
        return table_name(self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencesCounted:
    """What is lost without a network was computed."""

    losses: ReferenceLosses


def table_name(order: int) -> str:
    """Return what a table of sequences of up to `order` words is called."""
    number = _NUMBERS.get(order, str(order))
    return _NAMES.get(order, f"a table of {number} words in a row")
