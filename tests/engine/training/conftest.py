"""The text that trainings learn from here, and where one of them ended."""

import pytest

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.training.state import TrainingState
from engine.training.trainer import Trainer
from tests.engine.support.runs import animal_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return animal_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def undivided(corpus: Corpus) -> Corpus:
    return corpus.with_validation_fraction(0.0)


@pytest.fixture(scope="module")
def state(corpus: Corpus) -> TrainingState:
    config = TrainConfig(epochs=2, batch_size=8)
    trainer = Trainer(corpus, ModelConfig(hidden_dim=4, device="cpu"), config)
    for _ in trainer.run(RunControl()):
        pass
    return trainer.state()
