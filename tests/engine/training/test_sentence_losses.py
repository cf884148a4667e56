"""How sure a change of the held-out loss is: by hand, and with noise that means nothing."""

import math

import numpy as np
import pytest
import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl
from engine.training.evaluation import SentenceLosses
from tests.engine.support.corpora import corpus_of

OFFSETS = np.array([0, 4, 7, 12], dtype=np.int64)  # three sentences of 3, 2 and 4 words to predict


def losses_of(words: list[float], offsets: np.ndarray) -> SentenceLosses:
    found = SentenceLosses()
    found.add(torch.tensor(words), np.diff(offsets) - 1)
    return found


def test_that_each_sentence_gets_the_losses_of_its_own_words() -> None:
    words = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]

    losses, lengths = losses_of(words, OFFSETS).whole()

    assert lengths.tolist() == [3, 2, 4]
    assert losses.tolist() == [6.0, 9.0, 30.0]


def test_that_the_error_of_a_change_is_that_of_a_ratio() -> None:
    offsets = np.arange(0, 3 * 11, 3, dtype=np.int64)  # ten sentences of two words
    before = losses_of([1.0] * 20, offsets)
    changes = [0.1 * number for number in range(10)]
    after = losses_of([1.0 + changes[number // 2] / 2 for number in range(20)], offsets)

    error = after.change_error(before)

    mean = sum(changes) / 20
    spread = sum((change - 2 * mean) ** 2 for change in changes) * 10 / 9
    assert error == pytest.approx(math.sqrt(spread) / 20, rel=1e-5)


def test_that_other_sentences_have_no_error_of_a_change() -> None:
    ten = np.arange(0, 3 * 11, 3, dtype=np.int64)
    eleven = np.arange(0, 3 * 12, 3, dtype=np.int64)

    assert losses_of([1.0] * 20, ten).change_error(losses_of([1.0] * 22, eleven)) is None
    assert losses_of([1.0] * 20, ten).change_error(SentenceLosses()) is None


def test_that_pure_noise_seldom_looks_like_a_rise() -> None:
    chance = np.random.default_rng(3)
    offsets = np.arange(0, 6 * 201, 6, dtype=np.int64)
    rises = 0
    for _ in range(200):
        before, after = (chance.exponential(6.0, 1000).tolist() for _ in range(2))
        error = losses_of(after, offsets).change_error(losses_of(before, offsets))
        assert error is not None
        rises += (sum(after) - sum(before)) / 1000 > 2.0 * error

    assert rises <= 12  # 2.3 % of 200 are 4.6


def test_that_a_run_knows_the_error_from_its_second_evaluation_on() -> None:
    from engine.corpus.sample_comments import sample_comments_path
    from engine.language_model.history import EpochDone
    from engine.training.trainer import train

    corpus = corpus_of(CorpusConfig(path=sample_comments_path(), vocabulary_size=100))
    model, config = ModelConfig(hidden_dim=4, device="cpu"), TrainConfig(epochs=1)

    events = list(train(corpus, model, config, RunControl()))

    first, second = (event for event in events if isinstance(event, EpochDone))
    assert first.change_error is None
    assert second.change_error is not None
    assert 0.0 < second.change_error < 0.2
