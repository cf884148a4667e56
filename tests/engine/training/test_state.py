"""What is taken down of a run, so that only the same text is gone on with."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.config import TrainConfig
from engine.corpus.corpus import Sentences
from engine.files import spool
from engine.training.state import sentence_order, text_digest
from tests.engine.support.runs import animal_corpus


class TwoParts:
    """A corpus of nothing but the words to train and to evaluate on."""

    def __init__(self, training: Sentences, validation: Sentences) -> None:
        self.training, self.validation = training, validation


def digest(training: Sentences) -> str:
    parts: Any = TwoParts(training, training)
    return text_digest(parts)


def test_that_the_digest_of_a_text_needs_no_copy_of_it() -> None:
    words = 1_000_000
    sentences = Sentences(
        ids=np.zeros(words, np.int32), offsets=np.arange(0, words + 1, 10, np.int64)
    )

    tracemalloc.start()
    try:
        digest(sentences)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 100_000


def test_that_the_digest_does_not_depend_on_the_layout_in_memory(tmp_path: Path) -> None:
    sentences = animal_corpus(tmp_path).training
    spread = np.repeat(sentences.ids.astype(">i8"), 2)[::2]

    assert digest(Sentences(ids=spread, offsets=sentences.offsets)) == digest(sentences)


def test_that_one_other_word_gives_another_digest(tmp_path: Path) -> None:
    sentences = animal_corpus(tmp_path).training
    other = sentences.ids.copy()
    other[5] += 1

    assert digest(Sentences(ids=other, offsets=sentences.offsets)) != digest(sentences)


@pytest.mark.parametrize("has_room", [True, False])
def test_that_the_order_of_many_sentences_is_that_of_few_but_lies_in_a_file(
    has_room: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = TrainConfig(seed=3)
    few = sentence_order(config, 2, 300_000)
    monkeypatch.setattr(spool, "_MANY_NUMBERS", 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path if has_room else tmp_path / "missing"))

    monkeypatch.setattr(spool, "_NUMBERS_AT_ONCE", 1000)
    tracemalloc.start()
    try:
        many = sentence_order(config, 2, 300_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    np.testing.assert_array_equal(many, few)
    assert (peak < many.nbytes) == has_room
    assert list(tmp_path.iterdir()) == []
