"""The text that trainings learn from here."""

import pytest

from engine.corpus.corpus import Corpus
from tests.engine.support.runs import animal_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return animal_corpus(tmp_path_factory.mktemp("corpus"))
