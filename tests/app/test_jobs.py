"""The jobs of kept runs: which text a run is trained on, and when it is prepared again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.jobs import CorpusMade, Jobs, TrainingChoices, kept_events, resumed_events
from engine import CorpusConfig, CorpusReady, ModelConfig, Notice, RunControl, TrainConfig
from tests.app.support.runs_fakes import CORPUS_CONFIG, FakeRuns
from tests.app.support.training_fakes import FakeResume, FakeTrain, ended, fake_corpus

CHOICES = TrainingChoices(model=ModelConfig(), train=TrainConfig(), validation_fraction=None)


def resume_with(runs: FakeRuns, present: Any, built: Any = (), epochs: int | None = None) -> Any:
    def build(config: CorpusConfig, control: RunControl) -> Any:
        return iter(built)

    return list(
        resumed_events(Jobs(runs=runs, build=build), "1", present, RunControl(), epochs=epochs)
    )


def test_that_a_run_is_kept_with_what_makes_its_text(tmp_path: Path) -> None:
    train = FakeTrain([ended()])
    runs = FakeRuns(train=train)
    choices = replace(CHOICES, validation_fraction=0.2)

    made, *_ = kept_events(
        runs, fake_corpus(), CORPUS_CONFIG, choices, RunControl(), start_from=None, run_id="7"
    )

    config = replace(CORPUS_CONFIG, validation_fraction=0.2)
    assert isinstance(made, CorpusMade)
    assert made.config == config
    assert train.calls[0]["config"] == config
    assert train.calls[0]["run_id"] == "7"


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
