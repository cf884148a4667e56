"""The tables of word sequences: against a calculation by hand, a plain second form, and sums."""

import math
from collections import Counter, defaultdict
from typing import TypeVar

import numpy as np
import pytest

from engine.control import RunControl, StageProgress, result_of
from engine.corpus.corpus import Sentences
from engine.corpus.counting.references import ReferencesCounted
from engine.language_model.ngram import (
    NGramCounts,
    count_ngrams,
    count_references,
    order_for,
    sample_of,
)
from tests.benchmarks.data import synthetic_corpus
from tests.engine.support.runs import StopsAfter

START, END, A, B, C, UNKNOWN = range(6)
BY_HAND = [[START, A, B, END], [START, A, C, END]]
Result = TypeVar("Result")


def store(sentences: list[list[int]]) -> Sentences:
    ids = np.array([word for sentence in sentences for word in sentence], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, sentences)])
    return Sentences(ids, offsets)


def counts_of(sentences: Sentences, word_dim: int, order: int) -> NGramCounts:
    counts = result_of(count_ngrams(sentences, word_dim, order, RunControl()))
    assert counts is not None
    return counts


def random_sentences(word_dim: int, count: int, seed: int) -> list[list[int]]:
    random = np.random.default_rng(seed)
    drawn = (random.zipf(1.3, (count, 12)) % (word_dim - 2) + 2).tolist()
    lengths = random.integers(1, 12, count).tolist()
    return [[START, *words[:length], END] for words, length in zip(drawn, lengths, strict=True)]


def test_that_a_table_of_pairs_agrees_with_a_calculation_by_hand() -> None:
    model = counts_of(store(BY_HAND), 6, 2).model(2)

    # Too few words to estimate discounts from: 0.5 of a count of 1, 1 of a count of 2.
    # Single words by how many different words come before them: A 1, B 1, C 1, END 2, sum 5.
    # They leave (3 · 0.5 + 1) / 5 = 0.5 to the five words alike, so each has 0.1 of that.
    after_nothing_known = [0.0, 1 / 5 + 0.1, 0.5 / 5 + 0.1, 0.5 / 5 + 0.1, 0.5 / 5 + 0.1, 0.1]
    assert model.next_word([START, UNKNOWN]) == pytest.approx(after_nothing_known)
    # After A: B and C once each, of which 0.5 is left: it leaves (0.5 + 0.5) / 2.
    assert model.next_word([START, A])[B] == pytest.approx(0.5 / 2 + 0.5 * 0.2)
    assert model.next_word([START])[A] == pytest.approx((2 - 1) / 2 + 1 / 2 * 0.2)
    assert model.next_word([START, A, B])[END] == pytest.approx(0.5 / 1 + 0.5 * 0.3)
    loss = -(math.log(0.6) + math.log(0.35) + math.log(0.65)) / 3
    told = model.probabilities(store([[START, A, B, END]]))
    assert -np.log(told).mean() == pytest.approx(loss)


def plain_probabilities(
    sentences: list[list[int]], word_dim: int, order: int, before: list[int]
) -> list[float]:
    """Return the same numbers from dictionaries, by the published recursion."""
    counts = [Counter[tuple[int, ...]]() for _ in range(order)]
    for sentence in sentences:
        for end in range(1, len(sentence)):
            for length in range(1, min(order, end + 1) + 1):
                counts[length - 1][tuple(sentence[end + 1 - length : end + 1])] += 1

    def adjusted(length: int) -> dict[tuple[int, ...], int]:
        if length == order:
            return counts[length - 1]
        different = Counter(gram[1:] for gram in counts[length])
        starting = {g: n for g, n in counts[length - 1].items() if g[0] == START}
        return {**different, **starting}

    def probability(length: int, context: tuple[int, ...], word: int) -> float:
        if length == 0:
            return 1.0 / (word_dim - 1)
        own = adjusted(length)
        number = Counter(own.values())
        discount = [0.0, 0.5, 1.0, 1.5]
        if all(number[n] for n in (1, 2, 3, 4)):
            Y = number[1] / (number[1] + 2 * number[2])
            estimated = [n - (n + 1) * Y * number[n + 1] / number[n] for n in (1, 2, 3)]
            if all(0 <= each <= n for n, each in enumerate(estimated, start=1)):
                discount = [0.0, *estimated]
        by_context = defaultdict[tuple[int, ...], dict[int, int]](dict)
        for gram, n in own.items():
            by_context[gram[:-1]][gram[-1]] = n
        followers = by_context[context]
        lower = probability(length - 1, context[1:], word)
        if not followers:
            return lower
        total = sum(followers.values())
        left = sum(discount[min(n, 3)] for n in followers.values()) / total
        n = followers.get(word, 0)
        return (n - discount[min(n, 3)]) / total + left * lower

    length = min(order, len(before) + 1)
    context = tuple(before[len(before) + 1 - length :])
    return [0.0] + [probability(length, context, word) for word in range(1, word_dim)]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_that_the_tables_agree_with_the_published_recursion(order: int) -> None:
    sentences = random_sentences(15, 200, seed=order)
    model = counts_of(store(sentences), 15, max(order, 2)).model(order)

    for before in ([START], [START, 3], [START, 4, 2, 5], [START, 14, 14, 14], [START, 2, 3, 2, 4]):
        expected = plain_probabilities(sentences, 15, order, before)
        assert model.next_word(before) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_that_the_probabilities_of_all_words_sum_to_one(order: int) -> None:
    sentences = random_sentences(40, 300, seed=7)
    model = counts_of(store(sentences[:200]), 40, 5).model(order)

    for sentence in sentences[200:]:
        for end in range(1, len(sentence)):
            shown = model.next_word(sentence[:end])
            assert shown.sum() == pytest.approx(1.0, abs=1e-12)
            assert shown[START] == 0.0
            assert (shown[1:] > 0.0).all()


