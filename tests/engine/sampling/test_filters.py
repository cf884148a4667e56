"""Filters against sums by hand over the reference network's probabilities."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from engine.config import SampleConfig
from engine.control import RunControl
from engine.language_model.model import LanguageModel
from engine.language_model.results import SentenceGenerated
from engine.network.reference import RNNNumpy
from engine.sampling import filters
from engine.sampling.filters import FilteredChooser, drawing_probabilities
from engine.sampling.sampler import generate
from engine.tokenization.vocabulary import Vocabulary
from tests.engine.support.models import tiny_model

WORDS = tuple("abcdefghij")
FILTERS: list[dict[str, Any]] = [
    {"temperature": 0.7},
    {"top_k": 3},
    {"top_p": 0.6},
    {"min_p": 0.3},
    {"repetition_penalty": 1.8},
    {"no_repeat_ngram": 1},
    {"no_repeat_ngram": 2, "temperature": 1.2},
    {"temperature": 1.4, "top_k": 6, "top_p": 0.8, "min_p": 0.1, "repetition_penalty": 1.3},
]


def filtered_by_hand(z: Any, said: tuple[int, ...], config: SampleConfig) -> Any:
    """Return the probabilities after the filters, one word at a time."""
    z, n = list(z), config.no_repeat_ngram
    runs = [said[k : k + n] for k in range(len(said) - n + 1)]
    for word in range(len(z)):
        if n and (*said, word)[-n:] in runs:
            z[word] = -math.inf
    for word in set(said):
        z[word] *= 1 / config.repetition_penalty if z[word] > 0 else config.repetition_penalty
    z[0] = z[-1] = -math.inf
    weights = [math.exp(each / config.temperature) for each in z]
    ranking = sorted(range(len(z)), key=lambda word: -weights[word])
    kept = [word for word in ranking if weights[word] > 0.0][: config.top_k]
    total, share, nucleus = sum(weights[word] for word in kept), 0.0, []
    for word in kept:
        if share >= config.top_p:
            break
        nucleus.append(word)
        share += weights[word] / total
    kept = [word for word in nucleus if weights[word] >= config.min_p * weights[ranking[0]]]
    total = sum(weights[word] for word in kept)
    return np.array([weights[word] / total if word in kept else 0.0 for word in range(len(z))])


def reference_scores(model: LanguageModel, ids: list[int]) -> Any:
    U, V, W = model.rnn.parameters_as_numpy()
    _, s = RNNNumpy.from_parameters(U, V, W).forward_propagation([0, *ids])
    return V @ s[len(ids)]


def chi_square_limit(freedom: int) -> float:
    spread = 2 / (9 * freedom)  # Wilson and Hilferty's approximation of the quantile
    return freedom * (1 - spread + 3.09 * math.sqrt(spread)) ** 3


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_that_sentences_come_as_often_as_the_filters_leave_them(filters: dict[str, Any]) -> None:
    model = tiny_model(tuple("abcd"), scale=0.9, seed=4, tokenizer="whitespace")
    config = SampleConfig(count=6000, min_length=0, max_length=2, seed=3, **filters)
    expected: dict[tuple[str, ...], float] = {}
    first = filtered_by_hand(reference_scores(model, []), (), config)
    words, end = model.vocabulary.words, model.vocabulary.end_id
    for a in np.flatnonzero(first):
        if a == end:
            expected[()] = first[a]
            continue
        second = filtered_by_hand(reference_scores(model, [a]), (a,), config)
        for b in np.flatnonzero(second):
            sentence = (words[a],) if b == end else (words[a], words[b])
            expected[sentence] = first[a] * second[b]

    drawn = [e for e in generate(model, config, RunControl()) if isinstance(e, SentenceGenerated)]

    seen = Counter(each.words for each in drawn)
    assert seen.keys() <= expected.keys()
    off = sum((seen[w] - 6000 * p) ** 2 / (6000 * p) for w, p in expected.items())
    assert math.fsum(expected.values()) == pytest.approx(1.0)
    assert off < chi_square_limit(len(expected) - 1)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_that_filters_leave_what_is_left_by_hand(filters: dict[str, Any], seed: int) -> None:
    z = 2.0 * np.random.default_rng(seed).standard_normal(len(WORDS) + 3)
    vocabulary, config = Vocabulary.from_words(WORDS, range(10, 0, -1)), SampleConfig(**filters)

    shares = drawing_probabilities(torch.tensor(z[None]), config, vocabulary, [(3, 5, 3)], [True])

    np.testing.assert_allclose(shares[0], filtered_by_hand(z, (3, 5, 3), config), atol=1e-12)


@pytest.mark.parametrize(("filters", "left"), [({"top_k": 2}, [1, 2]), ({"top_p": 0.25}, [1, 2])])
def test_that_of_equal_words_the_first_stay(filters: dict[str, Any], left: list[int]) -> None:
    vocabulary = Vocabulary.from_words(WORDS[:6], range(6, 0, -1))

    shares = drawing_probabilities(
        torch.zeros(1, 9, dtype=torch.float64), SampleConfig(**filters), vocabulary, [()], [True]
    )

    assert shares[0].nonzero()[:, 0].tolist() == left


def test_that_top_p_keeps_thousands_of_words_where_it_takes_so_many() -> None:
    words = [f"w{k}" for k in range(2000)]
    vocabulary = Vocabulary.from_words(words, range(2000, 0, -1))
    z = torch.randn(2, 2003, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) / 10
    z[1, 7] = 20.0  # one word is enough here

    config = SampleConfig(top_p=0.9)
    shares = drawing_probabilities(z, config, vocabulary, [(), ()], [True, True])

    by_hand = filtered_by_hand(z[0].tolist(), (), config)
    np.testing.assert_allclose(shares[0], by_hand, atol=1e-12)
    assert shares[1].nonzero()[:, 0].tolist() == [7]


def test_that_the_end_is_left_out_where_it_may_not_come() -> None:
    vocabulary = Vocabulary.from_words(WORDS, range(10, 0, -1))
    z = torch.zeros(2, 13, dtype=torch.float64)
    z[:, 1] = 5.0

    shares = drawing_probabilities(
        z, SampleConfig(temperature=0.0), vocabulary, [(), ()], [True, False]
    )

    assert shares.argmax(1).tolist() == [1, 2]
    assert shares.sum(1).tolist() == [1.0, 1.0]


def test_that_the_last_word_stays_where_all_others_were_said() -> None:
    vocabulary = Vocabulary.from_words(WORDS[:2], (2, 1))
    z, config = torch.zeros(1, 5, dtype=torch.float64), SampleConfig(no_repeat_ngram=1)

    shares = drawing_probabilities(z, config, vocabulary, [(2, 3)], [False])

    assert shares[0].tolist() == [0.0, 0.0, 0.5, 0.5, 0.0]


def test_that_rounding_never_steps_over_the_last_word_that_can_be_drawn() -> None:
    model = tiny_model()
    chooser = FilteredChooser(model, SampleConfig(top_k=2), lambda: True)
    states = model.rnn.advance(
        torch.tensor([model.vocabulary.start_id]), model.rnn.initial_state(1)
    )
    possible = drawing_probabilities(
        model.scores(states, [(0,)]), SampleConfig(top_k=2), model.vocabulary, [()], [True]
    )[0]

    ([word], _) = chooser.choose(states, [1.0], [()], [True])  # what a sum may round to

    assert word == int(possible.nonzero().max())


def test_that_scores_are_sorted_where_they_are() -> None:
    assert filters._sorted(torch.tensor([[2.0, 1.0]])).tolist() == [[1.0, 2.0]]
    assert filters._sorted(torch.zeros(2, 3, device="meta")).device.type == "meta"
