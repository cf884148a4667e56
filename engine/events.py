"""What long work reports while it runs: a closed union of small frozen records.

Every value is plain Python, so that a window or a terminal can show it without
NumPy or PyTorch; the handles in `CorpusReady` and `SnapshotPublished` are
passed on unopened.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.control import Notice, StageProgress
from engine.corpus.corpus import CorpusReady
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.results import SentenceGenerated, SentenceScored

if TYPE_CHECKING:
    from engine.corpus.vocabulary_budget import EpochEstimate
    from engine.language_model.model import LanguageModel
    from engine.network.gradient_check import GradientReport
    from engine.step_timer import StepTime


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
    uniform_loss: float  # ln C, the loss of knowing nothing, nats a word


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientsChecked:
    """The gradient check is done."""

    report: "GradientReport"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimed:
    """One implementation's SGD step was timed."""

    time: "StepTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEstimated:
    """It was measured how long an epoch takes with each vocabulary size."""

    estimate: "EpochEstimate"


Event: TypeAlias = (
    StageProgress
    | CorpusReady
    | TrainingStarted
    | LossPoint
    | EpochDone
    | RateHalved
    | SnapshotPublished
    | CheckpointSaved
    | Notice
    | RunEnded
    | SentenceGenerated
    | SentenceScored
    | GradientsChecked
    | StepTimed
    | EpochEstimated
)
