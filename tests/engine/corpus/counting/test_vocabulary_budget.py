"""The cost of each vocabulary size equals a count by hand, for any text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.corpus.counting.vocabulary_budget import VocabularyBudget
from engine.training.events import EpochEstimate

# Sentences of word numbers; a sentence may be empty.
TEXTS = st.lists(st.lists(st.integers(0, 12), max_size=6), min_size=1, max_size=15).filter(any)


def budget_of(sentences: list[list[int]]) -> tuple[VocabularyBudget, list[list[int]]]:
    """Return the budget of a text and its sentences by rank, 0 = the most common word."""
    words = [word for sentence in sentences for word in sentence]
    by_count = sorted(set(words), key=lambda word: (-words.count(word), words.index(word)))
    ranked = [[by_count.index(word) for word in sentence] for sentence in sentences]
    budget = VocabularyBudget(
        np.array([words.count(word) for word in by_count], dtype=np.int64),
        np.array([rank for sentence in ranked for rank in sentence], dtype=np.int32),
        np.cumsum([0, *map(len, ranked)]).astype(np.int64),
    )
    return budget, ranked


@given(TEXTS, st.integers(4, 20), st.integers(1, 50))
def test_that_the_cost_equals_a_count_of_every_word(
    sentences: list[list[int]], size: int, hidden: int
) -> None:
    budget, ranked = budget_of(sentences)

    cost = budget.at(size, hidden)

    known = min(size - 3, budget.different_words)
    words = [rank for sentence in ranked for rank in sentence]
    touched = [sentence for sentence in ranked if any(rank >= known for rank in sentence)]
    assert cost.vocabulary_size == known + 3
    assert cost.unknown_share == pytest.approx(sum(rank >= known for rank in words) / len(words))
    assert cost.touched_share == pytest.approx(len(touched) / len(sentences))
    assert cost.parameters == 2 * hidden * (known + 3) + hidden * hidden


def test_that_the_cost_of_a_small_text_is_as_counted_by_hand() -> None:
    budget, _ = budget_of([[0, 0, 1], [0, 2], [], [0, 0]])  # counts 5, 1, 1

    cost = budget.at(4, 10)  # one word is known

    assert (cost.unknown_share, cost.touched_share) == (2 / 7, 2 / 4)
    assert cost.parameters == 2 * 10 * 4 + 100


def test_that_the_largest_size_knows_every_word() -> None:
    budget, _ = budget_of([[0, 1, 2], [0, 3]])

    cost = budget.at(1_000_000, 10)

    assert (cost.vocabulary_size, cost.unknown_share, cost.touched_share) == (7, 0.0, 0.0)


def test_that_the_table_has_round_sizes_and_the_largest() -> None:
    budget = VocabularyBudget(
        np.ones(2597, dtype=np.int64), np.arange(2597, dtype=np.int32), np.array([0, 2597])
    )

    assert budget.sizes() == (500, 800, 1000, 2000, 2600)


@given(TEXTS, st.sampled_from([0.0, 0.05, 0.2, 0.5, 1.0]))
def test_that_no_smaller_size_keeps_the_share_of_unknown_words(
    sentences: list[list[int]], share: float
) -> None:
    budget, _ = budget_of(sentences)

    size = budget.smallest_size(share)

    assert budget.at(size, 1).unknown_share <= share + 1e-9
    assert size == 4 or budget.at(size - 1, 1).unknown_share > share


def test_that_a_tiny_text_has_one_size() -> None:
    assert budget_of([[0, 1]])[0].sizes() == (5,)


def estimate(sizes: tuple[int, ...], seconds: tuple[float, ...]) -> EpochEstimate:
    return EpochEstimate(
        sizes=sizes,
        seconds=seconds,
        recipe="fast",
        device="CPU",
        hidden_dim=100,
        batch_size=64,
        steps=10,
    )


@pytest.mark.parametrize(
    ("size", "seconds"), [(1000, 2.0), (2000, 4.0), (3000, 6.0), (4000, 9.0), (6000, 15.0), (0, 0)]
)
def test_that_the_time_is_linear_between_what_was_measured_and_beyond(
    size: int, seconds: float
) -> None:
    measured = estimate((1000, 3000, 5000), (2.0, 6.0, 12.0))

    assert measured.seconds_at(size) == pytest.approx(max(seconds, 0.2))


def test_that_one_measured_size_stands_for_all() -> None:
    assert estimate((1000,), (2.0,)).seconds_at(9000) == 2.0
