"""What training and its checks report, besides the points of the curve (see `history`).

Every value is plain Python, so that a window or a terminal can show it without NumPy or
PyTorch; the model in `SnapshotPublished` is passed on unopened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.control import Notice, StageProgress
from engine.language_model.history import EpochDone, LossPoint, RateHalved

if TYPE_CHECKING:
    from engine.language_model.model import LanguageModel
    from engine.network.gradient_check import GradientReport


# "converged": the learning rate was halved so often that further steps change nothing.
EndReason = Literal["finished", "stopped", "time limit", "converged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStarted:
    """The first event of a training run."""

    recipe: str
    device: str  # "cpu", or the GPU's name
    device_reason: str  # why this device, a sentence
    word_dim: int
    hidden_dim: int
    bptt_truncate: int
    parameters: int
    sentences: int  # training sentences
    words: int  # words to predict in them, SENTENCE_END included
    validation_sentences: int
    learning_rate: float
    batch_size: int
    epochs: int
    uniform_loss: float  # ln C, the loss of knowing nothing, nats per word
    tuning: str = ""  # what the fast recipe does besides, a sentence
    tuning_reason: str = ""  # why for a text of this size, a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPublished:
    """A frozen copy of the parameters that other jobs may use while training goes on."""

    step: int
    epoch: float
    model: "LanguageModel"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved:
    """The model was written to a file."""

    path: Path
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The last event of a training run that did not fail."""

    reason: EndReason
    epoch: float
    step: int
    elapsed_s: float


TrainingEvent: TypeAlias = (
    TrainingStarted
    | LossPoint
    | EpochDone
    | RateHalved
    | SnapshotPublished
    | StageProgress
    | Notice
    | RunEnded
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long one implementation takes for one sentence."""

    implementation: str
    device: str
    words: int  # in the sentence
    milliseconds: float  # a step, the median of `repeats`
    ratio: float  # how many times as fast as the NumPy reference
    repeats: int
    waited: float = 0.0  # the share of the time in which the processor did something else


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEstimate:
    """How long an epoch takes on this machine, measured at a few vocabulary sizes.

    Notes
    -----
    The operations of a step grow linearly with C: the output layer, its gradient and
    the update of U and V. Between two measured sizes the time is taken to be linear,
    and beyond the outer ones the line through the two nearest goes on.
    """

    sizes: tuple[int, ...]  # measured, ascending
    seconds: tuple[float, ...]  # an epoch with each
    recipe: str
    device: str  # for the user
    hidden_dim: int
    batch_size: int
    steps: int  # parameter updates an epoch

    def seconds_at(self, vocabulary_size: int) -> float:
        """Return the seconds of an epoch with a vocabulary of this size."""
        if len(self.sizes) == 1:
            return self.seconds[0]
        right = min(max(_first_at_least(self.sizes, vocabulary_size), 1), len(self.sizes) - 1)
        low, high = self.sizes[right - 1], self.sizes[right]
        share = (vocabulary_size - low) / (high - low)
        line = self.seconds[right - 1] + share * (self.seconds[right] - self.seconds[right - 1])
        # Noise can tilt the line downwards; no time is less than a part of what was measured.
        return max(line, 0.1 * min(self.seconds))


def _first_at_least(sizes: Sequence[int], wanted: int) -> int:
    return next((index for index, size in enumerate(sizes) if size >= wanted), len(sizes))


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientsChecked:
    """The gradient check is done."""

    report: "GradientReport"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimed:
    """One implementation's SGD step was timed."""

    time: StepTime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEstimated:
    """It was measured how long an epoch takes with each vocabulary size."""

    estimate: EpochEstimate
