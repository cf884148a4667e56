"""The part of a corpus that is trained on, whoever prepared it."""

from typing import Protocol

from engine.corpus.corpus import CorpusSummary, Sentences
from engine.corpus.counting.references import ReferenceLosses
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary


class TrainingText(Protocol):
    """What a training needs of a corpus; a process that did not prepare it has no more."""

    @property
    def training(self) -> Sentences:
        """The sentences to train on."""

    @property
    def validation(self) -> Sentences:
        """The sentences held out."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that are known."""

    @property
    def summary(self) -> CorpusSummary:
        """What the corpus consists of."""

    @property
    def reading(self) -> Reading:
        """How the text became words."""

    @property
    def references(self) -> ReferenceLosses | None:
        """What is lost without a network, where it was counted."""
