"""What is measured while a network is trained: points, evaluations, halvings, and all of a run."""

import math
from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPoint:
    """One point of the training curve, a few times per second."""

    step: int  # parameter updates since the run began
    epoch: float  # epochs done, with the part of the current one
    loss: float  # mean cross-entropy since the previous point, nats per word
    learning_rate: float
    words_per_s: float  # since the previous point
    elapsed_s: float  # of training, pauses left out
    time_left_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone:
    """An epoch ended and was evaluated; epoch 0 is the untrained model.

    A time limit can end a run within an epoch; the epoch is then a fraction. Where there is no
    time to evaluate all of a large text, the losses are those of a fixed sample of it.
    """

    epoch: float
    step: int
    training_loss: float  # nats per word: mean over the epoch's steps; evaluated at epoch 0
    validation_loss: float | None  # nats per word; None without validation documents
    learning_rate: float
    words_per_s: float  # over the whole epoch; 0 at epoch 0
    elapsed_s: float
    is_best: bool  # lowest evaluated loss so far
    is_sample: bool = False  # what was evaluated are sentences evenly spread over the text
    standard_error: float | None = None  # of the loss that decides, where it is of a sample
    is_interim: bool = False  # within an epoch: a figure to look at, which decides nothing
    # Standard error of how far the held-out loss is from the best before, within an epoch from the
    # lowest of the same sample, nats per word; None where that is not known, as in what an earlier
    # version stored.
    change_error: float | None = field(default=None, compare=False)

    @property
    def deciding_loss(self) -> float:
        """The held-out loss where there is one, else that of the training text."""
        return self.training_loss if self.validation_loss is None else self.validation_loss


_OUTLINE_POINTS = 48

BY_HAND = "It was set by hand."  # the reason of a rate that no schedule gave


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHalved:
    """The evaluated loss rose or hardly fell, so the rate was halved; or it was set by hand."""

    step: int
    epoch: float
    learning_rate: float  # the new one
    reason: str  # a sentence with the numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=True)
class TrainingHistory:
    """What was measured while a model was trained; the five columns have one entry a point.

    The columns are compact arrays that nobody changes once the history is made:
    they index, slice and iterate as tuples do, and a plot reads them without a copy.
    """

    steps: "array[int]" = field(default_factory=lambda: array("q"))
    epochs: "array[float]" = field(default_factory=lambda: array("d"))
    losses: "array[float]" = field(default_factory=lambda: array("d"))  # nats per word
    learning_rates: "array[float]" = field(default_factory=lambda: array("d"))
    elapsed_s: "array[float]" = field(default_factory=lambda: array("d"))
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
        """Return the lowest evaluated loss, in nats per word; infinite without an evaluation."""
        return min((done.deciding_loss for done in self.evaluations), default=math.inf)

    def outline(self) -> list[float]:
        """Return the losses as a few means of equally many points, for a small picture."""
        count = len(self.losses)
        parts = min(count, _OUTLINE_POINTS)
        edges = [count * part // parts for part in range(parts + 1)] if parts else []
        means = [
            math.fsum(self.losses[start:end]) / (end - start) for start, end in pairwise(edges)
        ]
        return [round(mean, 4) for mean in means if math.isfinite(mean)]

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

    def add(self, event: object) -> None:
        """Keep `event` if it is a point, an evaluation or a halving, and no other; O(1)."""
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

    def is_short(self, step: int) -> bool:
        """Tell whether a point at `step` would be of less than half as many steps as the last."""
        steps = self._columns["steps"]
        before = steps[-2] if len(steps) > 1 else 0
        return len(steps) > 0 and 2 * (step - steps[-1]) < steps[-1] - before

    def snapshot(self) -> TrainingHistory:
        """Return the history so far; later events do not change it."""
        return TrainingHistory(
            **{name: column[:] for name, column in self._columns.items()},  # five memory copies
            evaluations=tuple(self._evaluations),
            halvings=tuple(self._halvings),
        )
