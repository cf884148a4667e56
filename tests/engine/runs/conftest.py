"""A text, and a place for the runs that are kept of it."""

from pathlib import Path

import pytest

from engine.corpus.corpus import Corpus
from engine.runs.store import RunStore
from tests.engine.support.runs import animal_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return animal_corpus(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "data")
