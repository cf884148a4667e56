"""What long work reports while it runs: a closed union of small frozen records.

Every value is plain Python, so that a window or a terminal can show it without
NumPy or PyTorch; the handles in `CorpusReady` and `SnapshotPublished` are
passed on unopened.
"""

from typing import TypeAlias

from engine.control import Notice, StageProgress
from engine.corpus.corpus import CorpusReady
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.results import SentenceGenerated, SentenceScored
from engine.training.events import (
    CheckpointSaved,
    EpochEstimated,
    GradientsChecked,
    RunEnded,
    SnapshotPublished,
    StepTimed,
    TrainingStarted,
)

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
