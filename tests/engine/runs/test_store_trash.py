"""The trash of kept runs, and what a list tells of the text behind each."""

from pathlib import Path

import pytest

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.runs.store import RunStore
from tests.engine.support.runs import animal_corpus


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path / "data")
    corpus = animal_corpus(tmp_path)
    config = CorpusConfig(path=tmp_path / "animals.csv", vocabulary_size=18, processes=1)
    settings = ModelConfig(hidden_dim=3, device="cpu"), TrainConfig(epochs=1)
    for _ in store.train(corpus, config, *settings, RunControl()):
        pass
    return store


def test_that_a_deleted_run_is_listed_in_the_trash_until_it_is_restored(store: RunStore) -> None:
    (run,) = store.list()

    store.delete(run.run_id)

    assert store.list() == ()
    assert [each.run_id for each in store.list(in_trash=True)] == [run.run_id]
    store.restore(run.run_id)
    assert store.list(in_trash=True) == ()
    assert store.list() == (run,)


def test_that_a_listed_run_names_its_text_and_vocabulary(store: RunStore, tmp_path: Path) -> None:
    (run,) = store.list()

    assert run.corpus_config == store.corpus_config(run.run_id)
    assert run.vocabulary_size == 18
    assert len(run.text_digest) == 64


def test_that_a_run_with_a_damaged_description_is_listed_without_its_text(store: RunStore) -> None:
    (run,) = store.list()
    (run.path / "run.json").write_text("{")

    (damaged,) = store.list()

    assert damaged.corpus_config is None
    assert damaged.vocabulary_size is None
    assert damaged.problem


def test_that_sentences_drawn_until_a_run_is_deleted_come_back_with_it(store: RunStore) -> None:
    (run,) = store.list()
    store.delete(run.run_id)

    store.keep_sentences(run.run_id, {"batches": [1]})

    store.restore(run.run_id)
    assert store.sentences(run.run_id) == {"batches": [1]}
