"""The distribution of the next word, raw and after the filters."""

import math

import pytest

from engine.config import SampleConfig
from engine.errors import ConfigError
from engine.network.reference import RNNNumpy
from engine.sampling.next_words import next_words
from tests.engine.support.models import tiny_model


def test_that_all_next_words_are_the_reference_distribution() -> None:
    model = tiny_model()
    U, V, W = model.rnn.parameters_as_numpy()
    o, _ = RNNNumpy.from_parameters(U, V, W).forward_propagation([0, 2, 3])

    said = next_words(model, SampleConfig(start="The cat"), 100)

    assert said.words_before == ("the", "cat")
    assert said.log_probability_before == pytest.approx(math.log(o[0, 2] * o[1, 3]))
    by_word = dict(zip(model.vocabulary.words, o[2], strict=True))
    assert {each.word: each.probability for each in said.words} == pytest.approx(by_word)
    assert math.fsum(each.probability for each in said.words) == pytest.approx(1.0, abs=1e-6)
    assert [each.rank for each in said.words] == list(range(1, 9))
    ordered = [each.probability for each in said.words]
    assert ordered == sorted(ordered, reverse=True)
    bits = -sum(p * math.log2(p) for p in by_word.values())
    assert said.entropy_bits == pytest.approx(bits)


def test_that_the_filters_show_zeros_and_still_sum_to_one() -> None:
    said = next_words(tiny_model(), SampleConfig(start="the", top_k=2), 100)

    kept = [each for each in said.words if each.drawn_with > 0.0]
    assert len(kept) == said.left_by_filters == 2
    assert math.fsum(each.drawn_with for each in kept) == pytest.approx(1.0)
    first, second = kept
    assert first.drawn_with / second.drawn_with == pytest.approx(
        first.probability / second.probability
    )
    never = {each.word for each in said.words if each.drawn_with == 0.0}
    assert {"SENTENCE_START", "UNKNOWN_TOKEN"} <= never


def test_that_words_are_readable_and_unknown_ones_named() -> None:
    said = next_words(tiny_model(), SampleConfig(start="zebra zebra cat"), 8)

    assert said.unknown_words == ("zebra",)
    shown = {each.word: each.shown for each in said.words}
    assert {"end of sentence", "unknown word", "cat"} <= set(shown.values())
    assert shown["SENTENCE_END"] == "end of sentence"


def test_that_a_wanted_word_comes_last_with_its_rank() -> None:
    model, settings = tiny_model(), SampleConfig(start="the")
    every = next_words(model, settings, 8).words

    for wanted in every[3:]:
        *first, last = next_words(model, settings, 3, word=wanted.word).words
        assert (*first, last) == (*every[:3], wanted)
    assert next_words(model, settings, 3, word=every[1].word).words == every[:3]
    assert next_words(model, settings, 1, word="zebra").words[-1].word == "UNKNOWN_TOKEN"


def test_that_no_word_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 1 word, not 0"):
        next_words(tiny_model(), SampleConfig(), 0)


def test_that_more_words_than_a_sentence_may_have_can_stand_before() -> None:
    model, settings = tiny_model(), SampleConfig(start=("the", "cat") * 200, max_length=7)

    found = next_words(model, settings, 2)

    o, _ = model.rnn.forward_propagation([0, *(2, 3) * 200])
    assert found.words[0].probability == pytest.approx(o[-1].max())
