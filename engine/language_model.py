"""A trained model as one frozen value: parameters, vocabulary, settings and history.

This module holds records; it neither trains nor reads files. H is the number of
hidden units, C the number of words in the vocabulary.
"""

import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.config import ModelConfig, TrainConfig
from engine.events import EpochDone, Event, LossPoint, RateHalved
from engine.wording import counted

if TYPE_CHECKING:
    from engine.corpus.corpus import CorpusSummary
    from engine.corpus.vocabulary import Vocabulary
    from engine.network.rnn import RNN


def _integers() -> "array[int]":
    return array("q")


def _floats() -> "array[float]":
    return array("d")


@dataclass(frozen=True, slots=True, kw_only=True, eq=True)
class TrainingHistory:
    """What was measured while a model was trained; the five columns have one entry a point.

    The columns are compact arrays that nobody changes once the history is made:
    they index, slice and iterate as tuples do, and a plot reads them without a copy.
    """

    steps: "array[int]" = field(default_factory=_integers)
    epochs: "array[float]" = field(default_factory=_floats)
    losses: "array[float]" = field(default_factory=_floats)  # nats a word
    learning_rates: "array[float]" = field(default_factory=_floats)
    elapsed_s: "array[float]" = field(default_factory=_floats)
    evaluations: tuple[EpochDone, ...] = ()
    halvings: tuple[RateHalved, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns().values()}
        if len(lengths) != 1:
            raise ValueError(f"the columns of a history differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.steps)

    def until(self, epoch: float) -> "TrainingHistory":
        """Return what was measured up to `epoch`."""
        kept = [number for number, each in enumerate(self.epochs) if each <= epoch]
        return TrainingHistory(
            **{
                name: array(column.typecode, [column[number] for number in kept])
                for name, column in self.columns().items()
            },
            evaluations=tuple(done for done in self.evaluations if done.epoch <= epoch),
            halvings=tuple(half for half in self.halvings if half.epoch <= epoch),
        )

    def lowest_loss(self) -> float:
        """Return the lowest evaluated loss, in nats a word; infinite without an evaluation."""
        return min(map(evaluated_loss, self.evaluations), default=math.inf)

    def columns(self) -> "dict[str, array[Any]]":
        """Return the columns by name, in the order of the fields."""
        return {
            "steps": self.steps,
            "epochs": self.epochs,
            "losses": self.losses,
            "learning_rates": self.learning_rates,
            "elapsed_s": self.elapsed_s,
        }


class HistoryRecorder:
    """Collect a run's events into a history; `add` and `snapshot` are cheap.

    Parameters
    ----------
    start : TrainingHistory, optional
        The history of the run that is continued; new events come after it.
    """

    def __init__(self, start: TrainingHistory | None = None) -> None:
        start = start if start is not None else TrainingHistory()
        self._columns = {name: column[:] for name, column in start.columns().items()}
        self._evaluations = list(start.evaluations)
        self._halvings = list(start.halvings)

    def add(self, event: Event) -> None:
        """Keep `event` if it is a point, an evaluation or a halving; O(1)."""
        match event:
            case LossPoint():
                self._columns["steps"].append(event.step)
                self._columns["epochs"].append(event.epoch)
                self._columns["losses"].append(event.loss)
                self._columns["learning_rates"].append(event.learning_rate)
                self._columns["elapsed_s"].append(event.elapsed_s)
            case EpochDone():
                self._evaluations.append(event)
            case RateHalved():
                self._halvings.append(event)
            case _:
                pass  # the other events say nothing about the loss

    def snapshot(self) -> TrainingHistory:
        """Return the history so far; later events do not change it."""
        return TrainingHistory(
            **{name: column[:] for name, column in self._columns.items()},  # five memory copies
            evaluations=tuple(self._evaluations),
            halvings=tuple(self._halvings),
        )


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
    history: TrainingHistory = field(default_factory=TrainingHistory)
    step: int = 0  # parameter updates so far
    epoch: float = 0.0  # epochs so far, with the part of the current one

    def __post_init__(self) -> None:
        if self.rnn.word_dim != len(self.vocabulary):
            raise ValueError(
                f"a network for {self.rnn.word_dim} words with a vocabulary "
                f"of {len(self.vocabulary)}"
            )

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

    @property
    def parameters(self) -> int:
        """Number of trained numbers: U (H, C), V (C, H) and W (H, H)."""
        return 2 * self.hidden_dim * self.word_dim + self.hidden_dim**2

    @property
    def title(self) -> str:
        """A short name for a window title or a list."""
        return f"{self.summary.name}, {self.hidden_dim} hidden units, epoch {self.epoch:.4g}"

    @property
    def description(self) -> str:
        """One sentence for the user: how large, how long trained, how good."""
        if self.step == 0:
            return f"A network of {self._size_text()} that was not trained here."
        return (
            f"A network of {self._size_text()}, trained for {counted(self.epoch, 'epoch')} "
            f"({counted(self.step, 'step')}) on {self.summary.name}{self._loss_text()}."
        )

    def _size_text(self) -> str:
        return (
            f"{self.hidden_dim:,} hidden units and {self.word_dim:,} words "
            f"({self.parameters:,} parameters)"
        )

    def _loss_text(self) -> str:
        if not self.history.evaluations:
            return ""
        told, when = self.history.evaluations[-1], ""
        if self.train_config.recipe == "fast":  # a rise takes it back to its best parameters
            held_out = told.validation_loss is not None
            alike = (
                done
                for done in self.history.evaluations
                if (done.validation_loss is not None) == held_out
            )
            told, when = min(alike, key=evaluated_loss), " at its best"
        if told.validation_loss is not None:
            return f"; its loss on held-out text is {told.validation_loss:.3f} nats a word{when}"
        return f"; its training loss is {told.training_loss:.3f} nats a word{when}"


def evaluated_loss(done: EpochDone) -> float:
    """Return the loss that decides: the held-out one where there is one."""
    return done.training_loss if done.validation_loss is None else done.validation_loss
