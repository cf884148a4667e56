"""What long work reports while it runs: a closed union of small frozen records.

Every value is plain Python, so that a window or a terminal can show it without
NumPy or PyTorch; the handles in `CorpusReady` and `SnapshotPublished` are
passed on unopened.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from engine.corpus.vocabulary_budget import EpochEstimate
    from engine.language_model import LanguageModel
    from engine.network.gradient_check import GradientReport
    from engine.scorer import SentenceScore
    from engine.step_timer import StepTime
from engine.control import Notice, StageProgress
from engine.corpus.corpus import CorpusReady

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
class LossPoint:
    """One point of the training curve, a few times a second."""

    step: int  # parameter updates since the run began
    epoch: float  # epochs done, with the part of the current one
    loss: float  # mean cross-entropy since the previous point, nats a word
    learning_rate: float
    words_per_s: float  # since the previous point
    elapsed_s: float  # of training, pauses left out
    time_left_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone:
    """An epoch ended and was evaluated; epoch 0 is the untrained model.

    A time limit can end a run within an epoch; the epoch is then a fraction.
    """

    epoch: float
    step: int
    training_loss: float  # nats a word: mean over the epoch's steps; evaluated at epoch 0
    validation_loss: float | None  # nats a word; None without validation documents
    learning_rate: float
    words_per_s: float  # over the whole epoch; 0 at epoch 0
    elapsed_s: float
    is_best: bool  # lowest evaluated loss so far


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHalved:
    """The evaluated loss rose, so the learning rate was halved."""

    step: int
    epoch: float
    learning_rate: float  # the new one
    reason: str  # a sentence with the numbers


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
class SentenceGenerated:
    """One sentence drawn from the model."""

    number: int  # 1, 2, …
    text: str  # detokenised, for reading
    words: tuple[str, ...]  # as drawn, without the sentence marks
    log_probability: float  # natural log, at temperature 1, SENTENCE_END included if drawn
    is_cut: bool  # True when the longest length was reached before SENTENCE_END
    seed: int  # the seed of the whole batch, for repeating it


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScored:
    """A typed sentence has its probability."""

    score: "SentenceScore"


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
