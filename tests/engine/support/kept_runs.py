"""Runs of a small network that are kept, for tests."""

import json
from collections.abc import Callable
from pathlib import Path

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.events import Event
from engine.language_model.model import LanguageModel
from engine.runs.store import RunStore

MODEL = ModelConfig(hidden_dim=4, device="cpu")
TRAIN = TrainConfig(epochs=2, batch_size=8)


def keep(
    store: RunStore,
    corpus: Corpus,
    config: TrainConfig = TRAIN,
    *,
    control: RunControl | None = None,
    start_from: LanguageModel | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> tuple[str, list[Event]]:
    """Train a kept run; return its id and its events."""
    run_id, events = store.new_run_id(), []
    csv = CorpusConfig(
        path=Path(corpus.summary.path), vocabulary_size=18, min_count=1, validation_fraction=0.2
    )
    control = RunControl() if control is None else control
    for event in store.train(
        corpus, csv, MODEL, config, control, start_from=start_from, name="Animals", run_id=run_id
    ):
        events.append(event)
        on_event(event)
    return run_id, events


def interrupt(store: RunStore, run_id: str) -> None:
    """Let a run look as if its process had been killed."""
    path = store.runs / run_id / "status.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "running"}))
