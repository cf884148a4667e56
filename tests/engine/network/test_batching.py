"""Batches without padding: the picture of the module, and a way back to the sentences."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.network.batching import Batch, batch_from_flat, batch_from_pairs, batches_by_length

# Sentences a, b and c of the module's picture, the longest not first.
B_WORDS, C_WORDS, A_WORDS = [20, 21, 22], [30], [10, 11, 12, 13]

sentence_lists = st.lists(st.lists(st.integers(0, 50), min_size=2, max_size=9), min_size=1)


def unpacked(batch: Batch) -> tuple[list[list[int]], list[list[int]]]:
    """Return x and y of each sentence, cut where `is_inner` says."""
    ends = (np.flatnonzero(~batch.is_inner.numpy()[:, 0]) + 1)[:-1]
    return tuple(
        [part.tolist() for part in np.split(flat.numpy(), ends)] for flat in (batch.x, batch.y)
    )


def longest_first(sentences: list[list[int]]) -> list[list[int]]:
    return sorted(sentences, key=len, reverse=True)


def test_that_the_layout_is_the_one_in_the_picture() -> None:
    xs = [B_WORDS, C_WORDS, A_WORDS]

    batch = batch_from_pairs(xs, [[word + 1 for word in x] for x in xs])

    assert batch.x.tolist() == [10, 11, 12, 13, 20, 21, 22, 30]
    assert batch.y.tolist() == [11, 12, 13, 14, 21, 22, 23, 31]
    assert batch.x_time_major.tolist() == [10, 20, 30, 11, 21, 12, 22, 13]
    assert batch.step_sizes == [3, 2, 2, 1]
    assert batch.to_time_major.tolist() == [0, 3, 5, 7, 1, 4, 6, 2]
    assert batch.is_inner[:, 0].tolist() == [True, True, True, False, True, True, False, False]
    assert (batch.words, batch.longest, batch.sentences) == (8, 4, 3)


@given(sentences=sentence_lists)
def test_that_unpacking_a_batch_gives_back_the_sentences(sentences: list[list[int]]) -> None:
    batch = batch_from_pairs([each[:-1] for each in sentences], [each[1:] for each in sentences])

    ordered = longest_first(sentences)
    assert unpacked(batch) == ([each[:-1] for each in ordered], [each[1:] for each in ordered])
    assert batch.x_time_major[batch.to_time_major].equal(batch.x)
    assert sum(batch.step_sizes) == batch.words


@given(sentences=sentence_lists, data=st.data())
def test_that_sentences_chosen_from_a_flat_store_are_packed_alike(
    sentences: list[list[int]], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(sentences) - 1), min_size=1))
    ids = np.concatenate(sentences).astype(np.int32)
    offsets = np.cumsum([0, *map(len, sentences)])

    batch = batch_from_flat(ids, offsets, np.array(chosen))

    members = [sentences[k] for k in chosen]
    same = batch_from_pairs([each[:-1] for each in members], [each[1:] for each in members])
    assert unpacked(batch) == unpacked(same)
    assert batch.x.dtype == torch.int64
    assert batch.to_time_major.equal(same.to_time_major)


def test_that_a_batch_moves_to_a_device_whole() -> None:
    batch = batch_from_pairs([[1, 2]], [[2, 3]]).to(torch.device("meta"))

    tensors = (batch.x, batch.y, batch.x_time_major, batch.to_time_major, batch.is_inner)
    assert {each.device.type for each in tensors} == {"meta"}
    assert batch.step_sizes == [1, 1]


@pytest.mark.parametrize(
    ("xs", "ys", "message"),
    [
        ([], [], "0 sentences x for 0 sentences y"),
        ([[1]], [], "1 sentences x for 0 sentences y"),
        ([[1], []], [[1], []], "a sentence of 0 words x has 0 words y"),
        ([[1, 2]], [[1]], "a sentence of 2 words x has 1 words y"),
    ],
)
def test_that_sentences_that_do_not_fit_are_refused(
    xs: list[list[int]], ys: list[list[int]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        batch_from_pairs(xs, ys)


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=80), words=st.integers(1, 200))
def test_that_batches_by_length_hold_each_sentence_once(lengths: list[int], words: int) -> None:
    offsets = np.cumsum([0, *(length + 1 for length in lengths)])

    batches = batches_by_length(offsets, words)

    order = np.concatenate(batches)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert (np.diff(np.array(lengths)[order]) >= 0).all()
    for batch in batches:
        assert len(batch)
        assert sum(lengths[k] for k in batch) <= words + max(lengths)


def test_that_only_the_chosen_sentences_are_grouped() -> None:
    offsets = np.array([0, 3, 5, 12])  # 2, 1 and 6 words to predict

    batches = batches_by_length(offsets, 5, np.array([2, 0]))

    assert [batch.tolist() for batch in batches] == [[0], [2]]
