"""What is known of kept runs that are on no disk."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import CorpusConfig, ModelConfig, RunInfo, TrainConfig

STARTED = datetime(2025, 9, 2, 14, 5, tzinfo=UTC)
CORPUS_CONFIG = CorpusConfig(path=Path("comments.csv"))


def run_info(number: int = 1, **changes: Any) -> RunInfo:
    run = RunInfo(
        run_id=f"20250902-14050{number}-00000{number}",
        path=Path("runs") / str(number),
        name=f"run {number}",
        note="",
        started=STARTED.replace(minute=number),
        state="stopped",
        message="",
        corpus_name="comments.csv",
        corpus_path="/texts/comments.csv",
        corpus_config=CORPUS_CONFIG,
        text_digest="ab" * 32,
        vocabulary_size=8000,
        settings="8,000 words, 100 hidden units, recipe fast, 10 epochs",
        model_config=ModelConfig(),
        train_config=TrainConfig(),
        step=1200,
        epoch=3.25,
        elapsed_s=60.0,
        training_loss=5.1,
        validation_loss=5.3,
        best_loss=5.2,
        saved=STARTED.replace(hour=15),
        lost_s=0.0,
        problem="",
    )
    return dataclasses.replace(run, **changes)
