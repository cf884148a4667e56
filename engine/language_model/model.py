"""A trained model as one frozen value: parameters, vocabulary, settings and history.

This module holds records; it neither trains nor reads files. H is the number of
hidden units, C the number of words in the vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.config import ModelConfig, TrainConfig
from engine.language_model.history import TrainingHistory
from engine.tokenization.languages import describe_tokenizer
from engine.wording import counted

if TYPE_CHECKING:
    import torch

    from engine.corpus.corpus import CorpusSummary
    from engine.corpus.counting.references import ReferenceLosses
    from engine.language_model.mixture import Mixture
    from engine.network.rnn import RNN
    from engine.tokenization.reading import Reading
    from engine.tokenization.vocabulary import Vocabulary


def _tutorials_reading() -> "Reading":
    from engine.tokenization.reading import Reading  # loads NLTK

    return Reading()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageModel:
    """A frozen snapshot that sentences can be drawn from and scored with.

    `rnn` is this model's own copy of the parameters: nobody trains it.
    """

    rnn: "RNN"
    vocabulary: "Vocabulary"
    model_config: ModelConfig
    train_config: TrainConfig
    summary: "CorpusSummary"
    reading: "Reading" = field(default_factory=_tutorials_reading)  # of what is typed
    history: TrainingHistory = field(default_factory=TrainingHistory)
    step: int = 0  # parameter updates so far
    epoch: float = 0.0  # epochs so far, with the part of the current one
    references: "ReferenceLosses | None" = None  # what its held-out text costs without a network
    mixture: "Mixture | None" = None  # where asked for, a table of word sequences predicts, too

    def __post_init__(self) -> None:
        if self.rnn.word_dim != len(self.vocabulary):
            raise ValueError(
                f"a network for {self.rnn.word_dim} words with a vocabulary "
                f"of {len(self.vocabulary)}"
            )

    def __repr__(self) -> str:
        return f"<LanguageModel: {self.title}, {self.word_dim:,} words{self._loss_text()}>"

    @property
    def word_dim(self) -> int:
        """Number of words in the vocabulary, C."""
        C: int = self.rnn.word_dim
        return C

    @property
    def hidden_dim(self) -> int:
        """Number of hidden units, H."""
        H: int = self.rnn.hidden_dim
        return H

    def scores(self, states: "torch.Tensor", before: "Sequence[Sequence[int]]") -> "torch.Tensor":
        """Return what the softmax makes the probabilities of the next words of, float64 (n, C).

        Parameters
        ----------
        states : tensor of shape (n, H)
        before : n sequences of int
            Each sentence so far, SENTENCE_START first, or the last words of it; only a mixture
            looks at them.
        """
        logits = self.rnn.logits(states).double()
        return logits if self.mixture is None else self.mixture.scores(logits, before)

    @property
    def mixture_name(self) -> str:
        """What the mixture is; "" where the network predicts alone."""
        return "" if self.mixture is None else self.mixture.name

    @property
    def reading_of_texts(self) -> "Reading | None":
        """How another text is read for this model; None where Punkt learns its ends anew."""
        return None if self.summary.tokenizer.sentence_ends == "punkt" else self.reading

    @property
    def parameters(self) -> int:
        """Number of trained numbers: U (H, C), V (C, H) and W (H, H)."""
        return 2 * self.hidden_dim * self.word_dim + self.hidden_dim**2

    @property
    def title(self) -> str:
        """A short name for a window title or a list."""
        name = f"{self.summary.name}, {self.hidden_dim} hidden units, epoch {self.epoch:.4g}"
        return name if self.mixture is None else f"{name}, {self.mixture.name}"

    @property
    def description(self) -> str:
        """A sentence or two for the user: how large, how long trained, how good."""
        mixed = "" if self.mixture is None else f" {self.mixture.description}"
        if self.step == 0:
            return (
                f"A network of {self._size_text()} that was not trained here.{self._words_text()}"
                f"{mixed}"
            )
        return (
            f"A network of {self._size_text()}, trained for {counted(self.epoch, 'epoch')} "
            f"({counted(self.step, 'step')}) on {self.summary.name}{self._loss_text()}."
            f"{self._words_text()}{mixed}"
        )

    def _words_text(self) -> str:
        """Say which tokeniser it has; nothing of the tutorial's own."""
        tokenizer = self.summary.tokenizer
        return "" if tokenizer.name == "tutorial" else f" It reads {describe_tokenizer(tokenizer)}."

    def _size_text(self) -> str:
        return (
            f"{self.hidden_dim:,} hidden units and {self.word_dim:,} words "
            f"({self.parameters:,} parameters)"
        )

    def _loss_text(self) -> str:
        decided = [done for done in self.history.evaluations if not done.is_interim]
        if not decided:
            return ""
        told, when = decided[-1], ""
        if self.train_config.recipe == "fast":  # a rise takes it back to its best parameters
            held_out = told.validation_loss is not None
            alike = (done for done in decided if (done.validation_loss is not None) == held_out)
            told, when = min(alike, key=lambda done: done.deciding_loss), " at its best"
        if told.validation_loss is not None:
            return f"; its loss on held-out text is {told.validation_loss:.3f} nats per word{when}"
        return f"; its training loss is {told.training_loss:.3f} nats per word{when}"
