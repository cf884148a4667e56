"""Sentences that begin alike: who shares a state with whom, and that no number changes."""

from collections import Counter
from itertools import accumulate

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.config import Dtype
from engine.network.batching import batch_from_pairs
from engine.network.output_layer import SharedStates, find_shared_states
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN

START, THE, FILM, WAS, END, WE, KNOW = range(7)
PICTURE = [[START, THE, FILM, WAS], [START, THE, END], [START, WE, KNOW]]

# Few words: many sentences begin alike, some are the beginning of another, some are the same.
sentence_lists = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=2)


def shared_by(sentences: list[list[int]]) -> SharedStates | None:
    return find_shared_states(np.concatenate(sentences), np.array([len(x) for x in sentences]))


def beginnings(sentences: list[list[int]]) -> list[tuple[int, ...]]:
    """Return for each word all words of its sentence up to it."""
    return [
        each for x in sentences for each in accumulate(((word,) for word in x), lambda a, b: a + b)
    ]


def test_that_the_shared_states_are_those_of_the_picture() -> None:
    shared = shared_by(PICTURE)

    assert shared is not None
    assert shared.rows[:7].tolist() == [0, 1, 2, 3, 6, 8, 9]
    assert shared.of_word.tolist() == [0, 1, 2, 3, 0, 1, 4, 0, 5, 6]
    assert shared.words.tolist() == [3, 2, 1, 1, 1, 1, 1] + 9 * [0], "16 are aligned"


@given(sentences=sentence_lists)
def test_that_words_share_a_state_if_and_only_if_all_words_before_are_the_same(
    sentences: list[list[int]],
) -> None:
    sentences = sorted(sentences, key=len, reverse=True)
    before = beginnings(sentences)
    spared = len(before) - len(set(before))

    shared = shared_by(sentences)

    assert (shared is None) == (spared * 32 < len(before))
    assume(shared is not None)
    numbers = shared.of_word.tolist()
    assert len(set(zip(before, numbers, strict=True))) == len(set(before)) == len(set(numbers))
    assert [before[row] for row in shared.rows[shared.of_word]] == before
    assert Counter(numbers) == {
        state: count for state, count in enumerate(shared.words.tolist()) if count
    }
    assert len(shared.rows) == len(shared.words)
    assert len(shared.rows) % 16 == 0
    assert shared.rows.max() < len(before)


def test_that_few_shared_states_are_left_alone() -> None:
    others = list(range(2, 32))  # 30 words

    assert shared_by([[0, *others], [0]]) is not None, "1 of 32 words is spared"
    assert shared_by([[0, *others, 40], [0]]) is None


def test_that_they_move_to_a_device_whole() -> None:
    batch = batch_from_pairs(PICTURE, PICTURE).to(torch.device("meta"))

    assert batch.shared is not None
    tensors = (batch.shared.rows, batch.shared.of_word, batch.shared.words)
    assert {each.device.type for each in tensors} == {"meta"}


@settings(max_examples=60)
@given(
    sentences=sentence_lists,
    truncate=st.integers(0, 6),
    chunk_words=st.sampled_from([1, 3, 16, 640]),
    seed=st.integers(0, 999),
)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_that_gradients_equal_the_tutorials_loop(
    dtype: Dtype,
    tolerance: float,
    sentences: list[list[int]],
    truncate: int,
    chunk_words: int,
    seed: int,
) -> None:
    model = RNNNumpy(5, 4, truncate, seed=seed)
    random = np.random.default_rng(seed)
    ys = [random.integers(0, 5, len(x)).tolist() for x in sentences]  # what follows differs
    rnn = RNN(5, 4, truncate, dtype=dtype, seed=seed)
    rnn.workspace.chunk_words = chunk_words

    loss, *gradients = rnn.loss_and_gradients(sentences, ys)
    total = rnn.calculate_total_loss(sentences, ys)
    rnn.descend(batch_from_pairs(sentences, ys), 0.1)

    true_loss, *true_gradients = model.loss_and_gradients(sentences, ys)
    assert (loss, total) == pytest.approx((true_loss, true_loss), rel=tolerance)
    now = rnn.parameters_as_numpy()
    for mine, true, old, new in zip(
        gradients, true_gradients, model.parameters_as_numpy(), now, strict=True
    ):
        largest = np.abs(true).max() + 1e-6
        assert np.abs(mine - true).max() <= tolerance * largest
        assert np.abs(old - 0.1 * true - new).max() <= tolerance * (1.0 + largest)
