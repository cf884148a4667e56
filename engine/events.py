"""All that long work reports while it runs: a closed union of small frozen records, and as JSON.

Every value is plain Python, so that a window or a terminal can show it without
NumPy or PyTorch; the handles in `CorpusReady` and `SnapshotPublished` are
passed on unopened. Each record lies beside what produces it.
"""

import math
import re
from dataclasses import asdict
from typing import Any, TypeAlias

from engine.control import Notice, StageProgress
from engine.corpus.corpus import CorpusReady
from engine.corpus.counting.references import ReferencesCounted
from engine.language_model.history import EpochDone, LossPoint, RateHalved
from engine.language_model.results import (
    ReplacementFound,
    SentenceGenerated,
    SentenceGrowing,
    SentenceScored,
)
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
    | SentenceGrowing
    | ReplacementFound
    | SentenceScored
    | GradientsChecked
    | StepTimed
    | EpochEstimated
    | ReferencesCounted
)


def event_to_json(event: Event) -> dict[str, Any] | None:
    """Return plain JSON values, the kind first; None for what only a program can use."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    match event:
        case SnapshotPublished():
            return None
        case CorpusReady(corpus=corpus):
            problems = [asdict(problem) for problem in corpus.problems]
            values: dict[str, Any] = asdict(corpus.summary) | {"problems": problems}
        case (
            SentenceScored(score=record)
            | GradientsChecked(report=record)
            | ReferencesCounted(losses=record)
            | StepTimed(time=record)
        ):
            values = asdict(record)
        case CheckpointSaved(path=path):
            values = asdict(event) | {"path": str(path)}
        case _:
            values = asdict(event)
    plain: dict[str, Any] = _finite({"event": name, **values})
    return plain


def _finite(value: Any) -> Any:
    """Replace what JSON cannot hold (NaN, infinities) by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
