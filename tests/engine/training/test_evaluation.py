"""A model's loss on a text that it was not trained on: one mean, whatever the batches."""

import math
from pathlib import Path

import pytest

from engine.config import ModelConfig, TrainConfig
from engine.control import RunControl, result_of
from engine.corpus.corpus import Corpus
from engine.language_model import counted_text
from engine.language_model.model import LanguageModel
from engine.network.rnn import RNN
from engine.tokenization.vocabulary import Vocabulary
from engine.training import evaluation
from engine.training.evaluation import Evaluation, evaluate_corpus
from tests.engine.support.runs import StopsAfter, animal_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return animal_corpus(tmp_path).with_validation_fraction(0.0)


def model_knowing(words: tuple[str, ...], corpus: Corpus) -> LanguageModel:
    vocabulary = Vocabulary.from_words(words, [1] * len(words))
    return LanguageModel(
        rnn=RNN(len(vocabulary), 5, dtype="float64", seed=3),
        vocabulary=vocabulary,
        model_config=ModelConfig(),
        train_config=TrainConfig(),
        summary=corpus.summary,
    )


def evaluated(model: LanguageModel, corpus: Corpus, control: RunControl) -> Evaluation | None:
    return result_of(evaluate_corpus(model, corpus, control))


@pytest.mark.parametrize("at_once", [1, 7, 4096])
def test_that_the_mean_is_that_of_all_words_with_the_models_own_numbers(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(evaluation, "_BATCH_WORDS", at_once)
    monkeypatch.setattr(counted_text, "_WORDS_AT_ONCE", at_once)
    model = model_knowing(corpus.vocabulary.words[4:9], corpus)
    ids = [
        model.vocabulary.encode([corpus.vocabulary.words[k] for k in sequence])
        for sequence in map(corpus.training.sequence, range(len(corpus.training)))
    ]

    result = evaluated(model, corpus, RunControl())

    assert result is not None
    xs, ys = [each[:-1] for each in ids], [each[1:] for each in ids]
    assert result.loss == pytest.approx(model.rnn.calculate_loss(xs, ys), rel=1e-12)
    assert result.perplexity == pytest.approx(math.exp(result.loss))
    assert (result.sentences, result.words) == (len(xs), sum(map(len, ys)))
    unknown = sum(each.count(model.vocabulary.unknown_id) for each in ids)
    assert result.unknown_share == pytest.approx(unknown / (result.words - len(xs)))
    assert 0.0 < result.unknown_share < 1.0


def test_that_a_stopped_evaluation_has_no_result(corpus: Corpus) -> None:
    model = model_knowing(corpus.vocabulary.words[2:5], corpus)

    assert evaluated(model, corpus, StopsAfter(0)) is None
