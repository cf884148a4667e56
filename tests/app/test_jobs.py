"""The jobs of kept runs: which text a run is trained on, and when it is prepared again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.jobs import CorpusMade, Jobs, resumed_events, told_events
from engine import (
    CorpusConfig,
    CorpusReady,
    EngineError,
    Notice,
    RunControl,
    SampleConfig,
    SnapshotPublished,
)
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.training_fakes import FakeResume, ended, epoch_done, fake_corpus, fake_model
from tests.engine.support.run_infos import CORPUS_CONFIG


def resume_with(runs: FakeRuns, present: Any, built: Any = (), epochs: int | None = None) -> Any:
    def build(config: CorpusConfig, control: RunControl) -> Any:
        return iter(built)

    return list(
        resumed_events(
            Jobs(runs=runs, build=build, open_prepared=lambda *_: None),
            "1",
            present,
            RunControl(),
            epochs=epochs,
        )
    )


@pytest.mark.parametrize(
    "config", [CORPUS_CONFIG, replace(CORPUS_CONFIG, path=CORPUS_CONFIG.path.absolute())]
)
def test_that_the_present_text_is_used_if_it_is_the_run_s(config: CorpusConfig) -> None:
    resume, corpus = FakeResume([ended()]), fake_corpus()

    events = resume_with(FakeRuns(resume=resume), (corpus, config), epochs=12)

    assert events == [ended()]
    assert resume.calls == [("1", corpus, 12)]


def test_that_another_text_is_replaced_by_the_run_s(tmp_path: Path) -> None:
    resume, corpus = FakeResume([ended()]), fake_corpus()
    other = (fake_corpus(), CorpusConfig(path=tmp_path / "other.csv"))
    built = [Notice(text="1 row was left out."), CorpusReady(corpus=corpus)]

    events = resume_with(FakeRuns(resume=resume), other, built)

    assert events == [built[0], CorpusMade(corpus=corpus, config=CORPUS_CONFIG), ended()]
    assert resume.calls == [("1", corpus, None)]


def test_that_a_stop_while_the_text_is_prepared_leaves_the_run_alone() -> None:
    resume = FakeResume([ended()])

    assert resume_with(FakeRuns(resume=resume), None) == []
    assert resume.calls == []


def test_that_one_sentence_is_told_after_each_evaluation() -> None:
    model = fake_model()
    snapshot = SnapshotPublished(step=1, epoch=1.0, model=model)
    events = [epoch_done(1, 5.0), snapshot, snapshot, epoch_done(2, 4.0), snapshot]
    asked: list[Any] = []

    def generate(model: Any, config: SampleConfig, control: RunControl) -> Any:
        asked.append((model, config.count, config.seed))
        yield "a sentence"

    told = list(told_events(lambda: iter(events), generate, RunControl()))

    assert told == [*events[:2], "a sentence", *events[2:5], "a sentence"]
    assert asked == [(model, 1, 1)] * 2


def test_that_a_sentence_that_cannot_be_drawn_does_not_end_the_training() -> None:
    def generate(*_arguments: Any) -> Any:
        raise EngineError("No sentence.")
        yield

    events = [epoch_done(1, 5.0), SnapshotPublished(step=1, epoch=1.0, model=fake_model()), ended()]

    assert list(told_events(lambda: iter(events), generate, RunControl())) == events
