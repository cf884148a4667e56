"""Many texts at once, against one after the other."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.control import RunControl, result_of
from engine.corpus.corpus import Sentences
from engine.language_model.mixture import Mixture
from engine.language_model.model import LanguageModel
from engine.language_model.ngram import count_ngrams
from engine.language_model.results import NOTHING, SentenceScore
from engine.network.batching import Batch
from engine.network.rnn import RNN
from engine.scoring import text_scores
from engine.scoring.scorer import score
from engine.scoring.text_scores import WordTally, score_texts
from engine.tokenization.vocabulary import UNKNOWN_TOKEN
from tests.engine.support.models import tiny_model

Text = str | tuple[str, ...]

TEXTS: list[Text] = [
    *("the cat sat .", "", "zebra", "The zebra sat on the cat .", "cat"),
    *(("cat", "zebra", "the"), (), "The cat sat. The zebra. Cat"),
]


def mixed(model: LanguageModel) -> LanguageModel:
    """Return the model together with a table of three sentences."""
    ids = np.array([0, 2, 3, 1, 0, 2, 3, 4, 5, 1, 0, 3, 7, 1], np.int32)
    sentences = Sentences(ids, np.array([0, 4, 10, 14]))
    counts = result_of(count_ngrams(sentences, 8, 2, RunControl()))
    assert counts is not None
    table = counts.model(2)
    figures = {"loss": 1.0, "network_loss": 2.0, "table_loss": 2.0}
    mixture = Mixture(table=table, weight=0.4, fitted_words=1, judged_words=1, **figures)
    return replace(model, mixture=mixture)


def alone(model: LanguageModel, text: Text) -> SentenceScore:
    words = None if isinstance(text, str) else text
    (event,) = score(model, text if isinstance(text, str) else "", words=words)
    return event.score


def tallied(model: LanguageModel, texts: Sequence[Text]) -> WordTally:
    tally = WordTally(model)
    score_texts(model, texts, tally)
    return tally


@pytest.mark.parametrize("at_once", [1, 4, 7, 100])
@pytest.mark.parametrize("is_mixed", [False, True])
def test_that_texts_and_words_score_alike_in_batches_of_any_size(
    is_mixed: bool, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_scores, "_BATCH_WORDS", at_once)
    model = mixed(tiny_model()) if is_mixed else tiny_model()

    scored = score_texts(model, TEXTS)

    expected = [alone(model, text) for text in TEXTS]
    for found, each in zip(scored, expected, strict=True):
        unknown = sum(not word.is_known for word in each.words)
        assert (found.words, found.unknown) == (len(each.words), unknown)
        assert found.perplexity == pytest.approx(each.perplexity)
    assert [each.log_probability for each in scored] == pytest.approx(
        [each.log_probability for each in expected]
    )
    assert [each.log_probability_of_known for each in scored] == pytest.approx(
        [each.known_log_probability for each in expected]
    )


def test_that_a_tally_has_each_word_that_occurred_the_costliest_first() -> None:
    model, counts = tiny_model(), Counter[str]()
    costs: dict[str, float] = defaultdict(float)
    for text in TEXTS:
        for word in alone(model, text).words:
            name = word.word if word.is_known else UNKNOWN_TOKEN
            counts[name] += 1
            costs[name] += word.log_probability

    found = tallied(model, TEXTS).statistics()

    assert {each.word: each.count for each in found} == counts
    assert {each.word: each.log_probability for each in found} == pytest.approx(costs)
    assert [each.word for each in found] == sorted(costs, key=lambda word: costs[word])
    assert WordTally(model).statistics() == ()


def test_that_words_scored_one_by_one_are_tallied_as_those_of_texts() -> None:
    model = tiny_model()
    tally = WordTally(model)
    for text in TEXTS:
        tally.add_words(alone(model, text).words)

    found, expected = tally.statistics(), tallied(model, TEXTS).statistics()

    assert [(each.word, each.count) for each in found] == [
        (each.word, each.count) for each in expected
    ]
    assert [each.log_probability for each in found] == pytest.approx(
        [each.log_probability for each in expected]
    )


def test_that_no_rounding_makes_a_text_more_than_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded(_rnn: RNN, batch: Batch) -> torch.Tensor:
        return torch.full((len(batch.y),), -1e-8)

    monkeypatch.setattr(RNN, "word_losses", rounded)
    tally = WordTally(tiny_model())

    (found,) = score_texts(tiny_model(), ["the cat zebra"], tally)

    assert (found.log_probability, found.log_probability_of_known) == (0.0, 0.0)
    assert {each.log_probability for each in tally.statistics()} == {0.0}


def test_that_totals_are_sums_and_nothing_is_nothing() -> None:
    scored = score_texts(tiny_model(), TEXTS)

    total = sum(scored, start=NOTHING)

    assert total.words == sum(each.words for each in scored)
    assert total.log_probability == pytest.approx(sum(each.log_probability for each in scored))
    assert math.isnan(NOTHING.perplexity)
    assert score_texts(tiny_model(), []) == []


def test_that_an_enormous_perplexity_is_infinite() -> None:
    assert replace(NOTHING, words=1, log_probability=-1e4).perplexity == math.inf