def test_that_many_words_at_once_have_the_probabilities_of_each_word_alone() -> None:
    sentences = random_sentences(40, 300, seed=8)
    model = counts_of(store(sentences[:200]), 40, 4).model(4)

    at_once = model.probabilities(store(sentences[200:]))

    alone = [
        model.next_word(sentence[:end])[sentence[end]]
        for sentence in sentences[200:]
        for end in range(1, len(sentence))
    ]
    assert at_once == pytest.approx(alone, abs=1e-12)


def test_that_a_longer_text_takes_longer_sequences() -> None:
    assert [order_for(words) for words in (20_000, 500_000, 1_500_000)] == [3, 4, 5]


def test_that_a_sample_is_spread_over_the_text_and_keeps_sentences_whole() -> None:
    sentences = store([[START, A, word, END] for word in (A, B, C, UNKNOWN)])

    half = sample_of(sentences, 6)

    assert half.ids.tolist() == [START, A, B, END, START, A, UNKNOWN, END]
    assert half.offsets.tolist() == [0, 4, 8]
    assert sample_of(sentences, 12) is sentences


def test_that_a_sample_is_counted_of_a_text_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.language_model.ngram.MOST_WORDS", 500)
    corpus = synthetic_corpus(200, 100).with_validation_fraction(0.2)

    losses = list(count_references(corpus, RunControl()))[-1]

    assert isinstance(losses, ReferencesCounted)
    assert losses.losses.is_sample
    assert 400 <= losses.losses.counted_words <= 600


def test_that_the_references_stay_with_the_corpus() -> None:
    corpus = synthetic_corpus(400, 100).with_validation_fraction(0.2)

    events = list(count_references(corpus, RunControl()))

    assert all(isinstance(event, StageProgress) for event in events[:-1])
    assert isinstance(events[-1], ReferencesCounted)
    losses = events[-1].losses
    assert corpus.references == losses
    assert losses.uniform == math.log(100)
    assert losses.unigram < losses.uniform
    assert losses.table_name == "a table of word triples"
    assert list(count_references(corpus, RunControl())) == [events[-1]]  # at once


def test_that_a_stop_ends_the_counting_without_a_result() -> None:
    corpus, control = synthetic_corpus(400, 100).with_validation_fraction(0.2), RunControl()

    for _event in (events := count_references(corpus, control)):
        control.stop()

    assert list(events) == []
    assert corpus.references is None


class CountsLooks(RunControl):
    """A control that counts how often it is asked whether to go on."""

    looks = 0

    def proceed(self) -> bool:
        self.looks += 1
        return super().proceed()


def test_that_a_stop_is_looked_for_after_so_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    for at_once in (10**9, 100):
        for limit in ("_COUNTED_AT_ONCE", "_PREDICTED_AT_ONCE"):
            monkeypatch.setattr(f"engine.language_model.ngram.{limit}", at_once)
        control = CountsLooks()
        list(count_references(synthetic_corpus(800, 100).with_validation_fraction(0.5), control))
        looks.append(control.looks)

    assert looks[0] == 2 + 3  # pairs and triples; three tables
    assert looks[1] > 50 * looks[0]


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 5])
def test_that_a_stop_at_any_moment_counts_nothing(calls: int) -> None:
    corpus = synthetic_corpus(400, 100).with_validation_fraction(0.2)

    events = list(count_references(corpus, StopsAfter(calls)))

    assert not any(isinstance(event, ReferencesCounted) for event in events)
    assert corpus.references is None


def test_that_parts_are_counted_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = random_sentences(40, 300, seed=9)
    whole = counts_of(store(sentences), 40, 4).model(4)

    monkeypatch.setattr("engine.language_model.ngram._COUNTED_AT_ONCE", 7)
    parts = counts_of(store(sentences), 40, 4).model(4)

    told = [model.probabilities(store(sentences)) for model in (whole, parts)]
    assert told[0].tolist() == told[1].tolist()


def test_that_sentences_that_are_shorter_than_the_sequences_are_counted() -> None:
    model = counts_of(store([[START, END]] * 3), 6, 4).model(4)

    assert model.next_word([START])[END] > 0.5


def test_that_nothing_is_counted_where_nothing_is_held_out() -> None:
    assert list(count_references(synthetic_corpus(50, 100), RunControl())) == []
