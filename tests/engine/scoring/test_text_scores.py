"""Many texts at once, against one after the other."""

import math
from dataclasses import replace

import pytest

from engine.language_model.results import NOTHING
from engine.scoring.scorer import score
from engine.scoring.text_scores import score_texts
from tests.engine.support.models import tiny_model

TEXTS = ["the cat sat .", "", "zebra", "The zebra sat on the cat .", "cat", "the " * 3000]


def test_that_each_text_scores_as_it_does_alone() -> None:
    model = tiny_model()

    scored = score_texts(model, TEXTS)

    for text, found in zip(TEXTS, scored, strict=True):
        alone = next(iter(score(model, text))).score
        known = [word.log_probability for word in alone.words if word.is_known]
        assert found.log_probability == pytest.approx(alone.log_probability)
        assert found.log_probability_of_known == pytest.approx(math.fsum(known))
        assert (found.words, found.unknown) == (
            len(alone.words),
            len(alone.words) - len(known),
        )
        assert found.perplexity == pytest.approx(alone.perplexity)


def test_that_totals_are_sums_and_nothing_is_nothing() -> None:
    scored = score_texts(tiny_model(), TEXTS[:4])

    total = sum(scored, start=NOTHING)

    assert total.words == sum(each.words for each in scored)
    assert total.log_probability == pytest.approx(sum(each.log_probability for each in scored))
    assert math.isnan(NOTHING.perplexity)
    assert score_texts(tiny_model(), []) == []


def test_that_an_enormous_perplexity_is_infinite() -> None:
    assert replace(NOTHING, words=1, log_probability=-1e4).perplexity == math.inf
