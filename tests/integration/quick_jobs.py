"""Jobs that are over at once; what they report was made by the real engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.jobs import Jobs, inspect_with_engine
from engine import (
    Corpus,
    CorpusConfig,
    CorpusReady,
    LanguageModel,
    ModelConfig,
    RunControl,
    SnapshotPublished,
    TrainConfig,
    build_corpus,
    generate,
    score,
    train,
)
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.training_fakes import fake_gradients, fake_times
from tests.app.support.window_fakes import Answers, Files, fake_jobs
from tests.engine.support.run_infos import run_info


@dataclass(frozen=True, slots=True)
class Recorded:
    """The events of a preparation and of a training."""

    built: list[Any]
    trained: list[Any]

    @property
    def corpus(self) -> Corpus:
        return next(event.corpus for event in self.built if isinstance(event, CorpusReady))

    @property
    def model(self) -> LanguageModel:
        snapshots = [event.model for event in self.trained if isinstance(event, SnapshotPublished)]
        return snapshots[-1]


@cache
def recorded(csv: Path) -> Recorded:
    """Prepare the file and train a little."""
    built = list(build_corpus(CorpusConfig(path=csv, vocabulary_size=20), RunControl()))
    model_config = ModelConfig(hidden_dim=5, device="cpu")
    corpus = Recorded(built, []).corpus
    return Recorded(built, list(train(corpus, model_config, TrainConfig(epochs=2), RunControl())))


def model_of(csv: Path) -> LanguageModel:
    return recorded(csv).model


def quick_jobs(answers: Answers, csv: Path) -> Jobs:
    """Return jobs that play what was recorded; questions are answered by `answers`."""
    record = recorded(csv)

    def play(events: list[Any]) -> Callable[..., Iterator[Any]]:
        return lambda *arguments, **options: iter(events)

    files = Files()
    files.load = lambda path, _corpus: record.model  # type: ignore[method-assign]
    runs = FakeRuns(train=play(record.trained), resume=play(record.trained), model=record.model)
    runs.runs = [run_info(number) for number in range(1, 5)]
    runs.runs[1] = run_info(2, state="interrupted")
    answers.runs = runs
    return replace(
        fake_jobs(FakeEngine(), answers, files),
        inspect=inspect_with_engine,
        build=play(record.built),
        sample_path=lambda: csv,
        estimate_epoch=play([]),
        check_gradients=play(fake_gradients()),
        time_one_step=play(fake_times()),
        generate=generate,
        score=score,
    )
